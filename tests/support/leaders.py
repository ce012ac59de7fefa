"""Which broker leads a partition, asked of those that answer."""

from __future__ import annotations

import asyncio

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

ANSWERS_WITHIN_S = 3.0


async def fullest_place(bootstrap: str, topic: str) -> TopicPartition:
    """The partition of a topic to which most was written. LookupError without an answer."""
    places = [TopicPartition(topic, one) for one in await leaders(bootstrap, topic)]
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap)
    await consumer.start()
    try:
        ends = await consumer.end_offsets(places)
    finally:
        await consumer.stop()
    return max(ends, key=lambda place: ends[place])


async def leaders(bootstrap: str, topic: str) -> dict[int, int]:
    """The leading node of each partition, -1 where there is none. LookupError without an answer."""
    for address in bootstrap.split(","):
        admin = AIOKafkaAdminClient(bootstrap_servers=address)
        try:
            async with asyncio.timeout(ANSWERS_WITHIN_S):
                await admin.start()
                (found,) = await admin.describe_topics([topic])
        except (KafkaError, OSError, TimeoutError):
            continue
        finally:
            await admin.close()
        return {one["partition"]: one["leader"] for one in found["partitions"]}
    raise LookupError(f"nobody at {bootstrap} says who leads {topic}")
