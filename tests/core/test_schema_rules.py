"""What one attribute of a schema may be."""

import json
from typing import Any

import pytest

from tocsin.core import schema_rules as rules
from tocsin.core.errors import MalformedError

ENUM = {"type": "enum", "name": "E", "symbols": ["A", "B"]}


def test_a_refusal_names_place_and_rule() -> None:
    assert "schema.a: too long" == str(rules.refuse("schema.a", "too long"))


@pytest.mark.parametrize("name", ["a", "_", "Ab_9", "x" * 200])
def test_a_name_is_letters_digits_and_underscores(name: str) -> None:
    assert rules.is_name(name)


@pytest.mark.parametrize("name", ["", "9a", "a-b", "a.b", "é", "a\n", " a", "x" * 201])
def test_nothing_else_is_a_name(name: str) -> None:
    assert not rules.is_name(name)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("", True),
        ("a", True),
        ("a.b_c", True),
        (".", False),
        ("a.", False),
        ("a.9", False),
        ("a." * 99 + "ab", True),
        ("a." * 99 + "abc", False),
    ],
)
def test_a_namespace_is_names_joined_by_points_of_at_most_200_bytes(text: str, is_one: bool) -> None:
    assert is_one == rules.is_namespace(text)


def test_names_are_unique() -> None:
    rules.unique_names(["a", "A"], "here")
    with pytest.raises(MalformedError, match="here: a name stands twice"):
        rules.unique_names(["a", "a"], "here")


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        (
            {"type": "record", "name": "R", "namespace": "n", "doc": "", "aliases": ["Q"], "fields": []},
            "record",
        ),
        ({"type": "int", "logicalType": "date"}, "int"),
        ({"name": "a", "type": "int", "doc": "d", "default": 0, "aliases": ["b"]}, "field"),
    ],
    ids=["record", "int", "field"],
)
def test_known_attributes_pass(schema: dict[str, Any], kind: str) -> None:
    rules.check_attributes(schema, kind, "here")


@pytest.mark.parametrize(
    ("schema", "kind", "rule"),
    [
        ({}, "map", "maps are not allowed"),
        ({}, "error", "unknown type 'error'"),
        ({}, "x" * 100, f"unknown type '{'x' * 40}'"),
        ({"values": 1}, "array", "unknown attribute 'values'"),
        ({"order": "ascending"}, "field", "unknown attribute 'order'"),
        ({"doc": 1}, "record", "doc is no text"),
        ({"aliases": "A"}, "record", "aliases is no list"),
        ({"aliases": []}, "record", "aliases is no list"),
        ({"aliases": [1]}, "field", "aliases holds something else"),
        ({"aliases": ["a-b"]}, "field", "aliases holds something else"),
        ({"aliases": ["a", "a"]}, "field", "a name stands twice"),
    ],
)
def test_other_types_attributes_and_aliases_are_refused(
    schema: dict[str, Any], kind: str, rule: str
) -> None:
    with pytest.raises(MalformedError, match=f"here: {rule}"):
        rules.check_attributes(schema, kind, "here")


MOST_SYMBOLS = ENUM | {"symbols": [f"S{place}" for place in range(rules.MAX_SYMBOLS)]}


@pytest.mark.parametrize(
    "schema", [ENUM, ENUM | {"default": "B"}, MOST_SYMBOLS], ids=["plain", "default", "most"]
)
def test_an_enum_has_symbols(schema: dict[str, Any]) -> None:
    rules.check_symbols(schema, "here")


@pytest.mark.parametrize(
    "change",
    [
        {"symbols": None},
        {"symbols": []},
        {"symbols": ["A", "A"]},
        {"symbols": ["a b"]},
        {"symbols": [f"S{place}" for place in range(rules.MAX_SYMBOLS + 1)]},
        {"default": "C"},
        {"default": None},
    ],
    ids=["none", "empty", "twice", "no name", "too many", "default", "null default"],
)
def test_an_enum_without_good_symbols_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(MalformedError, match="here"):
        rules.check_symbols(ENUM | change, "here")


@pytest.mark.parametrize("size", [1, rules.MAX_FIXED_BYTES])
def test_a_fixed_has_a_width(size: int) -> None:
    rules.check_fixed({"size": size}, "here")


@pytest.mark.parametrize("size", [None, 0, -1, rules.MAX_FIXED_BYTES + 1, 1.0, True, "16"])
def test_a_fixed_without_a_width_that_we_can_bear_is_refused(size: Any) -> None:
    with pytest.raises(MalformedError, match="here: the size of a fixed"):
        rules.check_fixed({"size": size}, "here")


@pytest.mark.parametrize(
    ("kind", "logical"),
    [
        ("int", {}),
        ("string", {"logicalType": "uuid"}),
        ("int", {"logicalType": "date"}),
        ("int", {"logicalType": "time-millis"}),
        ("long", {"logicalType": "timestamp-micros"}),
        ("bytes", {"logicalType": "decimal", "precision": 1}),
        ("fixed", {"logicalType": "decimal", "precision": 38, "scale": 38}),
    ],
)
def test_a_logical_type_stands_on_its_own_base(kind: str, logical: dict[str, Any]) -> None:
    rules.check_logical_type({"type": kind} | logical, kind, "here")


@pytest.mark.parametrize(
    ("kind", "logical", "rule"),
    [
        ("long", {"logicalType": "date"}, "unknown logical type"),
        ("int", {"logicalType": "timestamp-millis"}, "unknown logical type"),
        ("long", {"logicalType": "timestamp-nanos"}, "unknown logical type"),
        ("string", {"logicalType": 1}, "unknown logical type"),
        ("bytes", {"logicalType": None}, "unknown logical type"),
        ("bytes", {"precision": 4}, "unknown logical type"),
        ("int", {"logicalType": "date", "scale": 2}, "only decimals have precision"),
        ("bytes", {"logicalType": "decimal"}, "a decimal has a precision of 1 to 38"),
        ("bytes", {"logicalType": "decimal", "precision": 39}, "a decimal has a precision of 1 to 38"),
        ("bytes", {"logicalType": "decimal", "precision": 0}, "a decimal has a precision of 1 to 38"),
        ("bytes", {"logicalType": "decimal", "precision": 4, "scale": 5}, "the scale of a decimal"),
        ("bytes", {"logicalType": "decimal", "precision": 4, "scale": -1}, "the scale of a decimal"),
    ],
)
def test_another_logical_type_is_refused(kind: str, logical: dict[str, Any], rule: str) -> None:
    with pytest.raises(MalformedError, match=f"here: {rule}"):
        rules.check_logical_type({"type": kind} | logical, kind, "here")


@pytest.mark.parametrize(
    ("value", "schema"),
    [
        (None, ["null", "string"]),
        ([], {"type": "array", "items": "int"}),
        ("A", ENUM),
        (False, "boolean"),
        (-(2**31), "int"),
        (2**63 - 1, "long"),
        (0, "double"),
        (1.5, {"type": "float"}),
        ("", "string"),
        ("x" * (rules.MAX_DEFAULT_BYTES - 2), "string"),
    ],
)
def test_a_default_that_fits_passes(value: Any, schema: Any) -> None:
    rules.check_default(value, schema, "here")


@pytest.mark.parametrize(
    ("value", "schema"),
    [
        ("a", ["null", "string"]),
        (None, "string"),
        ([1], {"type": "array", "items": "int"}),
        ("C", ENUM),
        (0, "boolean"),
        (True, "int"),
        (2**31, "int"),
        (1.0, "long"),
        (-(2**63) - 1, "long"),
        (True, "double"),
        (json.loads("1e400"), "double"),
        (json.loads("-1e400"), "float"),
        ("\u00ff", "bytes"),
        ({}, {"type": "record", "name": "R", "fields": []}),
        ("a" * 16, {"type": "fixed", "name": "F", "size": 16}),
        ("x", "Named"),
    ],
)
def test_a_default_that_does_not_fit_is_refused(value: Any, schema: Any) -> None:
    with pytest.raises(MalformedError, match="here: the default does not fit"):
        rules.check_default(value, schema, "here")


def test_a_default_is_short() -> None:
    with pytest.raises(MalformedError, match="here: a default is longer than 4096 bytes"):
        rules.check_default("x" * (rules.MAX_DEFAULT_BYTES - 1), "string", "here")
