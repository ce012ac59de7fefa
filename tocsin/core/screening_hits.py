"""Law: what a hit is: which alert and parcel, by which id, what a person is shown, what may be answered.

A hit's id is a keyed hash of alert, version and parcel, so that looking again repeats nothing and the id
tells nothing. What is shown holds the parcel's values that were compared, shortened, and no other. Answers
are a closed list. How long a hit is kept is left to `adapters.screening`.
Source: report and alert, "Screening".
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from tocsin.core import canonical_json
from tocsin.core.parcel_views import View
from tocsin.core.screening import Match
from tocsin.core.screening_patterns import Test
from tocsin.core.screening_targets import posted_at_s

MAX_SHOWN_CHARACTERS = 200
MAX_SHOWN_CONTENTS = 5
MIN_ID_CHARACTERS = 6
_ID_BYTES = 8
_DAY_S = 86_400


class AnswerCode(StrEnum):
    """What a firm may say of a hit."""

    STOPPED = "stopped"
    HELD = "held"
    REFUSED = "refused"
    ALREADY_DELIVERED = "already-delivered"
    NOTHING_FOUND = "nothing-found"
    FALSE_MATCH = "false-match"
    PASSED_ON = "passed-on"
    NOT_LAWFUL_HERE = "not-lawful-here"


IN_FORCE = frozenset({"active", "updated"})


def is_in_force(alert: Mapping[str, Any], now_s: int, *, exercise: bool) -> bool:
    """Whether an alert's newest version is looked for; exercises only where they are asked for."""
    until = alert.get("valid_until")
    return (
        alert.get("status") in IN_FORCE
        and until is not None
        and now_s < until
        and (exercise or not alert.get("exercise"))
    )


def hit_id(key: bytes, originator: bytes, alert: Mapping[str, Any], view: View) -> str:
    """The id of the hit of this version of an alert on this parcel, 16 hex digits. `key`: 32 bytes."""
    about = [originator.hex(), alert["alert_id"], alert["version"], *_parcel_identity(view)]
    return hmac.digest(key, canonical_json.dump(about), hashlib.sha256)[:_ID_BYTES].hex()


def _parcel_identity(view: View) -> list[str]:
    """Its numbers and the day of posting, since numbers are used again; without numbers all of it."""
    if numbers := [one for one in (view.item, *view.waybills) if one]:
        posted_s = posted_at_s(view)
        return [*map(_sound, numbers), "" if posted_s is None else str(posted_s // _DAY_S)]
    return [hashlib.sha256(_sound(repr(view.parcel)).encode()).hexdigest()]


def parcel_number(view: View) -> str | None:
    """The number by which the firm knows the parcel."""
    return next((_short(one) for one in (view.item, *view.waybills) if one), None)


def evidence(match: Match, view: View) -> list[dict[str, str]]:
    """What was compared: `field`, what the alert `wanted`, what the parcel `has`. One line a test."""
    if match.key is not None:
        kind, value = match.key
        return [{"field": kind, "wanted": value, "has": _short(_carried(kind, view) or value)}]
    return [
        {"field": one.name, "wanted": _wanted(one), "has": _short(_declared(one.name, view))}
        for one in match.tests
    ]


def _carried(kind: str, view: View) -> str:
    parcel = view.parcel
    if kind in {"s10", "own"}:
        return str(parcel.item_id or "")
    if kind == "awb":
        return _joined((parcel.awb_master, parcel.awb_house))
    return ""


def _wanted(test: Test) -> str:
    if test.operator == "between":
        return f"{test.values[0]} to {test.values[1]}"
    words = " or ".join(test.values)
    return _short(f"begins with {words}" if test.operator == "prefix" else words)


def _declared(field: str, view: View) -> str:
    parcel, contents = view.parcel, view.parcel.contents
    match field:
        case "origin_country":
            return view.origin
        case "destination_country":
            return view.destination
        case "gross_weight_g":
            return _joined(view.gross_g)
        case "net_weight_g":
            return _joined(view.net_g)
        case "declared_value":
            return _joined(f"{one.value} {one.currency or ''}".strip() for one in contents)
        case "hs":
            return _joined(one.hs for one in contents)
        case "declared_text" | "substance":
            return _joined(one.description for one in contents)
    return str(getattr(parcel, field) or "")


def _joined(values: Iterable[object]) -> str:
    said = [f"{one:g}" if isinstance(one, float) else str(one) for one in values if one not in (None, "")]
    more = len(said) - MAX_SHOWN_CONTENTS
    return " | ".join(said[:MAX_SHOWN_CONTENTS]) + (f" | and {more} more" if more > 0 else "")


def _short(text: str) -> str:
    plain = _sound(text)
    return plain if len(plain) <= MAX_SHOWN_CHARACTERS else f"{plain[: MAX_SHOWN_CHARACTERS - 1]}…"


def _sound(text: str) -> str:
    """`text` with whatever could not be read as text escaped."""
    return text.encode("utf-8", "backslashreplace").decode()
