"""Quantities are exact, keep what was declared, and never mix dimensions."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.reports import NOW_S, problems_of, smallest_report
from tocsin.core.quantities import decimal_text, multiplied, percent_text, quantity, total, unit_size
from tocsin.core.report import check_incident

STRICT = quantity(strict=True)
LENIENT = quantity(strict=False)


def normalised(value: str, unit: str) -> tuple[str, str]:
    out = STRICT({"value": value, "unit": unit})
    return out["normalised_value"], out["normalised_unit"]


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        ("0.006999999999999999", "KGM", ("0.006999999999999999", "KGM")),
        ("1500", "GRM", ("1.5", "KGM")),
        ("0.000014000000000000001", "GRM", ("0.000000014000000000000001", "KGM")),
        ("3", "TNE", ("3000", "KGM")),
        ("250", "MLT", ("0.25", "LTR")),
        ("7", "H87", ("7", "H87")),
        ("1.0", "KGM", ("1", "KGM")),
        ("0", "KGM", ("0", "KGM")),
    ],
)
def test_a_quantity_is_normalised_exactly(value: str, unit: str, expected: tuple[str, str]) -> None:
    assert expected == normalised(value, unit)


def test_what_was_declared_is_kept_as_it_was() -> None:
    out = STRICT({"value": "1.0", "unit": "GRM", "unit_as_declared": "Gram", "estimated": True})
    assert ("1.0", "GRM", "Gram", True) == (
        out["value"],
        out["unit"],
        out["unit_as_declared"],
        out["estimated"],
    )


@given(st.decimals(0, 10**15 - 1, places=12, allow_nan=False))
def test_normalising_never_rounds(amount: Decimal) -> None:
    value = format(amount, "f")
    assert Decimal(value).scaleb(-6) == Decimal(multiplied(value, Decimal("0.000001")))


@pytest.mark.parametrize(
    "value",
    [
        "-1",
        "1,5",
        "1e5",
        "NaN",
        "Infinity",
        "",
        " 1",
        "01",
        ".5",
        "5.",
        "1" * 16,
        "0." + "1" * 25,
        "١",
        10**15,
        -1,
    ],
)
def test_what_is_no_plain_decimal_is_refused(value: Any) -> None:
    assert 'must be a decimal number as text, e.g. "12.5"' in problems_of(decimal_text, value)[""]


@pytest.mark.parametrize("value", [None, True, ["1"]])
def test_what_is_no_number_at_all_is_refused(value: Any) -> None:
    assert "must be a decimal number" in problems_of(decimal_text, value)[""]


def test_a_whole_json_number_passes_and_one_with_a_point_does_not() -> None:
    assert "12" == decimal_text(12)
    assert "loses digits" in problems_of(decimal_text, 1.5)[""]


def test_a_percentage_ends_at_a_hundred() -> None:
    assert "100.0" == percent_text("100.0")
    assert {"": "must be at most 100"} == problems_of(percent_text, "100.01")


def test_an_unknown_unit_is_refused_by_a_publisher_and_passes_a_reader() -> None:
    assert ["unit"] == list(problems_of(STRICT, {"value": "1", "unit": "QQQ"}))
    assert "QQQ" == LENIENT({"value": "1", "unit": "QQQ"})["unit"]
    assert ["unit"] == list(problems_of(LENIENT, {"unit": "QQQQ"}))


def test_a_value_without_any_unit_is_refused() -> None:
    assert {"unit": "is missing; give a code, or unit_as_declared"} == problems_of(STRICT, {"value": "1"})


def test_a_unit_without_a_code_is_kept_in_words_and_never_converted() -> None:
    out = STRICT({"value": "2", "unit_as_declared": "Bottles"})
    assert ("Bottles", None) == (out["unit_as_declared"], out["normalised_value"])


def test_a_unit_without_a_place_among_the_three_is_not_normalised() -> None:
    assert unit_size("ACR") is None
    assert STRICT({"value": "2", "unit": "ACR"})["normalised_value"] is None
    given_too = {"value": "2", "unit": "ACR", "normalised_value": "1", "normalised_unit": "KGM"}
    assert ["normalised_value"] == list(problems_of(STRICT, given_too))


def test_an_unknown_amount_is_allowed() -> None:
    assert STRICT({"unit_as_declared": "Kilogram"})["value"] is None


@pytest.mark.parametrize(("value", "unit"), [("1.50", "KGM"), ("1500.0", "GRM")])
def test_a_normalised_value_that_agrees_passes(value: str, unit: str) -> None:
    given_too = {"value": value, "unit": unit, "normalised_value": "1.5000", "normalised_unit": "KGM"}
    assert "1.5" == STRICT(given_too)["normalised_value"]


@pytest.mark.parametrize("wrong", [("2", "KGM"), ("1", "LTR")])
def test_a_normalised_value_that_disagrees_is_refused(wrong: tuple[str, str]) -> None:
    given_too = {"value": "1", "unit": "KGM", "normalised_value": wrong[0], "normalised_unit": wrong[1]}
    assert ["normalised_value"] == list(problems_of(STRICT, given_too))


@pytest.mark.parametrize("check", [STRICT, LENIENT])
def test_a_normalised_value_and_its_unit_belong_together(check: Any) -> None:
    assert {"": "normalised_value and normalised_unit belong together"} == problems_of(
        check, {"normalised_value": "1"}
    )


def test_a_normalised_unit_is_one_of_three_and_its_value_a_decimal() -> None:
    assert {"normalised_value", "normalised_unit", ""} >= set(
        problems_of(STRICT, {"normalised_value": "1e5", "normalised_unit": "GRM"})
    )


def test_totals_never_add_one_dimension_to_another() -> None:
    amounts = [("1.5", "KGM"), ("500", "GRM"), ("2", "LTR"), ("3", "H87")]
    substances = [
        {"name_as_declared": "x", "quantity": {"value": value, "unit": unit}} for value, unit in amounts
    ]
    report = smallest_report(substances=[*substances, {"name_as_declared": "y"}])
    body = check_incident(report, now_s=NOW_S).body

    assert [Decimal(2), Decimal(2), Decimal(3)] == [total(body, unit) for unit in ("KGM", "LTR", "H87")]
