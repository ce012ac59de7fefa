"""Publish, from accepted to acknowledged, against `aiokafka.send` of the same bytes; and latency.

Ours seals, signs, stores the sealed bytes under fsync and notes each acknowledgement under fsync; the
peer only sends (acks=all, idempotent) what ours made, to a topic beside it. A lone report waits for three
commits under fsync (accepted, sealed, stored at its reader): a second peer does the same three.
"""

from __future__ import annotations

import asyncio
import random
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

import schemas
from bench.clock import Took, percentile, scratch, taking
from bench.results import Row
from bench.stage import network
from scripts.demo.command import TOCSIN, Commands
from scripts.demo.stage import FOCAL_POINTS
from services.producer.accept import Acceptance, Submission
from services.producer.clocks import Clocks
from services.producer.issuing import issuer_of
from services.producer.participant import Participant, open_participant
from services.producer.producing import Producing, build
from tocsin.adapters.database import Database
from tocsin.adapters.kafka.reading import read_to_end
from tocsin.adapters.kafka.topics import TopicWish, apply, plan
from tocsin.adapters.outbox.store import Outbox
from tocsin.core import codes
from tocsin.core.avro import Codec
from tocsin.core.exercise import exercise_report
from tocsin.core.report import CheckedReport

REPORTS, LONE, WARM = 20_000, 200, 20
PEER_TOPIC = "bench.peer"


class Publisher:
    """The producer's own parts in this process, so that accepting and publishing are timed apart."""

    def __init__(self, participant: Participant, outbox: Outbox, bootstrap: str) -> None:
        self.clocks, self.outbox = Clocks(), outbox
        client = participant.directory_client()
        directory = client.load()
        me, issuer = participant.originator.id, issuer_of(participant.home)
        self.acceptance = Acceptance(outbox, me, self.clocks, lambda: directory, issuer)
        source = participant.follower(participant.home.access(bootstrap), client)
        access = participant.home.access(bootstrap)
        self.producing: Producing = build(outbox, participant.originator, source, access, self.clocks)
        self._checked_ones: list[CheckedReport] = []
        self._codec = Codec(schemas.load("reports/incident_report.avsc"))
        self._rng = random.Random(11)

    def accept(self, first: int, count: int) -> None:
        """Accept generated reports that concern one region, 500 a transaction."""
        for start in range(first, first + count, 500):
            numbers = range(start, min(start + 500, first + count))
            checked = [self._checked(number) for number in numbers]
            self.acceptance.accept([Submission("incident", one) for one in checked])
            self._checked_ones += checked

    def _checked(self, number: int) -> CheckedReport:
        report = exercise_report(self._rng, number, "CO") | {"route": []}
        return self.acceptance.check("incident", report)

    def bodies(self, first: int) -> list[bytes]:
        """The encodings of what was accepted from the `first` on: what a plain producer would send."""
        return [self._codec.encode(one.body) for one in self._checked_ones[first:]]

    async def publish(self) -> None:
        """Seal and send until nothing waits."""
        while self.outbox.items.waiting_items or self.outbox.records.unsent_count():
            await self.producing.round()


def rows() -> list[Row]:
    """Records a second, reports a second, latency one at a time."""
    with network() as commands:
        home = commands.folder / FOCAL_POINTS[0].home
        words = commands.folder / "passphrases" / FOCAL_POINTS[0].home
        return asyncio.run(_rows(commands, home, words))


async def _rows(commands: Commands, home: Path, words: Path) -> list[Row]:
    # A first command brings the directory into the home.
    commands.run(FOCAL_POINTS[0].home, "send", allowed=(0, 5))
    participant = open_participant(home, words)
    with participant.outbox() as outbox:
        ours = Publisher(participant, outbox, commands.bootstrap)
        ours.accept(0, 1)
        await ours.publish()
        bulk = await _bulk(ours, commands.bootstrap)
        lone = await _lone(ours, commands)
        await ours.producing.stop()
    return [*bulk, *lone]


async def _bulk(ours: Publisher, bootstrap: str) -> list[Row]:
    with taking() as accepting:
        ours.accept(1, REPORTS)
    before = len(await _values(bootstrap))
    with taking() as publishing:
        await ours.publish()
    values = (await _values(bootstrap))[before:]
    raw = await _raw(bootstrap, values)
    size_mb = sum(map(len, values)) / 1e6
    plain = await _raw(bootstrap, ours.bodies(1))
    note = f"{len(values)} records, {size_mb:.1f} MB; the peer neither seals nor remembers"
    return [
        Row("check + accept under fsync, 500 a commit", REPORTS / accepting.wall_s, "reports/s"),
        Row(
            "accepted to acknowledged, against send of each plain report",
            REPORTS / publishing.wall_s,
            "reports/s",
            REPORTS / plain.wall_s,
            "≥ 0.8",
            note="the peer neither seals nor remembers",
        ),
        Row(
            "the same, by the processor's seconds of this process",
            REPORTS / publishing.cpu_s,
            "reports/s",
            REPORTS / plain.cpu_s,
            note="without waiting for disk and broker",
        ),
        Row(
            "accepted to acknowledged, against send of our sealed records",
            REPORTS / publishing.wall_s,
            "reports/s",
            REPORTS / raw.wall_s,
            note=note,
        ),
    ]


async def _lone(ours: Publisher, commands: Commands) -> list[Row]:
    """One report at a time, from before it is accepted until a reader has stored and printed it; against
    send_and_wait and getone of its sealed bytes."""
    acknowledged_s, stored_s = [], []
    with _reader(commands) as lines:
        for number in range(WARM + LONE):
            started = time.perf_counter()
            ours.accept(REPORTS + 1 + number, 1)
            await ours.publish()
            acknowledged_s.append(time.perf_counter() - started)
            await asyncio.to_thread(lines.readline)
            stored_s.append(time.perf_counter() - started)
    values = (await _values(commands.bootstrap))[-LONE:]
    raw_s = await _raw_each_s(commands.bootstrap, values, lambda _value: None)
    with _kept() as keep:
        kept_s = await _raw_each_s(commands.bootstrap, values, keep)
    raw, kept = "the peer: a raw produce-consume round trip", "the peer: the same, with three commits"
    return [
        Row(
            f"one report {name}, p{100 * share:.0f}",
            1e3 * percentile(took_s[WARM:], share),
            "ms",
            1e3 * percentile(peer_s, share),
            goal,
            better="lower",
            note=note,
        )
        for name, took_s, goal, peer_s, note in (
            ("accepted to acknowledged", acknowledged_s, "", raw_s, raw),
            ("accepted to stored at a reader", stored_s, "≤ 2.0", raw_s, raw),
            ("accepted to stored at a reader", stored_s, "", kept_s, kept),
        )
        for share in (0.5, 0.99)
    ]


@contextmanager
def _reader(commands: Commands) -> Iterator[IO[bytes]]:
    """Lines of a reader that follows; the first, of what was published before, has been read."""
    home = FOCAL_POINTS[1].home
    words = [str(TOCSIN), "subscribe", "ion,pics", "--from", "latest", "--json"]
    commands.run(home, *words[1:], "--until-end")
    process = subprocess.Popen(
        words, env=commands.environment(home), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        assert process.stdout is not None
        yield process.stdout
    finally:
        process.terminate()
        process.wait()


async def _values(bootstrap: str) -> list[bytes]:
    found = []
    for partition in range(len(codes.regions()) * 2):
        for topic in ("tocsin.ion.v1", "tocsin.pics.v1"):
            found += await read_to_end(bootstrap, topic, partition)
    return [one.value or b"" for one in sorted(found, key=lambda one: one.broker_time_ms)]


async def _peer(bootstrap: str) -> AIOKafkaProducer:
    changes = await plan(bootstrap, [TopicWish(PEER_TOPIC, 1, {"max.message.bytes": "1048576"})])
    if changes:
        await apply(bootstrap, changes)
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        acks="all",
        enable_idempotence=True,
        max_batch_size=524_288,
        max_request_size=1_048_576,
    )
    await producer.start()
    return producer


async def _raw(bootstrap: str, values: Sequence[bytes]) -> Took:
    producer = await _peer(bootstrap)
    try:
        await producer.send_and_wait(PEER_TOPIC, b"warm", partition=0)
        with taking() as found:
            sent = [await producer.send(PEER_TOPIC, value, partition=0) for value in values]
            await asyncio.gather(*sent)
        return found
    finally:
        await producer.stop()


@contextmanager
def _kept() -> Iterator[Callable[[bytes], None]]:
    """Commits one value under fsync in a database like ours."""
    with TemporaryDirectory(dir=scratch()) as folder:
        path, table = Path(folder) / "peer.db", "CREATE TABLE kept (value BLOB NOT NULL)"
        database = Database.open(path, bytes(32), b"bench/peer", [table])

        def keep(value: bytes) -> None:
            with database.transaction():
                database.execute("INSERT INTO kept VALUES (?)", (value,))

        yield keep
        database.close()


async def _raw_each_s(
    bootstrap: str, values: Sequence[bytes], keep: Callable[[bytes], None]
) -> list[float]:
    """`keep` twice, send_and_wait, read it back, `keep`: a produce-consume round trip."""
    producer = await _peer(bootstrap)
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, fetch_max_wait_ms=10)
    await consumer.start()
    place = TopicPartition(PEER_TOPIC, 0)
    consumer.assign([place])
    await consumer.seek_to_end(place)
    took_s = []
    try:
        for value in values:
            started = time.perf_counter()
            keep(value)
            keep(value)
            await producer.send_and_wait(PEER_TOPIC, value, partition=0)
            await consumer.getone(place)
            keep(value)
            took_s.append(time.perf_counter() - started)
    finally:
        await consumer.stop()
        await producer.stop()
    return took_s
