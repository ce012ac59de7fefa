"""Law: the one fact that each family of kinds asks for, known or said to be unknown.

It guarantees that no report is held up by what nobody knows: `asked_unknown` answers every demand. What
all kinds need is left to `report_fields`; how much else there could be, to `completeness`.
Source: docs/reporting.md, "What is mandatory".
"""

from __future__ import annotations

from collections.abc import Callable

from tocsin.core import codes
from tocsin.core.field_checks import Fields

Demand = tuple[str, str, Callable[[Fields], bool]]  # the place, what is missing, whether it is there


def missing_by_family(body: Fields) -> tuple[str, str] | None:
    """(place, sentence) of what the kind of a canonical body asks for and is neither there nor unknown."""
    family = codes.kinds()[body["kind"]]
    place, missing, there = _DEMANDS.get(family, _NOTHING)
    askable = _ASKABLES.get(family)
    if there(body) or askable in body["asked_unknown"]:
        return None
    way_out = f'; where nobody knows: "unknown" in a table, "{askable}" in asked_unknown' if askable else ""
    return place, f"is missing: {missing}{way_out}"


def place_asked_of(family: str) -> str | None:
    """The place of what a family of kinds asks for; None for one that asks for nothing more."""
    return _DEMANDS.get(family, _NOTHING)[0] or None


def _has_quantity(body: Fields) -> bool:
    amounts = [(one["quantity"] or {}).get("value") for one in body["substances"]]
    return any(one is not None for one in [*amounts, *(one["count"] for one in body["equipment"])])


def _said(part: str, field: str) -> Callable[[Fields], bool]:
    def there(body: Fields) -> bool:
        found = body[part] if isinstance(body[part], list) else [body[part] or {}]
        return any(one.get(field) is not None for one in found)

    return there


_NOTHING: Demand = ("", "", bool)
_AMOUNT: Demand = (
    "substances[0].quantity", "how much of at least one substance, or how many machines", _has_quantity
)  # fmt: skip
_DEMANDS: dict[str, Demand] = {
    "seizure": _AMOUNT,
    "theft": _AMOUNT,
    "order": (
        "order.supplied",
        "whether the goods were supplied: yes, partly or no",
        _said("order", "supplied"),
    ),
    "laboratory": ("laboratory.stage", "the stage in which it was found", _said("laboratory", "stage")),
    "equipment": (
        "equipment[0].type",
        'which machine; "unidentified" is allowed',
        _said("equipment", "type"),
    ),
    "listing": ("online[0].platform", "on which platform it was seen", _said("online", "platform")),
    "payment": ("payments[0].instrument", "how it was paid", _said("payments", "instrument")),
}
_ASKABLES = {
    "seizure": "quantity",
    "theft": "quantity",
    "order": "supplied",
    "laboratory": "stage",
    "listing": "platform",
    "payment": "instrument",
}
