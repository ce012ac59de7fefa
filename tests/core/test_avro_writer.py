"""The composed writer writes what the library writes, or leaves it to the library."""

import json
from io import BytesIO
from typing import Any

import fastavro
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import schemas
from tocsin.core.avro import Codec
from tocsin.core.avro_writer import compile_writer
from tocsin.core.errors import MalformedError

FILES = (
    *("wire/envelope.avsc", "wire/header.avsc", "wire/inner.avsc", "wire/manifest.avsc"),
    *("wire/checkpoint.avsc", "reports/incident_report.avsc", "reports/alert.avsc"),
)
PRIMITIVES: dict[str, st.SearchStrategy[Any]] = {
    "null": st.none(),
    "boolean": st.booleans(),
    "int": st.integers(-(2**31), 2**31 - 1),
    "long": st.integers(-(2**63), 2**63 - 1),
    "string": st.text(st.characters(exclude_categories=["Cs"]), max_size=80),
    "bytes": st.binary(max_size=80),
}


def values_of(schema: Any, named: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Every value that the schema allows."""
    if isinstance(schema, str):
        return PRIMITIVES[schema] if schema in PRIMITIVES else values_of(named[schema], named)
    if isinstance(schema, list):
        return st.one_of([values_of(branch, named) for branch in schema])
    if "name" in schema:
        named[schema["name"]] = schema
    match schema["type"]:
        case "record":
            return st.fixed_dictionaries(
                {field["name"]: values_of(field["type"], named) for field in schema["fields"]}
            )
        case "array":
            return st.lists(values_of(schema["items"], named), max_size=3)
        case "fixed":
            return st.binary(min_size=schema["size"], max_size=schema["size"])
        case "enum":
            return st.sampled_from(schema["symbols"])
        case inner:
            return values_of(inner, named)


def written_by_the_library(schema: Any, value: Any) -> bytes:
    out = BytesIO()
    fastavro.schemaless_writer(out, fastavro.parse_schema(schema, named_schemas={}), value)
    return out.getvalue()


@pytest.mark.parametrize("file", FILES)
@settings(max_examples=30, suppress_health_check=list(HealthCheck), deadline=None)
@given(data=st.data())
def test_it_writes_what_the_library_writes(file: str, data: st.DataObject) -> None:
    schema = json.loads(schemas.load(file))
    value = data.draw(values_of(schema, {}))
    write = compile_writer(schema)
    assert write is not None

    assert written_by_the_library(schema, value) == write(value)


def record(field_type: Any) -> Any:
    return {"type": "record", "name": "R", "fields": [{"name": "x", "type": field_type}]}


FIXED = {"type": "fixed", "name": "F", "size": 2}
TWICE = {
    "type": "record",
    "name": "R",
    "fields": [{"name": "a", "type": FIXED}, {"name": "b", "type": {**FIXED, "namespace": "other"}}],
}


@pytest.mark.parametrize(
    "schema",
    [
        record({"type": "map", "values": "int"}),
        record("double"),
        record(["null", "int", "string"]),
        record(["string", "int"]),
        record({"type": "long", "logicalType": "timestamp-millis"}),
        TWICE,
    ],
)
def test_a_schema_outside_the_contract_is_left_to_the_library(schema: Any) -> None:
    assert compile_writer(schema) is None


@pytest.mark.parametrize(
    ("field_type", "value"),
    [
        ("null", 1),
        ("boolean", 1),
        ("int", 2**31),
        ("int", True),
        ("long", -(2**63) - 1),
        ("string", 5),
        ("bytes", "text"),
        (["null", "string"], 5),
        ({"type": "array", "items": "int"}, "text"),
        (FIXED, b"\x00"),
        (FIXED, "ab"),
        ({"type": "enum", "name": "E", "symbols": ["A"]}, "B"),
        (record("int"), None),
    ],
)
def test_a_value_of_another_type_or_range_raises(field_type: Any, value: Any) -> None:
    write = compile_writer(record(field_type) if field_type != record("int") else field_type)
    assert write is not None
    with pytest.raises((ValueError, TypeError, AttributeError)):
        write({"x": value} if field_type != record("int") else value)


def test_a_missing_field_takes_its_default_and_raises_without_one() -> None:
    schema = record("int")
    with_default = {**schema, "fields": [{"name": "x", "type": "int", "default": 3}]}
    write, write_default = compile_writer(schema), compile_writer(with_default)
    assert write is not None
    assert write_default is not None

    assert b"\x06" == write_default({})
    with pytest.raises(KeyError):
        write({})


def test_null_may_stand_second() -> None:
    write = compile_writer(record(["string", "null"]))
    assert write is not None

    assert (b"\x02", b"\x00\x02a") == (write({"x": None}), write({"x": "a"}))


def test_null_takes_nothing_but_null() -> None:
    write = compile_writer(record("null"))
    assert write is not None

    assert b"" == write({"x": None})


def test_what_is_left_to_the_library_is_held_to_its_types_all_the_same() -> None:
    types = {"real": "double", "truth": "boolean", "number": "int"}
    fields = [{"name": name, "type": field_type} for name, field_type in types.items()]
    codec = Codec(json.dumps({"type": "record", "name": "R", "fields": fields}).encode())
    for wrong in ({"real": "1"}, {"truth": 1}, {"number": 2**31}):
        with pytest.raises(MalformedError):
            codec.encode({"real": 1.0, "truth": True, "number": 1, **wrong})
