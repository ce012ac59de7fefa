"""Law: which versions of a report's schema can hold a report whole.

A report is written in the oldest version that has a field for everything it says, so that readers who
have not moved on lose nothing and the same report has the same bytes whatever version is the newest.
It guarantees that no field with something in it is ever left out. Which versions an audience may be sent
is left to the publisher. Source: wire format, "Reports".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tocsin.core.avro import Codec, Record

Path = tuple[str, ...]
Tree = dict[str, "Tree"]


class Versions:
    """The versions of one schema, oldest first; each reads and is read by every other."""

    def __init__(self, schemas: Sequence[bytes]) -> None:
        self.all = tuple(map(Codec, schemas))
        known = [_fields(codec.schema) for codec in self.all]
        self._missing = [_without(known[-1], one) for one in known]

    def holding(self, body: Record) -> tuple[int, ...]:
        """The places in `all` of the versions that hold everything in `body`, oldest first.

        `body` is canonical for the newest version, which is always among them.
        """
        return tuple(index for index, missing in enumerate(self._missing) if not any(_said(body, missing)))

    def missing(self, index: int, body: Record) -> list[str]:
        """The fields of `body` that version `index` has no place for, as `place.iata`."""
        return sorted({".".join(path) for path in _said(body, self._missing[index])})


def _fields(schema: Any) -> Tree:
    """The fields below `schema`, each with those below it; lists add nothing."""
    if isinstance(schema, list):
        return {name: below for part in schema for name, below in _fields(part).items()}
    if not isinstance(schema, dict):
        return {}
    if schema["type"] == "array":
        return _fields(schema["items"])
    return {field["name"]: _fields(field["type"]) for field in schema.get("fields", ())}


def _without(newest: Tree, older: Tree) -> Tree:
    """The fields that `older` lacks, without what is below them; above each the fields that lead there."""
    found = {name: _without(below, older[name]) if name in older else {} for name, below in newest.items()}
    return {name: below for name, below in found.items() if below or name not in older}


def _said(record: Record, missing: Tree, above: Path = ()) -> Iterator[Path]:
    """The fields of `missing` in which `record` has something."""
    for name, below in missing.items():
        path = (*above, name)
        for value in _values(record.get(name)):
            if below:
                yield from _said(value, below, path)
            else:
                yield path


def _values(field: Any) -> Sequence[Any]:
    if field is None:
        return ()
    return field if isinstance(field, list) else (field,)
