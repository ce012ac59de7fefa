import pytest

from tocsin.adapters.kafka.errors import DeliveryRefusedError
from tocsin.adapters.kafka.publisher import Publisher
from tocsin.adapters.kafka.reading import read_to_end
from tocsin.adapters.kafka.records import OutgoingRecord, Placed
from tocsin.adapters.kafka.topics import TopicWish, apply, plan

pytestmark = pytest.mark.kafka


@pytest.fixture
async def topic(kafka_bootstrap, topic_name):
    await apply(kafka_bootstrap, await plan(kafka_bootstrap, [TopicWish(topic_name, 2)]))
    return topic_name


async def test_says_where_each_record_was_placed_in_the_order_given(kafka_bootstrap, topic):
    records = [OutgoingRecord(topic, number % 2, None, b"%d" % number) for number in range(6)]
    async with Publisher(kafka_bootstrap) as publisher:
        placed = await publisher.publish(records)

    assert [Placed(topic, number % 2, number // 2) for number in range(6)] == placed


async def test_the_order_within_a_partition_is_kept_over_many_batches(kafka_bootstrap, topic):
    values = [b"%06d" % number + bytes(20_000) for number in range(120)]
    async with Publisher(kafka_bootstrap) as publisher:
        await publisher.publish([OutgoingRecord(topic, 0, None, value) for value in values])

    assert values == [record.value for record in await read_to_end(kafka_bootstrap, topic)]


async def test_keys_and_tombstones_arrive_as_given(kafka_bootstrap, topic):
    async with Publisher(kafka_bootstrap) as publisher:
        await publisher.publish([OutgoingRecord(topic, 1, b"key", None)])
    (record,) = await read_to_end(kafka_bootstrap, topic, 1)

    assert (b"key", None) == (record.key, record.value)


async def test_a_missing_topic_is_named_with_what_to_do(kafka_bootstrap, topic_name):
    async with Publisher(kafka_bootstrap) as publisher:
        with pytest.raises(DeliveryRefusedError, match=f"{topic_name}.*tocsin authority topics"):
            await publisher.publish([OutgoingRecord(topic_name, 0, None, b"x")])


async def test_all_missing_topics_are_named_at_once_before_anything_is_sent(
    kafka_bootstrap, topic, topic_name
):
    missing = {f"{topic_name}.{number}" for number in range(7)}
    records = [OutgoingRecord(one, 0, None, b"x") for one in (topic, *missing)]
    async with Publisher(kafka_bootstrap) as publisher:
        with pytest.raises(DeliveryRefusedError, match="and 2 more are missing") as refused:
            await publisher.publish(records)

    assert (missing, {}) == (refused.value.topics, refused.value.placed)


async def test_a_partition_beyond_the_topics_own_is_refused(kafka_bootstrap, topic):
    async with Publisher(kafka_bootstrap) as publisher:
        with pytest.raises(DeliveryRefusedError, match="has 2 partitions, so no partition 2"):
            await publisher.publish([OutgoingRecord(topic, 2, None, b"x")])


async def test_a_refusal_tells_which_records_were_placed_all_the_same(kafka_bootstrap, topic):
    records = [
        OutgoingRecord(topic, 0, None, b"fits"),
        OutgoingRecord(topic, 1, None, bytes(3_000_000)),
    ]
    async with Publisher(kafka_bootstrap) as publisher:
        with pytest.raises(DeliveryRefusedError, match="larger than the topic allows") as refused:
            await publisher.publish(records)

    assert {0: Placed(topic, 0, 0)} == refused.value.placed


async def test_after_a_failed_delivery_the_producer_is_replaced(kafka_bootstrap, topic):
    async with Publisher(kafka_bootstrap) as publisher:
        with pytest.raises(DeliveryRefusedError):
            await publisher.publish([OutgoingRecord(topic, 0, None, bytes(3_000_000))])
        placed = await publisher.publish([OutgoingRecord(topic, 0, None, b"after")])

        assert ([Placed(topic, 0, 0)], 1) == (placed, publisher.replaced_count)


async def test_publishing_nothing_places_nothing(kafka_bootstrap):
    async with Publisher(kafka_bootstrap) as publisher:
        assert [] == await publisher.publish([])
