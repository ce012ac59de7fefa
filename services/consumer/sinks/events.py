"""What a sink is given: one event, the same bytes at every try, made from the inbox when it is due."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from services.consumer.sinks.wording import text_of
from services.consumer.views import Views
from tocsin.adapters.inbox.reports import StoredReport
from tocsin.adapters.inbox.sink_items import NewItem, SinkItem
from tocsin.adapters.inbox.store import Inbox
from tocsin.core.alert_images import files_of
from tocsin.core.report_values import values
from tocsin.core.webhook_signing import event_id
from tocsin.runtime.times import iso_time

ALERT = ".Alert"
REPORT, WITHDRAWN, HEARTBEAT = "report.received", "report.withdrawn", "heartbeat"


@dataclass(frozen=True, slots=True)
class Event:
    """`id`: the idempotency key. `name`: of its files, without ending. `stem`: what the names of the
    files of every version of a report begin with. `body` (JSON), `text` and `images` (ending of the file's
    name, bytes) hold content.
    """

    id: str
    type: str
    name: str
    stem: str
    body: bytes = field(repr=False)
    text: str = field(repr=False)
    images: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)

    def bare(self) -> Event:
        """Without what it says."""
        return replace(self, body=b"", text="", images=())


class Events:
    """Makes events; of what was withdrawn meanwhile nothing is left to make."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._views = Views(inbox)

    def of(self, item: SinkItem) -> Event | None:
        """The event of an item; None where the report is no longer there."""
        if item.notice is not None:
            return _notice(item, json.loads(item.notice))
        assert item.seq is not None
        found = self._inbox.reports.between(item.seq - 1, item.seq)
        return self._report(found[0]) if found else None

    def _report(self, report: StoredReport) -> Event:
        rendered = self._views.render(report)
        type_ = type_of(self._views.schema_name(report), rendered["report"])
        ids = (report.originator, report.report_id, report.version.to_bytes(4, "big"))
        stem = stem_of(report, rendered["report"])
        state = f"-{type_.removeprefix('alert.')}" if type_ != REPORT else ""
        return Event(
            id=event_id(b"report", *ids),
            type=type_,
            name=f"{stem}-v{report.version:04d}{state}",
            stem=stem,
            body=_body(type_, report.received_at_s, rendered),
            text=text_of(rendered, self._inbox.known.authority()),
            images=tuple(files_of(rendered["report"].get("images") or ())) if type_ != REPORT else (),
        )


def type_of(schema: str, body: dict[str, Any]) -> str:
    """`alert.active`, `alert.cleared` and so on; `report.received` for everything else."""
    if not schema.endswith(ALERT):
        return REPORT
    status = body.get("status")
    return f"alert.{status}" if status in values("alert_statuses") else "alert.other"


def stem_of(report: StoredReport, body: dict[str, Any]) -> str:
    """What begins the names of a report's files: no originator can take another's."""
    exercise = "EXERCISE-" if report.exercise else ""
    what = f"alert-{body['alert_id']}" if "alert_id" in body else f"report-{UUID(bytes=report.report_id)}"
    return f"{exercise}{what}-{report.originator.hex()[:16]}"


def notice(key: str, type_: str, name: str, data: dict[str, Any], text: str, due_s: int) -> NewItem:
    """A notice of our own, to queue. `name` of its files; `text` for people."""
    record = {"type": type_, "name": name, "data": data, "text": text}
    return NewItem(key, due_s, notice=json.dumps(record, ensure_ascii=False))


def _notice(item: SinkItem, record: dict[str, Any]) -> Event:
    return Event(
        id=event_id(b"notice", item.sink.encode(), item.key.encode()),
        type=record["type"],
        name=record["name"],
        stem=record["name"].removesuffix("-withdrawn"),
        body=_body(record["type"], item.came_at_s, record["data"]),
        text=record["text"],
    )


def _body(type_: str, at_s: int, data: dict[str, Any]) -> bytes:
    """As the Standard Webhooks specification proposes: type, time, data."""
    record = {"type": type_, "timestamp": iso_time(at_s), "data": data}
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()
