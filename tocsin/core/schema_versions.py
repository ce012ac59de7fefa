"""Law: which versions of a report's schema can hold a report whole.

A report is written in the oldest version that has a field for everything it says, so that readers who
have not moved on lose nothing and the same report has the same bytes whatever version is the newest.
It guarantees that no field with something in it is ever left out. Which versions an audience may be sent
is left to the publisher. Source: wire format, "Reports".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tocsin.core.avro import Codec, Record

Path = tuple[str, ...]


class Versions:
    """The versions of one schema, oldest first; each reads and is read by every other."""

    def __init__(self, schemas: Sequence[bytes]) -> None:
        self.all = tuple(map(Codec, schemas))
        known = [frozenset(_paths(codec.schema, ())) for codec in self.all]
        self._missing = [tuple(sorted(known[-1] - one)) for one in known]

    def holding(self, body: Record) -> tuple[int, ...]:
        """The places in `all` of the versions that hold everything in `body`, oldest first.

        `body` is canonical for the newest version, which is always among them.
        """
        return tuple(
            index
            for index, missing in enumerate(self._missing)
            if not any(_says(body, path) for path in missing)
        )

    def missing(self, index: int, body: Record) -> list[str]:
        """The fields of `body` that version `index` has no place for, as `place.iata`."""
        return [".".join(path) for path in self._missing[index] if _says(body, path)]


def _paths(schema: Any, above: Path) -> list[Path]:
    """The path of every field below `schema`; lists add nothing to a path."""
    if isinstance(schema, list):
        return [path for part in schema for path in _paths(part, above)]
    if not isinstance(schema, dict):
        return []
    if schema["type"] == "array":
        return _paths(schema["items"], above)
    found = []
    for field in schema.get("fields", ()):
        here = (*above, field["name"])
        found += [here, *_paths(field["type"], here)]
    return found


def _says(value: Any, path: Path) -> bool:
    if isinstance(value, list):
        return any(_says(one, path) for one in value)
    if not path:
        return value is not None
    return isinstance(value, dict) and _says(value.get(path[0]), path[1:])
