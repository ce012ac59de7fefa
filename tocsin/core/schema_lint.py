"""Law: a schema that passed can do no harm, whatever bytes are decoded with it.

It guarantees that decoding takes memory and depth in proportion to the data: no recursion, no maps, no
type of zero width, unions of null and one type only, everything bounded. It guarantees too that no
two readers can disagree on the schema: no key twice, no attribute or logical type that some library
overlooks. Good style and evolution are left to `scripts.check_schemas`. The library beneath dies of a
recursive schema and fills memory from five bytes of nulls. Source: wire format, "Directory".
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, NoReturn

from tocsin.core.errors import MalformedError
from tocsin.core.schema_rules import (
    MAX_NAME_BYTES,
    PRIMITIVES,
    check_attributes,
    check_default,
    check_fixed,
    check_logical_type,
    check_symbols,
    is_name,
    is_namespace,
    refuse,
    unique_names,
)

MAX_SCHEMA_BYTES = 262_144
MAX_NESTING = 32
MAX_FIELDS = 500


def lint(schema_bytes: bytes) -> None:
    """Read the JSON of an `.avsc` file whose outermost type is a record.

    Raises MalformedError naming the place (field names joined by points) and the rule.
    """
    if len(schema_bytes) > MAX_SCHEMA_BYTES:
        raise MalformedError(f"a schema of {len(schema_bytes)} bytes is over {MAX_SCHEMA_BYTES}")
    try:
        schema = json.loads(
            schema_bytes.decode(), object_pairs_hook=_unique_keys, parse_constant=_no_constant
        )
    except (ValueError, RecursionError) as error:
        raise MalformedError("a schema is JSON in UTF-8, not nested without end") from error
    if not isinstance(schema, dict) or schema.get("type") != "record":
        raise MalformedError("the outermost type of a schema is a record")
    _Walk().type_at(schema, _Place("schema", "", 1))


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) != len(pairs):
        raise MalformedError("a JSON object of the schema names one key twice")
    return record


def _no_constant(_text: str) -> NoReturn:
    raise MalformedError("NaN and Infinity are no JSON")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the schema: its path for people, the enclosing namespace, how deep."""

    path: str
    namespace: str
    depth: int

    def below(self, name: str) -> _Place:
        return _Place(f"{self.path}.{name}", self.namespace, self.depth + 1)


@dataclass(slots=True)
class _Walk:
    """One pass from top to bottom. `heights` has each named type's levels, None while it is open."""

    heights: dict[str, int | None] = field(default_factory=dict)
    fields: int = 0

    def type_at(self, schema: Any, place: _Place) -> int:
        """How many levels `schema` nests; refuses it or its place."""
        if place.depth > MAX_NESTING:
            raise refuse(place.path, f"nests deeper than {MAX_NESTING}")
        match schema:
            case str():
                return self._named(schema, place)
            case list():
                return self._union(schema, place)
            case dict():
                return self._compound(schema, place)
            case _:
                raise refuse(place.path, "a type is a name, a union or an object")

    def _named(self, name: str, place: _Place) -> int:
        if name == "null":
            raise refuse(place.path, "null stands in unions only: alone it has no width")
        if name in PRIMITIVES:
            return 1
        full = name if "." in name or not place.namespace else f"{place.namespace}.{name}"
        if full not in self.heights:
            raise refuse(place.path, f"unknown type {_shown(name)}")
        height = self.heights[full]
        if height is None:
            raise refuse(place.path, "recursion: the type contains itself")
        if place.depth + height - 1 > MAX_NESTING:
            raise refuse(place.path, f"nests deeper than {MAX_NESTING}")
        return height

    def _union(self, branches: list[Any], place: _Place) -> int:
        if len(branches) != 2 or branches[0] != "null" or isinstance(branches[1], list):
            raise refuse(place.path, "a union is null and one other type, in this order")
        return self.type_at(branches[1], place)

    def _compound(self, schema: dict[str, Any], place: _Place) -> int:
        kind = schema.get("type")
        if not isinstance(kind, str):
            raise refuse(place.path, "`type` is missing or no text")
        check_attributes(schema, kind, place.path)
        check_logical_type(schema, kind, place.path)
        match kind:
            case "record":
                return self._record(schema, place)
            case "array":
                return 1 + self.type_at(schema.get("items"), place.below("items"))
            case "enum":
                check_symbols(schema, place.path)
                self.heights[self._define(schema, place)] = 1
            case "fixed":
                check_fixed(schema, place.path)
                self.heights[self._define(schema, place)] = 1
        return 1

    def _record(self, schema: dict[str, Any], place: _Place) -> int:
        full = self._define(schema, place)
        fields = schema.get("fields")
        if not isinstance(fields, list) or not fields:
            raise refuse(place.path, "a record has fields: without them it has no width")
        self.fields += len(fields)
        if self.fields > MAX_FIELDS:
            raise refuse(place.path, f"more than {MAX_FIELDS} fields in one schema")
        inside = _Place(place.path, full.rpartition(".")[0], place.depth)
        names = [self._field_name(one, inside) for one in fields]
        unique_names(names, place.path)
        height = 1 + max(
            self._field(one, inside.below(name)) for one, name in zip(fields, names, strict=True)
        )
        self.heights[full] = height
        return height

    def _field_name(self, one: Any, place: _Place) -> str:
        name = one.get("name") if isinstance(one, dict) else None
        if not isinstance(name, str) or not is_name(name):
            raise refuse(place.path, "a field is an object with a name of letters, digits and _")
        return name

    def _field(self, one: dict[str, Any], place: _Place) -> int:
        check_attributes(one, "field", place.path)
        height = self.type_at(one.get("type"), place)
        if "default" in one:
            check_default(one["default"], one["type"], place.path)
        return height

    def _define(self, schema: dict[str, Any], place: _Place) -> str:
        """The full name that a record, enum or fixed takes; it stays open until its height is set."""
        name, namespace = schema.get("name"), schema.get("namespace", place.namespace)
        if not isinstance(name, str) or not is_name(name) or name in PRIMITIVES or name == "null":
            raise refuse(place.path, "a type has a plain name of letters, digits and _")
        if not isinstance(namespace, str) or not is_namespace(namespace):
            raise refuse(place.path, "a namespace is names joined by points")
        full = f"{namespace}.{name}" if namespace else name
        if len(full) > MAX_NAME_BYTES:
            raise refuse(place.path, f"a name is longer than {MAX_NAME_BYTES} bytes")
        if full in self.heights:
            raise refuse(place.path, f"the type {_shown(name)} is defined twice")
        self.heights[full] = None
        return full


def _shown(name: str) -> str:
    return repr(name[:40])
