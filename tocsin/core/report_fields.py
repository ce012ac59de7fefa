"""Law: an incident report as a whole: its fields, and what must be there.

It guarantees that a canonical body has every field of `reports/incident_report.avsc` and no other,
each within the bounds named here and in `report_parts`. Few fields are mandatory: an incomplete report
beats a late one. Regions, streams and the present time are left to `report`.
"""

from __future__ import annotations

from datetime import date
from functools import cache

from tocsin.core import codes, report_parts
from tocsin.core.errors import InvalidReportError
from tocsin.core.field_checks import Check, Fields, array, code, flag, record, shaped, text, whole
from tocsin.core.report_values import values

MAX_SUBSTANCES = 50
MAX_EQUIPMENT = 50
MAX_PARTIES = 50
MAX_LINKS = 50

_DATE_LENGTHS = {"day": 10, "month": 7, "year": 4}


@cache
def incident_check(*, strict: bool) -> Check:
    """The check of a whole incident report: JSON or decoded Avro to canonical body."""

    def listed(list_name: str) -> Check:
        return code(values(list_name), strict=strict)

    fields = {
        "kind": code(frozenset(codes.kinds()), strict=strict),
        # Lenient or not: what marking and system mean decides who may see it.
        "system": code(values("systems"), strict=True),
        "national_reference": text(report_parts.MAX_REFERENCE_CHARACTERS),
        "reported_at": report_parts.time_s,
        "event_date": _event_date(strict=strict),
        "place": report_parts.place(strict=strict),
        "substances": array(report_parts.substance(strict=strict), MAX_SUBSTANCES),
        "equipment": array(report_parts.equipment(strict=strict), MAX_EQUIPMENT),
        "route": array(report_parts.route_leg(strict=strict), report_parts.MAX_ROUTE_LEGS),
        "transport": report_parts.transport(strict=strict),
        "declared": report_parts.declaration(strict=strict),
        "concealment": record({"code": listed("concealments"), "text": report_parts.line}, strict=strict),
        "parties": array(report_parts.party(strict=strict), MAX_PARTIES),
        "narrative": report_parts.narrative(strict=strict),
        "outcome": report_parts.outcome(strict=strict),
        "links": array(report_parts.link(strict=strict), MAX_LINKS),
        "handling": report_parts.handling(strict=strict),
        "exercise": flag,
        "completeness": whole(0, 100),
    }
    arrays = ("substances", "equipment", "route", "parties", "links")
    return record(fields, arrays=arrays, then=_whole_report, strict=strict)


def _event_date(*, strict: bool) -> Check:
    fields = {
        "value": shaped(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?", "must be YYYY-MM-DD, YYYY-MM or YYYY"),
        "precision": code(values("date_precisions"), strict=True),
        "zone": shaped(r"[A-Za-z0-9_+:/-]{1,64}", "must be an IANA time zone or an offset, e.g. +03:00"),
    }
    return record(fields, then=_whole_date, strict=strict)


def _whole_date(out: Fields) -> None:
    precision, value = out["precision"], out["value"]
    if precision is None:
        raise InvalidReportError([("precision", 'is missing; "unknown" where the date is')])
    if precision == "unknown":
        if value is not None:
            raise InvalidReportError([("value", "must be left out when the precision is unknown")])
        return
    if value is None or len(value) != _DATE_LENGTHS[precision]:
        raise InvalidReportError([("value", f"must be a date as precise as a {precision}")])
    try:
        date.fromisoformat(value + "0001-01-01"[len(value) :])
    except ValueError:
        raise InvalidReportError([("value", "is no date of the calendar")]) from None


_MANDATORY = {
    "kind": "is missing",
    "system": "is missing; ion or pics",
    "event_date": 'is missing; {"precision": "unknown"} where nobody knows',
    "place": 'is missing; {"country": "ZZ"} where nobody knows',
    "handling": "is missing; a report without a marking is refused, none is assumed",
}


def _whole_report(out: Fields) -> None:
    problems = [(field, sentence) for field, sentence in _MANDATORY.items() if out[field] is None]
    if not out["substances"] and not out["equipment"]:
        problems.append(
            ("substances", 'is missing; name a substance or equipment, or declare it "unidentified"')
        )
    if problems:
        raise InvalidReportError(problems)
