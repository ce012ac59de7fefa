"""Selectors: closed fields, each with its operators, bounded."""

from typing import Any

import pytest

from tests.support.reports import problems_of
from tocsin.core import codes
from tocsin.core.alert_selectors import MAX_TEST_VALUES, MAX_TESTS, SECTORS_OF_TEST, selector
from tocsin.core.field_checks import text

CHECK = selector(text, strict=True)
LENIENT = selector(text, strict=False)


def a_test(field: str, operator: str, *values: str) -> dict[str, Any]:
    return {"field": field, "operator": operator, "values": list(values)}


@pytest.mark.parametrize(
    "test",
    [
        a_test("hs", "prefix", "2933"),
        a_test("origin_country", "equals", "IN"),
        a_test("origin_country", "in", "IN", "CN"),
        a_test("declared_text", "phrase", "tile glue"),
        a_test("gross_weight_g", "between", "10.5", "10.5"),
    ],
)
def test_what_a_firm_can_evaluate_passes(test: dict[str, Any]) -> None:
    tests = [test, a_test("declared_text", "phrase", "glue")]
    assert {"tests": tests} == CHECK({"tests": tests})


@pytest.mark.parametrize(
    ("tests", "place"),
    [
        ([a_test("origin_country", "equals", "IN"), a_test("mode", "equals", "4")], "tests"),
        ([a_test("gross_weight_g", "between", "1", "2")], "tests"),
        ([a_test("hs", "prefix", "29")], "tests[0].values"),
        ([a_test("declared_text", "phrase", "a-")], "tests[0].values"),
        ([a_test("declared_text", "in", "tile glue", "..")], "tests[0].values"),
        ([a_test("hs", "prefix", "glue")], "tests[0].values"),
        (
            [a_test("declared_value", "between", "0", "1000000000"), a_test("hs", "prefix", "2933")],
            "tests[0]",
        ),
    ],
)
def test_a_selector_that_would_hit_nearly_everything_is_refused_before_it_is_sent(
    tests: list[dict[str, Any]], place: str
) -> None:
    assert [place] == list(problems_of(CHECK, {"tests": tests}))
    assert {"tests": tests} == LENIENT({"tests": tests})


@pytest.mark.parametrize(
    "test",
    [
        a_test("hs", "equals", "2924"),
        a_test("hs", "in", "292429", "29.24"),
        a_test("origin_country", "equals", "India"),
        a_test("destination_country", "in", "CO", "co"),
    ],
)
def test_a_test_that_would_hit_nothing_is_refused_before_it_is_sent(test: dict[str, Any]) -> None:
    tests = [test, a_test("declared_text", "phrase", "glue")]
    assert "would hit nothing" in problems_of(CHECK, {"tests": tests})["tests[0].values"]
    assert {"tests": tests} == LENIENT({"tests": tests})


@pytest.mark.parametrize("check", [CHECK, LENIENT])
@pytest.mark.parametrize(
    ("test", "place"),
    [
        (a_test("consignee", "equals", "x"), "tests[0].field"),
        (a_test("hs", "like", "x"), "tests[0].operator"),
        (a_test("hs", "between", "1", "2"), "tests[0].operator"),
        (a_test("declared_text", "prefix", "x"), "tests[0].operator"),
        (a_test("hs", "equals"), "tests[0].values"),
        (a_test("hs", "equals", "1", "2"), "tests[0].values"),
        (a_test("hs", "in"), "tests[0].values"),
        (a_test("hs", "in", *["1"] * (MAX_TEST_VALUES + 1)), "tests[0].values"),
        (a_test("gross_weight_g", "between", "1"), "tests[0].values"),
        (a_test("gross_weight_g", "between", "1", "much"), "tests[0].values"),
        (a_test("gross_weight_g", "between", "2", "1"), "tests[0]"),
        (a_test("hs", "equals", "x" * 101), "tests[0].values[0]"),
    ],
)
def test_what_a_firm_cannot_evaluate_is_refused(check: Any, test: dict[str, Any], place: str) -> None:
    assert place in problems_of(check, {"tests": [test]})


def test_a_test_names_its_field_and_operator() -> None:
    assert ["tests[0].field", "tests[0].operator"] == list(problems_of(CHECK, {"tests": [{}]}))
    assert ["tests[0].operator"] == list(problems_of(CHECK, {"tests": [{"field": "hs"}]}))


def test_a_selector_without_tests_would_hit_everything() -> None:
    assert ["tests"] == list(problems_of(CHECK, {}))


def test_a_selector_has_a_bound() -> None:
    test = a_test("hs", "prefix", "2933")
    assert MAX_TESTS == len(CHECK({"tests": [test] * MAX_TESTS})["tests"])
    assert ["tests"] == list(problems_of(CHECK, {"tests": [test] * (MAX_TESTS + 1)}))


def test_every_field_is_meant_for_sectors_that_exist() -> None:
    assert set(codes.sectors()) == set().union(*SECTORS_OF_TEST.values())
