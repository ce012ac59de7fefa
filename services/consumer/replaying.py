"""Replays the topics themselves into a memory of its own: what would a reader see that begins today?

The memory is an encrypted inbox beside the home's own and is gone at the end; nothing is opened, kept,
shown or answered. Checkpoints' end is asked before that of the streams: what they state was on the broker
then, so that what does not come is withheld.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from services.consumer.assignment import Partition, Wanted, checkpoints_partition, stream_partitions
from services.consumer.checkpoint_watch import CheckpointWatch
from services.consumer.participant import Participant
from services.consumer.threads import in_thread
from tocsin.adapters.inbox.reader import InboxReader
from tocsin.adapters.inbox.store import Inbox, open_inbox
from tocsin.adapters.kafka.records import IncomingRecord, Start
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.adapters.kafka.subscriber import Subscriber
from tocsin.core import wire
from tocsin.core.directory import Directory
from tocsin.core.errors import BrokerUnavailableError, TheirFault
from tocsin.core.ladder import examine
from tocsin.core.manifests import verified_statement
from tocsin.core.outcomes import Alarm, Outcome
from tocsin.core.streams import Place

LOCK = FOLDER = "verify"
MAX_POLL_RECORDS = 500
MAX_ALARMS = 10_000
SILENT_POLLS = 60
POLL_WAIT_MS = 500
CHECKPOINTS_BACK_S = 3 * 3_600

Told = Callable[[int, int], None]
"""Told how many records are read, of how many."""


class Replay:
    """One reading from the beginning; `alarms` are what it raised, the first 10,000 of them, in order."""

    def __init__(self, inbox: Inbox, directory: Directory, me: bytes, now_s: int) -> None:
        self._inbox, self._now_s = inbox, now_s
        self._reader = InboxReader(inbox, me, directory)
        self._watch = CheckpointWatch(inbox, lambda _log: True)
        self.alarms: list[Alarm] = []
        self.refused = 0

    async def run(self, access: KafkaAccess, wanted: Wanted, told: Told) -> None:
        """Read `wanted` and the last checkpoints. Raises BrokerUnavailableError, BrokerRefusedError."""
        stated = checkpoints_partition()
        streams = stream_partitions(wanted, self._reader.directory.layout)
        async with Subscriber(access, {stated: Start.BEGINNING}) as checkpoints:
            ends = await checkpoints.end_offsets()
            since_ms = (self._now_s - CHECKPOINTS_BACK_S) * 1_000
            first = (await checkpoints.offsets_for_times({stated: since_ms}))[stated]
            checkpoints.seek(stated, ends[stated] if first is None else first)
            async with Subscriber(access, dict.fromkeys(streams, Start.BEGINNING)) as records:
                await _read(records, await records.end_offsets(), self._take_records, told)
            await _read(checkpoints, ends, self._take_checkpoints, told)

    def _take_records(self, records: Sequence[IncomingRecord]) -> None:
        with self._inbox.transaction():
            for record in records:
                place = Place(record.topic, record.partition, record.offset)
                fate = examine(record.value, place, self._reader, self._now_s, _no_rules)
                self._inbox.logs.note(fate, self._now_s)
                self.alarms += fate.alarms[: MAX_ALARMS - len(self.alarms)]
                self.refused += fate.outcome is Outcome.QUARANTINED

    def _take_checkpoints(self, records: Sequence[IncomingRecord]) -> None:
        with self._inbox.transaction():
            for record in records:
                try:
                    statement = verified_statement(record.value or b"", self._reader.directory)
                    if isinstance(statement.body, wire.Checkpoint):
                        self._watch.take(statement.body, record.topic, self._now_s)
                except TheirFault:
                    self.refused += 1


@contextmanager
def memory_beside(participant: Participant) -> Iterator[Inbox]:
    """An empty inbox in the home, under its key, gone at the end. Raises HeldElsewhereError."""
    folder = participant.home.path / FOLDER
    with participant.home.hold(LOCK):
        shutil.rmtree(folder, ignore_errors=True)
        try:
            inbox = open_inbox(folder, participant.storage_key)
            try:
                yield inbox
            finally:
                inbox.close()
        finally:
            shutil.rmtree(folder, ignore_errors=True)


async def _read(
    subscriber: Subscriber,
    ends: dict[Partition, int],
    take: Callable[[Sequence[IncomingRecord]], None],
    told: Told,
) -> None:
    """Read on to `ends`. Raises BrokerUnavailableError where nothing comes for 30 s before that."""
    lagging = {place: end for place, end in ends.items() if await subscriber.position(place) < end}
    total = sum([end - await subscriber.position(place) for place, end in lagging.items()])
    read = silent = 0
    while lagging:
        records = await subscriber.poll(MAX_POLL_RECORDS, POLL_WAIT_MS)
        await in_thread(take, records)
        silent = 0 if records else silent + 1
        if silent > SILENT_POLLS:
            raise BrokerUnavailableError(
                f"the broker at {subscriber.bootstrap} went silent before the end of {min(lagging)[0]}: "
                "run verify again; if it stays so, it withholds what it says it has"
            )
        read += len(records)
        told(read, max(total, read))
        lagging = {place: end for place, end in lagging.items() if await subscriber.position(place) < end}


def _no_rules(_name: str, _body: dict[str, Any]) -> None:
    """Nothing is opened, so nothing is judged by the domain's rules."""
