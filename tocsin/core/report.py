"""Law: whether a report may be accepted, and where it belongs.

`check_incident` and `check_alert` are the publisher's gate: JSON in, canonical body ready for Avro out,
or InvalidReportError with every problem and its place. `domain_check` is the reader's rung 19 over the
same rules, lenient towards fields and codes of later minor versions. They guarantee that a marking is
always there and known, that units never mix, and that a report goes to every region it concerns.
Sealing, schema ids and duplicates are left to others. Source: wire format, "Topics".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from tocsin.core.alert_fields import alert_check
from tocsin.core.attachments import part_check
from tocsin.core.errors import InvalidReportError
from tocsin.core.field_checks import Check, Fields, Problems
from tocsin.core.letters import LETTER_CHECKS
from tocsin.core.report_fields import incident_check
from tocsin.core.report_values import places_of_countries
from tocsin.core.streams import GLOBAL
from tocsin.core.withdrawals import withdrawal_check

INCIDENT_SCHEMA = "tocsin.report.v1.IncidentReport"
ALERT_SCHEMA = "tocsin.report.v1.Alert"
ALERTS_STREAM = "alerts"
MAX_AHEAD_S = 86_400  # the world's clocks and zones: what an officer calls today
NOWHERE = frozenset({"ZZ", "XZ"})

_DAY_S = 86_400
_EPOCH_ORDINAL = 719_163  # date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class CheckedReport:
    """A report that passed: its kind, stream and regions, and its canonical body (never printed)."""

    kind: str
    stream: str
    regions: tuple[str, ...]
    body: Fields = field(repr=False)
    reference: str | None = field(repr=False)
    exercise: bool


def check_incident(data: object, *, now_s: int, default_system: str | None = None) -> CheckedReport:
    """An incident report in its JSON form, checked at `now_s` (seconds since 1970 UTC).

    `default_system` (ion or pics) stands in for a missing `system`. `data` is not changed.
    Raises InvalidReportError with every problem.
    """
    if default_system is not None and isinstance(data, dict) and data.get("system") is None:
        data = {**data, "system": default_system}
    body = _checked(incident_check(strict=True), data, _not_ahead, now_s)
    return CheckedReport(
        kind=body["kind"],
        stream=body["system"],
        regions=incident_regions(body),
        body=body,
        reference=body["national_reference"],
        exercise=bool(body["exercise"]),
    )


def check_alert(data: object, *, now_s: int) -> CheckedReport:
    """An alert in its JSON form, checked at `now_s`. Its reference is `alert_id` and version.

    Raises InvalidReportError with every problem.
    """
    body = _checked(alert_check(strict=True), data, _in_force, now_s)
    legs = (body[way] for way in ("origins", "departures", "transits", "destinations"))
    return CheckedReport(
        kind=body["kind"],
        stream=ALERTS_STREAM,
        regions=_regions(None, (country for leg in legs for country in leg)),
        body=body,
        reference=f"{body['alert_id']}-{body['version']}",
        exercise=bool(body["exercise"]),
    )


def domain_check(schema_name: str, body: dict[str, Any]) -> None:
    """Rung 19: the rules of the domain over a decoded body of the schema's full name.

    Raises InvalidReportError, also for a schema that no rules are known for: nothing fails open.
    """
    match schema_name:
        case "tocsin.report.v1.IncidentReport":
            incident_check(strict=False)(body)
        case "tocsin.report.v1.Alert":
            alert_check(strict=False)(body)
        case "tocsin.report.v1.Withdrawal":
            withdrawal_check(strict=False)(body)
        case "tocsin.report.v1.AttachmentPart":
            part_check(body)
        case _ if schema_name in LETTER_CHECKS:
            LETTER_CHECKS[schema_name](strict=False)(body)
        case _:
            raise InvalidReportError([("", "no rules are known for this schema")])


def incident_regions(body: Fields) -> tuple[str, ...]:
    """Every region that a canonical incident concerns, in the order of the regions."""
    return _regions(body["place"]["country"], (leg["country"] for leg in body["route"]))


def _regions(place: str | None, ways: Iterable[str]) -> tuple[str, ...]:
    """International waters are a place of their own; as a leg they lead nowhere."""
    table = places_of_countries()
    found = {table[country] for country in ways if country not in NOWHERE}
    if place is not None and place != "ZZ":
        found.add(table[place])
    return tuple(region for _, region in sorted(found)) or (GLOBAL,)


def _checked(check: Check, data: object, timely: Any, now_s: int) -> Fields:
    problems: Problems = []
    body: Fields = {}
    try:
        body = check(data)
    except InvalidReportError as error:
        problems += [(place or "report", sentence) for place, sentence in error.problems]
    else:
        problems += timely(body, now_s)
    if problems:
        raise InvalidReportError(problems)
    return body


def _not_ahead(body: Fields, now_s: int) -> Problems:
    problems = []
    reported_at, day = body["reported_at"], body["event_date"]["value"]
    if reported_at is not None and reported_at > now_s + MAX_AHEAD_S:
        problems.append(("reported_at", "lies in the future"))
    if day is not None and day > _tomorrow(now_s // _DAY_S)[: len(day)]:
        problems.append(("event_date.value", "lies in the future"))
    return problems


@lru_cache(maxsize=4)
def _tomorrow(day_number: int) -> str:
    return date.fromordinal(_EPOCH_ORDINAL + day_number + 1).isoformat()


def _in_force(body: Fields, now_s: int) -> Problems:
    problems = []
    if body["issued"] > now_s + MAX_AHEAD_S:
        problems.append(("issued", "lies in the future"))
    if body["valid_until"] <= now_s:
        problems.append(("valid_until", "lies in the past"))
    return problems
