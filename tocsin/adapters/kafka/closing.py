"""Ends aiokafka's clients in bounded time, also when no broker is there to say goodbye to."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import ProducerClosed

POLITE_S = 0.5
FIRM_S = 0.5


async def close_producer(producer: AIOKafkaProducer, polite_s: float = POLITE_S) -> None:
    """Stop `producer`; what it still holds after `polite_s` is given up (the outbox has it)."""
    if await _bounded(producer.stop(), polite_s):
        return
    # aiokafka's own stop waits for every pending batch, for ever if no broker returns.
    producer._closed = True  # noqa: SLF001 - or its __del__ complains
    producer._message_accumulator.fail_all(ProducerClosed())  # noqa: SLF001
    sender = producer._sender.sender_task  # noqa: SLF001
    if sender is not None:
        sender.cancel()
    await _bounded(producer.client.close(), FIRM_S)
    if sender is not None:
        await asyncio.wait({sender}, timeout=FIRM_S)


async def close_consumer(consumer: AIOKafkaConsumer, polite_s: float = POLITE_S) -> None:
    """Stop `consumer`. With dead brokers its own stop raises and leaves the client open."""
    if not await _bounded(consumer.stop(), polite_s):
        await close_client(consumer._client)  # noqa: SLF001


async def close_client(client: AIOKafkaClient) -> None:
    """Close connections and the metadata task of a bare client."""
    await _bounded(client.close(), FIRM_S)


async def _bounded(ending: Awaitable[object], patience_s: float) -> bool:
    """Whether `ending` ended well in time. In a task of its own: a CancelledError that
    aiokafka raises is not one that was meant for us.
    """
    task = asyncio.ensure_future(ending)
    try:
        await asyncio.wait({task}, timeout=patience_s)
    finally:
        if not task.done():
            task.cancel()
    if not task.done():
        await asyncio.wait({task}, timeout=FIRM_S)
    return task.done() and not task.cancelled() and task.exception() is None
