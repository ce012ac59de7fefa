"""A schema that passed the lint can do no harm; one that could is refused with its place and the rule."""

import re
from collections.abc import Sequence
from typing import Any

import pytest

from tests.support.schemas import as_bytes, nested, record, schema_of
from tests.support.source import ROOT
from tocsin.core.errors import MalformedError
from tocsin.core.schema_lint import MAX_FIELDS, MAX_NESTING, MAX_SCHEMA_BYTES, lint

ENUM = {"type": "enum", "name": "E", "symbols": ["A"]}
FIXED = {"type": "fixed", "name": "F", "size": 16}


def refused(schema: bytes, *words: str) -> None:
    """`schema` is refused with all of `words` in the message."""
    with pytest.raises(MalformedError, match=".*".join(map(re.escape, words))):
        lint(schema)


@pytest.mark.parametrize("path", sorted((ROOT / "schemas").rglob("*.avsc")), ids=lambda path: path.stem)
def test_every_schema_of_the_contract_passes(path) -> None:
    lint(path.read_bytes())


@pytest.mark.parametrize(
    "types",
    [
        ["boolean", "int", "long", "float", "double", "bytes", "string"],
        [["null", "string"], ["null", record("S", "int")], ["null", {"type": "array", "items": "int"}]],
        [ENUM, "E", ["null", "E"], FIXED, {"type": "array", "items": "F"}],
        [record("S", record("T", "int")), "S", "T"],
        [{"type": "array", "items": ["null", "int"]}, {"type": "string"}],
        [{"type": "bytes", "logicalType": "decimal", "precision": 38, "scale": 2}],
    ],
    ids=["primitives", "unions", "names", "records", "arrays", "logical"],
)
def test_what_is_harmless_passes(types: Sequence[Any]) -> None:
    lint(schema_of(*types))


@pytest.mark.parametrize(
    ("spelled", "used"), [("a.b", "S"), ("a.b", "a.b.S"), ("", "S")], ids=["short", "full", "none"]
)
def test_a_name_is_found_in_the_namespace_that_encloses_it(spelled: str, used: str) -> None:
    lint(schema_of(record("S", "int"), used, namespace=spelled))


def test_a_namespace_of_its_own_hides_the_enclosing_one() -> None:
    inner = record("S", "int") | {"namespace": "other"}
    lint(schema_of(inner, "other.S", namespace="own"))
    refused(schema_of(inner, "S", namespace="own"), "schema.f1: unknown type 'S'")


def test_what_stands_below_a_namespace_of_its_own_takes_it() -> None:
    inner = record("S", record("T", "int"), "T") | {"namespace": "other"}
    lint(schema_of(inner, "other.T", namespace="own"))


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b" " * MAX_SCHEMA_BYTES + b"{}", f"a schema of {MAX_SCHEMA_BYTES + 2} bytes is over"),
        (b"\xff", "JSON in UTF-8"),
        (b"{", "JSON in UTF-8"),
        (b"[" * 200_000, "JSON in UTF-8"),
        (b'{"type": "record", "name": "R", "fields": [], "doc": NaN}', "NaN and Infinity"),
        (b'{"type": "record", "type": "record"}', "names one key twice"),
        (b'"int"', "the outermost type of a schema is a record"),
        (b'["null", "int"]', "the outermost type of a schema is a record"),
        (b'{"type": "array", "items": "int"}', "the outermost type of a schema is a record"),
    ],
    ids=["size", "UTF-8", "JSON", "JSON depth", "NaN", "key twice", "name", "union", "array"],
)
def test_what_is_no_record_in_strict_json_is_refused(data: bytes, rule: str) -> None:
    refused(data, rule)


def test_a_schema_may_have_exactly_the_size_that_is_allowed() -> None:
    data = schema_of("int")
    lint(data + b" " * (MAX_SCHEMA_BYTES - len(data)))


@pytest.mark.parametrize(
    ("one", "rule"),
    [
        ("null", "null stands in unions only"),
        ("Nowhere", "unknown type 'Nowhere'"),
        ("x" * 5_000, f"unknown type '{'x' * 40}'"),
        (7, "a type is a name, a union or an object"),
        (None, "a type is a name, a union or an object"),
        ([], "a union is null and one other type"),
        (["null"], "a union is null and one other type"),
        (["int", "null"], "a union is null and one other type"),
        (["int", "string"], "a union is null and one other type"),
        (["null", "int", "string"], "a union is null and one other type"),
        (["null", ["null", "int"]], "a union is null and one other type"),
        (["null", "null"], "null stands in unions only"),
        ({}, "`type` is missing or no text"),
        ({"type": ["null", "int"]}, "`type` is missing or no text"),
        ({"type": {"type": "int"}}, "`type` is missing or no text"),
        ({"type": "null"}, "unknown type 'null'"),
        ({"type": "map", "values": "int"}, "maps are not allowed"),
        ({"type": "array"}, "a type is a name, a union or an object"),
        ({"type": "string", "logicalType": "date"}, "unknown logical type"),
        ({"type": "fixed", "name": "F", "size": 0}, "the size of a fixed"),
        ({"type": "enum", "name": "E", "symbols": []}, "symbols is no list of 1"),
        ({"type": "record", "name": "S"}, "a record has fields"),
        ({"type": "record", "name": "S", "fields": {}}, "a record has fields"),
        ({"type": "record", "name": "S", "fields": []}, "a record has fields"),
        ({"type": "record", "fields": []}, "a type has a plain name"),
        ({"type": "record", "name": "a.S", "fields": []}, "a type has a plain name"),
        ({"type": "record", "name": "int", "fields": []}, "a type has a plain name"),
        ({"type": "record", "name": "null", "fields": []}, "a type has a plain name"),
        ({"type": "record", "name": "S", "namespace": 1, "fields": []}, "a namespace is names"),
        ({"type": "record", "name": "S", "namespace": "a..b", "fields": []}, "a namespace is names"),
        (ENUM | {"name": "R"}, "the type 'R' is defined twice"),
        (ENUM | {"name": "x" * 150, "namespace": "y" * 150}, "a name is longer than 200 bytes"),
    ],
)
def test_a_harmful_or_doubtful_type_is_refused_at_its_place(one: Any, rule: str) -> None:
    refused(schema_of("int", one), "schema.f1", rule)


@pytest.mark.parametrize("items", ["null", record("S"), {"type": "fixed", "name": "F", "size": 0}])
def test_items_without_width_are_refused_at_their_place(items: Any) -> None:
    refused(schema_of({"type": "array", "items": items}), "schema.f0.items: ")


@pytest.mark.parametrize(
    "one", ["R", ["null", "R"], {"type": "array", "items": "R"}, record("S", ["null", "R"])]
)
def test_recursion_is_refused(one: Any) -> None:
    refused(schema_of(one), "recursion: the type contains itself")


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        (["f"], "a field is an object with a name"),
        ([{"type": "int"}], "a field is an object with a name"),
        ([{"name": 1, "type": "int"}], "a field is an object with a name"),
        ([{"name": "a-b", "type": "int"}], "a field is an object with a name"),
        ([{"name": "a", "type": "int"}, {"name": "a", "type": "long"}], "a name stands twice"),
        ([{"name": "a"}], "schema.a: a type is a name"),
        ([{"name": "a", "type": "int", "order": "ignore"}], "schema.a: unknown attribute 'order'"),
        ([{"name": "a", "type": "int", "default": "x"}], "schema.a: the default does not fit"),
    ],
)
def test_a_field_has_a_name_of_its_own_a_type_and_a_default_that_fits(fields: Any, rule: str) -> None:
    refused(schema_of(fields=fields), rule)


def test_nesting_ends_at_its_limit() -> None:
    lint(schema_of(nested(MAX_NESTING - 1)))
    refused(schema_of(nested(MAX_NESTING)), f"nests deeper than {MAX_NESTING}")


def test_a_name_nests_as_deep_as_what_it_names() -> None:
    """Otherwise 16 records that each name the one before would nest without end in few levels of text."""
    tall = record("S", nested(MAX_NESTING - 2))
    lint(schema_of(tall, "S"))
    refused(schema_of(tall, {"type": "array", "items": "S"}), "schema.f1.items: nests deeper than")


def test_all_fields_of_a_schema_count_together() -> None:
    half = MAX_FIELDS // 2
    lint(schema_of(*["int"] * (half - 1), record("S", *["int"] * half)))
    refused(schema_of(*["int"] * half, record("S", *["int"] * half)), "schema", f"more than {MAX_FIELDS}")


def test_the_schema_of_a_record_at_the_top_may_not_be_an_unknown_attribute_either() -> None:
    refused(
        as_bytes({"type": "record", "name": "R", "fields": [], "error": 1}), "schema: unknown attribute"
    )
