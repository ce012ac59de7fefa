"""Law: the only file that touches `fastavro`, and the only place where Avro bytes become values.

It guarantees that a decode succeeds only for the one canonical encoding of a value that is in range:
nothing trailing, no overlong varint, no negative index or length, no sized blocks, no infinity. The
library accepts all of those, so each decode is encoded again and compared, and numbers are walked.
What a value means is left to `wire`, `report_check` and the ladder; that a schema is harmless
(no recursion, no zero-width items) is left to `schema_lint`, which must have passed first.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from functools import cached_property
from io import BytesIO
from typing import Any

import fastavro
from fastavro.schema import fingerprint, parse_schema, to_parsing_canonical_form

from tocsin.core.errors import MalformedError

MAGIC = b"\xc3\x01"
SINGLE_OBJECT_PREFIX_BYTES = 10
_INT_MAX = 2**31 - 1
_LONG_MAX = 2**63 - 1

Record = dict[str, Any]
_Check = Callable[[Any], None]


class Codec:
    """Encodes and strictly decodes one schema. `schema` is the parsed JSON, `prefix` the 10 bytes of
    the single-object encoding: C3 01 and the little-endian CRC-64-AVRO fingerprint.
    """

    def __init__(self, schema_bytes: bytes) -> None:
        self.schema: Record = json.loads(schema_bytes)
        self._parsed = parse_schema(self.schema, named_schemas={})
        canonical = to_parsing_canonical_form(self.schema)
        self.prefix: bytes = MAGIC + bytes.fromhex(fingerprint(canonical, "CRC-64-AVRO"))
        self._check_numbers = _number_check(self.schema, {})

    @cached_property
    def name(self) -> str:
        """`namespace.name` of the schema."""
        namespace = self.schema.get("namespace")
        return f"{namespace}.{self.schema['name']}" if namespace else str(self.schema["name"])

    def encode(self, value: Record) -> bytes:
        """The canonical encoding of `value`. Raises MalformedError naming no content."""
        try:
            if self._check_numbers is not None:
                self._check_numbers(value)
            return self._write(value)
        except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
            kind = type(error).__name__
            raise MalformedError(f"a value does not fit its schema ({kind})") from None

    def decode(self, data: bytes) -> Record:
        """The value whose one canonical encoding `data` is. Raises MalformedError."""
        try:
            value: Any = fastavro.schemaless_reader(BytesIO(data), self._parsed, None)
            if self._check_numbers is not None:
                self._check_numbers(value)
            canonical = self._write(value) == data
        except Exception as error:  # noqa: BLE001 - whatever the library dies of, the bytes are to blame
            kind = type(error).__name__
            raise MalformedError(f"not an encoding of its schema ({kind})") from None
        if not canonical:
            raise MalformedError("not the canonical encoding of its schema")
        return value  # type: ignore[no-any-return]

    def decode_accepted(self, data: bytes) -> Record:
        """The value of bytes that `decode` took before and that nobody could change since; in a third of
        the time. Raises MalformedError.
        """
        try:
            value: Any = fastavro.schemaless_reader(BytesIO(data), self._parsed, None)
        except Exception as error:  # noqa: BLE001 - as in `decode`
            raise MalformedError(f"not an encoding of its schema ({type(error).__name__})") from None
        return value  # type: ignore[no-any-return]

    def encode_single(self, value: Record) -> bytes:
        """Avro single-object encoding: prefix and body. Raises MalformedError."""
        return self.prefix + self.encode(value)

    def decode_single(self, data: bytes) -> Record:
        """Strict inverse of `encode_single`. Raises MalformedError."""
        if data[:SINGLE_OBJECT_PREFIX_BYTES] != self.prefix:
            raise MalformedError("not a single-object encoding of the expected type")
        return self.decode(data[SINGLE_OBJECT_PREFIX_BYTES:])

    def _write(self, value: Record) -> bytes:
        out = BytesIO()
        fastavro.schemaless_writer(out, self._parsed, value)
        return out.getvalue()


def _number_check(schema: Any, named: dict[str, _Check | None]) -> _Check | None:
    """A function that raises ValueError for a number out of its type's range, or None where the
    schema holds no number, so that texts and bytes cost nothing.
    """
    if isinstance(schema, list):
        branch = next(part for part in schema if part != "null")
        return _optional(_number_check(branch, named))
    if isinstance(schema, str):
        return named[schema] if schema in named else _PLAIN.get(schema)
    match schema["type"]:
        case "record":
            check = _record_check(schema, named)
        case "array":
            return _array(_number_check(schema["items"], named))
        case "fixed" | "enum":
            check = None
        case inner:
            return _number_check(inner, named)
    named[schema["name"]] = check
    return check


def _record_check(schema: Record, named: dict[str, _Check | None]) -> _Check | None:
    checks = [(part["name"], _number_check(part["type"], named)) for part in schema["fields"]]
    wanted = [(name, check) for name, check in checks if check is not None]
    if not wanted:
        return None

    def check_record(value: Record) -> None:
        for name, check in wanted:
            check(value.get(name))

    return check_record


def _optional(check: _Check | None) -> _Check | None:
    if check is None:
        return None
    return lambda value: None if value is None else check(value)


def _array(check: _Check | None) -> _Check | None:
    if check is None:
        return None

    def check_array(value: list[Any]) -> None:
        for item in value or ():
            check(item)

    return check_array


def _within(limit: int) -> _Check:
    def check_integer(value: Any) -> None:
        if isinstance(value, bool) or not isinstance(value, int) or not -limit - 1 <= value <= limit:
            raise ValueError

    return check_integer


def _finite(value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError


def _truth(value: Any) -> None:
    # The library writes anything as true or false.
    if not isinstance(value, bool):
        raise TypeError


_PLAIN: dict[str, _Check] = {
    "boolean": _truth,
    "int": _within(_INT_MAX),
    "long": _within(_LONG_MAX),
    "float": _finite,
    "double": _finite,
}
