"""Law: what an alert to one firm alone may point at: consignments, orders, accounts of that firm's own.

It guarantees that each sector is given the types of its own trade and no other, and that a number whose
form everybody knows has it. That the alert goes to that firm alone is left to `releases`.
Source: report and alert, "Targeted alert".
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

from tocsin.core.errors import InvalidReportError
from tocsin.core.field_checks import Check, Fields, code, record, text

MAX_TARGETS = 100
MAX_TARGET_CHARACTERS = 100

_CARRIERS = frozenset({"postal", "courier"})
SECTORS_OF_TARGET = {
    "s10": _CARRIERS,
    "awb": _CARRIERS,
    "order": frozenset({"chemical"}),
    "listing": frozenset({"platform"}),
    "handle": frozenset({"platform"}),
    "account": frozenset({"bank"}),
    "wallet": frozenset({"bank"}),
    "serial": frozenset({"equipment-maker"}),
}
_SEPARATORS = re.compile(r"[\s./-]+")
_FORMS = {
    "s10": (re.compile(r"[A-Z]{2}[0-9]{9}[A-Z]{2}"), "an S10 is 2 letters, 9 digits, 2 letters"),
    "awb": (re.compile(r"[0-9]{11}"), "an air waybill is 11 digits"),
}


def target(*, strict: bool) -> Check:
    """The check of one target; numbers of carriers come out without separators, in capitals."""
    fields = {
        "type": code(frozenset(SECTORS_OF_TARGET), strict=True),
        "value": text(MAX_TARGET_CHARACTERS),
    }
    return record(fields, then=_whole_target, strict=strict)


def _whole_target(out: Fields) -> None:
    if missing := [(name, "is missing") for name in ("type", "value") if out[name] is None]:
        raise InvalidReportError(missing)
    form = _FORMS.get(out["type"])
    if form is None:
        return
    tidy = _SEPARATORS.sub("", out["value"]).upper()
    if form[0].fullmatch(tidy) is None:
        raise InvalidReportError([("value", form[1])])
    out["value"] = tidy


def is_own(kind: str, value: str, prefixes: Collection[str]) -> bool:
    """Whether a number may be of a firm whose numbers have these `prefixes`; where none is of its type,
    any may.
    """
    own = [one.partition(":")[2] for one in prefixes if one.startswith(f"{kind}:")]
    return not own or any(value.endswith(one) if kind == "s10" else value.startswith(one) for one in own)


def not_meant(targets: list[dict[str, Any]], sectors: set[str]) -> Iterator[tuple[str, str]]:
    """(place, sentence) of each target whose type is not of every sector named."""
    for number, one in enumerate(targets):
        if not sectors <= SECTORS_OF_TARGET.get(one["type"], frozenset()):
            yield f"targets[{number}].type", "is no number of this sector's own trade"
