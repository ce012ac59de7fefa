"""When a standby signs in the authority's place, and when it must not."""

from dataclasses import replace

import pytest

from tests.support.parties import NOW_S
from tocsin.core.standby import Memory, Stamp, Turn, choose, remember

HOUR_S, DAY_S = 3_600, 86_400
ENDS = {"root": NOW_S + 90 * DAY_S, "snapshot": NOW_S + 6 * DAY_S, "targets": NOW_S + 20 * DAY_S}
STAMP = Stamp(version=7, snapshot=3, signed_at_s=NOW_S, ours=False, ends_at_s=ENDS)
OURS = replace(STAMP, version=8, ours=True)
NOTHING = Memory()
SEEN = Memory(7, 3, NOW_S)


@pytest.mark.parametrize(
    ("expected", "stamp", "after_s"),
    [
        (Turn.WAIT, STAMP, 3 * HOUR_S - 1),
        (Turn.SIGN, STAMP, 3 * HOUR_S),
        (Turn.WAIT, replace(OURS, signed_at_s=NOW_S + 3 * HOUR_S), 4 * HOUR_S - 1),
        (Turn.SIGN, replace(OURS, signed_at_s=NOW_S + 3 * HOUR_S), 4 * HOUR_S),
        (Turn.SIGN, STAMP, 72 * HOUR_S),
        (Turn.REFUSE, STAMP, 72 * HOUR_S + 1),
        (Turn.REFUSE, replace(OURS, signed_at_s=NOW_S + 71 * HOUR_S), 72 * HOUR_S + 1),
    ],
)
def test_it_stands_in_after_three_hours_signs_hourly_and_stops_after_72(
    expected: Turn, stamp: Stamp, after_s: int
) -> None:
    assert expected is choose(stamp, SEEN, NOW_S + after_s).turn


def test_its_own_signature_is_no_sign_of_the_authority() -> None:
    assert SEEN.authority_signed_at_s == remember(SEEN, OURS).authority_signed_at_s
    assert NOW_S + 5 == remember(SEEN, replace(STAMP, signed_at_s=NOW_S + 5)).authority_signed_at_s


def test_who_never_saw_the_authority_does_not_stand_in_for_it() -> None:
    assert Turn.REFUSE is choose(OURS, NOTHING, NOW_S + DAY_S).turn


@pytest.mark.parametrize("older", [{"version": 6}, {"snapshot": 2, "version": 9}])
def test_an_older_state_than_one_that_was_seen_is_not_prolonged(older: dict[str, int]) -> None:
    choice = choose(replace(STAMP, **older), SEEN, NOW_S + 4 * HOUR_S)
    assert (Turn.REFUSE, True) == (choice.turn, "the broker shows an old state" in choice.reason)


def test_what_was_seen_never_goes_back() -> None:
    assert SEEN == remember(SEEN, replace(STAMP, version=1, snapshot=1, signed_at_s=1))


@pytest.mark.parametrize("role", ["root", "snapshot", "targets"])
def test_what_has_ended_is_not_prolonged(role: str) -> None:
    ended = replace(STAMP, ends_at_s=ENDS | {role: NOW_S + 4 * HOUR_S})
    choice = choose(ended, SEEN, NOW_S + 4 * HOUR_S)
    assert (Turn.REFUSE, True) == (choice.turn, f"the {role} metadata has ended" in choice.reason)


def test_a_signature_dated_years_ahead_prolongs_no_standing_in() -> None:
    wrong = remember(SEEN, replace(STAMP, version=8, signed_at_s=NOW_S + 4_000 * DAY_S))
    right = replace(STAMP, version=9)
    assert SEEN.authority_signed_at_s == remember(wrong, right).authority_signed_at_s
    assert Turn.REFUSE is choose(right, remember(wrong, right), NOW_S + 72 * HOUR_S + 1).turn


def test_its_own_signature_by_a_clock_that_was_ahead_is_signed_anew() -> None:
    ahead = replace(OURS, signed_at_s=NOW_S + 9 * HOUR_S)
    assert Turn.SIGN is choose(ahead, SEEN, NOW_S + 4 * HOUR_S).turn


def test_a_clock_behind_the_last_signature_signs_nothing() -> None:
    assert Turn.WAIT is choose(STAMP, SEEN, NOW_S - 300).turn
    choice = choose(STAMP, SEEN, NOW_S - 2 * HOUR_S)
    assert (Turn.REFUSE, True) == (choice.turn, "clock is 2 hours behind" in choice.reason)
