import asyncio
import time

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from tocsin.adapters.kafka.publisher import Publisher
from tocsin.adapters.kafka.reading import read_to_end
from tocsin.adapters.kafka.records import Gap, IncomingRecord, OutgoingRecord, Start
from tocsin.adapters.kafka.subscriber import Subscriber
from tocsin.adapters.kafka.topics import TopicWish, apply, plan
from tocsin.core.errors import BrokerRefusedError, BrokerUnavailableError

pytestmark = pytest.mark.kafka


async def filled(bootstrap, topic, count=10):
    wish = TopicWish(topic, 2, {"message.timestamp.type": "LogAppendTime"})
    await apply(bootstrap, await plan(bootstrap, [wish]))
    async with Publisher(bootstrap) as publisher:
        await publisher.publish([OutgoingRecord(topic, 0, None, b"%d" % number) for number in range(count)])


@pytest.fixture
async def topic(kafka_bootstrap, topic_name):
    await filled(kafka_bootstrap, topic_name)
    return topic_name


async def take(subscriber, count):
    found = []
    while len(found) < count:
        found += await subscriber.poll()
    return [int(record.value) for record in found]


async def test_reads_from_the_offset_that_was_asked_for(kafka_bootstrap, topic):
    async with Subscriber(kafka_bootstrap, {(topic, 0): 7}) as subscriber:
        assert [7, 8, 9] == await take(subscriber, 3)


async def test_reads_from_the_beginning_or_only_what_is_new(kafka_bootstrap, topic):
    places = {(topic, 0): Start.END, (topic, 1): Start.BEGINNING}
    async with (
        Subscriber(kafka_bootstrap, places) as subscriber,
        Publisher(kafka_bootstrap) as publisher,
    ):
        await publisher.publish([OutgoingRecord(topic, place, None, b"77") for place in (0, 1)])

        assert [77, 77] == await take(subscriber, 2)


async def test_a_poll_gives_at_most_what_was_asked_for(kafka_bootstrap, topic):
    async with Subscriber(kafka_bootstrap, {(topic, 0): 0}) as subscriber:
        assert 4 == len(await subscriber.poll(max_records=4, wait_ms=5_000))


async def test_only_the_last_records_are_read_where_more_are_not_wanted(kafka_bootstrap, topic):
    for last, wanted in ((3, [7, 8, 9]), (99, list(range(10)))):
        found = await read_to_end(kafka_bootstrap, topic, last=last)
        assert wanted == [int(record.value) for record in found]


async def test_a_record_brings_its_place_and_the_brokers_time(kafka_bootstrap, topic):
    (record,) = await read_to_end(kafka_bootstrap, topic, 0, 9)

    assert IncomingRecord(topic, 0, 9, None, b"9", record.broker_time_ms) == record
    assert abs(time.time() * 1000 - record.broker_time_ms) < 60_000


async def test_offsets_are_told_for_ends_beginnings_and_times(kafka_bootstrap, topic):
    place, empty = (topic, 0), (topic, 1)
    async with Subscriber(kafka_bootstrap, {place: 0, empty: 0}) as subscriber:
        assert {place: 10, empty: 0} == await subscriber.end_offsets()
        assert {place: 0, empty: 0} == await subscriber.beginning_offsets()
        assert {place: 0, empty: None} == await subscriber.offsets_for_times({place: 1, empty: 1})


async def test_nothing_is_fetched_before_the_first_poll(kafka_bootstrap, topic):
    """A question about offsets would wait for the fetch before it, half a second each time."""
    place = (topic, 0)
    async with Subscriber(kafka_bootstrap, {place: 0}) as subscriber:
        for _ in range(5):  # time enough for a fetch to be answered
            await subscriber.end_offsets()
        assert subscriber.last_poll_ms(place) is None
        assert list(range(10)) == await take(subscriber, 10)


async def test_a_subscriber_that_was_stopped_reads_again_when_started(kafka_bootstrap, topic):
    subscriber = Subscriber(kafka_bootstrap, {(topic, 0): 9})
    for _ in range(2):
        await subscriber.start()
        assert [9] == await take(subscriber, 1)
        await subscriber.stop()


async def test_seeking_reads_again(kafka_bootstrap, topic):
    async with Subscriber(kafka_bootstrap, {(topic, 0): 0}) as subscriber:
        await take(subscriber, 10)
        subscriber.seek((topic, 0), 8)

        assert [8, 9] == await take(subscriber, 2)


async def test_what_retention_took_is_a_gap_and_reading_goes_on(kafka_bootstrap, topic):
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await admin.start()
    await admin.delete_records({TopicPartition(topic, 0): RecordsToDelete(6)})
    await admin.close()
    async with Subscriber(kafka_bootstrap, {(topic, 0): 2}) as subscriber:
        assert [6, 7, 8, 9] == await take(subscriber, 4)
        assert [Gap(topic, 0, 2, 6)] == list(subscriber.gaps)


async def test_an_offset_past_the_end_is_a_gap_too_and_never_silence(kafka_bootstrap, topic):
    async with Subscriber(kafka_bootstrap, {(topic, 0): 500}) as subscriber:
        assert list(range(10)) == await take(subscriber, 10)
        assert [Gap(topic, 0, 500, 0)] == list(subscriber.gaps)


async def test_a_missing_topic_is_named_with_what_to_do(kafka_bootstrap, topic, topic_name):
    places = {(topic, 0): 0, (topic_name + ".no", 0): 0}
    with pytest.raises(BrokerRefusedError, match=r"\.no is missing.*authority topics apply"):
        await Subscriber(kafka_bootstrap, places).start()


async def test_the_last_poll_tells_that_an_idle_partition_is_alive(kafka_bootstrap, topic):
    place = (topic, 1)
    async with Subscriber(kafka_bootstrap, {place: 0}) as subscriber:
        while subscriber.last_poll_ms(place) is None:
            await subscriber.poll(wait_ms=100)

        assert abs(time.time() * 1000 - subscriber.last_poll_ms(place)) < 60_000


async def test_reading_to_the_end_of_an_empty_partition_is_empty(kafka_bootstrap, topic):
    assert [] == await read_to_end(kafka_bootstrap, topic, 1)


async def test_nobody_there_is_said_with_the_address():
    with pytest.raises(BrokerUnavailableError, match=r"127\.0\.0\.1:9 cannot be reached"):
        await Subscriber("127.0.0.1:9", {}).start()


async def test_reading_goes_on_after_kill_9_of_the_broker(kafka_broker):
    await filled(kafka_broker.bootstrap, "survivor")
    async with Subscriber(kafka_broker.bootstrap, {("survivor", 0): 0}) as subscriber:
        await take(subscriber, 10)
        kafka_broker.kill(1)
        assert [] == await subscriber.poll()
        await asyncio.to_thread(kafka_broker.start)
        async with Publisher(kafka_broker.bootstrap) as publisher:
            await publisher.publish([OutgoingRecord("survivor", 0, None, b"10")])

        assert [10] == await take(subscriber, 1)
        assert [] == list(subscriber.gaps)


async def test_stopping_is_bounded_with_the_broker_gone_and_leaves_no_task(kafka_broker):
    before = asyncio.all_tasks()
    await filled(kafka_broker.bootstrap, "gone")
    subscriber = Subscriber(kafka_broker.bootstrap, {("gone", 0): 0})
    await subscriber.start()
    await take(subscriber, 10)
    kafka_broker.kill(1)
    await subscriber.poll()
    begun = time.monotonic()
    await subscriber.stop()

    assert time.monotonic() - begun < 3.0
    assert before == asyncio.all_tasks()
