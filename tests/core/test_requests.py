"""Requests between focal points: a thread belongs to who asked."""

from typing import Any

import pytest

from tests.support.letters import DAY_S, smallest_request, smallest_response
from tests.support.parties import NOW_S
from tests.support.reports import problems_of
from tocsin.core.errors import RefusedByRuleError
from tocsin.core.requests import (
    MAX_DUE_S,
    MAX_REMINDERS,
    Said,
    Thread,
    ThreadState,
    closed,
    reminded,
    request_check,
    response_check,
    thread_of,
)

ASK, REPLY = request_check(strict=True), response_check(strict=True)
OWNER, ASKED, STRANGER = b"1" * 16, b"2" * 16, b"3" * 16
LATER_S = NOW_S + 2 * DAY_S


def request(**changes: Any) -> dict[str, Any]:
    body: dict[str, Any] = ASK(smallest_request(**changes))
    return body


def said(code: str = "answered", by: bytes = ASKED, time_s: int = NOW_S) -> Said:
    return Said(by, time_s, REPLY(smallest_response(code=code)))


def thread(*responses: Said, **changes: Any) -> Thread:
    return thread_of(OWNER, ASKED, request(**changes), responses)


@pytest.mark.parametrize("field", ["thread_id", "kind", "state", "title", "text", "asked_at", "due_at"])
def test_what_every_request_says_is_missed(field: str) -> None:
    assert "is missing" == problems_of(ASK, smallest_request(**{field: None}))[field]


@pytest.mark.parametrize("due", [NOW_S, NOW_S + MAX_DUE_S + 1], ids=["at once", "too late"])
def test_a_request_is_due_after_it_was_asked_and_within_half_a_year(due: int) -> None:
    assert {"due_at"} == set(problems_of(ASK, smallest_request(due_at=due)))


@pytest.mark.parametrize("changes", [{"state": "closed"}, {"ending": "answered"}], ids=["without", "open"])
def test_an_ending_stands_where_the_request_is_closed_and_only_there(changes: dict[str, Any]) -> None:
    assert {"ending"} == set(problems_of(ASK, smallest_request(**changes)))


def test_a_new_request_was_not_reminded_of_and_is_marked() -> None:
    body = request()
    assert (0, False, "AMBER") == (body["reminders"], body["escalated"], body["tlp"])


@pytest.mark.parametrize("field", ["thread_id", "code", "answered_at"])
def test_what_every_response_says_is_missed(field: str) -> None:
    assert {field: "is missing"} == problems_of(REPLY, smallest_response(**{field: None}))


@pytest.mark.parametrize("code", ["answered", "interim"])
def test_a_response_says_something_or_names_a_report(code: str) -> None:
    assert {"text"} == set(problems_of(REPLY, smallest_response(code=code, text=None)))
    assert REPLY(smallest_response(code=code, text=None, related_reference="NL-1"))


@pytest.mark.parametrize("code", ["nothing-found", "not-lawful-here", "declined"])
def test_a_no_needs_no_words(code: str) -> None:
    assert REPLY(smallest_response(code=code, text=None))["text"] is None


@pytest.mark.parametrize(
    ("responses", "now_s", "state"),
    [
        ([], NOW_S, ThreadState.OPEN),
        ([], LATER_S, ThreadState.OVERDUE),
        ([said("interim")], NOW_S, ThreadState.INTERIM),
        ([said("interim")], LATER_S, ThreadState.OVERDUE),
        ([said("interim"), said("declined")], LATER_S, ThreadState.ANSWERED),
    ],
)
def test_how_a_thread_stands(responses: list[Said], now_s: int, state: ThreadState) -> None:
    assert state is thread(*responses).state(now_s)


def test_a_closed_thread_is_closed_whatever_was_said() -> None:
    ended = thread(said(), state="closed", ending="unanswered")
    assert ThreadState.CLOSED is ended.state(LATER_S)


def test_only_who_was_asked_responds_and_in_order_of_time() -> None:
    late, early, false = said(time_s=NOW_S + 9), said(), said(by=STRANGER)
    found = thread(late, false, early)
    assert ((early, late), 1) == (found.responses, found.strangers)


def test_a_reminder_is_the_next_version_and_an_escalation_stays() -> None:
    once = reminded(request(), LATER_S, escalate=True)
    twice = reminded(once, LATER_S, escalate=False)
    assert (1, True) == (once["reminders"], once["escalated"])
    assert (2, True) == (twice["reminders"], twice["escalated"])
    assert twice == ASK(twice)


def test_what_is_not_overdue_is_not_escalated() -> None:
    with pytest.raises(RefusedByRuleError, match="not overdue yet"):
        reminded(request(), NOW_S, escalate=True)


def test_reminders_have_a_bound() -> None:
    with pytest.raises(RefusedByRuleError, match="close it"):
        reminded(request(reminders=MAX_REMINDERS), NOW_S, escalate=False)


def test_a_closed_request_is_neither_reminded_of_nor_closed_again() -> None:
    ended = closed(request(), "answered")
    assert ended == ASK(ended)
    for again in (lambda: closed(ended, "answered"), lambda: reminded(ended, LATER_S, escalate=False)):
        with pytest.raises(RefusedByRuleError, match="closed already"):
            again()
