"""Sends a sealed heartbeat to our own inbox, through the real broker, and reads it back.

`heartbeat.json` in the home remembers the last one, so that the next one names it and our reader finds an
unbroken log. It is written before the broker is asked: a heartbeat whose fate is unknown, after a crash or
a broker that went away, is sent again byte for byte before the next. The end of the inbox is looked
through first: a home that was restored from a backup does not remember its last ones. Outbox and inbox
database are not touched, so a publisher and a reader may run meanwhile. Source: wire format, "Heartbeat".
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.doctor.case import Case, Kind
from tocsin.adapters.kafka.publisher import Publisher
from tocsin.adapters.kafka.reading import read_to_end
from tocsin.adapters.kafka.records import OutgoingRecord, Placed
from tocsin.adapters.whole_files import read_whole, write_whole
from tocsin.core.errors import BrokerRefusedError, BrokerUnavailableError, HeldElsewhereError
from tocsin.core.findings import Finding, ill, skipped, well
from tocsin.core.heartbeat import (
    NEVER,
    RANDOM_BYTES,
    Heartbeat,
    Last,
    came_back,
    is_dated_ahead,
    latest,
    seal_heartbeat,
)
from tocsin.core.kafka_rights import own_inbox
from tocsin.core.primitives import Ed25519Private, random_bytes
from tocsin.core.symptoms import Check, Symptom
from tocsin.core.wire import MAX_RECORD_BYTES

FILE_NAME, LOCK_NAME = "heartbeat.json", "heartbeat"
MAX_STATE_BYTES = 2 * MAX_RECORD_BYTES
MAX_LOOKED_THROUGH_RECORDS = 200


@dataclass(frozen=True)
class _Memory:
    """The last heartbeat, and its bytes while nobody knows whether the broker has them."""

    last: Last
    unsure: bytes | None = field(default=None, repr=False)


async def check_heartbeat(case: Case) -> list[Finding]:
    """The whole way of a record, to ourselves."""
    if case.kind is not Kind.PARTICIPANT:
        return [skipped(Check.HEARTBEAT, f"the {case.kind} seals nothing and reads nothing")]
    assert case.entry is not None
    topic = own_inbox(case.entry)
    try:
        with case.home.hold(LOCK_NAME):
            return [await _beat(case, topic)]
    except HeldElsewhereError as error:
        return [skipped(Check.HEARTBEAT, str(error))]


async def _beat(case: Case, topic: str) -> Finding:
    file = case.home.path / FILE_NAME
    try:
        memory = await _known(case, topic, _remembered(file))
    except (BrokerUnavailableError, BrokerRefusedError) as error:
        return ill(Symptom.NO_RETURN, topic, str(error))
    if is_dated_ahead(memory.last, case.now_s):
        return skipped(Check.HEARTBEAT, "the last one is dated after now: this clock was ahead then")
    key_id, signer = _newest_key(case)
    beat = seal_heartbeat(case.me, key_id, signer, memory.last, case.now_s, random_bytes(RANDOM_BYTES))
    try:
        placed = await _sent(case, topic, file, memory, beat)
        value = await _read(case, placed)
    except (BrokerUnavailableError, BrokerRefusedError) as error:
        return ill(Symptom.NO_RETURN, topic, str(error))
    if value is None:
        return ill(Symptom.NO_RETURN, topic)
    if not came_back(beat, value):
        return ill(Symptom.CHANGED, f"{topic}, offset {placed.offset}")
    return well(Check.HEARTBEAT, f"{len(value):,} sealed bytes went to our own inbox and came back", topic)


async def _known(case: Case, topic: str, memory: _Memory) -> _Memory:
    """The memory, or a later heartbeat that lies in the inbox; then what was unsure is past."""
    assert case.keys is not None
    records = await read_to_end(case.access, topic, last=MAX_LOOKED_THROUGH_RECORDS)
    publics = {id_: key.public for id_, key in case.keys.record.all().items()}
    newest = latest((one.value or b"" for one in records), case.me, publics, memory.last)
    return memory if newest == memory.last else _Memory(newest)


async def _sent(case: Case, topic: str, file: Path, memory: _Memory, beat: Heartbeat) -> Placed:
    """Where the broker put it. What is unsure from last time goes before it, in one go."""
    values = [memory.unsure] if memory.unsure is not None else []
    async with Publisher(case.access) as publisher:
        await publisher.publish([OutgoingRecord(topic, 0, None, value) for value in values])
        _remember(file, _Memory(beat.last, beat.value))
        (placed,) = await publisher.publish([OutgoingRecord(topic, 0, None, beat.value)])
    _remember(file, _Memory(beat.last))
    return placed


async def _read(case: Case, placed: Placed) -> bytes | None:
    records = await read_to_end(case.access, placed.topic, placed.partition, from_offset=placed.offset)
    return next((one.value for one in records if one.offset == placed.offset), None)


def _newest_key(case: Case) -> tuple[bytes, Ed25519Private]:
    assert case.keys is not None
    assert case.entry is not None
    held = case.keys.record.all()
    key = next(key for key in case.entry.keys_for("record", case.now_s) if key.id in held)
    return key.id, held[key.id]


def _remembered(file: Path) -> _Memory:
    """What the file says; one that is missing or damaged says that there was none."""
    data = read_whole(file, MAX_STATE_BYTES)
    try:
        record: dict[str, Any] = json.loads(data or b"{}")
        last = Last(int(record["session"]), bytes.fromhex(record["leaf"]))
        unsure = record["unsure"]
        return _Memory(last, None if unsure is None else b64decode(unsure, validate=True))
    except (ValueError, KeyError, TypeError, RecursionError):
        return _Memory(NEVER)


def _remember(file: Path, memory: _Memory) -> None:
    record = {
        "session": memory.last.session,
        "leaf": memory.last.leaf.hex(),
        "unsure": None if memory.unsure is None else b64encode(memory.unsure).decode(),
    }
    write_whole(file, json.dumps(record).encode())
