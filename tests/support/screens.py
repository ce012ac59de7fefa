"""Parcels and alerts for the core of screening, as small as they may be."""

from __future__ import annotations

from typing import Any

from tocsin.core.parcel_views import Doubts, Reading, View
from tocsin.core.parcels import Content, Parcel, Party
from tocsin.core.screening import Match, Screen

KEY = b"sixteen bytes ok"
ISSUED_S = 1_795_564_800  # 2026-11-25


def clue(field: str, operator: str, *values: str) -> dict[str, Any]:
    """One test of a selector."""
    return {"field": field, "operator": operator, "values": list(values)}


def selector(*tests: dict[str, Any]) -> dict[str, Any]:
    return {"tests": list(tests)}


def target(value: str, type_: str = "s10") -> dict[str, str]:
    return {"type": type_, "value": value}


def alert(*selectors: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """What screening reads of an alert."""
    usual = {"alert_id": "a" * 32, "version": 1, "issued": ISSUED_S, "substances": [], "targets": []}
    return usual | {"selectors": list(selectors)} | changes


def parcel(
    origin: str = "CN", destination: str = "AU", content: dict[str, Any] | None = None, **own: Any
) -> Parcel:
    """A parcel with one content; `sender` and `addressee` may be given whole."""
    parties = {"sender": Party(country=origin), "addressee": Party(country=destination)}
    return Parcel(**parties | own, contents=[Content(**content or {})])


def view(one: Parcel, doubts: Doubts | None = None, **reading: Any) -> View:
    return View(one, Reading(**reading), Doubts() if doubts is None else doubts)


def screen(*alerts: dict[str, Any], **reading: Any) -> Screen:
    """A screen that looks for `alerts`, stored as 1, 2, 3 …"""
    held = dict(enumerate(alerts, 1))
    made = Screen(KEY, Reading(**reading), held.__getitem__)
    for number, one in held.items():
        made.add(number, one)
    return made


def matches(one: Parcel, *alerts: dict[str, Any], **reading: Any) -> list[Match]:
    """What `one` matches of `alerts`."""
    return screen(*alerts, **reading).look(one)[1]
