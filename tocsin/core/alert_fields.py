"""Law: the fields of an alert to firms and their bounds.

It guarantees that no text carries what looks like a telephone, parcel or account number, and that nothing
is shared with the types of the incident report. What the fields must keep together is in `alert_rules`,
which sector may be told what in `alert_sectors`; who must have released it is left to `releases`.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from tocsin.core import codes
from tocsin.core.alert_images import MAX_CAPTION_CHARACTERS, images_check
from tocsin.core.alert_rules import whole_alert
from tocsin.core.alert_sectors import EVERY_SECTOR
from tocsin.core.alert_selectors import selector
from tocsin.core.alert_targets import MAX_TARGETS, target
from tocsin.core.facts import ALERT_PLACES
from tocsin.core.field_checks import (
    Check,
    array,
    code,
    flag,
    names_somebody,
    record,
    refuse,
    shaped,
    text,
    whole,
)
from tocsin.core.report_parts import (
    MAX_NAME_CHARACTERS,
    country,
    hs_code,
    hs_edition,
    language,
    needs,
    time_s,
)
from tocsin.core.report_values import values

MAX_SECTORS = 10
MAX_ALERT_SUBSTANCES = 10
MAX_ALERT_EQUIPMENT = 10
MAX_COUNTRIES = 20
MAX_SELECTORS = 200
MAX_VERSION = 1_000_000
MAX_TITLE_CHARACTERS = 120
MAX_ADVICE_CHARACTERS = 1_500
MAX_BULLETIN_CHARACTERS = 20_000
MAX_CITES = 50

_ALERT_ID = shaped(r"[0-9a-f]{32}", "must be 32 random lower-case hex digits")


def anonymous(max_characters: int, *, lines: bool = False) -> Check:
    """Text as `text` takes it, without what looks like a number or address of somebody."""
    plain = text(max_characters, lines=lines)

    def check(value: Any) -> str:
        kept: str = plain(value)
        if names_somebody(kept):
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
        "alert_id": _ALERT_ID,
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
        **dict.fromkeys(ALERT_PLACES, countries),
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
        "targets": array(target(strict=strict), MAX_TARGETS),
        "bulletin": anonymous(MAX_BULLETIN_CHARACTERS, lines=True),
        "cites": array(_ALERT_ID, MAX_CITES),
        "safety_notice": flag,
        "images": images_check(anonymous(MAX_CAPTION_CHARACTERS), strict=strict),
    }
    return record(fields, arrays=_ARRAYS, then=whole_alert, strict=strict)


_ARRAYS = (
    *("sectors", "substances", "equipment", "origins", "departures", "transits", "destinations"),
    *("selectors", "targets", "cites", "images"),
)


def _alert_substance(*, strict: bool) -> Check:
    fields = {
        "code": anonymous(MAX_NAME_CHARACTERS),
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
