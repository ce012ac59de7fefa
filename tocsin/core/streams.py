"""Law: where a record belongs: topic and partition from stream, region and originator, and back.

Partition = region index * width + u32(SHA-256(originator)[0:4]) mod width. The order of regions only
grows, widths are fixed at creation. What Kafka says beside the value is never asked. The `streams`
target of the directory is read and written here; who may publish is left to `directory`.
Source: wire format, "Topics".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.core import canonical_json, json_fields
from tocsin.core.errors import MalformedError
from tocsin.core.primitives import sha256

MANIFESTS_TOPIC = "tocsin.manifests.v1"
CHECKPOINTS_TOPIC = "tocsin.checkpoints.v1"
DIRECTORY_TOPIC = "tocsin.directory.v1"
INBOX = "inbox"
BLOBS = "blobs"
GLOBAL = "global"
MAX_WIDTH = 1_024
MAX_RETENTION_DAYS = 36_500
_NO_STREAMS = frozenset({INBOX, "manifests", "checkpoints", "directory"})
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


def read_layout(data: bytes) -> Layout:
    """The `streams` target: {"regions": [...], "streams": {name: {...}}}. Raises MalformedError."""
    record = json_fields.load_object(data, "streams target")
    regions = json_fields.texts(record, "regions")
    if not regions or len(set(regions)) != len(regions):
        raise MalformedError("the streams target names no region, or one twice")
    streams = json_fields.optional_object(record, "streams") or {}
    return Layout(regions, {name: _read_stream(name, one) for name, one in streams.items()})


def _read_stream(name: str, record: Any) -> Stream:
    if not isinstance(record, dict) or not _STREAM.fullmatch(stream_topic(name)) or name in _NO_STREAMS:
        raise MalformedError("a stream is an object with a name of a-z that no other topic has")
    width = json_fields.number(record, "width", MAX_WIDTH)
    if width == 0:
        raise MalformedError("a stream has at least one partition in each region")
    days = json_fields.number(record, "retention_days", MAX_RETENTION_DAYS)
    return Stream(name, width, days, frozenset(json_fields.texts(record, "publish_roles")))


def write_layout(layout: Layout) -> bytes:
    """Inverse of `read_layout`."""
    streams = {
        stream.name: {
            "width": stream.width,
            "retention_days": stream.retention_days,
            "publish_roles": sorted(stream.publish_roles),
        }
        for stream in layout.streams.values()
    }
    return canonical_json.dump({"regions": list(layout.regions), "streams": streams})
