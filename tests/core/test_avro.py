"""One value, one encoding; whatever else decodes elsewhere is refused here."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.core.avro import Codec
from tocsin.core.errors import MalformedError


def codec(field_type: Any) -> Codec:
    """A codec of a record with the one field `x`."""
    schema = {"type": "record", "name": "R", "fields": [{"name": "x", "type": field_type}]}
    return Codec(json.dumps(schema).encode())


ENUM = {"type": "enum", "name": "E", "symbols": ["A", "B"]}
FIXED = {"type": "fixed", "name": "F", "size": 4}
POINT = {"type": "record", "name": "P", "fields": [{"name": "at", "type": "double"}]}
WORDS = {"type": "record", "name": "W", "fields": [{"name": "s", "type": "string"}]}
WIDE = json.dumps(
    {
        "type": "record",
        "namespace": "tocsin.test",
        "name": "Wide",
        "fields": [
            {"name": "number", "type": "int"},
            {"name": "long", "type": ["null", "long"]},
            {"name": "real", "type": "double"},
            {"name": "small", "type": "float"},
            {"name": "truth", "type": ["null", "boolean"]},
            {"name": "text", "type": ["null", "string"]},
            {"name": "data", "type": "bytes"},
            {"name": "four", "type": FIXED},
            {"name": "again", "type": "F"},
            {"name": "letter", "type": ENUM},
            {"name": "points", "type": {"type": "array", "items": POINT}},
            {"name": "words", "type": {"type": "array", "items": WORDS}},
            {"name": "counts", "type": {"type": "array", "items": ["null", "int"]}},
            {"name": "wrapped", "type": {"type": "int"}},
        ],
    }
).encode()
REALS = st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.fixed_dictionaries(
    {
        "number": st.integers(-(2**31), 2**31 - 1),
        "long": st.none() | st.integers(-(2**63), 2**63 - 1),
        "real": REALS,
        "small": st.floats(allow_nan=False, allow_infinity=False, width=32),
        "truth": st.none() | st.booleans(),
        "text": st.none() | st.text(st.characters(exclude_categories=["Cs"])),
        "data": st.binary(),
        "four": st.binary(min_size=4, max_size=4),
        "again": st.binary(min_size=4, max_size=4),
        "letter": st.sampled_from("AB"),
        "points": st.lists(st.fixed_dictionaries({"at": REALS}), max_size=3),
        "words": st.lists(st.fixed_dictionaries({"s": st.just("w")}), max_size=3),
        "counts": st.lists(st.none() | st.integers(0, 9), max_size=3),
        "wrapped": st.integers(0, 9),
    }
)


FRACTIONS = {"real", "small", "points"}  # leave these out and the composed writer serves


def _without_fractions() -> Codec:
    schema = json.loads(WIDE)
    schema["fields"] = [field for field in schema["fields"] if field["name"] not in FRACTIONS]
    return Codec(json.dumps(schema).encode())


BOTH = {"fastavro": Codec(WIDE), "composed": _without_fractions()}


@pytest.mark.parametrize("writer", BOTH)
@settings(max_examples=60)
@given(value=VALUES)
def test_every_value_survives_its_encoding(writer: str, value: dict[str, Any]) -> None:
    wide = BOTH[writer]
    kept = {name: value[name] for name in (field["name"] for field in wide.schema["fields"])}
    assert kept == wide.decode(wide.encode(value))


@pytest.mark.parametrize("writer", BOTH)
@settings(max_examples=200)
@given(value=VALUES, data=st.data())
def test_bytes_that_decode_are_the_encoding_of_their_value(
    writer: str, value: dict[str, Any], data: st.DataObject
) -> None:
    wide = BOTH[writer]
    changed = bytearray(wide.encode(value))
    place = data.draw(st.integers(0, len(changed)))
    changed[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    try:
        decoded = wide.decode(bytes(changed))
    except MalformedError:
        return
    assert bytes(changed) == wide.encode(decoded)


@pytest.mark.parametrize(
    ("field_type", "data"),
    [
        ("int", b"\x02\x00"),
        ("int", b""),
        ("int", b"\x80\x00"),
        ("int", b"\x80\x80\x80\x80\x10"),
        ("int", b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
        ("long", b"\x80" * 9 + b"\x02"),
        ("boolean", b"\x02"),
        ("float", b"\x00\x00\xc0\x7f"),
        ("double", b"\x00" * 6 + b"\xf0\x7f"),
        ("double", b"\x00" * 6 + b"\xf0\xff"),
        ("string", b"\x02\xff"),
        ("string", b"\x06\xed\xa0\x80"),
        ("string", b"\x01"),
        ("bytes", b"\x03ab"),
        ("bytes", b"\x04a"),
        ("bytes", b"\x80\x80\x80\x80\x80\x80\x01"),
        (ENUM, b"\x01"),
        (ENUM, b"\x04"),
        (FIXED, b"abc"),
        (["null", "int"], b"\x01"),
        (["null", "int"], b"\x04\x02"),
        ({"type": "array", "items": "int"}, b"\x01\x02\x02\x00"),
        ({"type": "array", "items": "int"}, b"\x02\x02\x02\x04\x00"),
        ({"type": "array", "items": "int"}, b"\x02\x02"),
    ],
)
def test_what_only_a_lenient_reader_takes_is_refused(field_type: Any, data: bytes) -> None:
    with pytest.raises(MalformedError):
        codec(field_type).decode(data)


@pytest.mark.parametrize(
    ("field_type", "value"),
    [
        ("int", 2**31),
        ("int", True),
        ("int", 1.0),
        ("long", 2**63),
        ("double", float("nan")),
        ("double", float("inf")),
        ("double", True),
        ("double", "1"),
        ("boolean", 1),
        ("string", b"bytes"),
        ("string", "\ud800"),
        ("bytes", None),
        (ENUM, "C"),
        (FIXED, b"abc"),
        ({"type": "array", "items": "int"}, None),
        ({"type": "array", "items": "int"}, 3),
        ({"type": "array", "items": WORDS}, [None]),
    ],
)
def test_a_value_that_does_not_fit_is_not_written(field_type: Any, value: Any) -> None:
    with pytest.raises(MalformedError):
        codec(field_type).encode({"x": value})


def test_a_value_that_is_no_record_is_not_written() -> None:
    with pytest.raises(MalformedError):
        codec("int").encode([1])  # type: ignore[arg-type]


def test_a_refusal_names_no_content() -> None:
    with pytest.raises(MalformedError) as refused:
        codec("int").encode({"x": "canary"})
    assert "canary" not in str(refused.value)


def test_the_prefix_ends_in_the_little_endian_fingerprint() -> None:
    """CRC-64-AVRO of `"int"` is 7275d51a3f395c8f in the Avro specification's own test data."""
    assert bytes.fromhex("c301 8f5c393f1ad57572") == _of_int().prefix


def _of_int() -> Codec:
    return Codec(b'"int"')


def test_a_single_object_encoding_survives() -> None:
    one = codec("int")
    assert {"x": 5} == one.decode_single(one.encode_single({"x": 5}))


def test_a_single_object_encoding_of_another_type_is_refused() -> None:
    with pytest.raises(MalformedError):
        codec("int").decode_single(codec("long").encode_single({"x": 5}))


def test_a_schema_without_numbers_that_is_left_to_the_library_is_read_strictly_too() -> None:
    wide = {
        "type": "record",
        "name": "R",
        "fields": [{"name": "f", "type": ["null", "string", "bytes"]}],
    }
    codec = Codec(json.dumps(wide).encode())
    assert {"f": None} == codec.decode(b"\x00")
    with pytest.raises(MalformedError):
        codec.decode(b"\x80\x00")


def test_a_schema_is_named_with_its_namespace_where_it_has_one() -> None:
    record = {"type": "record", "name": "R", "fields": []}
    assert "R" == Codec(json.dumps(record).encode()).name
    assert "a.b.R" == Codec(json.dumps(record | {"namespace": "a.b"}).encode()).name
