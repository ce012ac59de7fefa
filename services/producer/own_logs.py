"""Reads our own logs back from Kafka: what was stored before a crash is marked, not sent again.

At each start, and after each failed delivery, before anything is sealed or sent again. A record under
our key that we did not seal is an alarm, and begins a new session and new generations: this outbox was
restored from an old copy, or somebody has the key. A partition that no longer holds what was acknowledged
there is an alarm too: its broker was restored to an older state or made anew. What it lost is sealed again
under new generations, since their manifests may be lost with it. An inbox of somebody else cannot be read;
what was unacknowledged there is sent again byte-identical, and its reader drops the second copy.
Source: wire format, "Sealing happens last".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.producer.broker_losses import first_loss
from services.producer.originator import Originator
from services.producer.reading_on import read_on
from services.producer.sessions import Sessions
from tocsin.adapters.kafka.records import IncomingRecord, Place, Start
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.adapters.kafka.subscriber import Subscriber
from tocsin.adapters.outbox.store import Outbox
from tocsin.core import wire
from tocsin.core.directory import Directory
from tocsin.core.errors import BrokerRefusedError, TheirFault
from tocsin.core.generations import Why
from tocsin.core.ids import leaf_of
from tocsin.core.log_heads import advance
from tocsin.core.outcomes import AlarmKind, LogHead
from tocsin.core.signatures import verify_record
from tocsin.core.streams import stream_topic

DAY_S = 86_400
FOREIGN = (
    "{count} records under our key were not sealed by this home: it was restored from a backup, a copy of "
    "it is in use elsewhere (stop one), or its record key is stolen (tocsin keys rotate --reason stolen)"
)

WENT_BACK = (
    "the broker no longer holds what it acknowledged to us, in {count} of our partitions: it was restored "
    "from a backup or made anew. What it lost is sent again where it is still kept here; tocsin status "
    "names the rest: tell the broker's operator"
)
SAID = {AlarmKind.NOT_SEALED_BY_ME: FOREIGN, AlarmKind.BROKER_WENT_BACK: WENT_BACK}


def own_alarms(outbox: Outbox, since_s: int = 0) -> list[str]:
    """A sentence for each kind of alarm about our own logs since then: how many records, or partitions."""
    found = {
        (AlarmKind(kind), topic, partition, None if kind == AlarmKind.BROKER_WENT_BACK else offset)
        for kind, topic, partition, offset, at_s in outbox.logs.alarms()
        if at_s >= since_s
    }
    counts = Counter(kind for kind, *_place in found)
    return [SAID[kind].format(count=count) for kind, count in sorted(counts.items())]


@dataclass(slots=True)
class ReadBack:
    """What was found: records not known to be stored, foreign ones, partitions that went back, and items
    on their way again since the broker lost them.
    """

    records: int = 0
    found: int = 0
    foreign: int = 0
    went_back: int = 0
    again: int = 0


class OwnLogs:
    """`refused`: topic -> why it could not be read, since the last call."""

    def __init__(
        self, outbox: Outbox, originator: Originator, sessions: Sessions, access: KafkaAccess
    ) -> None:
        self._outbox, self._originator = outbox, originator
        self._sessions, self._access = sessions, access
        self.refused: dict[str, str] = {}
        self._unseen: dict[Place, bytes] = {}
        """The leaf that was acknowledged last in each partition, until it is read there."""

    async def read_back(self, directory: Directory, now_s: int) -> ReadBack:
        """Read every partition that holds our logs to its end, stream by stream.

        Raises BrokerUnavailableError, StorageError; what was read until then is kept.
        """
        done = ReadBack()
        self.refused.clear()
        for stream in directory.layout.streams:
            if directory.may_publish(self._originator.id, stream, now_s):
                try:
                    await self._read_stream(directory, stream, now_s, done)
                except BrokerRefusedError as error:
                    self.refused[stream_topic(stream)] = str(error)
        return done

    async def _read_stream(self, directory: Directory, stream: str, now_s: int, done: ReadBack) -> None:
        layout, topic = directory.layout, stream_topic(stream)
        held = self._outbox.records.positions()
        mine = {layout.partition(stream, region, self._originator.id) for region in layout.regions}
        places: dict[Place, int | Start] = {
            (topic, partition): held.get((topic, partition), Start.BEGINNING) for partition in mine
        }
        self._unseen = self._outbox.lost.newest(places)
        async with Subscriber(self._access, places) as subscriber:
            ends = await subscriber.end_offsets()
            await self._begin_new(subscriber, directory, [one for one in places if one not in held], ends)
            await read_on(subscriber, ends, lambda some: self._take(some, now_s, done))
            losses = await self._losses(subscriber, ends)
        for place, end in ends.items():
            with self._outbox.transaction():
                if place in losses or end < held.get(place, 0):
                    self._went_back(place, losses.get(place, end), now_s, done)
                self._outbox.records.advance(*place, losses.get(place, end))

    async def _losses(self, subscriber: Subscriber, ends: Mapping[Place, int]) -> dict[Place, int]:
        """From which offset on all of ours is gone, where something is."""
        begins = await subscriber.beginning_offsets()
        found = {
            place: await first_loss(subscriber, self._outbox.lost, place, begins[place], ends[place])
            for place in list(self._unseen)
        }
        return {place: offset for place, offset in found.items() if offset is not None}

    def _went_back(self, place: Place, offset: int, now_s: int, done: ReadBack) -> None:
        """Alarm, and send again what was acknowledged from `offset` on. Inside a transaction."""
        self._outbox.logs.alarm(AlarmKind.BROKER_WENT_BACK, (*place, offset), now_s)
        self._outbox.keys.end(None, Why.RESTORED)
        done.again += self._outbox.lost.send_again(*place, offset).again
        done.went_back += 1

    async def _begin_new(
        self,
        subscriber: Subscriber,
        directory: Directory,
        places: Sequence[Place],
        ends: dict[Place, int],
    ) -> None:
        """Where nothing was read yet, nothing of ours is older than our first record key."""
        if not places:
            return
        me = directory.participants[self._originator.id]
        first_s = min((key.not_before_s for key in me.keys if key.purpose == "record"), default=0)
        times_ms = {place: max(0, first_s - DAY_S) * 1_000 for place in places}
        for place, offset in (await subscriber.offsets_for_times(times_ms)).items():
            subscriber.seek(place, ends[place] if offset is None else offset)

    def _take(self, records: Sequence[IncomingRecord], now_s: int, done: ReadBack) -> None:
        with self._outbox.transaction():
            for record in records:
                self._look(record, now_s, done)

    def _look(self, record: IncomingRecord, now_s: int, done: ReadBack) -> None:
        done.records += 1
        try:
            envelope = wire.decode_envelope(record.value or b"")
            header = wire.decode_header(envelope.header)
        except TheirFault:
            return
        public = self._originator.record_public(header.signing_key)
        if header.originator != self._originator.id or public is None:
            return
        leaf = leaf_of(envelope.header, envelope.ciphertext)
        place = (record.topic, record.partition)
        if self._unseen.get(place) == leaf:
            del self._unseen[place]
        ours = self._outbox.records.by_leaf(leaf)
        if ours is not None:
            done.found += self._outbox.records.sent([(ours[0], record.offset)])
            return
        try:
            verify_record(public, envelope.signature, leaf)
        except TheirFault:
            return
        self._foreign(record, header, leaf, now_s)
        done.foreign += 1

    def _foreign(self, record: IncomingRecord, header: wire.Header, leaf: bytes, now_s: int) -> None:
        place = (record.topic, record.partition, record.offset)
        self._outbox.logs.alarm(AlarmKind.NOT_SEALED_BY_ME, place, now_s)
        head = self._outbox.logs.head(header.stream, header.region)
        moved = advance(head, LogHead(header.session, header.counter, leaf))
        if moved is not None:
            self._outbox.logs.move(record.topic, header.stream, header.region, moved, header.signing_key)
            self._sessions.not_before(moved.session)
        self._outbox.keys.end(None, Why.RESTORED)
        self._sessions.renew()
