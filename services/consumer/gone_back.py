"""Asks a broker whether it still holds what we read from it last.

One that was restored from a backup, or whose topic was made anew, ends before our place. Where others have
written since, it may end behind it again: then another record lies where our last one lay, and what lies
before our place was never read. What it deleted by its retention says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from services.consumer.assignment import Partition
from tocsin.adapters.inbox.offsets import Mark
from tocsin.adapters.kafka.patience import PatientPolls
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.adapters.kafka.subscriber import Subscriber


async def gone_back(
    access: KafkaAccess, offsets: Mapping[Partition, int], marks: Mapping[Partition, Mark]
) -> dict[Partition, int]:
    """Where to read anew from (the first offset there), for each partition that went back.

    `offsets`: our place in each partition that is asked about; `marks`: the record read last there,
    where one is known. Raises BrokerUnavailableError (silent for 15 s), BrokerRefusedError.
    """
    if not offsets:
        return {}
    async with Subscriber(access, dict(offsets)) as subscriber:
        begins, ends = await subscriber.beginning_offsets(), await subscriber.end_offsets()
        known = {place: mark for place, mark in marks.items() if place in offsets}
        read = {
            place: max(offset, known[place].offset + 1 if place in known else 0)
            for place, offset in offsets.items()
        }
        gone = {place for place, end in read.items() if ends[place] < end}
        asked = {
            place: mark
            for place, mark in known.items()
            if place not in gone and begins[place] <= mark.offset
        }
        for place in offsets:
            subscriber.seek(place, asked[place].offset if place in asked else ends[place])
        gone |= await _other_records(subscriber, asked, ends)
    return {place: begins[place] for place in gone}


async def _other_records(
    subscriber: Subscriber, asked: Mapping[Partition, Mark], ends: Mapping[Partition, int]
) -> set[Partition]:
    """Those of `asked` in which another record lies at the place of the mark."""
    others: set[Partition] = set()
    polls = PatientPolls(subscriber, "the broker went silent while our last places were looked at")
    open_ = dict(asked)
    while open_:
        for record in await polls.poll():
            place = (record.topic, record.partition)
            mark = open_.pop(place, None)
            if mark is None:
                continue
            subscriber.seek(place, ends[place])
            if record.offset == mark.offset and Mark.of(record.offset, record.value) != mark:
                others.add(place)
    return others
