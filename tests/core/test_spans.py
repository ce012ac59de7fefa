"""Spans of time in words."""

import pytest

from tocsin.core.spans import span


@pytest.mark.parametrize(
    ("expected", "seconds"),
    [
        ("less than a minute", 59),
        ("1 minute", 60),
        ("59 minutes", 3_599),
        ("1 hour", 3_600),
        ("1 day", 86_400),
        ("3 days", 3 * 86_400 + 86_399),
    ],
)
def test_a_span_is_said_in_its_largest_unit_rounded_down(expected: str, seconds: int) -> None:
    assert expected == span(seconds)
