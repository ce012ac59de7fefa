"""Kafka's frames between a client and a broker, decoded and encoded by aiokafka's own structures."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO

from aiokafka.protocol.api import RequestStruct
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.protocol.metadata import MetadataRequest
from aiokafka.protocol.offset import OffsetRequest
from aiokafka.record.default_records import DefaultRecordBatchBuilder

_KNOWN = {
    (one.API_KEY, one.API_VERSION): one
    for family in (FetchRequest, MetadataRequest, OffsetRequest)
    for one in family._CLASSES
}
_BASE_OFFSET = struct.Struct(">q")


@dataclass(frozen=True)
class Shown:
    """A record as a broker shows it."""

    offset: int
    value: bytes | None
    key: bytes | None = None
    timestamp_ms: int = 0


@dataclass(frozen=True)
class Asked:
    """A request whose answer may be falsified; `body` is None where nobody lies about its kind."""

    kind: type[RequestStruct] | None
    body: RequestStruct | None


async def read_frame(reader: asyncio.StreamReader) -> bytes:
    """One frame without its length. Raises IncompleteReadError where the other side closed."""
    (length,) = struct.unpack(">i", await reader.readexactly(4))
    return await reader.readexactly(length)


def framed(data: bytes) -> bytes:
    """`data` behind its length."""
    return struct.pack(">i", len(data)) + data


def read_request(frame: bytes) -> tuple[int, Asked]:
    """(correlation id, what was asked)."""
    api_key, version, correlation, client_length = struct.unpack_from(">hhih", frame)
    kind = _KNOWN.get((api_key, version))
    if kind is None:
        return correlation, Asked(None, None)
    return correlation, Asked(kind, kind.decode(BytesIO(frame[10 + max(0, client_length) :])))


def batches(records: Iterable[Shown]) -> bytes:
    """Record batches of one record each, with a right CRC: a broker may say any offset it likes."""
    built = b""
    for one in records:
        builder = DefaultRecordBatchBuilder(
            magic=2,
            compression_type=0,
            is_transactional=0,
            producer_id=-1,
            producer_epoch=-1,
            base_sequence=-1,
            batch_size=2**24,
        )
        builder.append(0, timestamp=one.timestamp_ms, key=one.key, value=one.value, headers=[])
        # The first offset lies before what the CRC covers.
        built += _BASE_OFFSET.pack(one.offset) + bytes(builder.build())[8:]
    return built
