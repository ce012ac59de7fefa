"""What a sender is told about what it handed in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from services.producer.importing.run_import import Fate
from tocsin.adapters.outbox.status import AttachmentStatus, ItemStatus, OutboxStatus, State
from tocsin.runtime import console

COLUMNS = ("result", "state", "reference", "report_id", "version", "where")


@dataclass(frozen=True, slots=True)
class Accepted:
    """The answer to one submission. `item` is the outbox's number; in a conflict, of what is held."""

    fate: Fate
    item: int
    report_id: bytes
    version: int
    reference: str | None = field(repr=False)


def status_record(status: ItemStatus, fate: Fate | None = None) -> dict[str, Any]:
    """The documented JSON of a receipt and of `tocsin status`."""
    record: dict[str, Any] = {
        "report_id": str(UUID(bytes=status.report_id)),
        "version": status.version,
        "reference": status.reference,
        "state": status.state.value,
        "exercise": status.exercise,
        "accepted_at": status.accepted_at_s,
        "regions": list(dict.fromkeys(one.region for one in status.destinations)),
        "destinations": [
            {
                "audience": one.audience,
                "stream": one.stream,
                "region": one.region,
                "state": one.state.value,
                "topic": one.topic,
                "partition": one.partition,
                "offset": one.offset,
                "reason": one.reason,
            }
            for one in status.destinations
        ],
    }
    if status.attachments:
        record["attachments"] = [_attachment(one) for one in status.attachments]
    return record if fate is None else {"result": fate.value, **record}


def print_receipts(
    status: OutboxStatus,
    accepted: Sequence[Accepted],
    columns: Sequence[str] = COLUMNS,
    *,
    as_json: bool,
) -> set[State]:
    """Print a receipt for each; the states that they are in."""
    states: set[State] = set()

    def records() -> Iterator[dict[str, Any]]:
        for one in accepted:
            for found in status.of_items([one.item]):
                states.add(found.state)
                yield shown(found, as_json=as_json, fate=one.fate)

    console.rows(records(), columns, as_json=as_json)
    return states


def shown(status: ItemStatus, *, as_json: bool, fate: Fate | None = None) -> dict[str, Any]:
    """The JSON of a receipt or status; for a table with one short column about the places."""
    record = status_record(status, fate)
    if not console.wants_json(as_json):
        record["where"] = [_where(one) for one in record["destinations"]]
        record["where"] += [f"{one['name']} {one['state']}" for one in record.get("attachments", ())]
    return record


def _attachment(one: AttachmentStatus) -> dict[str, Any]:
    return {
        "attachment_id": str(UUID(bytes=one.attachment_id)),
        "name": one.attachment.name,
        "media_type": one.attachment.media_type,
        "size_bytes": one.attachment.size_bytes,
        "sha256": one.attachment.sha256.hex(),
        "state": one.state.value,
        "records": one.wanted,
        "records_published": one.published,
    }


def _where(destination: dict[str, Any]) -> str:
    place = f"{destination['stream']}/{destination['region']}"
    if destination["offset"] is not None:
        return f"{place} p{destination['partition']} o{destination['offset']}"
    return f"{place} {destination['reason'] or destination['state']}"
