"""Quiet hours and digests."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tocsin.core.errors import SettingsError
from tocsin.core.sink_pace import Pace, Quiet, parse_quiet

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NIGHT = parse_quiet("22:00-06:00", AMSTERDAM)
LUNCH = parse_quiet("12:00-13:30")


def at(text, zone=UTC):
    return int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp())


@pytest.mark.parametrize("when", ["2026-11-27 22:00", "2026-11-28 03:00", "2026-11-28 05:59"])
def test_what_comes_in_the_night_waits_for_the_morning_of_the_zone(when):
    assert at("2026-11-28 06:00", AMSTERDAM) == NIGHT.ends_s(at(when, AMSTERDAM))


@pytest.mark.parametrize("when", ["2026-11-27 21:59", "2026-11-28 06:00", "2026-11-28 12:30"])
def test_what_comes_by_day_waits_for_nothing(when):
    assert at(when, AMSTERDAM) == NIGHT.ends_s(at(when, AMSTERDAM))


def test_quiet_hours_may_lie_within_a_day():
    assert at("2026-11-27 13:30") == LUNCH.ends_s(at("2026-11-27 12:00"))
    assert at("2026-11-27 13:30") == LUNCH.ends_s(at("2026-11-27 13:30"))
    assert at("2026-11-27 11:59") == LUNCH.ends_s(at("2026-11-27 11:59"))


def test_an_hour_that_comes_twice_ends_with_its_second_time():
    quiet = Quiet(time(22), time(2, 30), AMSTERDAM)
    assert at("2026-10-25 01:30") == quiet.ends_s(at("2026-10-24 23:00"))


def test_an_hour_that_the_clock_skips_in_spring_does_not_end_the_night_before_it():
    quiet = Quiet(time(22), time(2, 30), AMSTERDAM)
    assert at("2026-03-29 01:30") == quiet.ends_s(at("2026-03-28 23:00"))


@given(
    st.integers(1_700_000_000, 2_000_000_000),
    st.times(),
    st.times(),
    st.sampled_from(["Europe/Amsterdam", "America/Bogota", "Australia/Lord_Howe", "America/St_Johns"]),
)
def test_no_end_of_quiet_hours_lies_in_them(now_s, begin, end, zone):
    quiet = Quiet(
        begin.replace(second=0, microsecond=0), end.replace(second=0, microsecond=0), ZoneInfo(zone)
    )
    assume(quiet.begin != quiet.end)
    due_s = quiet.ends_s(now_s)
    assert due_s == quiet.ends_s(due_s)
    assert now_s <= due_s <= now_s + 25 * 3_600


@given(st.integers(1_700_000_000, 2_000_000_000))
def test_what_is_held_goes_within_a_night_and_never_in_it(now_s):
    due_s = NIGHT.ends_s(now_s)
    clock = datetime.fromtimestamp(due_s, AMSTERDAM).time()
    assert now_s <= due_s <= now_s + 9 * 3_600
    assert time(6) <= clock < time(22)


def test_without_a_pace_everything_goes_at_once():
    assert 1_234_567 == Pace().due_s(1_234_567)


def test_a_digest_goes_at_the_next_whole_multiple():
    assert [3_600, 3_600, 7_200] == [Pace(digest_s=3_600).due_s(one) for one in (1, 3_600, 3_601)]


def test_a_digest_that_falls_into_the_night_goes_in_the_morning():
    pace = Pace(NIGHT, 3_600)
    assert at("2026-11-28 06:00", AMSTERDAM) == pace.due_s(at("2026-11-27 21:30", AMSTERDAM))


@pytest.mark.parametrize("text", ["", "22-6", "24:00-06:00", "22:00-06:60", "22:00", "06:00-06:00"])
def test_hours_that_cannot_be_meant_are_refused(text):
    with pytest.raises(SettingsError):
        parse_quiet(text)
