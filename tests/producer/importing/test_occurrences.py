"""Equal rows are counted, in the memory that is promised."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.producer.importing import occurrences
from services.producer.importing.occurrences import Occurrences, TooManyRowsError


@given(st.lists(st.integers(0, 40) | st.integers(0, 2**64 - 1), max_size=200))
def test_every_digest_is_counted_as_often_as_it_came(digests) -> None:
    counted, expected = Occurrences(), Counter()
    for digest in digests:
        expected[digest or 1] += 1  # 0 falls together with 1
        assert expected[digest or 1] == counted.count(digest)


def test_counts_survive_growing() -> None:
    counted = Occurrences()
    many = [
        (number << 50 | number) % 2**64 for number in range(1, 20_000)
    ]  # crowded where the slots are chosen
    assert {1} == {counted.count(digest) for digest in many}
    assert {2} == {counted.count(digest) for digest in many}


def test_a_distinct_row_takes_at_most_the_bytes_that_are_promised() -> None:
    counted = Occurrences()
    for number in range(1, 100_000):
        counted.count(number * 0x9E3779B97F4A7C15 % 2**64)
    assert len(counted._slots) * counted._slots.itemsize <= 32 * 100_000


def test_over_the_bound_no_row_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(occurrences, "MAX_DISTINCT_ROWS", 2)
    counted = Occurrences()
    assert [1, 1, 2] == [counted.count(one) for one in (7, 8, 7)]
    with pytest.raises(TooManyRowsError):
        counted.count(9)
