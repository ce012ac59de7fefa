"""A pause ends in time, also where the clock was set back meanwhile."""

import pytest

from tocsin.core.pauses import has_passed

NOW_S = 1_800_000_000


@pytest.mark.parametrize(("passed", "since_s"), [(False, NOW_S), (False, NOW_S - 59), (True, NOW_S - 60)])
def test_a_pause_passes_with_the_clock(passed, since_s):
    assert passed == has_passed(since_s, 60, NOW_S)


def test_a_clock_that_was_set_back_by_a_year_ends_every_pause():
    assert has_passed(NOW_S + 365 * 86_400, 60, NOW_S)
