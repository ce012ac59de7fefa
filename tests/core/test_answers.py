"""What a firm did with an alert, and how an alert's answers stand."""

from typing import Any

import pytest

from tests.support.letters import smallest_answer
from tests.support.reports import problems_of
from tocsin.core.answers import Given, Standing, answer_check, newest, standing
from tocsin.core.report_values import values

STRICT, LENIENT = answer_check(strict=True), answer_check(strict=False)
ONE, TWO, ELSEWHERE, STRANGER = b"1" * 16, b"2" * 16, b"3" * 16, b"4" * 16
FIRMS = frozenset({ONE, TWO})


def given(by: bytes, code: str, count: int = 1, **more: Any) -> Given:
    """An answer; `report_id` follows from code unless it is given."""
    id_ = more.pop("report_id", code.encode())
    return Given(by, id_, more.pop("version", 1), code, count, **more)


def stand(*answers: Given, overdue: bool = False, elsewhere: dict[bytes, int] | None = None) -> Standing:
    return standing(answers, FIRMS, elsewhere or {}, overdue=overdue)


@pytest.mark.parametrize("code", sorted(values("answer_codes")))
def test_each_code_of_the_list_is_an_answer(code: str) -> None:
    assert 1 == STRICT(smallest_answer(code=code))["count"]


@pytest.mark.parametrize("check", [STRICT, LENIENT], ids=["publisher", "reader"])
def test_an_unknown_code_is_refused_on_both_sides(check: Any) -> None:
    problems = problems_of(check, smallest_answer(code="burnt"))
    assert problems["code"].startswith("is none of the 10 known codes")


@pytest.mark.parametrize("field", ["alert_id", "alert_version", "issuer", "code", "answered_at"])
def test_what_every_answer_says_is_missed(field: str) -> None:
    assert {field: "is missing"} == problems_of(STRICT, smallest_answer(**{field: None}))


def test_refused_has_the_alert_for_its_ground_unless_another_is_named() -> None:
    assert "alert" == STRICT(smallest_answer(code="refused"))["ground"]
    assert "own-terms" == STRICT(smallest_answer(code="refused", ground="own-terms"))["ground"]


def test_a_ground_beside_what_needs_none_is_refused() -> None:
    problems = problems_of(STRICT, smallest_answer(code="nothing-found", ground="alert"))
    assert {"ground": "goes with refused, held and stopped only"} == problems


def test_a_parcels_number_stands_beside_a_count_of_one_only() -> None:
    problems = problems_of(STRICT, smallest_answer(item_number="RA1", count=2))
    assert {"item_number": "stands beside a count of one only"} == problems


@pytest.mark.parametrize("check", [STRICT, LENIENT], ids=["publisher", "reader"])
def test_too_broad_says_which_selectors_and_what_share(check: Any) -> None:
    told = [{"selector": 3, "per_thousand": 12}]
    assert told == check(smallest_answer(code="too-broad", too_broad=told))["too_broad"]
    assert {"too_broad": "goes with too-broad only"} == problems_of(check, smallest_answer(too_broad=told))
    for spoilt in ({"selector": 0}, {"per_thousand": 1_001}, {"selector": None}, {"per_thousand": None}):
        assert problems_of(check, smallest_answer(code="too-broad", too_broad=[told[0] | spoilt]))
    assert problems_of(check, smallest_answer(code="too-broad", too_broad=told * 201))


def test_who_only_says_too_broad_still_owes_an_answer() -> None:
    found = stand(given(ONE, "too-broad"), given(TWO, "too-broad"), given(TWO, "held"), overdue=True)
    assert (frozenset({ONE}), frozenset({TWO}), frozenset()) == (
        found.late,
        found.answered,
        found.acknowledged,
    )
    assert 2 == found.counts["too-broad"]


def test_a_parcels_number_is_never_passed_on() -> None:
    problems = problems_of(STRICT, smallest_answer(item_number="RA1", firms=2))
    assert {"item_number": "is not passed on"} == problems


def test_the_newest_version_of_an_answer_counts_in_whatever_order_they_come() -> None:
    old, new = given(ONE, "held", report_id=b"x"), given(ONE, "refused", report_id=b"x", version=2)
    assert [new] == newest([old, new]) == newest([new, old])
    assert {"refused": 1} == stand(new, old).counts


def test_counts_add_up_over_firms_and_answers() -> None:
    found = stand(given(ONE, "stopped", 2), given(TWO, "stopped"), given(TWO, "false-match", 4))
    assert {"stopped": 3, "false-match": 4} == found.counts
    assert FIRMS == found.answered


def test_who_only_acknowledged_still_owes_an_answer() -> None:
    found = stand(given(ONE, "acknowledged"), given(TWO, "nothing-found"))
    assert ({ONE}, {ONE}) == (found.acknowledged, found.silent)


def test_an_answer_by_who_was_never_sent_the_alert_counts_nothing() -> None:
    found = stand(given(STRANGER, "stopped", 1_000))
    assert ({}, {STRANGER}) == (found.counts, found.strangers)


def test_a_firm_cannot_speak_for_others() -> None:
    assert {ONE} == stand(given(ONE, "stopped", firms=7)).strangers


def test_another_government_passes_on_counts_of_its_firms() -> None:
    told = given(ELSEWHERE, "stopped", 3, firms=2)
    found = stand(told, overdue=True, elsewhere={ELSEWHERE: 3})
    assert ({"stopped": 3}, {ELSEWHERE: (3, 2)}) == (found.counts, found.elsewhere)
    assert FIRMS | {ELSEWHERE} == found.late


def test_nobody_is_late_before_the_time_is_over() -> None:
    assert frozenset() == stand().late
    assert FIRMS == stand(overdue=True).late


def test_another_government_that_told_of_all_its_firms_is_not_late() -> None:
    told = given(ELSEWHERE, "nothing-found", 0, firms=1)
    assert FIRMS == stand(told, overdue=True, elsewhere={ELSEWHERE: 1}).late
