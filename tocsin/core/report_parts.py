"""Law: the parts of an incident report, their bounds, and what each must hold.

Each function here is the check of one record type of `reports/incident_report.avsc`. The report as a
whole is left to `report_fields`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from tocsin.core import codes
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
from tocsin.core.quantities import decimal_text, percent_text, quantity
from tocsin.core.report_values import countries, values

MAX_IDENTIFIERS = 100
MAX_ROUTE_LEGS = 50
MAX_PERMITTED_ACTIONS = 20
MAX_CAVEATS = 10
MAX_COUNT = 1_000_000_000
MAX_TIME_S = 253_402_300_799  # the last second of the year 9999
MAX_REFERENCE_CHARACTERS = 64
MAX_NAME_CHARACTERS = 250
MAX_LINE_CHARACTERS = 500
MAX_NARRATIVE_CHARACTERS = 20_000

line = text(MAX_LINE_CHARACTERS)
name = text(MAX_NAME_CHARACTERS)
time_s = whole(0, MAX_TIME_S)
hs_code = shaped(
    r"[0-9]{4}(?:[0-9]{2}){0,3}",
    "must be 4, 6, 8 or 10 digits, without points; chapters 1 to 9 begin with 0",
)
hs_edition = whole(1988, 2100)
language = shaped(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,4}", "must be a BCP 47 tag, e.g. es or zh-Hans")
unlocode = shaped(r"[A-Z]{2}[A-Z2-9]{3}", "must be a UN/LOCODE, e.g. DEBRV")
iata = shaped(r"[A-Z]{3}", "must be the IATA code of an airport, e.g. BOG")
un_number = shaped(r"[0-9]{4}", "must be the four digits of a UN number, e.g. 1715")
cas_number = shaped(r"[0-9]{2,7}-[0-9]{2}-[0-9]", "must look like 108-24-7")
currency = shaped(r"[A-Z]{3}", "must be an ISO 4217 code, e.g. EUR")
prose = text(MAX_NARRATIVE_CHARACTERS, lines=True)
_date = shaped(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?", "must be YYYY-MM-DD, YYYY-MM or YYYY")


def loose_date(value: Any) -> str:
    """A date as precise as it is known, in ISO 8601."""
    found: str = _date(value)
    try:
        date.fromisoformat(found + "0001-01-01"[len(found) :])
    except ValueError:
        raise refuse("is no date of the calendar") from None
    return found


def needs(*fields: str, sentence: str = "is missing") -> Callable[[Fields], None]:
    """For `record(then=...)`: refuses an object without each of `fields`."""

    def check(out: Fields) -> None:
        missing = [(field, sentence) for field in fields if out[field] is None]
        if missing:
            raise InvalidReportError(missing)

    return check


_needs_country = needs("country", sentence="is missing; ZZ where it is unknown")
_needs_type = needs("type", sentence='is missing; "unidentified" is allowed')


def country(*, strict: bool) -> Check:
    """A country code that exists; lenient: any two capitals, since countries come and go."""
    if not strict:
        return shaped(r"[A-Z]{2}", "must be two capitals")
    known = countries()

    def check(value: Any) -> str:
        if type(value) is str and value in known:
            return value
        raise refuse("is no ISO 3166-1 alpha-2 code (ZZ: unknown, XZ: international waters)")

    return check


def place(*, strict: bool) -> Check:
    """Where it happened."""
    fields = {
        "country": country(strict=strict),
        "admin1": name,
        "locality": name,
        "unlocode": unlocode,
        "site_type": code(values("site_types"), strict=strict),
        "site_as_declared": name,
        "border": code(values("borders"), strict=strict),
        "iata": iata,
    }
    return record(fields, then=_needs_country, strict=strict)


def substance(*, strict: bool) -> Check:
    """One substance, by the name that the source wrote."""
    fields = {
        "name_as_declared": name,
        "identified_as": name,
        "status": code(values("identification_statuses"), strict=strict),
        "cas": cas_number,
        "inchikey": shaped(r"[A-Z]{14}-[A-Z]{8}[SN][A-Z]-[A-Z]", "must be an InChIKey of 27 characters"),
        "hs": hs_code,
        "hs_edition": hs_edition,
        "quantity": quantity(strict=strict),
        "purity_percent": percent_text,
        "form": code(values("forms"), strict=strict),
        "method": code(values("identification_methods"), strict=strict),
        "laboratory_reference": name,
        "salt": name,
        "un_number": un_number,
    }
    missing = 'is missing; "unidentified" where nobody knows'
    return record(fields, then=needs("name_as_declared", sentence=missing), strict=strict)


def equipment(*, strict: bool) -> Check:
    """One kind of machine or material."""
    fields = {
        "type": code(values("equipment_types"), strict=strict),
        "make": name,
        "model": name,
        "serial": name,
        "labels_removed": flag,
        "count": whole(0, MAX_COUNT),
        "condition": code(values("equipment_conditions"), strict=strict),
    }
    return record(fields, then=_needs_type, strict=strict)


def route_leg(*, strict: bool) -> Check:
    """One country on the way."""
    fields = {
        "country": country(strict=strict),
        "country_as_declared": name,
        "role": code(values("route_roles"), strict=strict),
        "order": whole(0, MAX_ROUTE_LEGS - 1),
        "unlocode": unlocode,
        "locality": name,
        "iata": iata,
        "on": loose_date,
    }
    return record(fields, then=_needs_country, strict=strict)


def transport(*, strict: bool) -> Check:
    """How it travelled."""
    identifier = record(
        {"type": code(values("identifier_types"), strict=strict), "value": name},
        then=needs("value"),
        strict=strict,
    )
    fields = {
        "mode": shaped(r"[0-9]", "must be one digit (UN/ECE Recommendation 19)"),
        "mode_as_declared": name,
        "identifiers": array(identifier, MAX_IDENTIFIERS),
        "carrier": name,
        "service": name,
    }
    return record(fields, arrays=("identifiers",), strict=strict)


def declaration(*, strict: bool) -> Check:
    """What the papers said."""
    fields = {
        "text": line,
        "hs": hs_code,
        "hs_edition": hs_edition,
        "value": decimal_text,
        "currency": currency,
        "label_text": line,
        "label_cas": cas_number,
    }
    return record(fields, strict=strict)


def concealment(*, strict: bool) -> Check:
    """How it was hidden."""
    fields = {"code": code(values("concealments"), strict=strict), "text": line, "packaging": line}
    return record(fields, strict=strict)


def party(*, strict: bool) -> Check:
    """A person or firm; for governments only."""
    fields = {
        "role": code(values("party_roles"), strict=strict),
        "name": name,
        "country": country(strict=strict),
        "address": line,
        "phone": name,
        "email": name,
        "lei": shaped(r"[A-Z0-9]{18}[0-9]{2}", "must be an LEI: 18 capitals and digits, and 2 digits"),
        "registration": name,
    }
    return record(fields, strict=strict)


def narrative(*, strict: bool) -> Check:
    """Two texts, never one redacted."""
    return record({"government": prose, "releasable": prose, "language": language}, strict=strict)


def outcome(*, strict: bool) -> Check:
    """What followed."""
    fields = {
        "arrests": whole(0, MAX_COUNT),
        "laboratory_found": flag,
        "prosecuted": flag,
        "text": prose,
        "backtracking": code(values("backtrackings"), strict=strict),
    }
    return record(fields, strict=strict)


def link(*, strict: bool) -> Check:
    """Another report that belongs to this one."""
    fields = {
        "type": code(values("link_types"), strict=strict),
        "originator": shaped(r"[0-9a-f]{32}", "must be 32 lower-case hex digits"),
        "reference": text(MAX_REFERENCE_CHARACTERS),
    }
    return record(fields, then=needs("reference"), strict=strict)


def handling(*, strict: bool) -> Check:
    """What a reader may do; the marking has no default."""
    grade = {"scheme": code(values("evaluation_schemes"), strict=strict), "value": text(8)}
    fields = {
        "tlp": code(codes.tlp_markings(), strict=True),
        "pap": code(codes.pap_markings(), strict=True),
        "action": code(values("report_actions"), strict=True),
        "evaluation": record(grade, strict=strict),
        "embargo_until": time_s,
        "permitted_actions": array(code(values("permitted_actions"), strict=strict), MAX_PERMITTED_ACTIONS),
        "retain_until": time_s,
        "caveats": array(code(values("caveats"), strict=strict), MAX_CAVEATS),
    }
    missing = "is missing; a report without a marking is refused, none is assumed"
    arrays = ("permitted_actions", "caveats")
    return record(fields, arrays=arrays, then=needs("tlp", sentence=missing), strict=strict)
