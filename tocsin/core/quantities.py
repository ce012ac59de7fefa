"""Law: quantities are exact decimals with their unit, and dimensions never meet.

It guarantees that what was declared is kept as declared, that the normalised value is exact (no float
ever), and that kilograms, litres and pieces stay apart. Which unit has which size is data
(`codes/units.json`). Source: UN/ECE Recommendation 20.
"""

from __future__ import annotations

import re
from decimal import Context, Decimal, Inexact
from functools import cache, lru_cache
from typing import Any

from tocsin.core import codes
from tocsin.core.errors import InvalidReportError
from tocsin.core.field_checks import Check, Fields, code, flag, record, refuse, text
from tocsin.core.report_values import values

MAX_DIGITS_BEFORE_POINT = 15
MAX_DIGITS_AFTER_POINT = 24
MAX_UNIT_CHARACTERS = 64
NORMAL_UNITS = {"mass": "KGM", "volume": "LTR", "count": "H87"}

# A normalised value may need more places than the declared one: microgram to kilogram adds nine.
_PLAIN = re.compile(r"(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,24})?")
_NORMALISED = re.compile(r"(?:0|[1-9][0-9]{0,24})(?:\.[0-9]{1,40})?")
# Exact or nothing: 15 + 24 digits times a factor of a few digits never come near 120.
_EXACT = Context(prec=120, traps=[Inexact])


def decimal_text(value: Any) -> str:
    """A non-negative decimal number as text without exponent, at most 15 digits before the point and
    24 after it. Whole JSON numbers pass; those with a point have already lost digits.
    """
    if type(value) is int:
        value = str(value) if abs(value) < 10**MAX_DIGITS_BEFORE_POINT else ""
    if type(value) is float:
        raise refuse('must be text, e.g. "12.5": a JSON number with a point loses digits')
    if type(value) is not str or not _PLAIN.fullmatch(value):
        raise refuse(
            'must be a decimal number as text, e.g. "12.5": not negative, a point and no comma, '
            f"at most {MAX_DIGITS_BEFORE_POINT} digits before and {MAX_DIGITS_AFTER_POINT} after it"
        )
    number: str = value
    return number


def percent_text(value: Any) -> str:
    """A decimal number from 0 to 100 as text."""
    number = decimal_text(value)
    if Decimal(number) > 100:
        raise refuse("must be at most 100")
    return number


def multiplied(value: str, factor: Decimal) -> str:
    """`value` times `factor`, exactly, as plain text without trailing zeros."""
    if factor == 1 and "." not in value:
        return value
    product = format(_EXACT.multiply(Decimal(value), factor), "f")
    return product.rstrip("0").rstrip(".") if "." in product else product


@cache
def unit_size(unit: str) -> tuple[Decimal, str] | None:
    """Size of a unit in kilograms, litres or pieces, and which of these (KGM, LTR, H87); None for a
    unit without a place among them, such as an acre. Raises KeyError for an unknown unit.
    """
    known = codes.units()[unit]
    normal = NORMAL_UNITS.get(known.dimension)
    return None if normal is None else (Decimal(known.factor), normal)


@lru_cache(maxsize=4096)
def _normalised(value: str, unit: str) -> tuple[str, str] | None:
    size = unit_size(unit)
    return None if size is None else (multiplied(value, size[0]), size[1])


def quantity(*, strict: bool) -> Check:
    """The check of a `Quantity`. Publishing computes the normalised value; a given one must agree."""
    known_units = frozenset(codes.units())

    def unit(value: Any) -> str:
        if type(value) is str and (value in known_units or (not strict and 0 < len(value) <= 3)):
            return value
        raise refuse("is no known unit (UN/ECE Recommendation 20, e.g. KGM, GRM, LTR, H87)")

    fields = {
        "value": decimal_text,
        "unit": unit,
        "unit_as_declared": text(MAX_UNIT_CHARACTERS),
        "normalised_value": _normalised_text,
        "normalised_unit": _normalised_unit,
        "estimated": flag,
        "weighed": code(values("weighings"), strict=strict),
    }
    return record(fields, then=_complete if strict else _paired, strict=strict)


def _normalised_text(value: Any) -> str:
    if type(value) is not str or not _NORMALISED.fullmatch(value):
        raise refuse("must be a decimal number as text")
    return value


def _normalised_unit(value: Any) -> str:
    if value not in NORMAL_UNITS.values():
        raise refuse("must be KGM, LTR or H87")
    unit: str = value
    return unit


def _paired(out: Fields) -> None:
    if (out["normalised_value"] is None) != (out["normalised_unit"] is None):
        raise refuse("normalised_value and normalised_unit belong together")


def _complete(out: Fields) -> None:
    _paired(out)
    value, unit = out["value"], out["unit"]
    if value is None:
        return
    if unit is None:
        if out["unit_as_declared"] is None:
            raise InvalidReportError([("unit", "is missing; give a code, or unit_as_declared")])
        return
    computed = _normalised(value, unit)
    given = out["normalised_value"]
    if computed is None:
        if given is not None:
            raise InvalidReportError([("normalised_value", "this unit has no size in KGM, LTR or H87")])
        return
    if given is not None and (Decimal(given), out["normalised_unit"]) != (
        Decimal(computed[0]),
        computed[1],
    ):
        raise InvalidReportError([("normalised_value", "differs from value and unit; leave it out")])
    out["normalised_value"], out["normalised_unit"] = computed


def total(body: Fields, normal_unit: str) -> Decimal:
    """What the substances of a canonical report sum to in KGM, LTR or H87, exactly; 0 without any."""
    amount = Decimal(0)
    for substance in body["substances"]:
        held = substance["quantity"]
        if held is not None and held["normalised_unit"] == normal_unit:
            amount = _EXACT.add(amount, Decimal(held["normalised_value"]))
    return amount
