"""What a sender is told about what it handed in."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from tocsin.adapters.outbox.status import ItemStatus


class Fate(StrEnum):
    """Accepted now; known already, with the same content; or in conflict with what is held."""

    ACCEPTED = "accepted"
    KNOWN = "known"
    CONFLICT = "conflict"


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
    return record if fate is None else {"result": fate.value, **record}
