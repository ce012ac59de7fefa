"""Law: values from Avro bytes, by functions composed once per schema, strict in themselves.

It accepts exactly the bytes that `avro_writer` writes: the shortest varints, one block for each array,
union branches and booleans of one byte, UTF-8, numbers in range, nothing trailing (a test compares it
with decoding by the library, encoding again and comparing). Anything else raises ValueError or
IndexError. No count is believed beyond the bytes that are there. Schemas that the writer leaves to the
library are left to it here too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tocsin.core.avro_writer import NotCoveredError

Read = Callable[[bytes, int], tuple[Any, int]]
_ALWAYS = -1
_INT_MAX = 2**31 - 1


def compile_reader(schema: Any) -> Callable[[bytes], Any] | None:
    """A function from an encoding to its value, or None for a schema that is not covered."""
    try:
        read = _reader(schema, {})
    except NotCoveredError:
        return None

    def decode(data: bytes) -> Any:
        value, end = read(data, 0)
        if end != len(data):
            raise ValueError
        return value

    return decode


def _reader(schema: Any, named: dict[str, Read]) -> Read:
    if isinstance(schema, str):
        found = named.get(schema) or _PRIMITIVES.get(schema)
        if found is None:
            raise NotCoveredError
        return found
    if isinstance(schema, list):
        return _optional(schema, named)
    if "logicalType" in schema:
        raise NotCoveredError
    match schema["type"]:
        case "record":
            read = _record(schema, named)
        case "array":
            return _array(_reader(schema["items"], named))
        case "fixed":
            read = _fixed(schema["size"])
        case "enum":
            read = _enum(schema["symbols"])
        case inner:
            return _reader(inner, named)
    if schema["name"] in named:  # one short name in two namespaces
        raise NotCoveredError
    named[schema["name"]] = read
    return read


def _record(schema: dict[str, Any], named: dict[str, Read]) -> Read:
    """Most fields of a report are absent: what says so is read here, without a call."""
    fields: list[tuple[str, int, int, Read]] = []
    for field in schema["fields"]:
        absent, present, inner = _branches(field["type"])
        fields.append((field["name"], absent, present, _reader(inner, named)))

    def read(data: bytes, at: int) -> tuple[Any, int]:
        value: dict[str, Any] = {}
        for name, absent, present, read_inner in fields:
            if absent != _ALWAYS:
                branch = data[at]
                at += 1
                if branch == absent:
                    value[name] = None
                    continue
                if branch != present:
                    raise ValueError
            value[name], at = read_inner(data, at)
        return value, at

    return read


def _branches(schema: Any) -> tuple[int, int, Any]:
    """(byte of null, byte of the other branch, the other branch); -1 twice where there is no union."""
    if not isinstance(schema, list):
        return _ALWAYS, _ALWAYS, schema
    if len(schema) != 2 or "null" not in schema:
        raise NotCoveredError
    null = schema.index("null")
    return null * 2, 2 - null * 2, schema[1 - null]


def _optional(schema: list[Any], named: dict[str, Read]) -> Read:
    absent, present, inner = _branches(schema)
    read_inner = _reader(inner, named)

    def read(data: bytes, at: int) -> tuple[Any, int]:
        branch = data[at]
        if branch == absent:
            return None, at + 1
        if branch != present:
            raise ValueError
        return read_inner(data, at + 1)

    return read


def _array(read_item: Read) -> Read:
    def read(data: bytes, at: int) -> tuple[Any, int]:
        count, at = _number(data, at)
        if count == 0:
            return [], at
        if not 0 < count <= len(data) - at:
            raise ValueError
        items = []
        for _ in range(count):
            item, at = read_item(data, at)
            items.append(item)
        if data[at] != 0:
            raise ValueError
        return items, at + 1

    return read


def _fixed(size: int) -> Read:
    def read(data: bytes, at: int) -> tuple[Any, int]:
        end = at + size
        if end > len(data):
            raise ValueError
        return data[at:end], end

    return read


def _enum(symbols: list[str]) -> Read:
    def read(data: bytes, at: int) -> tuple[Any, int]:
        index, at = _number(data, at)
        if index < 0:
            raise ValueError
        return symbols[index], at

    return read


def _number(data: bytes, at: int) -> tuple[int, int]:
    """Zigzag, seven bits a byte, the least first; the shortest form only, at most 64 bits."""
    byte = data[at]
    at += 1
    if byte < 0x80:
        return (byte >> 1) ^ -(byte & 1), at
    rest, shift = byte & 0x7F, 7
    while byte >= 0x80:
        byte = data[at]
        at += 1
        rest |= (byte & 0x7F) << shift
        shift += 7
        if shift > 70:
            raise ValueError
    if byte == 0 or rest >> 64:
        raise ValueError
    return (rest >> 1) ^ -(rest & 1), at


def _int(data: bytes, at: int) -> tuple[Any, int]:
    value, at = _number(data, at)
    if not -_INT_MAX - 1 <= value <= _INT_MAX:
        raise ValueError
    return value, at


def _bytes(data: bytes, at: int) -> tuple[Any, int]:
    size, at = _number(data, at)
    end = at + size
    if size < 0 or end > len(data):
        raise ValueError
    return data[at:end], end


def _text(data: bytes, at: int) -> tuple[Any, int]:
    size = data[at]
    if size & 0x81:
        value, end = _bytes(data, at)
        return value.decode(), end
    at += 1
    end = at + (size >> 1)
    if end > len(data):
        raise ValueError
    return data[at:end].decode(), end


def _null(_data: bytes, at: int) -> tuple[Any, int]:
    return None, at


def _boolean(data: bytes, at: int) -> tuple[Any, int]:
    byte = data[at]
    if byte > 1:
        raise ValueError
    return byte == 1, at + 1


_PRIMITIVES: dict[str, Read] = {
    "null": _null,
    "boolean": _boolean,
    "int": _int,
    "long": _number,
    "bytes": _bytes,
    "string": _text,
}
