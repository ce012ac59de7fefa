"""Reads partitions from where the inbox says: no group, no commits, no jump in silence."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Mapping
from types import TracebackType
from typing import Any, Self

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import CorruptRecordException, KafkaError, OffsetOutOfRangeError

from tocsin.adapters.kafka.closing import close_consumer
from tocsin.adapters.kafka.connecting import CONNECT_TIMEOUT_S, connect
from tocsin.adapters.kafka.errors import translated
from tocsin.adapters.kafka.metadata import require_places
from tocsin.adapters.kafka.records import Gap, IncomingRecord, Place, Start
from tocsin.adapters.kafka.security import KafkaAccess, as_access
from tocsin.core.errors import BrokerRefusedError

REQUEST_TIMEOUT_MS = 10_000  # a frozen leader stalls reading for as long: 40 s by default
MAX_FETCH_BYTES = 16_777_216
MAX_PARTITION_FETCH_BYTES = 1_048_576
MAX_GAPS = 1_000


class Subscriber:
    """One consumer with a fixed assignment.

    `assignment`: for each (topic, partition) the next offset wanted, or a Start. Nothing is fetched
    before the first poll: a question about offsets would wait for the fetch in front of it, half a second.
    Where that offset is gone (retention, a topic made anew) a Gap is noted in `gaps`, the
    latest 1,000 of them, and reading goes on at the beginning. Offsets live with the caller.
    """

    def __init__(self, access: KafkaAccess | str, assignment: Mapping[Place, int | Start]) -> None:
        self._access = as_access(access)
        self._assignment = {TopicPartition(*place): at for place, at in assignment.items()}
        self._consumer: AIOKafkaConsumer | None = None
        self._fetching = False
        self.gaps: deque[Gap] = deque(maxlen=MAX_GAPS)

    async def start(self) -> None:
        """Connect and take up the assignment.

        Raises BrokerUnavailableError within some 10 s, BrokerRefusedError for what is missing
        or forbidden, SettingsError. After an error nothing is left open.
        """
        self._fetching = False
        self._consumer = consumer = AIOKafkaConsumer(
            **self._access.client_options(),
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="none",
            request_timeout_ms=REQUEST_TIMEOUT_MS,
            fetch_max_bytes=MAX_FETCH_BYTES,
            max_partition_fetch_bytes=MAX_PARTITION_FETCH_BYTES,
        )
        try:
            await connect(consumer.start, "connecting", self.bootstrap, CONNECT_TIMEOUT_S)
            await self._take_up(consumer)
        except BaseException:
            await self.stop()
            raise

    async def poll(self, max_records: int = 50, wait_ms: int = 500) -> list[IncomingRecord]:
        """At most `max_records`, in order within each partition; [] after `wait_ms` of nothing.

        Raises BrokerRefusedError when a partition may no longer be read, or is damaged; the others go
        on at the next call. A broker that is away shows as silence: see `last_poll_ms`.
        """
        consumer = self._running()
        if not self._fetching:
            self._fetching = True
            consumer.resume(*self._assignment)
        try:
            found = await consumer.getmany(timeout_ms=wait_ms, max_records=max_records)
        except OffsetOutOfRangeError as error:
            await self._step_over(error.args[0])
            return []
        except CorruptRecordException as error:
            raise BrokerRefusedError(
                f"reading: records do not match their checksum: Kafka at {self.bootstrap}, or its disk, "
                f"changed them ({error}): tell its operator"
            ) from error
        except KafkaError as error:
            raise translated(error, "reading", self.bootstrap) from error
        return [_incoming(record) for records in found.values() for record in records]

    async def end_offsets(self) -> dict[Place, int]:
        """The offset that the next record of each assigned partition will get."""
        found = await self._awaited(self._running().end_offsets(list(self._assignment)))
        return {_place(each): offset for each, offset in found.items()}

    async def beginning_offsets(self) -> dict[Place, int]:
        """The first offset still there in each assigned partition."""
        found = await self._awaited(self._running().beginning_offsets(list(self._assignment)))
        return {_place(each): offset for each, offset in found.items()}

    async def offsets_for_times(self, times_ms: Mapping[Place, int]) -> dict[Place, int | None]:
        """The first offset stored by the broker at or after each time; None if there is none."""
        wanted = {TopicPartition(*place): at for place, at in times_ms.items()}
        found = await self._awaited(self._running().offsets_for_times(wanted))
        return {_place(each): at and at.offset for each, at in found.items()}

    def seek(self, place: Place, offset: int) -> None:
        """Read on from `offset` of an assigned partition."""
        self._running().seek(TopicPartition(*place), offset)

    async def position(self, place: Place) -> int:
        """The offset that will be read next from an assigned partition."""
        position: int = await self._running().position(TopicPartition(*place))
        return position

    def last_poll_ms(self, place: Place) -> int | None:
        """When the broker last answered about this partition (Unix ms); None before the first
        answer. The only thing that tells an idle partition from a dead one.
        """
        at: int | None = self._running().last_poll_timestamp(TopicPartition(*place))
        return at

    async def stop(self) -> None:
        """Close, in at most two seconds, whether or not a broker is there."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await close_consumer(consumer)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    @property
    def bootstrap(self) -> str:
        """The addresses given."""
        return self._access.bootstrap

    def _running(self) -> AIOKafkaConsumer:
        if self._consumer is None:
            raise RuntimeError("Subscriber.start() was not awaited")
        return self._consumer

    async def _take_up(self, consumer: AIOKafkaConsumer) -> None:
        places = [_place(each) for each in self._assignment]
        await require_places(consumer._client, places, self.bootstrap)  # noqa: SLF001
        consumer.assign(list(self._assignment))
        consumer.pause(*self._assignment)
        ask = {
            Start.BEGINNING: consumer.beginning_offsets,
            Start.END: consumer.end_offsets,
        }
        offsets = {place: at for place, at in self._assignment.items() if isinstance(at, int)}
        for start, question in ask.items():
            if asked := [place for place, at in self._assignment.items() if at is start]:
                offsets.update(await self._awaited(question(asked)))
        for place, offset in offsets.items():
            consumer.seek(place, offset)

    async def _step_over(self, lost: Mapping[TopicPartition, int]) -> None:
        """Note what was wanted and is not there, and go on from the beginning."""
        found = await self._awaited(self._running().beginning_offsets(list(lost)))
        for place, wanted in lost.items():
            self.gaps.append(Gap(place.topic, place.partition, wanted, found[place]))
            self._running().seek(place, found[place])

    async def _awaited(self, question: Awaitable[dict[TopicPartition, Any]]) -> dict[Any, Any]:
        """An answer about offsets. aiokafka would wait for ever for a partition that went."""
        try:
            async with asyncio.timeout(REQUEST_TIMEOUT_MS / 1000):
                return await question
        except (KafkaError, TimeoutError) as error:
            raise translated(error, "asking for offsets", self.bootstrap) from error


def _place(partition: TopicPartition) -> Place:
    return partition.topic, partition.partition


def _incoming(record: ConsumerRecord[bytes, bytes]) -> IncomingRecord:
    return IncomingRecord(
        record.topic, record.partition, record.offset, record.key, record.value, record.timestamp
    )
