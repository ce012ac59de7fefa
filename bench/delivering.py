"""From Kafka to a file and to a webhook: one alert at a time, and a burst of a thousand.

Ours fetches, climbs the ladder, stores under fsync, queues, and writes two files (forced to the disk) or
posts a signed event; the peer is a plain aiokafka consumer that writes each value to a file in the same
way and checks, opens and keeps nothing. Milliseconds from the call that publishes until the last of it.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer

from bench.clock import percentile, scratch
from bench.results import Row
from services.consumer.assignment import Wanted
from services.consumer.participant import open_participant
from services.consumer.sinks.lines import SinksAsked, opened
from services.consumer.sinks.plans import Given, named_on_the_line
from services.consumer.sinks.spool import Spool
from services.workshop.local_kafka import LocalKafka, Tuning
from tests.support.homes import LivingDirectory, write_home
from tests.support.parties import DAY_S
from tests.support.receivers import Receiver
from tests.support.reports import smallest_alert
from tests.support.sender import Sender
from tests.support.sinks import ALERT
from tests.support.world import COURIER, ORIGINATOR, audience_target, codec_of
from tocsin.adapters.kafka.publisher import Publisher
from tocsin.adapters.kafka.records import OutgoingRecord
from tocsin.adapters.kafka.topics import TopicWish, apply, plan
from tocsin.core import wire
from tocsin.core.ids import schema_id, uuid7
from tocsin.core.primitives import random_bytes
from tocsin.core.report import check_alert
from tocsin.core.streams import MANIFESTS_TOPIC, inbox_topic

LONE, BURST = 50, 1_000
PEER_TOPIC = "bench.peer"


class Town:
    """A broker with a directory on it, a sender of alerts, and a courier's home."""

    def __init__(self, folder: Path, bootstrap: str) -> None:
        self.folder, self.bootstrap = folder, bootstrap
        schema = (f"schemas/{schema_id(ALERT).hex()}.avsc", ALERT)
        more = dict([schema, audience_target("couriers", ALERT, sectors=["courier"])])
        self.living = LivingDirectory(folder / "repository", more)
        self.sender = Sender(ORIGINATOR, self.living.directory, "couriers", self.living.now_s)
        self.home = folder / "home"
        self.passphrase = write_home(self.home, COURIER, self.living.repository.pinned_root())

    async def found(self) -> None:
        await self.living.publish(self.bootstrap)
        wish = TopicWish(PEER_TOPIC, 1, {})
        await apply(self.bootstrap, await plan(self.bootstrap, [wish]))
        inbox = inbox_topic(COURIER.id, firm=True)
        await self.publish((MANIFESTS_TOPIC, 0, self.sender.manifest()))
        await self.publish((inbox, 0, self.sender.wraps()[COURIER.id]))

    async def publish(self, *values: tuple[str, int, bytes]) -> None:
        async with Publisher(self.bootstrap) as publisher:
            await publisher.publish([OutgoingRecord(*one[:2], None, one[2]) for one in values])

    def alerts(self, count: int) -> list[tuple[str, int, bytes]]:
        """Sealed records of one alert each."""
        now_s, found = int(time.time()), []
        for _ in range(count):
            told = smallest_alert(
                alert_id=random_bytes(16).hex(), issued=now_s, valid_until=now_s + DAY_S, advice="x" * 400
            )
            body = codec_of(ALERT).encode(check_alert(told, now_s=now_s).body)
            item = wire.Item(schema_id(ALERT), uuid7(now_s * 1_000, random_bytes(10)), 1, body)
            sent = self.sender.send(item, stream="alerts", region="global")
            found.append((sent.place.topic, sent.place.partition, sent.value))
        return found


class Stamps:
    """When each thing arrived."""

    def __init__(self) -> None:
        self.at_s: list[float] = []

    def note(self, count: int = 1) -> None:
        self.at_s += [time.perf_counter()] * count

    async def reach(self, count: int) -> None:
        async with asyncio.timeout(120):
            while len(self.at_s) < count:  # noqa: ASYNC110 - arrivals come from other threads, too
                await asyncio.sleep(0.0005)


async def _timed(town: Town, publisher: Publisher, stamps: Stamps, topic: str | None) -> list[float]:
    """Milliseconds: LONE alerts one at a time, then each of a burst."""
    found: list[float] = []
    for records in (*([one] for one in town.alerts(LONE)), town.alerts(BURST)):
        outgoing = [
            OutgoingRecord(topic or one[0], one[1] if topic is None else 0, None, one[2]) for one in records
        ]
        before, begun_s = len(stamps.at_s), time.perf_counter()
        await publisher.publish(outgoing)
        await stamps.reach(before + len(records))
        found += [1_000 * (at_s - begun_s) for at_s in stamps.at_s[before:]]
    return found


async def _ours(town: Town, sink: str, stamps: Stamps) -> list[float]:
    participant = open_participant(town.home, town.passphrase)
    plans = named_on_the_line([sink], Given(), ("alerts",), {})
    access = participant.access(town.bootstrap)
    with participant.inbox() as inbox:
        async with opened(participant, SinksAsked(plans), lambda _text: None) as lines:
            await lines.begin()
            follower = participant.follower(access)
            await follower.refresh(int(time.time()), forced=True)
            wanted = Wanted(("alerts",))
            reading = participant.consumption(inbox, wanted, follower, access, lambda _text: None)
            await reading.start()
            await reading.until_end()
            lines.caught_up()

            async def read() -> None:
                while True:
                    if await reading.step():
                        lines.ring()

            async with _side_by_side(read, lines.run), Publisher(town.bootstrap) as publisher:
                await asyncio.sleep(1.0)  # the heartbeat is through
                stamps.at_s.clear()
                found = await _timed(town, publisher, stamps, None)
            await reading.stop()
            return found


@asynccontextmanager
async def _side_by_side(*works: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    tasks = [asyncio.ensure_future(work()) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _peer(town: Town, stamps: Stamps) -> list[float]:
    folder = Path(tempfile.mkdtemp(dir=town.folder))
    consumer = AIOKafkaConsumer(PEER_TOPIC, bootstrap_servers=town.bootstrap, auto_offset_reset="earliest")
    await consumer.start()

    def write(name: str, value: bytes) -> None:
        temporary = folder / f".{name}"
        with temporary.open("wb") as file:
            file.write(value)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(folder / name)
        handle = os.open(folder, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)

    async def read() -> None:
        async for record in consumer:
            await asyncio.to_thread(write, str(record.offset), record.value)
            stamps.note()

    try:
        async with _side_by_side(read), Publisher(town.bootstrap) as publisher:
            return await _timed(town, publisher, stamps, PEER_TOPIC)
    finally:
        await consumer.stop()


@contextmanager
def _stamped(stamps: Stamps) -> Iterator[None]:
    """Files are there when the sink's delivery returns."""
    deliver = Spool.deliver

    async def timed(self: Spool, events: Sequence[Any]) -> None:
        await deliver(self, events)
        stamps.note(len(events))

    Spool.deliver = timed  # type: ignore[method-assign]
    try:
        yield
    finally:
        Spool.deliver = deliver  # type: ignore[method-assign]


async def _all(folder: Path, bootstrap: str) -> list[Row]:
    town = Town(folder, bootstrap)
    await town.found()
    peer = await _peer(town, Stamps())
    stamps = Stamps()
    with _stamped(stamps):
        files = await _ours(town, f"spool={folder / 'in'}", stamps)
    posts = Stamps()

    def take(_posted: Any) -> tuple[int, dict[str, str]]:
        posts.note()
        return 204, {}

    with Receiver(answer=take) as receiver:
        url = f"webhook=http://127.0.0.1:{receiver.port}/in"
        hooks = await _ours(town, url, posts)
    return [*_rows("file", files, peer), *_rows("webhook", hooks, peer)]


def _rows(what: str, ours: list[float], peer: list[float]) -> list[Row]:
    found = []
    for name, some, other in (
        ("one alert", ours[:LONE], peer[:LONE]),
        (f"burst of {BURST:,}", ours[LONE:], peer[LONE:]),
    ):
        for share in (0.5, 0.99):
            label = f"{name} to {what}, p{share * 100:.0f}"
            mine, theirs = percentile(some, share), percentile(other, share)
            found.append(
                Row(label, mine, "ms", theirs, better="lower", note="peer: opens and keeps nothing")
            )
    return found


def rows() -> list[Row]:
    """p50 and p99 of one alert and of a burst, to a file and to a webhook, against a plain consumer."""
    with tempfile.TemporaryDirectory(dir=scratch().absolute()) as name:
        folder = Path(name)
        with LocalKafka(folder / "kafka", tuning=Tuning(heap_mb=256), say=lambda _text: None) as kafka:
            return asyncio.run(_all(folder, kafka.bootstrap))
