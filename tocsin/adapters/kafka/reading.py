"""Reads a small topic from an offset to where it ends now, or one record of a partition."""

from __future__ import annotations

from tocsin.adapters.kafka.patience import PatientPolls
from tocsin.adapters.kafka.records import IncomingRecord, Place, Start
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.adapters.kafka.subscriber import Subscriber
from tocsin.core.errors import BrokerRefusedError

MAX_TOTAL_BYTES = 268_435_456


async def read_to_end(
    access: KafkaAccess | str,
    topic: str,
    partition: int = 0,
    from_offset: int | Start = 0,
    last: int | None = None,
) -> list[IncomingRecord]:
    """All records from `from_offset` to the end that the partition has when asked.

    Where earlier offsets are gone (compaction, retention) it begins with the first that is there.
    `last`: at most so many offsets back from the end. Raises BrokerUnavailableError (nothing for
    15 s), BrokerRefusedError (over 256 MiB).
    """
    place = (topic, partition)
    async with Subscriber(access, {place: from_offset}) as subscriber:
        end = (await subscriber.end_offsets())[place]
        if last is not None:
            subscriber.seek(place, max(await subscriber.position(place), end - last))
        found: list[IncomingRecord] = []
        size = 0
        polls = PatientPolls(subscriber, f"topic {topic} stopped answering before its end")
        while await subscriber.position(place) < end:
            records = await polls.poll()
            size += sum(len(record.value or b"") for record in records)
            if size > MAX_TOTAL_BYTES:
                raise BrokerRefusedError(f"topic {topic} holds over {MAX_TOTAL_BYTES} bytes")
            found += records
    return [record for record in found if record.offset < end]


async def record_at(subscriber: Subscriber, place: Place, offset: int) -> IncomingRecord | None:
    """The record at `offset` of a partition of `subscriber`; None where the broker shows a later one first.

    `offset` must be one that the partition has. What other partitions bring meanwhile is dropped.
    Raises BrokerUnavailableError (nothing for 15 s).
    """
    subscriber.seek(place, offset)
    polls = PatientPolls(subscriber, f"topic {place[0]} stopped answering when one record was asked for")
    while True:
        for record in await polls.poll(max_records=1):
            if (record.topic, record.partition) == place:
                return record if record.offset == offset else None
