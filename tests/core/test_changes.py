"""A later version says where it differs from the one before, and never what stood there."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.core.changes import MAX_CHANGES, changed_places

BEFORE: dict[str, Any] = {
    "kind": "seizure",
    "place": {"country": "CO", "locality": "Cali"},
    "substances": [{"status": "presumptive"}, {"status": "confirmed"}],
}


@pytest.mark.parametrize(
    ("places", "after"),
    [
        ([], BEFORE),
        (["substances[0].status"], {**BEFORE, "substances": [{"status": "confirmed"}] * 2}),
        (["substances[1]"], {**BEFORE, "substances": BEFORE["substances"][:1]}),
        (["substances[2]"], {**BEFORE, "substances": [*BEFORE["substances"], {"status": "suspected"}]}),
        (["place.locality"], {**BEFORE, "place": {"country": "CO"}}),
        (
            ["outcome", "place"],
            {"kind": "seizure", "outcome": {"arrests": 1}, "substances": BEFORE["substances"]},
        ),
    ],
)
def test_each_place_that_differs_is_named(places, after) -> None:
    assert places == changed_places(BEFORE, after)


def test_what_is_named_has_an_end() -> None:
    many = {str(number): number for number in range(MAX_CHANGES + 1)}
    assert MAX_CHANGES == len(changed_places({}, many))


VALUES = st.recursive(st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
BODIES = st.dictionaries(st.text(), VALUES)


@given(BODIES, BODIES)
def test_two_bodies_are_the_same_exactly_where_nothing_is_named(before, after) -> None:
    assert (before == after) == (changed_places(before, after) == [])
