"""Law: which alerts and reports a sink is meant to get: terms that must all hold.

It guarantees that a term never excludes for what a body leaves open (an alert without destinations
concerns every destination), and that an unknown field or code is refused when it is written, not
ignored when an alert comes. That what reached a sink once is followed there by its updates and its
clearance, whatever the filter says, is left to the taker. Source: report and alert, "Alert".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.core import codes
from tocsin.core.errors import SettingsError
from tocsin.core.facts import ALERT_PLACES
from tocsin.core.vocabulary import folded, substance_named

MAX_TERMS = 20
MAX_VALUES = 100
ACTIONS = ("observe", "look-up", "hold-and-ask", "refuse", "delist", "report")  # mildest first
ANY = "*"  # what a body leaves open

_TERM = re.compile(r"\s*([a-z]+)\s*(!=|>=|=)\s*(.*?)\s*", re.DOTALL)
_HS = re.compile(r"[0-9]{2,10}")

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Term:
    """`field` `operator` one of `values`; `operator` is =, != or (for action) >=."""

    field: str
    operator: str
    values: tuple[str, ...]

    def holds(self, body: Body) -> bool:
        """Whether `body` is not excluded by this term."""
        found = _FIELDS[self.field].found(body)
        if not found or ANY in found:
            return True
        if self.operator == ">=":
            least = ACTIONS.index(self.values[0])
            return any(one not in ACTIONS or ACTIONS.index(one) >= least for one in found)
        same = _FIELDS[self.field].same
        hit = any(same(wanted, one) for wanted in self.values for one in found)
        return hit is (self.operator == "=")


@dataclass(frozen=True, slots=True)
class Filters:
    """All terms must hold; without terms everything passes."""

    terms: tuple[Term, ...] = ()

    def passes(self, body: Body) -> bool:
        """Whether an alert or incident report, as its JSON form, is wanted."""
        return all(term.holds(body) for term in self.terms)


def parse_filters(texts: Iterable[str]) -> Filters:
    """From `FIELD=VALUE,VALUE` (also != and, for action, >=). Raises SettingsError naming all faults."""
    terms, problems = [], []
    for text in texts:
        try:
            terms.append(_parse(text))
        except SettingsError as error:
            problems.append(str(error))
    if len(terms) > MAX_TERMS:
        problems.append(f"at most {MAX_TERMS} filters for a sink")
    if problems:
        raise SettingsError("; ".join(problems))
    return Filters(tuple(terms))


def _parse(text: str) -> Term:
    match = _TERM.fullmatch(text)
    if match is None:
        raise SettingsError(f"filter {text!r}: write FIELD=VALUE,VALUE, for instance kind=seizure")
    name, operator, rest = match.groups()
    if name not in _FIELDS:
        raise SettingsError(f"filter {text!r}: no such field; there are {', '.join(_FIELDS)}")
    if operator == ">=" and name != "action":
        raise SettingsError(f"filter {text!r}: only action has an order, so only it takes >=")
    given = [one.strip() for one in rest.split(",")]
    if not all(given) or len(given) > (1 if operator == ">=" else MAX_VALUES):
        raise SettingsError(f"filter {text!r}: give one value, or up to {MAX_VALUES} by comma for =")
    try:
        return Term(name, operator, tuple(_FIELDS[name].read(one) for one in given))
    except ValueError as error:
        raise SettingsError(f"filter {text!r}: {error}") from None


@dataclass(frozen=True, slots=True)
class _Field:
    read: Callable[[str], str]
    found: Callable[[Body], frozenset[str]]
    same: Callable[[str, str], bool]


def _equal(wanted: str, found: str) -> bool:
    return wanted == found


def _of(known: Callable[[], Iterable[str]], fold: Callable[[str], str] = str.lower) -> Callable[[str], str]:
    def read(text: str) -> str:
        value, there = fold(text), sorted(known())
        if value not in there:
            raise ValueError(f"{text!r} is none of {', '.join(there)}")
        return value

    return read


def _country(text: str) -> str:
    code = text.upper()
    if code not in codes.country_codes():
        raise ValueError(f"{text!r} is no country code (ISO 3166-1, two letters)")
    return code


def _hs(text: str) -> str:
    digits = text.replace(".", "")
    if not _HS.fullmatch(digits):
        raise ValueError(f"{text!r} is no HS prefix: 2 to 10 digits")
    return digits


def _substance(text: str) -> str:
    """A code; or, with * at an end, a part of a name without case and hyphens (`*nitazene`)."""
    if ANY in text:
        stem = folded(text)
        if not stem or ANY in text.strip(ANY):
            raise ValueError(f"{text!r}: the * stands at the beginning or the end of a name's part")
        return f"{ANY if text.startswith(ANY) else ''}{stem}{ANY if text.endswith(ANY) else ''}"
    code = substance_named(text)
    if code is None:
        raise ValueError(f"{text!r} is no substance that is known: see tocsin codes search, or use *")
    return code


def _same_substance(wanted: str, found: str) -> bool:
    if ANY not in wanted:
        return wanted == found
    stem, name = wanted.strip(ANY), folded(found)
    if wanted.startswith(ANY) and wanted.endswith(ANY):
        return stem in name
    return name.endswith(stem) if wanted.startswith(ANY) else name.startswith(stem)


def _same_hs(wanted: str, found: str) -> bool:
    # A body that names fewer digits than the filter may mean what is wanted.
    return found.startswith(wanted) or wanted.startswith(found)


def _named(body: Body) -> list[str]:
    substances = body.get("substances") or ()
    names = (one.get("code") or one.get("name_as_declared") for one in substances)
    return [name for name in names if name]


def _substances(body: Body) -> frozenset[str]:
    return frozenset(one for name in _named(body) for one in (name, substance_named(name) or name))


def _families(body: Body) -> frozenset[str]:
    known = codes.substances()
    found = (known.get(substance_named(name) or "") for name in _named(body))
    return frozenset(ANY if one is None else one.group for one in found)


def _hs_codes(body: Body) -> frozenset[str]:
    substances = body.get("substances") or ()
    return frozenset(one["hs"] if one.get("hs") else ANY for one in substances)


def _one(name: str) -> Callable[[Body], frozenset[str]]:
    return lambda body: frozenset({body[name]} if body.get(name) else ())


def _leg(field: str, role: str) -> Callable[[Body], frozenset[str]]:
    def found(body: Body) -> frozenset[str]:
        legs = body.get("route") or ()
        there = [one.get("country") for one in legs if one.get("role") == role]
        return frozenset(one for one in (*(body.get(field) or ()), *there) if one)

    return found


def _countries(body: Body) -> frozenset[str]:
    legs = [one.get("country") for one in body.get("route") or ()]
    listed = [one for field in ALERT_PLACES for one in body.get(field) or ()]
    happened = (body.get("place") or {}).get("country")
    return frozenset(one for one in (happened, *legs, *listed) if one)


def _groups() -> Iterable[str]:
    return {one.group for one in codes.substances().values()}


_FIELDS = {
    "kind": _Field(_of(codes.kinds), _one("kind"), _equal),
    "action": _Field(_of(lambda: ACTIONS), _one("action"), _equal),
    "substance": _Field(_substance, _substances, _same_substance),
    "family": _Field(_of(_groups), _families, _equal),
    "hs": _Field(_hs, _hs_codes, _same_hs),
    "origin": _Field(_country, _leg("origins", "origin"), _equal),
    "departure": _Field(_country, _leg("departures", "departure"), _equal),
    "transit": _Field(_country, _leg("transits", "transit"), _equal),
    "destination": _Field(_country, _leg("destinations", "destination"), _equal),
    "country": _Field(_country, _countries, _equal),
}
FIELDS = tuple(_FIELDS)
