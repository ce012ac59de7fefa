"""Law: how complete an incident report is, from 0 to 100, and which three additions would help most.

It guarantees that adding information never lowers the score, that rows which the report's kind or the
schema has no place for do not count, and that nothing here decides whether a report is accepted.
Advice only: showing it to anybody but the reporting officer is left out on purpose. Source: the weights
of `schemas/codes/completeness.json`, and docs/reporting.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tocsin.core import codes
from tocsin.core.field_checks import Fields
from tocsin.core.identifiers import account_doubt, doubt

MAX_HINTS = 3

KNOWN, PARTLY, UNKNOWN, BLANK = Fraction(1), Fraction(1, 2), Fraction(1, 4), Fraction(0)
_STATUS = {"confirmed": KNOWN, "presumptive": Fraction(3, 4), "suspected": PARTLY}
_NOT_NAMED = frozenset({"unidentified", "unknown"})


@dataclass(frozen=True, slots=True)
class Completeness:
    """The score, and the codes of the rows (`codes.completeness_weights`) that would raise it most."""

    score: int
    hints: tuple[str, ...]


def completeness(body: Fields) -> Completeness:
    """The completeness of a canonical incident body (`report.CheckedReport.body`)."""
    family = codes.kinds().get(body["kind"], "other")
    weights = {row: of[family] for row, of in codes.completeness_weights().items() if of[family]}
    asked = {_ASKED[one] for one in body["asked_unknown"]}
    found = {row: max(_ROWS[row](body), UNKNOWN if row in asked else BLANK) for row in weights}
    lacking = sorted(weights, key=lambda row: -weights[row] * (1 - found[row]))
    total = sum(weights[row] * found[row] for row in weights)
    return Completeness(
        score=int(100 * total / sum(weights.values())),
        hints=tuple(row for row in lacking if found[row] < KNOWN)[:MAX_HINTS],
    )


def _substance(body: Fields) -> Fraction:
    return _best(map(_identified, body["substances"]))


def _identified(one: Fields) -> Fraction:
    named = UNKNOWN if one["name_as_declared"].casefold() in _NOT_NAMED else PARTLY
    return max(named, _STATUS.get(one["status"], BLANK))


def _quantity(body: Fields) -> Fraction:
    amounts = [(one["quantity"] or {}).get("value") is not None for one in body["substances"]]
    counts = [one["count"] is not None for one in body["equipment"]]
    return KNOWN if any(amounts + counts) else BLANK


def _date_and_place(body: Fields) -> Fraction:
    precision, place = body["event_date"]["precision"], body["place"]
    day = {"day": KNOWN, "unknown": UNKNOWN}.get(precision, PARTLY)
    country = UNKNOWN if place["country"] == "ZZ" else PARTLY
    closer = _said(place, "admin1", "locality", "unlocode", "site_type")
    return (day + min(KNOWN, country + closer / 2)) / 2


def _route(body: Fields) -> Fraction:
    legs = body["route"]
    known = {leg["role"] for leg in legs if leg["country"] != "ZZ"}
    if known & {"origin", "departure"} and "destination" in known:
        return KNOWN
    if known:
        return PARTLY
    return UNKNOWN if legs else BLANK


def _identifiers(body: Fields) -> Fraction:
    transport = body["transport"]
    if transport is None:
        return BLANK
    by_mode = PARTLY if transport["mode"] is not None else BLANK
    return _best([by_mode, *map(_sound, transport["identifiers"])])


def _sound(identifier: Fields) -> Fraction:
    return PARTLY if doubt(identifier["type"], identifier["value"]) else KNOWN


def _declared_and_hidden(body: Fields) -> Fraction:
    return (_said(body["declared"], "text", "hs") + _said(body["concealment"], "code", "text")) / 2


def _parties(body: Fields) -> Fraction:
    return _best(KNOWN if one["name"] is not None else _said(one) / 2 for one in body["parties"])


def _documents(body: Fields) -> Fraction:
    papers = (KNOWN if one["number"] is not None else PARTLY for one in body["documents"])
    return _best([KNOWN if body["attachments"] else BLANK, *papers])


def _online_and_payment(body: Fields) -> Fraction:
    seen = (_said(one, "listing", "handle", "url") or _said(one, "platform") / 2 for one in body["online"])
    return _best([*seen, *map(_paid, body["payments"])])


def _paid(one: Fields) -> Fraction:
    if one["account"] is None:
        return _said(one, "instrument", "institution", "bic") / 2
    return PARTLY if account_doubt(one["account_type"], one["account"]) else KNOWN


def _equipment(body: Fields) -> Fraction:
    return _best(map(_described, body["equipment"]))


def _described(one: Fields) -> Fraction:
    if _said(one, "make", "model", "serial"):
        return KNOWN
    return UNKNOWN if one["type"] == "unidentified" else PARTLY


def _method_and_outcome(body: Fields) -> Fraction:
    laboratory = body["laboratory"]
    method = _said(body["narrative"], "government", "releasable") or _said(laboratory, "process")
    followed = _said(body["outcome"]) or _said(laboratory, "stage") or _said(body["order"], "supplied")
    return (method + followed) / 2


def _said(record: dict[str, Any] | None, *names: str) -> Fraction:
    """Known when one of the named fields (any, if none is named) has a value."""
    values = [] if record is None else [record[name] for name in names or record]
    return KNOWN if any(value is not None for value in values) else BLANK


def _best(found: Iterable[Fraction]) -> Fraction:
    return max(found, default=BLANK)


_ROWS: dict[str, Callable[[Fields], Fraction]] = {
    "substance": _substance,
    "quantity": _quantity,
    "date-place": _date_and_place,
    "route": _route,
    "identifiers": _identifiers,
    "declared-hidden": _declared_and_hidden,
    "parties": _parties,
    "documents": _documents,
    "online-payment": _online_and_payment,
    "equipment": _equipment,
    "outcome": _method_and_outcome,
}
# The row in which something that was asked and nobody knows counts a quarter.
_ASKED = {
    **{one: one for one in ("quantity", "identifiers", "parties", "documents")},
    **dict.fromkeys(("supplied", "stage"), "outcome"),
    **dict.fromkeys(("platform", "instrument"), "online-payment"),
}
