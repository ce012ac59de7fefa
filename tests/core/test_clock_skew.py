"""Whether our clock is wrong or the directory is old, as far as signed times can tell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.parties import NOW_S
from tocsin.core.clock_skew import LATE_S, TOLERANCE_S, VOICES, Clock, Finding, judge_clock

HOUR_S = 3_600
LIVELY = (NOW_S - 60, NOW_S - 1_800, NOW_S - 3_000)


def judged(now_s: int, signed_at_s: int, *others: int) -> tuple[Clock, int]:
    found = judge_clock(now_s, signed_at_s, others)
    return found.clock, found.by_s


@pytest.mark.parametrize("others", [(), LIVELY])
def test_a_timestamp_of_the_last_two_hours_fits(others: tuple[int, ...]) -> None:
    assert (Clock.FITS, LATE_S) == judged(NOW_S, NOW_S - LATE_S, *others)


def test_a_timestamp_five_minutes_ahead_is_no_fault_of_ours() -> None:
    assert Clock.FITS is judged(NOW_S, NOW_S + TOLERANCE_S)[0]


def test_a_timestamp_further_ahead_shows_that_our_clock_is_behind() -> None:
    assert (Clock.BEHIND, TOLERANCE_S + 1) == judged(NOW_S, NOW_S + TOLERANCE_S + 1)


def test_two_originators_ahead_show_that_our_clock_is_behind() -> None:
    ahead_s = NOW_S + 9 * HOUR_S
    assert (Clock.BEHIND, 9 * HOUR_S) == judged(NOW_S, NOW_S - HOUR_S, ahead_s, ahead_s + 60)


def test_one_originator_ahead_shows_nothing() -> None:
    assert Clock.FITS is judged(NOW_S, NOW_S - HOUR_S, NOW_S + 9 * HOUR_S, NOW_S - 60)[0]


def test_an_old_timestamp_and_nobody_else_is_unclear() -> None:
    assert (Clock.UNCLEAR, 30 * HOUR_S) == judged(NOW_S, NOW_S - 30 * HOUR_S)
    assert Clock.UNCLEAR is judged(NOW_S, NOW_S - 30 * HOUR_S, NOW_S - 60)[0]


def test_an_old_timestamp_among_fresh_statements_is_the_authority_s_fault() -> None:
    assert (Clock.AUTHORITY_LATE, 30 * HOUR_S) == judged(NOW_S, NOW_S - 30 * HOUR_S, *LIVELY)


def test_a_timestamp_as_old_as_all_other_news_shows_a_clock_ahead() -> None:
    now_s = NOW_S + 30 * HOUR_S
    assert (Clock.AHEAD, 30 * HOUR_S + 600) == judged(now_s, NOW_S - 600, *LIVELY)


def test_one_originator_with_our_wrong_clock_does_not_hide_that_it_is_ahead() -> None:
    now_s = NOW_S + 30 * HOUR_S
    assert Clock.AHEAD is judged(now_s, NOW_S - 600, *LIVELY, now_s)[0]


def test_times_that_agree_neither_with_us_nor_with_each_other_are_unclear() -> None:
    assert Clock.UNCLEAR is judged(NOW_S, NOW_S - 30 * HOUR_S, NOW_S - 9 * HOUR_S, NOW_S - 9 * HOUR_S)[0]


def test_clocks_may_differ_by_five_minutes_and_news_is_late_after_two_hours() -> None:
    assert (300, 7_200, 2) == (TOLERANCE_S, LATE_S, VOICES)


@pytest.mark.parametrize(
    ("others_ago_s", "expected"), [(LATE_S, Clock.AUTHORITY_LATE), (LATE_S + 1, Clock.UNCLEAR)]
)
def test_others_are_fresh_up_to_two_hours(others_ago_s: int, expected: Clock) -> None:
    others = [NOW_S - others_ago_s] * VOICES
    assert expected is judged(NOW_S, NOW_S - 30 * HOUR_S, *others)[0]


@pytest.mark.parametrize("later_s", [LATE_S, -LATE_S])
def test_authority_and_others_agree_within_two_hours_on_both_sides(later_s: int) -> None:
    signed_at_s = NOW_S - 30 * HOUR_S
    beyond_s = later_s + (1 if later_s > 0 else -1)
    found = [judged(NOW_S, signed_at_s, *[signed_at_s + one] * VOICES)[0] for one in (later_s, beyond_s)]
    assert [Clock.AHEAD, Clock.UNCLEAR] == found


def test_a_clock_ahead_is_off_by_what_passed_since_the_newest_of_both() -> None:
    others = [NOW_S - 29 * HOUR_S] * VOICES
    assert (Clock.AHEAD, 29 * HOUR_S) == judged(NOW_S, NOW_S - 30 * HOUR_S, *others)


@given(
    skew_s=st.integers(-90 * 86_400, 90 * 86_400),
    signed_ago_s=st.integers(0, HOUR_S),
    others_ago_s=st.lists(st.integers(0, HOUR_S), min_size=2, max_size=9),
)
def test_while_all_others_sign_hourly_only_a_clock_that_is_wrong_is_called_wrong(
    skew_s: int, signed_ago_s: int, others_ago_s: list[int]
) -> None:
    found = judge_clock(NOW_S + skew_s, NOW_S - signed_ago_s, [NOW_S - ago_s for ago_s in others_ago_s])
    if abs(skew_s) <= TOLERANCE_S:
        assert Clock.FITS is found.clock
    elif skew_s > LATE_S:
        assert Clock.AHEAD is found.clock
    elif skew_s < -HOUR_S - TOLERANCE_S:
        assert Clock.BEHIND is found.clock


@pytest.mark.parametrize("clock", list(Clock))
def test_each_finding_has_words_and_says_how_far(clock: Clock) -> None:
    words = Finding(clock, 30 * HOUR_S).words()
    assert ("1 day" in words) is (clock is not Clock.FITS)
    assert Finding(clock, 0).is_wrong is (clock in (Clock.BEHIND, Clock.AHEAD))
