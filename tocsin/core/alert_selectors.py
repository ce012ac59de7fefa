"""Law: the tests by which a firm looks for a consignment, order, listing or payment of its own.

The list of fields is closed, each with its operators and the sectors that may be given it. No field
names a person or one carrier's parcel. The publisher's check refuses a selector that would hit nearly
everything: one that does not say what the thing is, or says it in a letter or two; and a test that hits
nothing: a country by its name, an HS code that is none. Matching is left to screening.
Source: report and alert, "Alert (what firms get)".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tocsin.core import codes
from tocsin.core.errors import InvalidReportError
from tocsin.core.field_checks import Check, Fields, array, code, record, refuse
from tocsin.core.quantities import decimal_text

MAX_TESTS = 8
MAX_TEST_VALUES = 50
MAX_TEST_VALUE_CHARACTERS = 100

OPERATORS = frozenset({"equals", "prefix", "phrase", "between", "in"})
_CODE = frozenset({"equals", "prefix", "in"})
_WORDS = frozenset({"phrase", "in"})
_NUMBER = frozenset({"between"})


@dataclass(frozen=True, slots=True)
class _Field:
    operators: frozenset[str]
    sectors: frozenset[str]


_CARRIERS = frozenset({"postal", "courier"})
_TRADERS = _CARRIERS | {"chemical", "platform"}
_ORDERS = frozenset({"chemical", "platform", "equipment-maker"})
_PAYERS = frozenset({"platform", "bank"})

_FIELDS = {
    "origin_country": _Field(_CODE, _CARRIERS),
    "destination_country": _Field(_CODE, _CARRIERS),
    "origin_office": _Field(_CODE, _CARRIERS),
    "destination_office": _Field(_CODE, _CARRIERS),
    "mail_class": _Field(_CODE, _CARRIERS),
    "mode": _Field(_CODE, _CARRIERS),
    "gross_weight_g": _Field(_NUMBER, _CARRIERS),
    "net_weight_g": _Field(_NUMBER, _CARRIERS),
    "declared_text": _Field(_WORDS, _CARRIERS),
    "declared_value": _Field(_NUMBER, _CARRIERS),
    "hs": _Field(_CODE, _TRADERS),
    "substance": _Field(_WORDS, _TRADERS | {"bank"}),
    "order_text": _Field(_WORDS, _ORDERS),
    "order_quantity": _Field(_NUMBER, _ORDERS),
    "listing_text": _Field(_WORDS, frozenset({"platform"})),
    "payment_text": _Field(_WORDS, _PAYERS),
    "payment_amount": _Field(_NUMBER, _PAYERS),
}
# What says what a thing is, and not only where it goes or how much of it there is.
_WHAT = frozenset({"hs", "declared_text", "substance", "order_text", "listing_text", "payment_text"})
_COUNTRIES = frozenset({"origin_country", "destination_country"})
_HS_CODE = re.compile(r"(?=(?:\D*\d){4})[0-9][0-9. ]*")
_WHOLE_HS_DIGITS = 6  # by so many a parcel's code is compared
_LEAST_WORD_CHARACTERS = 3
_EVERYTHING = 1e9
SECTORS_OF_TEST = {name: field.sectors for name, field in _FIELDS.items()}


def selector(anonymous: Callable[[int], Check], *, strict: bool) -> Check:
    """The check of one selector. `anonymous` makes the check of a text that names nobody.

    Fields and operators are closed on both sides: a reader that let an unknown test pass would report
    hits that nobody meant.
    """
    fields = {
        "field": code(frozenset(_FIELDS), strict=True),
        "operator": code(OPERATORS, strict=True),
        "values": array(anonymous(MAX_TEST_VALUE_CHARACTERS), MAX_TEST_VALUES),
    }
    test = record(fields, arrays=("values",), then=_narrow_test if strict else _whole_test, strict=strict)
    whole = _narrow_selector if strict else _whole_selector
    return record({"tests": array(test, MAX_TESTS)}, arrays=("tests",), then=whole, strict=strict)


def _whole_selector(out: Fields) -> None:
    if not out["tests"]:
        raise InvalidReportError([("tests", "is missing; a selector without tests would hit everything")])


def _narrow_selector(out: Fields) -> None:
    _whole_selector(out)
    if not any(test["field"] in _WHAT for test in out["tests"]):
        raise InvalidReportError(
            [("tests", "would hit all that goes that way or weighs so; test an HS code or words as well")]
        )


def _narrow_test(out: Fields) -> None:
    _whole_test(out)
    field, operator, given = out["field"], out["operator"], out["values"]
    if operator == "between":
        low, high = (float(decimal_text(value)) for value in given)
        if low <= 0 and high >= _EVERYTHING:
            raise refuse("holds for everything; narrow the numbers")
        return
    if (problem := _misses(field, operator, given)) is not None:
        raise InvalidReportError([("values", problem)])


def _misses(field: str, operator: str, given: list[str]) -> str | None:
    """Why the values would hit nearly everything, or nothing at all; None where neither is sure."""
    if field == "hs":
        if not all(map(_HS_CODE.fullmatch, given)):
            return "must be HS codes of four digits at least; fewer would hit nearly everything"
        if operator != "prefix" and any(sum(map(str.isdecimal, one)) < _WHOLE_HS_DIGITS for one in given):
            return "would hit nothing: parcels are compared by six digits; use prefix for fewer"
    elif field in _WHAT and any(sum(map(str.isalnum, one)) < _LEAST_WORD_CHARACTERS for one in given):
        return f"would hit nearly everything: {_LEAST_WORD_CHARACTERS} letters or digits at least"
    elif field in _COUNTRIES and operator != "prefix" and not codes.country_codes().issuperset(given):
        return "would hit nothing: write codes of countries (ISO 3166-1), as IN"
    return None


def _whole_test(out: Fields) -> None:
    field, operator, given = out["field"], out["operator"], out["values"]
    if field is None or operator is None:
        raise InvalidReportError(
            [(name, "is missing") for name in ("field", "operator") if out[name] is None]
        )
    if operator not in _FIELDS[field].operators:
        allowed = ", ".join(sorted(_FIELDS[field].operators))
        raise InvalidReportError([("operator", f"does not go with this field; it takes {allowed}")])
    if operator == "between":
        _ascending(given)
    elif not given or (operator != "in" and len(given) != 1):
        raise InvalidReportError([("values", "must hold one value, or 1 to 50 for in")])


def _ascending(given: list[Any]) -> None:
    if len(given) != 2:
        raise InvalidReportError([("values", "must hold two numbers, the smaller first")])
    try:
        low, high = (float(decimal_text(value)) for value in given)
    except InvalidReportError:
        raise InvalidReportError([("values", "must hold two decimal numbers as text")]) from None
    if low > high:
        raise refuse("values must hold the smaller number first")
