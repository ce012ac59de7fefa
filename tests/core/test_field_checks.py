"""The small checks: canonical values out, or every problem with its place."""

from typing import Any

import pytest

from tests.support.reports import problems_of
from tocsin.core.errors import InvalidReportError
from tocsin.core.field_checks import (
    MAX_PROBLEMS,
    array,
    code,
    flag,
    names_somebody,
    record,
    shaped,
    text,
    whole,
)


def refusal(check: Any, value: Any) -> str:
    return problems_of(check, value)[""]


def test_text_loses_outer_white_space_only() -> None:
    assert "a  b" == text(4)(" a  b\n")


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (5, "must be text"),
        (b"a", "must be text"),
        ("  ", "is empty; leave the field out instead"),
        ("12345", "has 5 characters; at most 4 are allowed"),
        ("a\x00b", "holds a control character or line break; remove it"),
        ("a\nb", "holds a control character or line break; remove it"),
        ("a\u2028b", "holds a control character or line break; remove it"),
        ("a\ud800", "holds a control character or line break; remove it"),
        ("é\x85", "holds a control character or line break; remove it"),
        ("\uffffa", "holds a control character or line break; remove it"),
    ],
)
def test_what_is_no_line_of_text_is_refused(value: Any, sentence: str) -> None:
    if value == "é\x85":  # NEL at the end is white space, inside it is not
        value = "é\x85é"
    assert sentence == refusal(text(4), value)


def test_lines_may_break_where_they_are_allowed_to() -> None:
    assert "a\r\n\tb" == text(10, lines=True)("a\r\n\tb")
    assert "holds a control" in refusal(text(10, lines=True), "a\x1bb")


def test_scripts_of_all_directions_pass() -> None:
    for word in (
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "г. Москва",
        "广东省",
        "\u0627\u0644\u0646\u0635\u200f",
    ):
        assert word == text(50)(word)


def test_no_sentence_repeats_the_value() -> None:
    checks = [text(3), whole(0, 1), flag, code(frozenset({"a"}), strict=True), shaped("x", "must be x")]
    for check in checks:
        assert "CANARY" not in refusal(check, "CANARY")


def test_a_shape_must_match_whole() -> None:
    check = shaped("[0-9]{2}", "must be two digits")
    assert "12" == check("12")
    assert ["must be two digits"] * 3 == [refusal(check, value) for value in ("123", "12\n", 12)]


def test_a_strict_code_is_one_of_the_list_and_the_refusal_names_them() -> None:
    check = code(frozenset({"a", "b"}), strict=True)
    assert "a" == check("a")
    assert "is none of the 2 known codes: a, b" == refusal(check, "c")
    assert "is none of the 2 known codes: a, b" == refusal(check, ["a"])


def test_a_long_list_of_codes_is_cut_short() -> None:
    assert refusal(code(frozenset(map(str, range(31))), strict=True), "x").endswith(", ...")


def test_a_lenient_code_may_be_newer_than_the_list() -> None:
    check = code(frozenset({"a"}), strict=False)
    assert ["a", "newer"] == [check("a"), check("newer")]
    for value in ("", "x" * 65, 5):
        assert "is none of the 1 known codes: a" == refusal(check, value)


@pytest.mark.parametrize("value", [-1, 3, True, 1.0, "1"])
def test_a_whole_number_is_a_number_in_range(value: Any) -> None:
    assert [0, 2] == [whole(0, 2)(0), whole(0, 2)(2)]
    assert "must be a whole number from 0 to 2" == refusal(whole(0, 2), value)


@pytest.mark.parametrize("value", [0, 1, "true"])
def test_a_flag_is_true_or_false(value: Any) -> None:
    assert [True, False] == [flag(True), flag(False)]
    assert "must be true or false" == refusal(flag, value)


def test_a_list_names_every_entry_that_is_wrong() -> None:
    check = array(flag, 3)
    assert [True] == check([True])
    assert ["[0]", "[2]"] == list(problems_of(check, [1, True, 2]))


def test_a_list_has_a_bound_and_is_a_list() -> None:
    assert "has 2 entries; at most 1 are allowed" == refusal(array(flag, 1), [True, True])
    assert "must be a list" == refusal(array(flag, 1), "ab")


def test_a_list_reports_a_bounded_number_of_problems() -> None:
    assert MAX_PROBLEMS == len(problems_of(array(flag, 1000), [0] * 1000))


INNER = record({"deep": flag}, strict=True)
OUTER = record({"one": flag, "inner": INNER, "many": array(INNER, 9)}, arrays=("many",), strict=True)


def test_a_record_gets_all_its_fields_and_changes_nothing() -> None:
    given = {"one": None, "inner": {}}
    assert {"one": None, "inner": {"deep": None}, "many": []} == OUTER(given)
    assert {"one": None, "inner": {}} == given


def test_no_two_canonical_records_share_a_list() -> None:
    OUTER({})["many"].append(1)
    assert [] == OUTER({})["many"]


def test_places_read_like_paths() -> None:
    wrong = {"one": 1, "inner": {"deep": 2}, "many": [{"deep": 3}]}
    assert {"one", "inner.deep", "many[0].deep"} == set(problems_of(OUTER, wrong))


def test_an_unknown_field_is_refused_with_the_nearest_name() -> None:
    assert {"iner": "is no field here; did you mean inner?"} == problems_of(OUTER, {"iner": {}})


def test_an_unknown_field_without_a_near_name_is_refused_with_all_names() -> None:
    assert {"qqq": "is no field here; known are: one, inner, many"} == problems_of(OUTER, {"qqq": 1})


def test_names_of_unknown_fields_are_cut_and_plain() -> None:
    assert [("?" * 40)] == list(problems_of(OUTER, {"\u202e" * 50: 1}))


def test_a_flood_of_unknown_fields_is_bounded() -> None:
    with pytest.raises(InvalidReportError) as caught:
        OUTER({f"x{number}": 1 for number in range(1000)})
    assert MAX_PROBLEMS == len(caught.value.problems)


def test_a_lenient_record_leaves_unknown_fields_out() -> None:
    assert {"deep": True} == record({"deep": flag}, strict=False)({"deep": True, "newer": 1})


def test_a_record_is_an_object() -> None:
    assert "must be an object" == refusal(OUTER, [])


def test_what_was_refused_is_not_also_reported_as_missing() -> None:
    def needs_both(out: dict[str, Any]) -> None:
        missing = [(name, "is missing") for name in ("a", "b") if out[name] is None]
        if missing:
            raise InvalidReportError(missing)

    check = record({"a": flag, "b": flag}, then=needs_both, strict=True)
    assert {"a": True, "b": False} == check({"a": True, "b": False})
    assert {"a": "must be true or false", "b": "is missing"} == problems_of(check, {"a": 1})


@pytest.mark.parametrize(
    "text",
    [
        "call +352 691 123 456",
        "call +352\u00a0691\u00a0123\u00a0456",
        "call 691\u2011123\u2013456",
        "call +31 (0) 6 1234 567",
        "call ６９１１２３４５６",
        "call ٠١٢٣٤٥٦٧٨٩",
        "ana@firm.example",
        "ana＠firm.example",
        "R A 473124829 CN",
    ],
)
def test_a_number_or_address_is_known_in_every_writing(text: str) -> None:
    assert names_somebody(text)


@pytest.mark.parametrize("text", ["HS 2933.36, UN 1090", "20 to 30 kg, 1,500 boxes", "2 @ 30 each"])
def test_amounts_and_codes_are_no_numbers_of_somebody(text: str) -> None:
    assert not names_somebody(text)
