"""Avro with one accepted form: a decoder that is strict by itself, and its encoder."""

import math
import struct
from collections.abc import Callable
from typing import Any

from tests.second.page import PREFIXES, TYPES


class Refused(Exception):
    """The bytes are not the one encoding of the type."""


class Bytes:
    """A place in bytes that only goes forward."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, count: int) -> bytes:
        if count < 0 or self.at + count > len(self.data):
            raise Refused
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self, bits: int = 64) -> int:
        raw = 0
        for index in range(10):
            byte = self.take(1)[0]
            raw |= (byte & 0x7F) << (7 * index)
            if byte < 0x80:
                break
        else:
            raise Refused
        overlong = index > 0 and byte == 0
        if overlong or raw >= 1 << bits:
            raise Refused
        return (raw >> 1) ^ -(raw & 1)


def decode(schema: Any, data: bytes) -> Any:
    """The value, if the bytes are its one encoding and nothing stands behind it."""
    source = Bytes(data)
    value = _value(schema, source)
    if source.at != len(data):
        raise Refused
    return value


def single_object(name: str, data: bytes) -> Any:
    """The value of a single-object encoding of one of the page's types."""
    if data[:10] != PREFIXES[name]:
        raise Refused
    return decode(TYPES[name], data[10:])


def _value(schema: Any, source: Bytes) -> Any:
    if isinstance(schema, list):
        return _value(schema[_within(source.number(), len(schema))], source)
    if schema["type"] not in _TAKE:
        raise Refused
    return _TAKE[schema["type"]](schema, source)


def _text(_schema: Any, source: Bytes) -> str:
    try:
        return source.take(source.number()).decode()
    except UnicodeDecodeError:
        raise Refused from None


def _within(index: int, count: int) -> int:
    if not 0 <= index < count:
        raise Refused
    return index


def _finite(form: str, source: Bytes) -> float:
    number: float = struct.unpack(form, source.take(struct.calcsize(form)))[0]
    if not math.isfinite(number):
        raise Refused
    return number


def _array(schema: Any, source: Bytes) -> list[Any]:
    count = source.number()
    if count == 0:
        return []
    if not 0 < count <= len(source.data) - source.at:
        raise Refused
    values = [_value(schema["items"], source) for _ in range(count)]
    if source.number() != 0:
        raise Refused
    return values


_TAKE: dict[str, Callable[[Any, Bytes], Any]] = {
    "record": lambda schema, source: {name: _value(inner, source) for name, inner in schema["fields"]},
    "fixed": lambda schema, source: source.take(schema["size"]),
    "bytes": lambda _schema, source: source.take(source.number()),
    "string": _text,
    "int": lambda _schema, source: source.number(32),
    "long": lambda _schema, source: source.number(),
    "null": lambda _schema, _source: None,
    "boolean": lambda _schema, source: bool(_within(source.take(1)[0], 2)),
    "enum": lambda schema, source: schema["symbols"][_within(source.number(), len(schema["symbols"]))],
    "float": lambda _schema, source: _finite("<f", source),
    "double": lambda _schema, source: _finite("<d", source),
    "array": _array,
}


def encode(schema: Any, value: Any) -> bytes:
    """The one encoding of a value, of the types that the wire has."""
    match schema["type"]:
        case "record":
            return b"".join(encode(inner, value[name]) for name, inner in schema["fields"])
        case "fixed":
            return bytes(value)
        case "bytes":
            return _number(len(value)) + bytes(value)
        case "string":
            return _number(len(value.encode())) + value.encode()
        case "int" | "long":
            return _number(value)
    body = b"".join(encode(schema["items"], one) for one in value)
    return _number(len(value)) + body + b"\0" if value else b"\0"


def encode_single_object(name: str, value: Any) -> bytes:
    """The value behind the prefix of its type."""
    return PREFIXES[name] + encode(TYPES[name], value)


def _number(value: int) -> bytes:
    raw, out = (value << 1) ^ (value >> 63), bytearray()
    while raw >= 0x80:
        out.append(raw & 0x7F | 0x80)
        raw >>= 7
    return bytes([*out, raw])
