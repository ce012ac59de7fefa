"""What goes to Kafka and comes back: bytes at a place. Values never show in a repr."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

Place = tuple[str, int]
"""A topic and a partition of it."""


class Start(Enum):
    """Where to begin reading a partition when no offset is known."""

    BEGINNING = "beginning"
    END = "end"


@dataclass(frozen=True, slots=True)
class OutgoingRecord:
    """A record to publish. `key` is None everywhere but on compacted topics."""

    topic: str
    partition: int
    key: bytes | None = field(repr=False)
    value: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Placed:
    """Where Kafka acknowledged a record."""

    topic: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class IncomingRecord:
    """A record as Kafka gave it; nothing in it is trusted yet."""

    topic: str
    partition: int
    offset: int
    key: bytes | None = field(repr=False)
    value: bytes | None = field(repr=False)
    broker_time_ms: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Offsets `wanted` up to but not including `found` were gone when we asked.

    `found` below `wanted`: the partition is younger than our place in it, as after the topic
    was deleted and made again.
    """

    topic: str
    partition: int
    wanted: int
    found: int
