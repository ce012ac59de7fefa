"""Row 11 with three brokers: the one that leads the partition is killed while reports are sent.

aio-libs/aiokafka#1017: a short outage, then OutOfOrderSequence until a restart. Here two brokers of three
hold every record, so that nothing waits for the third. `make chaos FAULTS=leader` kills it, and freezes
it, for 20 s: a frozen one is given up after the 40 s of a request only, too long for here.
"""

import asyncio
import signal
from contextlib import suppress

import pytest

from services.workshop import processes
from services.workshop.local_kafka import LocalKafka
from tests.support.homes import LivingDirectory
from tests.support.leaders import fullest_place, leaders
from tests.support.loops import MAX_WAIT_S, accept, all_sent, publishing, times_stored, until, writing
from tocsin.adapters.kafka.security import KafkaAccess

pytestmark = [pytest.mark.kafka, pytest.mark.slow]


@pytest.fixture(scope="module")
def three(tmp_path_factory):
    """Three brokers with a directory."""
    folder = tmp_path_factory.mktemp("three")
    with LocalKafka(folder / "kafka", brokers=3, say=lambda _text: None) as kafka:
        living = LivingDirectory(folder / "repository")
        asyncio.run(living.publish(kafka.bootstrap))
        yield kafka, living.directory


@pytest.fixture
def writer(three, tmp_path):
    with writing(tmp_path, three[1]) as writer:
        yield writer


async def moved(kafka, place, before):
    """Wait until those that answer name another leader."""
    async with asyncio.timeout(MAX_WAIT_S):
        while True:
            with suppress(LookupError):
                if (await leaders(kafka.bootstrap, place.topic))[place.partition] not in {before, -1}:
                    return


async def test_b11_a_leader_of_three_that_is_killed_under_load_loses_and_doubles_nothing(three, writer):
    kafka, _directory = three
    async with publishing(KafkaAccess(kafka.bootstrap), writer) as running:
        ids = accept(writer, running, *(f"B11-{number}" for number in range(50)))
        await until(all_sent(writer))
        place = await fullest_place(kafka.bootstrap, "tocsin.ion.v1")
        leader = (await leaders(kafka.bootstrap, place.topic))[place.partition]
        pid = kafka.status()[leader - 1].pid
        ids += accept(writer, running, *(f"B11-{number}" for number in range(50, 100)))
        processes.send([pid], signal.SIGKILL)
        try:
            await moved(kafka, place, leader)
            ids += accept(writer, running, *(f"B11-{number}" for number in range(100, 150)))
            await until(all_sent(writer))
        finally:
            await asyncio.to_thread(kafka.start)
    assert {1} == await times_stored(kafka.bootstrap, writer, ids)
