"""When other originators signed last, as far as the broker shows it: what our clock is compared with.

Law: only what verifies counts, and of each originator the newest. Our own statements bear our own clock
and say nothing. Source: wire format, "Completeness".
"""

from __future__ import annotations

from collections.abc import Iterable

from tocsin.adapters.kafka.reading import read_to_end
from tocsin.adapters.kafka.records import IncomingRecord
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.core import wire
from tocsin.core.directory import Directory
from tocsin.core.errors import OutsideFault, TheirFault
from tocsin.core.manifests import verified_statement
from tocsin.core.signatures import read_statement
from tocsin.core.streams import CHECKPOINTS_TOPIC

MAX_READ_RECORDS = 256
MAX_VERIFIED = 64


async def times_of_others(access: KafkaAccess | str, directory: Directory, me: bytes) -> list[int]:
    """Newest signed time of each originator but `me` among the latest checkpoints; [] without a broker."""
    try:
        records = await read_to_end(access, CHECKPOINTS_TOPIC, last=MAX_READ_RECORDS)
    except OutsideFault:
        return []
    return list(_newest(reversed(records), directory, me).values())


def _newest(records: Iterable[IncomingRecord], directory: Directory, me: bytes) -> dict[bytes, int]:
    newest: dict[bytes, int] = {}
    verified = 0
    for record in records:
        body = _claimed(record.value)
        if body is None or body.originator == me or body.time <= newest.get(body.originator, -1):
            continue
        if verified == MAX_VERIFIED:
            break
        verified += 1
        if _holds(record.value or b"", directory):
            newest[body.originator] = body.time
    return newest


def _claimed(value: bytes | None) -> wire.Checkpoint | None:
    try:
        body = read_statement(value or b"")[0]
    except TheirFault:
        return None
    return body if isinstance(body, wire.Checkpoint) else None


def _holds(value: bytes, directory: Directory) -> bool:
    try:
        verified_statement(value, directory)
    except TheirFault:
        return False
    return True
