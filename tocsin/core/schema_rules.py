"""Law: what one attribute of a schema may be: names, symbols, sizes, defaults, logical types.

Each function judges one thing and raises MalformedError with the place and the rule. What the parts
make together (depth, recursion, number of fields) is left to `schema_lint`. Whatever is not listed here
is refused: an attribute that one library reads and another overlooks makes two schemas of one.
Source: Apache Avro specification 1.12, "Schema Declaration", "Logical Types".
"""

from __future__ import annotations

import json
import re
from typing import Any

from tocsin.core.errors import MalformedError

PRIMITIVES = frozenset({"boolean", "int", "long", "float", "double", "bytes", "string"})
MAX_NAME_BYTES = 200
MAX_DEFAULT_BYTES = 4_096
MAX_SYMBOLS = 500
MAX_FIXED_BYTES = 262_144
MAX_DECIMAL_DIGITS = 38
MAX_DOUBLE = 1.7976931348623157e308  # JSON's 1e400 becomes infinity

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LOGICAL = frozenset({"logicalType", "precision", "scale"})
_ATTRIBUTES = {
    "record": {"type", "name", "namespace", "doc", "aliases", "fields"},
    "enum": {"type", "name", "namespace", "doc", "aliases", "symbols", "default"},
    "fixed": {"type", "name", "namespace", "doc", "aliases", "size", *_LOGICAL},
    "array": {"type", "items"},
    "field": {"name", "doc", "type", "default", "aliases"},
    **{kind: {"type", *_LOGICAL} for kind in PRIMITIVES},
}
_LOGICAL_BASES = {
    "decimal": {"bytes", "fixed"},
    "uuid": {"string"},
    "date": {"int"},
    "time-millis": {"int"},
    **{kind: {"long"} for kind in ("time-micros", "timestamp-millis", "timestamp-micros")},
}


def refuse(path: str, rule: str) -> MalformedError:
    """The error to raise."""
    return MalformedError(f"{path}: {rule}")


def is_name(text: str) -> bool:
    """Whether `text` is a name of Avro of at most 200 bytes."""
    return len(text) <= MAX_NAME_BYTES and _NAME.fullmatch(text) is not None


def is_namespace(text: str) -> bool:
    """Whether `text` is empty, or names joined by points."""
    return text == "" or (len(text) <= MAX_NAME_BYTES and all(map(is_name, text.split("."))))


def unique_names(names: list[str], path: str) -> None:
    """Refuse a name that stands twice."""
    if len(set(names)) != len(names):
        raise refuse(path, "a name stands twice")


def check_attributes(schema: dict[str, Any], kind: str, path: str) -> None:
    """Refuse an unknown type or attribute, and aliases or texts that are none."""
    if kind == "map":
        raise refuse(path, "maps are not allowed: an array of records has an order")
    if kind not in _ATTRIBUTES:
        raise refuse(path, f"unknown type {kind[:40]!r}")
    if unknown := schema.keys() - _ATTRIBUTES[kind]:
        raise refuse(path, f"unknown attribute {min(unknown)[:40]!r}")
    if not isinstance(schema.get("doc", ""), str):
        raise refuse(path, "doc is no text")
    if "aliases" in schema:
        _check_names(schema["aliases"], "aliases", path)


def _check_names(names: Any, what: str, path: str) -> None:
    if not isinstance(names, list) or not 0 < len(names) <= MAX_SYMBOLS:
        raise refuse(path, f"{what} is no list of 1 to {MAX_SYMBOLS} names")
    if not all(isinstance(name, str) and is_name(name) for name in names):
        raise refuse(path, f"{what} holds something else than names of letters, digits and _")
    unique_names(names, path)


def check_symbols(schema: dict[str, Any], path: str) -> None:
    """The symbols of an enum, and its default, which must be one of them."""
    _check_names(schema.get("symbols"), "symbols", path)
    if "default" in schema and schema["default"] not in schema["symbols"]:
        raise refuse(path, "the default is none of the symbols")


def check_fixed(schema: dict[str, Any], path: str) -> None:
    """The size of a fixed."""
    if not _is_whole(schema.get("size"), 1, MAX_FIXED_BYTES):
        raise refuse(path, f"the size of a fixed is a whole number from 1 to {MAX_FIXED_BYTES}")


def check_logical_type(schema: dict[str, Any], kind: str, path: str) -> None:
    """A known logical type upon its own base, decimals of at most 38 digits."""
    logical = schema.get("logicalType")
    if logical is None and not schema.keys() & _LOGICAL:
        return
    if not isinstance(logical, str) or kind not in _LOGICAL_BASES.get(logical, ()):
        raise refuse(path, "unknown logical type, or one that does not stand on this type")
    if logical != "decimal":
        if schema.keys() & {"precision", "scale"}:
            raise refuse(path, "only decimals have precision and scale")
        return
    if not _is_whole(schema.get("precision"), 1, MAX_DECIMAL_DIGITS):
        raise refuse(path, f"a decimal has a precision of 1 to {MAX_DECIMAL_DIGITS} digits")
    if not _is_whole(schema.get("scale", 0), 0, schema["precision"]):
        raise refuse(path, "the scale of a decimal is a whole number up to its precision")


def check_default(value: Any, schema: Any, path: str) -> None:
    """A default that fits its type: null of a union, [] of an array, or a plain value."""
    if len(json.dumps(value).encode()) > MAX_DEFAULT_BYTES:
        raise refuse(path, f"a default is longer than {MAX_DEFAULT_BYTES} bytes")
    kind = schema["type"] if isinstance(schema, dict) else schema
    if not _fits(value, kind, schema):
        raise refuse(path, "the default does not fit: null in a union, [] in an array, or a plain value")


def _fits(value: Any, kind: Any, schema: Any) -> bool:
    if isinstance(kind, list):
        return value is None
    match kind:
        case "array":
            return bool(value == [])
        case "enum":
            return value in schema["symbols"]
        case "boolean":
            return isinstance(value, bool)
        case "int":
            return _is_whole(value, -(2**31), 2**31 - 1)
        case "long":
            return _is_whole(value, -(2**63), 2**63 - 1)
        case "float" | "double":
            return type(value) in {int, float} and -MAX_DOUBLE <= value <= MAX_DOUBLE
        case "string":
            return isinstance(value, str)
        case _:
            return False


def _is_whole(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
