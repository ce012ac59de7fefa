"""When a failed delivery is tried again, and when it is given up."""

from hypothesis import given
from hypothesis import strategies as st

from tocsin.core.retry_schedule import (
    GIVE_UP_AFTER_S,
    LONGEST_PAUSE_S,
    next_try_s,
    pause_s,
)

SPREAD = st.floats(0, 1)


def test_pauses_grow_from_five_seconds_to_six_hours():
    assert [5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 21_600, 21_600] == [
        pause_s(failures, 0.5) for failures in range(1, 11)
    ]


def test_a_pause_is_spread_by_a_quarter_to_both_sides():
    assert (450, 750) == (pause_s(4, 0.0), pause_s(4, 1.0))


def test_a_pause_is_bounded_where_the_caller_bounds_it():
    assert 60 == pause_s(9, 0.5, 60)


@given(SPREAD, st.integers(1, 100))
def test_nothing_is_given_up_within_72_hours(spread, failures):
    assert next_try_s(0, GIVE_UP_AFTER_S - 1, failures, spread) is not None


def test_after_72_hours_it_is_given_up():
    assert next_try_s(1_000, 1_000 + GIVE_UP_AFTER_S, 20, 0.5) is None


@given(SPREAD, st.integers(1, 100), st.integers(0, GIVE_UP_AFTER_S - 1))
def test_the_next_try_comes_later_and_not_after_the_end(spread, failures, now_s):
    again_s = next_try_s(0, now_s, failures, spread)
    assert now_s < again_s <= GIVE_UP_AFTER_S


def test_the_last_try_is_at_the_end():
    assert GIVE_UP_AFTER_S == next_try_s(0, GIVE_UP_AFTER_S - 60, 12, 0.5)


def test_a_receiver_may_ask_for_more_patience_than_planned():
    assert 100 == next_try_s(0, 0, 1, 0.5, 100)


def test_a_receiver_cannot_ask_for_less():
    assert 5 == next_try_s(0, 0, 1, 0.5, 0)


def test_what_a_receiver_asks_for_is_heard_up_to_six_hours():
    assert LONGEST_PAUSE_S == next_try_s(0, 0, 1, 0.5, 10**9)
