"""Law: which places of a report another version of it changed.

It guarantees that every leaf that differs is named once, by its place as problems name it, and that no
value is repeated. An order that changed in a list is a change of its entries; what a change means is left
to whoever reads both versions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice, zip_longest
from typing import Any

MAX_CHANGES = 50


def changed_places(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The places that differ between two bodies without their empty fields, at most 50, in `after`'s order.

    `substances[0].status`; a part that came or went whole is named as a whole.
    """
    return list(islice(_differing(before, after, ""), MAX_CHANGES))


def _differing(before: Any, after: Any, place: str) -> Iterator[str]:
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        names = dict.fromkeys([*after, *before])
        for name in names:
            yield from _differing(before.get(name), after.get(name), f"{place}.{name}" if place else name)
    elif isinstance(before, list) and isinstance(after, list):
        for number, (was, now) in enumerate(zip_longest(before, after)):
            yield from _differing(was, now, f"{place}[{number}]")
    else:
        yield place
