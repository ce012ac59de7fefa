"""Law: the fields of an alert to firms, their bounds, and which sector may be told what.

It guarantees that publisher and reader hold the same allow-lists: a field that a sector is not meant
to see makes the alert invalid on both sides, and a field without a line in `SECTORS_OF_FIELD` fails a
test. It also guarantees that no text carries what looks like a telephone, parcel or account number.
Nothing is shared with the types of the incident report. Who may approve is left to the ladder.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from tocsin.core import codes
from tocsin.core.alert_selectors import SECTORS_OF_TEST, selector
from tocsin.core.errors import InvalidReportError
from tocsin.core.field_checks import (
    Check,
    Fields,
    array,
    code,
    flag,
    record,
    refuse,
    shaped,
    text,
    whole,
)
from tocsin.core.report_parts import country, hs_code, hs_edition, language, name, needs, time_s
from tocsin.core.report_values import values

MAX_SECTORS = 10
MAX_ALERT_SUBSTANCES = 10
MAX_ALERT_EQUIPMENT = 10
MAX_COUNTRIES = 20
MAX_SELECTORS = 200
MAX_VERSION = 1_000_000
MAX_TITLE_CHARACTERS = 120
MAX_ADVICE_CHARACTERS = 1_500
MAX_VALIDITY_S = 90 * 86_400
DEFAULT_TLP = "AMBER+STRICT"

EVERY_SECTOR = frozenset({"postal", "courier", "chemical", "platform", "bank", "equipment-maker"})
_CARRIERS = frozenset({"postal", "courier"})
_TRADERS = _CARRIERS | {"chemical", "platform"}
# Report and alert, "Alert (what firms get)": the table of fields and sectors.
SECTORS_OF_FIELD = {
    **dict.fromkeys(
        ("alert_id", "version", "status", "kind", "sectors", "issued", "valid_until", "event_month"),
        EVERY_SECTOR,
    ),
    **dict.fromkeys(("title", "advice", "language", "action", "tlp", "pap", "tell_customer"), EVERY_SECTOR),
    **dict.fromkeys(("basis", "answer_by", "safety", "exercise", "selectors"), EVERY_SECTOR),
    **dict.fromkeys(("origins", "departures", "transits", "destinations", "mode"), _CARRIERS),
    "quantity_band": _TRADERS | {"equipment-maker"},
    "substances": _TRADERS | {"bank"},
    "equipment": _TRADERS | {"equipment-maker"},
}

# Nine digits in a row, however grouped, an S10 number, an at sign: a person or somebody's parcel.
_IDENTIFIES = re.compile(r"(?:\d[ ()./-]?){9,}|[A-Z]{2}\s?(?:\d\s?){9}[A-Z]{2}|\S@\S", re.IGNORECASE)


def anonymous(max_characters: int, *, lines: bool = False) -> Check:
    """Text as `text` takes it, without what looks like a number or address of somebody."""
    plain = text(max_characters, lines=lines)

    def check(value: Any) -> str:
        kept: str = plain(value)
        if _IDENTIFIES.search(kept):
            raise refuse("holds what looks like a telephone, parcel or account number or an e-mail address")
        return kept

    return check


@cache
def alert_check(*, strict: bool) -> Check:
    """The check of a whole alert: JSON or decoded Avro to canonical body."""

    def listed(list_name: str) -> Check:
        return code(values(list_name), strict=strict)

    countries = array(country(strict=strict), MAX_COUNTRIES)
    fields = {
        "alert_id": shaped(r"[0-9a-f]{32}", "must be 32 random lower-case hex digits"),
        "version": whole(1, MAX_VERSION),
        "status": listed("alert_statuses"),
        "kind": code(frozenset(codes.kinds()), strict=strict),
        # A sector that the allow-lists do not know cannot be judged.
        "sectors": array(code(EVERY_SECTOR, strict=True), MAX_SECTORS),
        "issued": time_s,
        "valid_until": time_s,
        "event_month": shaped(r"[0-9]{4}-(?:0[1-9]|1[0-2])", "must be YYYY-MM"),
        "title": anonymous(MAX_TITLE_CHARACTERS),
        "advice": anonymous(MAX_ADVICE_CHARACTERS, lines=True),
        "language": language,
        "substances": array(_alert_substance(strict=strict), MAX_ALERT_SUBSTANCES),
        "equipment": array(listed("equipment_types"), MAX_ALERT_EQUIPMENT),
        "origins": countries,
        "departures": countries,
        "transits": countries,
        "destinations": countries,
        "mode": shaped(r"[0-9]", "must be one digit (UN/ECE Recommendation 19)"),
        "quantity_band": listed("quantity_bands"),
        "selectors": array(selector(anonymous, strict=strict), MAX_SELECTORS),
        "action": listed("alert_actions"),
        "tlp": code(codes.tlp_markings(), strict=True),
        "pap": code(codes.pap_markings(), strict=True),
        "tell_customer": flag,
        "basis": listed("bases"),
        "answer_by": time_s,
        "safety": _safety(strict=strict),
        "exercise": flag,
    }
    return record(fields, arrays=_ARRAYS, then=_whole_alert, strict=strict)


_ARRAYS = (
    *("sectors", "substances", "equipment", "origins", "departures", "transits", "destinations"),
    "selectors",
)


def _alert_substance(*, strict: bool) -> Check:
    fields = {
        "code": name,
        "status": code(values("alert_substance_statuses"), strict=strict),
        "hs": hs_code,
        "hs_edition": hs_edition,
        "un_number": shaped(r"[0-9]{4}", "must be four digits"),
    }
    return record(fields, then=needs("code"), strict=strict)


def _safety(*, strict: bool) -> Check:
    fields = {
        "hazards": array(code(values("hazards"), strict=strict), 9),
        "protective_equipment": array(code(values("protective_equipment"), strict=strict), 10),
    }
    return record(fields, arrays=("hazards", "protective_equipment"), strict=strict)


_MANDATORY = ("alert_id", "version", "status", "kind", "issued", "valid_until", "title", "action")


def _whole_alert(out: Fields) -> None:
    if out["tlp"] is None:
        out["tlp"] = DEFAULT_TLP
    if out["tell_customer"] is None:
        out["tell_customer"] = False
    problems = [(field, "is missing") for field in _MANDATORY if out[field] is None]
    if not out["sectors"]:
        problems.append(("sectors", "is missing; name the sectors that are meant"))
    problems += _times(out) + _allow_lists(out)
    if problems:
        raise InvalidReportError(problems)


def _times(out: Fields) -> list[tuple[str, str]]:
    issued, until, answer_by = out["issued"], out["valid_until"], out["answer_by"]
    problems = []
    if issued is not None and until is not None and not issued < until <= issued + MAX_VALIDITY_S:
        problems.append(("valid_until", "must be after issued and at most 90 days on"))
    if answer_by is not None and until is not None and answer_by > until:
        problems.append(("answer_by", "must not be after valid_until"))
    return problems


def _allow_lists(out: Fields) -> list[tuple[str, str]]:
    sectors = set(out["sectors"])
    problems = [
        (field, "is not meant for every sector named; leave it out or write a second alert")
        for field, allowed in SECTORS_OF_FIELD.items()
        if out[field] not in (None, []) and not sectors <= allowed
    ]
    for number, chosen in enumerate(out["selectors"]):
        for place, test in enumerate(chosen["tests"]):
            if not sectors <= SECTORS_OF_TEST.get(test["field"], frozenset()):
                where = f"selectors[{number}].tests[{place}].field"
                problems.append((where, "is not meant for every sector named"))
    if "bank" in sectors:
        problems += [
            (f"substances[{number}].{field}", "is not meant for banks: they get the name only")
            for number, substance in enumerate(out["substances"])
            for field in ("hs", "hs_edition", "un_number")
            if substance[field] is not None
        ]
    return problems
