"""Law: which parcels a selector of an alert hits, and which selectors may hit at all.

A selector hits where all its tests hold. One whose tests give fewer than two kinds of clue (route, HS
code, words, measures) never hits, and a test that names nothing but Table II chemicals is no clue: so
HS, route or phrase alone never hit, and a solvent of daily trade never does. `weakness` says why. The
tests' form is left to `alert_selectors`, finding candidates quickly to `screening`.
Source: report and alert, "Screening"; domain, Table II.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from tocsin.core import codes
from tocsin.core.parcel_views import HS_DIGITS, View
from tocsin.core.phrases import spaced
from tocsin.core.vocabulary import substance_named

NEEDED_CLUES = 2
_TABLE_II = "table-2"

_Of = Callable[[View], tuple[str, ...]]
_TEXT = frozenset({"declared_text", "substance"})
_CODES: Mapping[str, _Of] = {
    "origin_country": lambda view: (view.origin,),
    "destination_country": lambda view: (view.destination,),
    "origin_office": lambda view: (_code(view.parcel.origin_office),),
    "destination_office": lambda view: (_code(view.parcel.destination_office),),
    "mail_class": lambda view: (_code(view.parcel.mail_class),),
    "mode": lambda view: (_code(view.parcel.mode),),
    "hs": lambda view: view.hs,
}
_NUMBERS: Mapping[str, Callable[[View], tuple[float, ...]]] = {
    "gross_weight_g": lambda view: view.gross_g,
    "net_weight_g": lambda view: view.net_g,
    "declared_value": lambda view: view.values,
}
FIELDS = frozenset({*_TEXT, *_CODES, *_NUMBERS})
"""The fields that a parcel has; a test of another one never holds."""
_CLUES = dict.fromkeys(_CODES, "route") | dict.fromkeys(_NUMBERS, "measure") | dict.fromkeys(_TEXT, "words")
_CLUES["hs"] = "hs"

NOT_OF_PARCELS = "tests what a parcel does not have"
TOO_FEW_CLUES = "route, HS code, words or measures alone never hit"
ONLY_TABLE_II = "names nothing but Table II chemicals, which never hit by themselves"


@dataclass(frozen=True, slots=True)
class Test:
    """One test. `phrases`: spaced, of which one must stand in the words; empty for other fields."""

    name: str
    operator: str
    values: tuple[str, ...]
    phrases: frozenset[str] = frozenset()
    holds: Callable[[View], bool] = field(default=lambda _: False, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A selector of the alert stored as `alert`, the `number`th from 0."""

    alert: int
    number: int
    tests: tuple[Test, ...]

    def hits(self, view: View) -> bool:
        """Whether every test holds."""
        return all(one.holds(view) for one in self.tests)

    def allowed(self, name: str) -> frozenset[str] | None:
        """The values that a test for equality allows `name` to have; None where any may do."""
        for one in self.tests:
            if one.name == name and one.operator != "prefix":
                return frozenset(map(_code, one.values))
        return None

    @property
    def phrases(self) -> frozenset[str]:
        """Phrases of which one stands in every parcel that it hits; empty where it has no words."""
        return next((one.phrases for one in self.tests if one.phrases), frozenset())


def pattern(alert: int, number: int, selector: Mapping[str, Any], editions: frozenset[int]) -> Pattern:
    """A checked selector, ready to be asked. `editions`: of the HS codes that the alert names."""
    tests = (
        _test(one["field"], one["operator"], tuple(one["values"]), editions) for one in selector["tests"]
    )
    return Pattern(alert, number, tuple(tests))


def weakness(pattern: Pattern) -> str | None:
    """Why it may never hit; None if it may."""
    if any(one.name not in FIELDS for one in pattern.tests):
        return NOT_OF_PARCELS
    said = [one for one in pattern.tests if not _only_table_ii(one)]
    if len({_CLUES[one.name] for one in said}) >= NEEDED_CLUES:
        return None
    return ONLY_TABLE_II if len(said) < len(pattern.tests) else TOO_FEW_CLUES


def _test(name: str, operator: str, values: tuple[str, ...], editions: frozenset[int]) -> Test:
    if name in _TEXT:
        phrases = frozenset(filter(str.strip, _phrases(name, values)))
        return Test(name, operator, values, phrases, lambda view: any(one in view.words for one in phrases))
    if name in _NUMBERS:
        numbers, (low, high) = _NUMBERS[name], (float(one) for one in values)
        return Test(
            name, operator, values, holds=lambda view: any(low <= one <= high for one in numbers(view))
        )
    if name == "hs":
        # What has no digits is no code: as a beginning it would be every code's.
        wanted = tuple(filter(None, map(_hs, values)))
        return Test(name, operator, values, holds=lambda view: _hs_holds(view, wanted, operator, editions))
    if name in _CODES:
        of, codes_wanted = _CODES[name], tuple(map(_code, values))
        if operator == "prefix":
            return Test(name, operator, values, holds=lambda view: of(view)[0].startswith(codes_wanted))
        return Test(name, operator, values, holds=lambda view: of(view)[0] in codes_wanted)
    return Test(name, operator, values)


def _hs_holds(view: View, wanted: tuple[str, ...], operator: str, editions: frozenset[int]) -> bool:
    # A code means something else in another edition: compared only where none contradicts.
    if view.edition is not None and editions and view.edition not in editions:
        return False
    if operator == "prefix":
        return any(one.startswith(wanted) for one in view.hs)
    return any(one in wanted for one in view.hs)


def _phrases(name: str, values: Iterable[str]) -> Iterable[str]:
    for value in values:
        yield spaced(value)
        if name == "substance" and (code := substance_named(value)):
            yield from _names(code)


@cache
def _names(code: str) -> frozenset[str]:
    """Every name of a substance and of its salts and esters, spaced."""
    one = codes.substances()[code]
    names = [
        *one.labels.values(),
        *one.names,
        *one.cas,
        *(name for form in one.forms for name in form.names),
    ]
    return frozenset(map(spaced, names))


def _only_table_ii(test: Test) -> bool:
    if test.name == "hs":
        return all(_hs(one) in _table_ii_hs() for one in test.values)
    return test.name in _TEXT and all(_is_table_ii(one) for one in test.values)


def _is_table_ii(name: str) -> bool:
    code = substance_named(name)
    return code is not None and codes.substances()[code].group == _TABLE_II


@cache
def _table_ii_hs() -> frozenset[str]:
    return frozenset(one.hs for one in codes.substances().values() if one.group == _TABLE_II and one.hs)


def _code(value: object) -> str:
    return str(value or "").strip().upper()


def _hs(value: str) -> str:
    return "".join(filter(str.isdecimal, value))[:HS_DIGITS]
