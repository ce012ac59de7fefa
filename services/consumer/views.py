"""A stored report as readers see it: the documented JSON shape of `subscribe`, the API and the feed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tocsin.adapters.inbox.reports import StoredReport
from tocsin.adapters.inbox.store import Inbox
from tocsin.core.avro import Codec
from tocsin.core.changes import changed_places
from tocsin.core.json_fields import in_json
from tocsin.core.withdrawals import KIND
from tocsin.runtime.times import iso_time

MAX_SHOWN = 3
COLUMNS = ("time", "originator_name", "stream", "region", "kind", "what", "exercise", "report_id")


class Views:
    """Renders reports; codecs and names come from the inbox's own memory of the directory."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._codecs: dict[bytes, Codec] = {}
        self._regions: tuple[str, ...] = ()

    def body(self, report: StoredReport) -> dict[str, Any]:
        """The decoded body, with every field of its schema; the ladder took it before it was stored."""
        return self._codec(report.schema).decode_accepted(report.body)

    def schema_name(self, report: StoredReport) -> str:
        """The full name of the report's schema."""
        return self._codec(report.schema).name

    def regions(self, report: StoredReport) -> list[str]:
        """The regions that the report concerns, in the layout's order."""
        if report.regions >> len(self._regions):
            self._regions = self._inbox.known.regions()
        return [one for bit, one in enumerate(self._regions) if report.regions >> bit & 1]

    def name(self, originator: bytes) -> str | None:
        """The originator's name."""
        return self._inbox.known.name(originator)

    def render(self, report: StoredReport) -> dict[str, Any]:
        """The documented shape; `report` holds the body without its empty fields, bytes as base64."""
        return {
            "originator": report.originator.hex(),
            "originator_name": self.name(report.originator),
            "stream": report.stream,
            "region": report.region,
            "regions": self.regions(report),
            "report_id": str(UUID(bytes=report.report_id)),
            "version": report.version,
            "schema": self.schema_name(report),
            "kind": report.kind,
            "exercise": report.exercise,
            "time": iso_time(report.time_s),
            "received_at": iso_time(report.received_at_s),
            "cursor": report.seq,
            "report": in_json(without_nulls(self.body(report))),
            **self._changed(report),
            **self._disputed(report),
        }

    def _disputed(self, report: StoredReport) -> dict[str, bool]:
        """Of a report in a log that ends otherwise than the directory says of its retired key."""
        until = self._inbox.alarms.disputed(report.originator, report.stream)
        regions = self.regions(report) if until else []
        is_disputed = any(report.received_at_s <= until.get(one, -1) for one in regions)
        return {"disputed": True} if is_disputed else {}

    def _changed(self, report: StoredReport) -> dict[str, list[str]]:
        """Of a later version of a report: where it differs from the one before it that is held."""
        if report.version == 1 or report.kind == KIND:
            return {}
        earlier = [
            one
            for one in self._inbox.reports.versions(report.report_id)
            if one.originator == report.originator and one.version < report.version
        ]
        if not earlier:
            return {}
        before, after = (without_nulls(self.body(one)) for one in (earlier[-1], report))
        return {"changed": changed_places(before, after)}

    def _codec(self, schema: bytes) -> Codec:
        if schema not in self._codecs:
            data = self._inbox.known.schema(schema)
            assert data is not None, "a report was accepted under a schema that was not kept"
            self._codecs[schema] = Codec(data)
        return self._codecs[schema]


def row_of(rendered: dict[str, Any]) -> dict[str, Any]:
    """`rendered` with a column `what` for a table on a terminal."""
    report = rendered["report"]
    substances = report.get("substances") or []
    names = [one.get("name_as_declared") or one.get("code") for one in substances]
    what = report.get("title") or report.get("reason")
    shown = [what] if what else [name for name in names if name]
    if rendered.get("disputed"):
        shown.insert(0, "DISPUTED")
    if changed := rendered.get("changed"):
        shown.append(f"changed: {', '.join(changed[:MAX_SHOWN])}")
    return {**rendered, "what": shown}


def without_nulls(value: Any) -> Any:
    """`value` without null fields and empty lists, at every depth."""
    if isinstance(value, dict):
        return {name: without_nulls(one) for name, one in value.items() if one not in (None, [])}
    if isinstance(value, list):
        return [without_nulls(one) for one in value]
    return value
