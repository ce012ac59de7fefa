"""Law: an incident report as a whole: its fields, and what must be there.

It guarantees that a canonical body has every field of `reports/incident_report.avsc` and no other,
each within the bounds named here, in `report_parts` and in `report_traces`. Few fields are mandatory,
and what a kind asks for may be unknown: an incomplete report beats a late one. What each kind asks for is
left to `report_demands`; regions, streams and the present time to `report`.
"""

from __future__ import annotations

from functools import cache

from tocsin.core import codes, report_parts, report_traces
from tocsin.core.errors import InvalidReportError
from tocsin.core.field_checks import Check, Fields, array, code, flag, record, shaped, text, whole
from tocsin.core.report_demands import missing_by_family
from tocsin.core.report_values import values

MAX_SUBSTANCES = 50
MAX_EQUIPMENT = 50
MAX_PARTIES = 50
MAX_LINKS = 50
MAX_ASKED = 20
MAX_DOCUMENTS = 50
MAX_ATTACHMENTS = 20
MAX_TRACES = 50

_LISTS = (
    *("substances", "equipment", "route", "parties", "links"),
    *("asked_unknown", "documents", "attachments", "online", "payments"),
)

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
        "concealment": report_parts.concealment(strict=strict),
        "parties": array(report_parts.party(strict=strict), MAX_PARTIES),
        "narrative": report_parts.narrative(strict=strict),
        "outcome": report_parts.outcome(strict=strict),
        "links": array(report_parts.link(strict=strict), MAX_LINKS),
        "handling": report_parts.handling(strict=strict),
        "exercise": flag,
        "completeness": whole(0, 100),
        "agency": report_parts.name,
        "unit": report_parts.name,
        "asked_unknown": array(listed("askables"), MAX_ASKED),
        "order": report_traces.order(strict=strict),
        "documents": array(report_traces.document(strict=strict), MAX_DOCUMENTS),
        "attachments": array(report_traces.attachment(strict=strict), MAX_ATTACHMENTS),
        "online": array(report_traces.online(strict=strict), MAX_TRACES),
        "payments": array(report_traces.payment(strict=strict), MAX_TRACES),
        "laboratory": report_traces.laboratory(strict=strict),
        "safety": report_traces.safety(strict=strict),
    }
    return record(fields, arrays=_LISTS, then=_whole_report if strict else _readable, strict=strict)


def _event_date(*, strict: bool) -> Check:
    fields = {
        "value": report_parts.loose_date,
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


_MANDATORY = {
    "kind": "is missing",
    "system": "is missing; ion or pics",
    "event_date": 'is missing; {"precision": "unknown"} where nobody knows',
    "place": 'is missing; {"country": "ZZ"} where nobody knows',
    "handling": "is missing; a report without a marking is refused, none is assumed",
}


def _readable(out: Fields) -> None:
    """What every reader asks for, of a report of any minor version."""
    problems = [(field, sentence) for field, sentence in _MANDATORY.items() if out[field] is None]
    if not out["substances"] and not out["equipment"]:
        problems.append(
            ("substances", 'is missing; name a substance or equipment, or declare it "unidentified"')
        )
    if problems:
        raise InvalidReportError(problems)


def _whole_report(out: Fields) -> None:
    _readable(out)
    if problem := missing_by_family(out):
        raise InvalidReportError([problem])
