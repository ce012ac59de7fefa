"""What one focal point asks another: addressed, due, reminded of, closed by its owner alone."""

import pytest

from services.producer.letters.requesting import (
    USUALLY_DUE_S,
    Question,
    Reply,
    due_at_s,
    ended,
    new_request,
    pairs,
    reminder,
    reminders_of_overdue,
    response_to,
)
from tests.support.letters import DAY_S, Street
from tests.support.parties import NOW_S
from tests.support.world import ANALYST, NEIGHBOUR, ORIGINATOR
from tocsin.core.errors import RefusedByRuleError
from tocsin.runtime.times import read_time

QUESTION = Question("backtracking", "Who ordered lot 7?", "Please.", identifiers=(("lot", "7"),))
LATER_S = NOW_S + USUALLY_DUE_S + 1


@pytest.fixture
def street(tmp_path):
    return Street(tmp_path)


@pytest.fixture
async def thread(street):
    """The id of a request of ORIGINATOR to NEIGHBOUR, which read it."""
    (letter,) = new_request(street[ORIGINATOR].correspondence, NEIGHBOUR.name, QUESTION, NOW_S)
    await street[ORIGINATOR].send(letter)
    street[NEIGHBOUR].read()
    return letter.body["thread_id"]


@pytest.mark.parametrize("to", [NEIGHBOUR.name, "NL", NEIGHBOUR.id.hex()], ids=["name", "country", "id"])
def test_a_focal_point_is_found_by_name_country_or_id(street, to):
    (letter,) = new_request(street[ORIGINATOR].correspondence, to, QUESTION, NOW_S)
    assert NEIGHBOUR.id == letter.to


@pytest.mark.parametrize("to", ["Courier", "AT", "Atlantis"], ids=["a firm", "no focal point", "nobody"])
def test_whoever_is_no_focal_point_is_not_asked(street, to):
    with pytest.raises(RefusedByRuleError, match="is no one focal point; there are: Analyst, Neighbour"):
        new_request(street[ORIGINATOR].correspondence, to, QUESTION, NOW_S)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", NOW_S + USUALLY_DUE_S),
        ("2025-12-20", read_time("2025-12-20T23:59:59Z")),
        ("2025-12-20T12:00Z", read_time("2025-12-20T12:00Z")),
    ],
    ids=["not said", "a day", "a time"],
)
def test_a_day_is_due_at_its_end(text, expected):
    assert expected == due_at_s(text, NOW_S)


@pytest.mark.parametrize("text", ["tomorrow", "2025-13-01"])
def test_what_is_no_day_or_time_is_refused(text):
    with pytest.raises(RefusedByRuleError):
        due_at_s(text, NOW_S)


def test_identifiers_are_pairs():
    assert (("lot", "7=A"),) == pairs(["lot=7=A"])
    with pytest.raises(RefusedByRuleError, match="TYPE=VALUE"):
        pairs(["lot"])


async def test_a_response_goes_to_who_asked(street, thread):
    reply = Reply("answered", "A school did.")
    (letter,) = response_to(street[NEIGHBOUR].correspondence, thread[:8], reply, NOW_S)
    assert (ORIGINATOR.id, thread) == (letter.to, letter.body["thread_id"])


async def test_a_request_that_never_came_is_not_answered(street):
    with pytest.raises(RefusedByRuleError, match="no request c3c3c3 came"):
        response_to(street[NEIGHBOUR].correspondence, "c3c3c3", Reply("declined"), NOW_S)


async def test_a_closed_request_is_not_answered(street, thread):
    await street[ORIGINATOR].send(*ended(street[ORIGINATOR].correspondence, thread, "no-longer-needed"))
    street[NEIGHBOUR].read()
    with pytest.raises(RefusedByRuleError, match="Originator has closed this request"):
        response_to(street[NEIGHBOUR].correspondence, thread, Reply("declined"), NOW_S)


@pytest.mark.parametrize(
    "change",
    [
        lambda desk, thread: ended(desk, thread, "answered"),
        lambda desk, thread: reminder(desk, thread, NOW_S, escalate=False),
    ],
    ids=["close", "remind"],
)
async def test_nobody_but_its_owner_closes_a_request_or_reminds_of_it(street, thread, change):
    with pytest.raises(RefusedByRuleError, match="only Originator can close it"):
        change(street[NEIGHBOUR].correspondence, thread)
    with pytest.raises(RefusedByRuleError, match="we asked nothing under"):
        change(street[ANALYST].correspondence, thread)


async def test_only_what_is_overdue_and_unanswered_is_reminded_of_all_at_once(street, thread):
    desk = street[ORIGINATOR].correspondence
    assert [] == reminders_of_overdue(desk, NOW_S, escalate=False)
    (letter,) = reminders_of_overdue(desk, LATER_S, escalate=True)
    assert (1, True) == (letter.body["reminders"], letter.body["escalated"])
    await street[NEIGHBOUR].send(
        *response_to(street[NEIGHBOUR].correspondence, thread, Reply("declined"), NOW_S)
    )
    street[ORIGINATOR].read()
    assert [] == reminders_of_overdue(desk, LATER_S + DAY_S, escalate=False)


async def test_an_id_that_several_requests_begin_with_is_refused(street, thread, monkeypatch):
    monkeypatch.setattr(
        "services.producer.letters.requesting.random_bytes",
        lambda _count: bytes.fromhex(thread)[:15] + b"!",
    )
    await street[ORIGINATOR].send(*new_request(street[ORIGINATOR].correspondence, "NL", QUESTION, NOW_S))
    with pytest.raises(RefusedByRuleError, match="2 requests begin with"):
        ended(street[ORIGINATOR].correspondence, thread[:10], "answered")
