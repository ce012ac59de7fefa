"""Law: what an authority may make of a tip: the draft of a report, the draft of an alert.

It guarantees that neither names the firm that gave the tip, and that the draft of an alert holds none of
its sentences: codes, countries and the common names of known substances only. A draft is no report: an
officer completes it, and the publisher judges it as any other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from tocsin.core import codes
from tocsin.core.tips import name_pattern
from tocsin.core.vocabulary import substance_named

UNNAMED = "[a firm]"
VALID_S = 30 * 86_400

_KINDS = {
    "order": "suspicious-order",
    "parcel": "suspicious-shipment",
    "listing": "online-listing",
    "payment": "suspicious-payment",
}
_SUPPLIED = {"supplied": "yes", "held": "no", "refused": "no"}
_TRANSPORT = frozenset({"s10", "awb", "courier"})
_PRECURSORS = frozenset({"table-1", "table-2"})
_CARRIERS = frozenset({"postal", "courier"})


def report_draft(tip: Mapping[str, Any], firm: str) -> dict[str, Any]:
    """The draft of an incident report from a checked tip, without the name of the `firm` that gave it."""
    ways = (("origin", tip["origin"]), ("destination", tip["destination"]))
    legs = [(role, land) for role, land in ways if land]
    draft: dict[str, Any] = {
        "kind": _KINDS[tip["kind"]],
        "system": _system(tip),
        "event_date": {"value": _day(tip["noticed_at"]), "precision": "day"},
        "place": {"country": tip["destination"] or "ZZ"},
        "substances": _substances(tip) or [{"name_as_declared": "unidentified"}],
        "route": [
            {"country": land, "role": role, "order": order} for order, (role, land) in enumerate(legs)
        ],
        "transport": {"identifiers": [one for one in tip["identifiers"] if one["type"] in _TRANSPORT]},
        "narrative": {"government": _prose(tip), "language": tip["language"]},
        "handling": {"tlp": tip["tlp"], "pap": tip["pap"]},
        "exercise": tip["exercise"],
        **_traces(tip),
    }
    if not draft["transport"]["identifiers"]:
        del draft["transport"]
    unnamed: dict[str, Any] = _without(draft, name_pattern(firm))
    return unnamed


def _traces(tip: Mapping[str, Any]) -> dict[str, Any]:
    """What the kind asks for: as the tip has it, or asked and unknown, since the firm was not asked."""
    numbers = {one["type"]: one["value"] for one in tip["identifiers"]}
    match tip["kind"]:
        case "order" if tip["supplied"] in _SUPPLIED:
            return {"order": {"supplied": _SUPPLIED[tip["supplied"]]}}
        case "order":
            return {"asked_unknown": ["supplied"]}
        case "listing":
            trace = {one: numbers[one] for one in ("listing", "handle") if one in numbers}
            return {"asked_unknown": ["platform"]} | ({"online": [trace]} if trace else {})
        case "payment":
            account = numbers.get("account") or numbers.get("wallet")
            found = {"payments": [{"account": account}]} if account else {}
            return {"asked_unknown": ["instrument"]} | found
    return {}


def _system(tip: Mapping[str, Any]) -> str:
    """Precursors under control are of PICS, all else of ION."""
    named = (substance_named(one["name"]) for one in tip["substances"])
    groups = {codes.substances()[one].group for one in named if one is not None}
    return "pics" if groups & _PRECURSORS else "ion"


def _day(time_s: int) -> str:
    return datetime.fromtimestamp(time_s, UTC).strftime("%Y-%m-%d")


def _substances(tip: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"name_as_declared": one["name"], "cas": one["cas"]} for one in tip["substances"]]


def _prose(tip: Mapping[str, Any]) -> str:
    """What the tip says in words, and what it has no field of a report for."""
    lines = [tip["title"], tip["text"]]
    lines += [f"{one['type'] or 'number'}: {one['value']}" for one in tip["identifiers"]]
    lines += [f"{one['name']}: {one['quantity']}" for one in tip["substances"] if one["quantity"]]
    lines += [f"supplied: {tip['supplied']}"] if tip["supplied"] else []
    limits = ", ".join(tip["limits"]) or "those of the agreement"
    lines.append(f"Given voluntarily by a firm; limits: {limits}.")
    return "\n".join(filter(None, lines))


def _without(value: Any, firm: re.Pattern[str] | None) -> Any:
    if isinstance(value, str):
        return value if firm is None else firm.sub(UNNAMED, value)
    if isinstance(value, dict):
        return {key: _without(one, firm) for key, one in value.items() if one is not None}
    if isinstance(value, list):
        return [_without(one, firm) for one in value]
    return value


def alert_draft(
    tip: Mapping[str, Any], alert_id: str, sectors: Iterable[str], issued_s: int
) -> dict[str, Any]:
    """The draft of an alert to `sectors` from a checked tip.

    Title and advice are empty: who issues the alert writes them, and until then it cannot be sent.
    """
    wanted = list(sectors)
    draft: dict[str, Any] = {
        "alert_id": alert_id,
        "version": 1,
        "status": "active",
        "kind": _KINDS[tip["kind"]],
        "sectors": wanted,
        "issued": issued_s,
        "valid_until": issued_s + VALID_S,
        "title": "",
        "advice": "",
        "substances": [{"code": one, "status": "suspected"} for one in _known_names(tip)],
        "action": "look-up",
        "tlp": tip["tlp"],
        "exercise": tip["exercise"] is True,
    }
    if set(wanted) <= _CARRIERS:
        for field, way in (("origins", "origin"), ("destinations", "destination")):
            draft[field] = [tip[way]] if tip[way] else []
    return draft


def _known_names(tip: Mapping[str, Any]) -> list[str]:
    """The common names of what the tip's words are; a word that is no substance we know stays behind."""
    known = codes.substances()
    found = [substance_named(one["name"]) for one in tip["substances"]]
    return list(dict.fromkeys(known[one].labels["en"] for one in found if one is not None))
