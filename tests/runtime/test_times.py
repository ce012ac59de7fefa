"""Times are UTC and say so; what is written is read back."""

import pytest

from tocsin.runtime.times import clock_time, iso_time, read_time

AT_S = 1_795_597_920


def test_people_and_programs_get_utc() -> None:
    assert ("2026-11-25 09:12 UTC", "2026-11-25T09:12:00Z") == (clock_time(AT_S), iso_time(AT_S))


@pytest.mark.parametrize("text", ["2026-11-25T09:12", "2026-11-25T09:12Z", "2026-11-25T11:12+02:00"])
def test_a_time_without_a_zone_is_utc(text) -> None:
    assert AT_S == read_time(text)


def test_what_is_no_time_is_refused() -> None:
    with pytest.raises(ValueError, match="yesterday"):
        read_time("yesterday")
