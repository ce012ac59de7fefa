"""Fields of JSON objects are of the kind asked for, or an error names them."""

from collections.abc import Callable
from typing import Any

import pytest

from tocsin.core import json_fields
from tocsin.core.errors import MalformedError

FIELDS: list[tuple[Callable[..., Any], Any, Any]] = [
    (json_fields.text, "a", "a"),
    (json_fields.optional_text, "a", "a"),
    (json_fields.optional_text, None, None),
    (json_fields.texts, ["a", "b"], ("a", "b")),
    (json_fields.texts, None, ()),
    (json_fields.optional_object, {"b": 1}, {"b": 1}),
    (json_fields.optional_object, None, None),
    (json_fields.number, 0, 0),
    (json_fields.number, 2**63 - 1, 2**63 - 1),
    (json_fields.base64_bytes, "YQ==", b"a"),
]
WRONG: list[tuple[Callable[..., Any], Any]] = [
    (json_fields.text, None),
    (json_fields.text, 1),
    (json_fields.text, ""),
    (json_fields.text, "a" * (json_fields.MAX_TEXT_CHARACTERS + 1)),
    (json_fields.optional_text, 1),
    (json_fields.texts, "a"),
    (json_fields.texts, [1]),
    (json_fields.texts, ["a"] * (json_fields.MAX_TEXTS + 1)),
    (json_fields.texts, ["a" * (json_fields.MAX_TEXT_CHARACTERS + 1)]),
    (json_fields.optional_object, []),
    (json_fields.number, None),
    (json_fields.number, True),
    (json_fields.number, -1),
    (json_fields.number, 2**63),
    (json_fields.number, "1"),
    (json_fields.base64_bytes, "Y"),
    (json_fields.base64_bytes, "YR=="),
    (json_fields.base64_bytes, "Y Q=="),
]


@pytest.mark.parametrize(("read", "value", "expected"), FIELDS)
def test_a_field_of_the_right_kind_is_read(read: Callable[..., Any], value: Any, expected: Any) -> None:
    assert expected == read({"field": value}, "field")


@pytest.mark.parametrize(("read", "value"), WRONG)
def test_a_field_of_another_kind_is_refused_by_name(read: Callable[..., Any], value: Any) -> None:
    with pytest.raises(MalformedError, match="field"):
        read({"field": value}, "field")


def test_a_list_of_objects_is_read() -> None:
    assert [{"a": 1}] == json_fields.objects({"field": [{"a": 1}]}, "field", 1)


@pytest.mark.parametrize("value", [None, {}, [1], [{}, {}]])
def test_another_list_or_a_longer_one_is_refused(value: Any) -> None:
    with pytest.raises(MalformedError, match="field"):
        json_fields.objects({"field": value}, "field", 1)


def test_a_target_is_an_object() -> None:
    assert {"a": 1} == json_fields.load_object(b'{"a":1}', "participant")


@pytest.mark.parametrize("data", [b"[]", b"1", b'"' + b"a" * json_fields.MAX_TARGET_BYTES + b'"'])
def test_another_or_a_larger_target_is_refused_by_its_kind(data: bytes) -> None:
    with pytest.raises(MalformedError, match="participant"):
        json_fields.load_object(data, "participant")


def test_bytes_become_base64_at_every_depth_and_all_else_stays() -> None:
    value = {"a": [b"ab", {"b": b""}], "c": 1, "d": None, "e": "x"}
    assert {"a": ["YWI=", {"b": ""}], "c": 1, "d": None, "e": "x"} == json_fields.in_json(value)


@pytest.mark.parametrize("value", ["x", "x" * 200, "Ä ö"])
def test_a_line_that_can_be_shown_is_read(value: str) -> None:
    assert value == json_fields.line({"a": value}, "a") == json_fields.optional_line({"a": value}, "a")


@pytest.mark.parametrize("value", ["", " x", "x ", "x\ny", "a\u202eb", "a\u200bb", "x" * 201, 5])
def test_a_line_that_cannot_be_shown_is_refused_by_name(value: Any) -> None:
    for read in (json_fields.line, json_fields.optional_line):
        with pytest.raises(MalformedError, match="field"):
            read({"field": value}, "field")


def test_a_line_that_is_not_there_is_none() -> None:
    assert json_fields.optional_line({}, "a") is None


def test_a_time_that_no_calendar_has_is_refused() -> None:
    assert json_fields.LAST_S == json_fields.moment({"a": json_fields.LAST_S}, "a")
    with pytest.raises(MalformedError, match="whole number"):
        json_fields.moment({"a": json_fields.LAST_S + 1}, "a")
