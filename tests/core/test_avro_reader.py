"""The composed reader accepts exactly what the library reads and the writer writes again."""

import json
from io import BytesIO
from typing import Any

import fastavro
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import schemas
from tests.core.test_avro_writer import FILES, values_of
from tocsin.core.avro_reader import compile_reader
from tocsin.core.avro_writer import compile_writer

REFUSED = (ValueError, IndexError)


def record(type_: Any) -> dict[str, Any]:
    return {"type": "record", "name": "R", "fields": [{"name": "f", "type": type_}]}


def read(type_: Any, data: bytes) -> Any:
    reader = compile_reader(record(type_))
    assert reader is not None
    return reader(data)["f"]


def by_the_library(schema: Any, data: bytes) -> Any:
    """The value, if decoding and encoding again gives the same bytes; else None."""
    writer = compile_writer(schema)
    assert writer is not None
    try:
        value = fastavro.schemaless_reader(BytesIO(data), fastavro.parse_schema(schema, {}), None)
        return value if writer(value) == data else None
    except Exception:
        return None


@pytest.mark.parametrize("file", FILES)
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data())
def test_what_is_written_is_read(file: str, data: st.DataObject) -> None:
    schema = json.loads(schemas.load(file))
    writer, reader = compile_writer(schema), compile_reader(schema)
    assert writer is not None
    assert reader is not None
    value = data.draw(values_of(schema, {}))
    assert value == reader(writer(value))


@pytest.mark.parametrize("file", FILES)
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data())
def test_a_changed_encoding_is_read_exactly_if_the_library_and_the_writer_agree(
    file: str, data: st.DataObject
) -> None:
    schema = json.loads(schemas.load(file))
    writer, reader = compile_writer(schema), compile_reader(schema)
    assert writer is not None
    assert reader is not None
    whole = writer(data.draw(values_of(schema, {})))
    at = data.draw(st.integers(0, len(whole)))
    put = data.draw(st.binary(max_size=3))
    changed = whole[:at] + put + whole[at + data.draw(st.integers(0, 3)) :]
    expected = by_the_library(schema, changed)
    try:
        found = reader(changed)
    except REFUSED:
        found = None
    assert expected == found


@pytest.mark.parametrize(
    ("type_", "data", "expected"),
    [
        ("long", b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", -(2**63)),
        ("long", b"\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01", 2**63 - 1),
        ("int", b"\xff\xff\xff\xff\x0f", -(2**31)),
        ("boolean", b"\x01", True),
        ("null", b"", None),
        ("string", b"\x04\xc3\xa4", "ä"),
        ("string", b"\x80\x01" + b"a" * 64, "a" * 64),
        ({"type": "array", "items": ["null", "int"]}, b"\x04\x00\x02\x06\x00", [None, 3]),
        ({"type": "array", "items": "int"}, b"\x00", []),
        ({"type": "enum", "name": "E", "symbols": ["A", "B"]}, b"\x02", "B"),
        ({"type": "fixed", "name": "F", "size": 2}, b"ab", b"ab"),
        ({"type": "string"}, b"\x02a", "a"),
    ],
)
def test_the_one_encoding_of_a_value(type_: Any, data: bytes, expected: Any) -> None:
    assert expected == read(type_, data)


@pytest.mark.parametrize(
    ("type_", "data"),
    [
        ("long", b"\x80\x00"),  # overlong
        ("long", b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x03"),  # 65 bits
        ("long", b"\x80" * 11 + b"\x01"),
        ("long", b"\x80"),
        ("int", b"\x80\x80\x80\x80\x10"),  # 2^31
        ("int", b"\x81\x80\x80\x80\x10"),  # -2^31 - 1
        ("boolean", b"\x02"),
        ("string", b"\x01"),  # a negative length
        ("string", b"\x04a"),
        ("string", b"\x80\x01a"),
        ("string", b"\x04\xff\xff"),
        ("bytes", b"\x80\x80\x80\x80\x80\x80\x01"),  # a length of 2^41
        (["null", "int"], b"\x04\x00"),
        ({"type": "array", "items": ["null", "int"]}, b"\x02\x04\x00"),
        ({"type": "array", "items": "int"}, b"\x01\x02\x06\x00"),  # a sized block
        ({"type": "array", "items": "int"}, b"\x02\x06\x02\x06\x00"),  # two blocks
        ({"type": "array", "items": "int"}, b"\x80\x80\x80\x80\x80\x01\x00"),
        ({"type": "enum", "name": "E", "symbols": ["A"]}, b"\x01"),
        ({"type": "enum", "name": "E", "symbols": ["A"]}, b"\x02"),
        ({"type": "fixed", "name": "F", "size": 2}, b"a"),
        ("null", b"\x00"),  # something trailing
    ],
)
def test_h33_every_other_encoding_is_refused(type_: Any, data: bytes) -> None:
    with pytest.raises(REFUSED):
        read(type_, data)


@pytest.mark.parametrize(
    "type_",
    [
        "double",
        ["null", "int", "string"],
        {"type": "map", "values": "int"},
        {"type": "long", "logicalType": "timestamp-millis"},
        {"type": "array", "items": ["int", "string"]},
    ],
)
def test_what_is_not_covered_is_left_to_the_library(type_: Any) -> None:
    assert compile_reader(record(type_)) is None


def test_one_short_name_in_two_namespaces_is_left_to_the_library() -> None:
    one = {"type": "fixed", "name": "F", "size": 1}
    fields = [{"name": "a", "type": one}, {"name": "b", "type": one | {"namespace": "other"}}]
    assert compile_reader({"type": "record", "name": "R", "fields": fields}) is None


def test_a_named_type_is_read_where_it_is_named_again() -> None:
    one = {"type": "fixed", "name": "F", "size": 1}
    fields = [{"name": "a", "type": one}, {"name": "b", "type": "F"}]
    reader = compile_reader({"type": "record", "name": "R", "fields": fields})
    assert reader is not None
    assert {"a": b"x", "b": b"y"} == reader(b"xy")
