"""A report as one flat row for analysts, and the partition that it belongs to."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.consumer.views import Views, without_nulls
from tocsin.adapters.inbox.reports import StoredReport
from tocsin.core.json_fields import in_json

NO_MONTH = "unknown"
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")
_UNITS = {"KGM": "kilograms", "LTR": "litres", "H87": "pieces"}

Row = dict[str, Any]


def flat_row(report: StoredReport, views: Views) -> Row:
    """The columns of `tocsin.adapters.parquet.REPORTS` for one version of a report."""
    body = views.body(report)
    substances = [_substance(one) for one in body.get("substances") or ()]
    event_date = body.get("event_date") or {}
    return {
        "originator": report.originator.hex(),
        "originator_name": views.name(report.originator),
        "report_id": str(UUID(bytes=report.report_id)),
        "version": report.version,
        "schema": views.schema_name(report),
        "kind": report.kind,
        "system": body.get("system"),
        "national_reference": body.get("national_reference") or body.get("alert_id"),
        "event_date": event_date.get("value") or body.get("event_month"),
        "date_precision": event_date.get("precision"),
        "country": (body.get("place") or {}).get("country"),
        "regions": views.regions(report),
        "substances": substances,
        **{unit: _sum(one[unit] for one in substances) for unit in _UNITS.values()},
        **_route(body),
        "transport_mode": (body.get("transport") or {}).get("mode") or body.get("mode"),
        "tlp": (body.get("handling") or {}).get("tlp") or body.get("tlp"),
        "exercise": report.exercise,
        "time": report.time_s,
        "received_at": report.received_at_s,
        "cursor": report.seq,
        "body_json": json.dumps(in_json(without_nulls(body)), ensure_ascii=False, separators=(",", ":")),
    }


def partition_of(report: StoredReport, row: Row) -> str:
    """`stream=…/region=…/month=…`: the region where it happened, the month when it did."""
    found = _MONTH.match(row["event_date"] or "")
    month = found[0] if found else NO_MONTH
    return f"stream={report.stream}/region={report.region}/month={month}"


def _substance(substance: Mapping[str, Any]) -> Row:
    quantity = substance.get("quantity") or {}
    row: Row = {
        "name_as_declared": substance.get("name_as_declared") or substance.get("code"),
        "identified_as": substance.get("identified_as"),
        "status": substance.get("status"),
        "quantity": quantity.get("value"),
        "unit": quantity.get("unit") or quantity.get("unit_as_declared"),
        **dict.fromkeys(_UNITS.values()),
    }
    unit = _UNITS.get(quantity.get("normalised_unit") or "")
    if unit and quantity.get("normalised_value") is not None:
        row[unit] = float(Decimal(quantity["normalised_value"]))
    return row


def _sum(values: Iterable[float | None]) -> float | None:
    known = [one for one in values if one is not None]
    return sum(known) if known else None


def _route(body: Mapping[str, Any]) -> Row:
    """Countries by their role on the way; a first origin, departure and destination, all transits."""
    legs = body.get("route") or ()
    if not legs:
        return {
            "origin": _first(body.get("origins")),
            "departure": _first(body.get("departures")),
            "transit": list(body.get("transits") or ()),
            "destination": _first(body.get("destinations")),
        }
    ordered = sorted(legs, key=lambda leg: leg.get("order") or 0)
    by_role = {role: [leg["country"] for leg in ordered if leg.get("role") == role] for role in _ROLES}
    one_each: Row = {role: _first(by_role[role]) for role in _ROLES}
    return {**one_each, "transit": by_role["transit"]}


_ROLES = ("origin", "departure", "transit", "destination")


def _first(countries: Iterable[str] | None) -> str | None:
    return next(iter(countries or ()), None)
