"""A pattern mutes itself where it hits more than one in a thousand, and more than a few."""

import pytest

from tocsin.core.broadness import MIN_HITS, is_too_broad, per_thousand


@pytest.mark.parametrize(
    ("hits", "parcels", "expected"),
    [
        (0, 0, False),
        (MIN_HITS, 20, False),
        (MIN_HITS + 1, 20, True),
        (100, 100_000, False),
        (101, 100_000, True),
    ],
)
def test_more_than_one_in_a_thousand_and_more_than_ten(hits: int, parcels: int, expected: bool) -> None:
    assert expected is is_too_broad(hits, parcels)


def test_the_share_is_told_of_a_thousand_and_rounded_up() -> None:
    assert [2, 1, 1_000] == [per_thousand(11, 9_000), per_thousand(1, 10**6), per_thousand(12, 12)]
