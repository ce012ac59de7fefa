"""Law: where a record belongs: topic and partition from stream, region and originator, and back.

Partition = region index * width + u32(SHA-256(originator)[0:4]) mod width. The order of regions only
grows, widths are fixed at creation. What Kafka says beside the value is never asked.
Source: wire format, "Topics".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tocsin.core.errors import MalformedError
from tocsin.core.primitives import sha256

MANIFESTS_TOPIC = "tocsin.manifests.v1"
CHECKPOINTS_TOPIC = "tocsin.checkpoints.v1"
DIRECTORY_TOPIC = "tocsin.directory.v1"
INBOX = "inbox"
GLOBAL = "global"
_INBOX = re.compile(r"tocsin\.inbox\.(gov|firm)\.([0-9a-f]{32})\.v1")
_STREAM = re.compile(r"tocsin\.([a-z]+)\.v1")


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream: partitions per region, retention, and the roles that may publish to it."""

    name: str
    width: int
    retention_days: int
    publish_roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Layout:
    """The `streams` target of the directory: regions in their order, and the streams."""

    regions: tuple[str, ...]
    streams: Mapping[str, Stream]

    def partitions(self, stream: str) -> int:
        """How many partitions the stream's topic has."""
        return len(self.regions) * self.streams[stream].width

    def partition(self, stream: str, region: str, originator: bytes) -> int:
        """Where an originator's records of a region lie. Raises MalformedError if there is none."""
        if stream not in self.streams or region not in self.regions:
            raise MalformedError("no such stream or region")
        width = self.streams[stream].width
        lane = int.from_bytes(sha256(originator)[:4], "big") % width
        return self.regions.index(region) * width + lane

    def region_partitions(self, stream: str, region: str) -> range:
        """All partitions that hold a region of a stream."""
        width = self.streams[stream].width
        start = self.regions.index(region) * width
        return range(start, start + width)


def stream_topic(stream: str) -> str:
    """The topic of a stream."""
    return f"tocsin.{stream}.v1"


def inbox_topic(participant: bytes, firm: bool) -> str:
    """The topic of what concerns one participant alone."""
    return f"tocsin.inbox.{'firm' if firm else 'gov'}.{participant.hex()}.v1"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value was read: a stream's partition, or a participant's inbox."""

    topic: str
    partition: int
    offset: int

    @property
    def inbox_of(self) -> bytes | None:
        """The participant whose inbox this is, or None."""
        match = _INBOX.fullmatch(self.topic)
        return bytes.fromhex(match[2]) if match else None

    @property
    def stream(self) -> str | None:
        """The stream that the topic carries, `inbox` for an inbox, None for any other topic."""
        if self.inbox_of is not None:
            return INBOX
        match = _STREAM.fullmatch(self.topic)
        return match[1] if match else None
