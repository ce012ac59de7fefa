"""What only a cluster can show: copies, elections, a partition without a leader."""

import asyncio

import pytest

from services.workshop.local_kafka import LocalKafka
from tocsin.adapters.kafka.errors import DeliveryFailedError
from tocsin.adapters.kafka.publisher import Publisher
from tocsin.adapters.kafka.reading import read_to_end
from tocsin.adapters.kafka.records import OutgoingRecord
from tocsin.adapters.kafka.topics import TopicWish, apply, plan

pytestmark = [pytest.mark.kafka, pytest.mark.slow]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with LocalKafka(tmp_path_factory.mktemp("three"), brokers=3, say=lambda _: None) as kafka:
        yield kafka


async def made(cluster, name, partitions, replication=None):
    changes = await plan(cluster.bootstrap, [TopicWish(name, partitions)])
    await apply(cluster.bootstrap, changes, replication)


def numbered(topic, partitions, numbers):
    return [OutgoingRecord(topic, n % partitions, None, b"%d" % n) for n in numbers]


async def stored(cluster, topic, partitions):
    found = [await read_to_end(cluster.bootstrap, topic, each) for each in range(partitions)]
    return [[int(record.value) for record in records] for records in found]


async def test_losing_each_broker_in_turn_under_load_loses_and_doubles_nothing(cluster):
    await made(cluster, "copies", 6)
    total, over = 0, asyncio.Event()
    async with Publisher(cluster.bootstrap) as publisher:

        async def publish_all():
            nonlocal total
            while not over.is_set():
                await publisher.publish(numbered("copies", 6, range(total, total + 60)))
                total += 60

        publishing = asyncio.create_task(publish_all())
        for node in (1, 2, 3):
            await asyncio.to_thread(cluster.kill, node)
            await asyncio.to_thread(cluster.start)
        over.set()
        await publishing

    assert [list(range(part, total, 6)) for part in range(6)] == await stored(cluster, "copies", 6)


async def test_a_partition_without_a_leader_fails_and_a_new_producer_ends_it(cluster):
    await made(cluster, "single", 3, replication=1)
    async with Publisher(cluster.bootstrap, request_timeout_ms=1_500) as publisher:
        await publisher.publish(numbered("single", 3, range(3)))
        cluster.kill(2)
        records = numbered("single", 3, range(3, 6))
        with pytest.raises(DeliveryFailedError) as failed:
            await publisher.publish(records)
        await asyncio.to_thread(cluster.start)
        rest = [each for at, each in enumerate(records) if at not in failed.value.placed]
        await publisher.publish(rest)

        assert (2, 1, 1) == (len(failed.value.placed), len(rest), publisher.replaced_count)
    assert [[0, 3], [1, 4], [2, 5]] == await stored(cluster, "single", 3)
