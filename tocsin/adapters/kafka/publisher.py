"""Publishes records: batches per partition, acknowledged by all replicas, never reordered."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError, KafkaError

from tocsin.adapters.kafka.batches import Lane, lanes_of
from tocsin.adapters.kafka.closing import close_producer
from tocsin.adapters.kafka.connecting import CONNECT_TIMEOUT_S, connect
from tocsin.adapters.kafka.errors import (
    DeliveryFailedError,
    DeliveryRefusedError,
    TopicsRefusedError,
    translated,
)
from tocsin.adapters.kafka.metadata import require_places
from tocsin.adapters.kafka.records import OutgoingRecord, Placed
from tocsin.adapters.kafka.security import KafkaAccess, as_access
from tocsin.core.errors import BrokerRefusedError, BrokerUnavailableError

MAX_BATCH_BYTES = 524_288
# Over 100 MB to one broker exceeds its socket.request.max.bytes: endless reconnecting, unsaid.
MAX_IN_FLIGHT_BYTES = 67_108_864
MAX_REQUEST_BYTES = 8_388_608
REQUEST_TIMEOUT_MS = 40_000


class Publisher:
    """One idempotent producer, replaced by a fresh one after any failed delivery.

    Law: deliveries are awaited without a timeout of our own, because giving up on a producer
    that would still have delivered makes duplicates; after an exception the producer is never
    used again, because aiokafka's sequence numbers for that partition are then lost for good.
    One `publish` at a time; the order given is kept within each topic and partition.
    """

    def __init__(self, access: KafkaAccess | str, *, request_timeout_ms: int = REQUEST_TIMEOUT_MS) -> None:
        self._access = as_access(access)
        self._request_timeout_ms = request_timeout_ms
        self._producer: AIOKafkaProducer | None = None
        self._one_at_a_time = asyncio.Lock()
        self.replaced_count = 0

    async def start(self) -> None:
        """Connect. Raises BrokerUnavailableError within 10 s, BrokerRefusedError, SettingsError."""
        if self._producer is None:
            self._producer = await self._connect()

    async def publish(self, records: Sequence[OutgoingRecord]) -> list[Placed]:
        """Where each record was placed, in the order given, once all are acknowledged.

        Raises DeliveryFailedError (a BrokerUnavailableError: publish again what its `placed`
        does not have) or DeliveryRefusedError (a BrokerRefusedError). Waits for as long as the
        broker is away; cancelling gives up, and what was in flight may or may not be stored.
        """
        placed: dict[int, Placed] = {}
        async with self._one_at_a_time:
            try:
                await self._publish(records, placed)
            except BrokerUnavailableError as error:
                raise DeliveryFailedError(str(error), placed) from error
            except TopicsRefusedError as error:
                raise DeliveryRefusedError(str(error), placed, error.topics) from error
            except BrokerRefusedError as error:
                raise DeliveryRefusedError(str(error), placed) from error
        return [placed[index] for index in range(len(records))]

    async def stop(self) -> None:
        """Close the connections, in at most two seconds, whether or not a broker is there."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await close_producer(producer)

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

    async def _publish(self, records: Sequence[OutgoingRecord], placed: dict[int, Placed]) -> None:
        await self.start()
        assert self._producer is not None
        producer, lanes = self._producer, lanes_of(records)
        try:
            await require_places(producer.client, (lane.place for lane in lanes), self.bootstrap)
        except BrokerUnavailableError:
            # It may know a password or a certificate that no longer holds; the next one reads them anew.
            await self._abandon(producer)
            raise
        slots = asyncio.Semaphore(MAX_IN_FLIGHT_BYTES // MAX_BATCH_BYTES)
        try:
            outcomes = await asyncio.gather(
                *(self._drive(producer, lane, slots, placed) for lane in lanes),
                return_exceptions=True,
            )
        except BaseException:
            await self._abandon(producer)
            raise
        if failures := [failure for failure in outcomes if failure is not None]:
            await self._abandon(producer)
            raise self._worst_of(failures)

    @property
    def bootstrap(self) -> str:
        """The addresses given."""
        return self._access.bootstrap

    async def _drive(
        self,
        producer: AIOKafkaProducer,
        lane: Lane,
        slots: asyncio.Semaphore,
        placed: dict[int, Placed],
    ) -> None:
        """Send the batches of one partition one after another: a failed one stops the rest."""
        topic, partition = lane.place
        while lane.waiting:
            async with slots:
                batch = producer.create_batch()
                indexes = lane.fill(batch)
                delivery = await producer.send_batch(batch, topic, partition=partition)
                first = (await _delivered(producer, delivery)).offset
            for distance, index in enumerate(indexes):
                placed[index] = Placed(topic, partition, first + distance)

    def _worst_of(
        self, failures: list[BaseException]
    ) -> BrokerUnavailableError | BrokerRefusedError | BaseException:
        """A bug first, then a refusal (trying again cannot help), then unavailability."""
        for failure in failures:
            if not isinstance(failure, (KafkaError, OSError, TimeoutError)):
                return failure
        translations = [translated(failure, "publishing", self.bootstrap) for failure in failures]
        return min(translations, key=lambda error: error.transient)

    async def _connect(self) -> AIOKafkaProducer:
        producer = AIOKafkaProducer(
            **self._access.client_options(),
            acks="all",
            enable_idempotence=True,
            linger_ms=0,
            max_batch_size=MAX_BATCH_BYTES,
            max_request_size=MAX_REQUEST_BYTES,
            request_timeout_ms=self._request_timeout_ms,
        )
        try:
            await connect(producer.start, "connecting", self.bootstrap, CONNECT_TIMEOUT_S)
        except BaseException:
            await close_producer(producer)
            raise
        return producer

    async def _abandon(self, producer: AIOKafkaProducer) -> None:
        """Never again this producer; the next publish makes another."""
        self._producer = None
        self.replaced_count += 1
        with contextlib.suppress(KafkaError):
            await close_producer(producer, polite_s=0.0)


async def _delivered(producer: AIOKafkaProducer, delivery: asyncio.Future[Any]) -> Any:
    """What the broker said of a batch. Raises KafkaConnectionError where aiokafka's own sending task has
    ended: what it held would never be answered, and nothing would ever say so.
    """
    sender = producer._sender.sender_task  # noqa: SLF001
    await asyncio.wait({delivery, sender}, return_when=asyncio.FIRST_COMPLETED)
    if not delivery.done():
        raise KafkaConnectionError("aiokafka's sending task has ended")
    return delivery.result()
