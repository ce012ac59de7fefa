"""What happens to deliveries when the broker dies, with one publisher all along."""

import asyncio
import time

import pytest

from tocsin.adapters.kafka.publisher import Publisher
from tocsin.adapters.kafka.reading import read_to_end
from tocsin.adapters.kafka.records import OutgoingRecord
from tocsin.adapters.kafka.topics import TopicWish, apply, plan
from tocsin.core.errors import BrokerUnavailableError

pytestmark = pytest.mark.kafka
STOP_BOUND_S = 3.0


@pytest.fixture
async def broker(kafka_broker):
    wishes = [TopicWish("faults", 2)]
    await apply(kafka_broker.bootstrap, await plan(kafka_broker.bootstrap, wishes))
    return kafka_broker


def numbered(first, count):
    return [
        OutgoingRecord("faults", number % 2, None, b"%d" % number) for number in range(first, first + count)
    ]


async def stored(broker):
    found = [await read_to_end(broker.bootstrap, "faults", partition) for partition in (0, 1)]
    return [[int(record.value) for record in records] for records in found]


async def test_kill_9_under_load_loses_nothing_doubles_nothing_and_keeps_the_order(broker):
    total, step, over = 0, 50, asyncio.Event()
    async with Publisher(broker.bootstrap) as publisher:

        async def publish_all():
            nonlocal total
            while not over.is_set():
                await publisher.publish(numbered(total, step))
                total += step

        publishing = asyncio.create_task(publish_all())
        for _ in range(2):
            await asyncio.sleep(0.2)  # some load before each kill
            await asyncio.to_thread(broker.kill, 1)
            await asyncio.to_thread(broker.start)
        over.set()
        await publishing

        assert 0 == publisher.replaced_count
    assert [list(range(0, total, 2)), list(range(1, total, 2))] == await stored(broker)


async def test_a_delivery_waits_for_a_broker_that_is_away_and_is_stored_once(broker):
    async with Publisher(broker.bootstrap) as publisher:
        await publisher.publish(numbered(0, 2))
        broker.kill(1)
        delivery = asyncio.create_task(publisher.publish(numbered(2, 2)))
        await asyncio.sleep(0.3)
        assert not delivery.done()
        await asyncio.to_thread(broker.start)
        await delivery

    assert [[0, 2], [1, 3]] == await stored(broker)


async def test_stopping_is_bounded_with_a_record_pending_and_the_broker_gone(broker):
    before = asyncio.all_tasks()
    publisher = Publisher(broker.bootstrap)
    await publisher.publish(numbered(0, 2))
    broker.kill(1)
    delivery = asyncio.create_task(publisher.publish(numbered(2, 2)))
    await asyncio.sleep(0.1)
    begun = time.monotonic()
    delivery.cancel()
    with pytest.raises(asyncio.CancelledError):
        await delivery
    await publisher.stop()

    assert time.monotonic() - begun < STOP_BOUND_S
    assert before == asyncio.all_tasks()


async def test_stopping_while_a_delivery_is_awaited_ends_that_delivery_with_an_error(broker):
    publisher = Publisher(broker.bootstrap)
    await publisher.publish(numbered(0, 2))
    broker.kill(1)
    delivery = asyncio.create_task(publisher.publish(numbered(2, 2)))
    await asyncio.sleep(0.1)
    await publisher.stop()

    with pytest.raises(BrokerUnavailableError):
        await asyncio.wait_for(delivery, STOP_BOUND_S)


async def test_after_cancelling_a_delivery_the_next_publish_uses_a_new_producer(broker):
    async with Publisher(broker.bootstrap) as publisher:
        await publisher.publish(numbered(0, 2))
        broker.kill(1)
        delivery = asyncio.create_task(publisher.publish(numbered(2, 2)))
        await asyncio.sleep(0.1)
        delivery.cancel()
        await asyncio.wait({delivery})
        await asyncio.to_thread(broker.start)
        await publisher.publish(numbered(4, 2))

        assert 1 == publisher.replaced_count
    assert [[0, 4], [1, 5]] == await stored(broker)


async def test_nobody_there_is_said_with_the_address():
    with pytest.raises(BrokerUnavailableError, match=r"127\.0\.0\.1:9 cannot be reached"):
        await Publisher("127.0.0.1:9").start()


async def test_a_sending_task_that_died_quietly_ends_the_delivery_and_the_next_one_is_stored(broker):
    async with Publisher(broker.bootstrap) as publisher:
        await publisher.publish(numbered(0, 2))
        publisher._producer._sender.sender_task.cancel()
        with pytest.raises(BrokerUnavailableError):
            await publisher.publish(numbered(2, 2))
        await publisher.publish(numbered(2, 2))
    assert [[0, 2], [1, 3]] == await stored(broker)
