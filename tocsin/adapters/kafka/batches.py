"""Sorts records into lanes, one for each partition, and fills Kafka batches from a lane."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from aiokafka.producer.message_accumulator import BatchBuilder

from tocsin.adapters.kafka.records import OutgoingRecord, Place


@dataclass
class Lane:
    """What waits for one partition, in the order given; each with its index in the input."""

    place: Place
    waiting: deque[tuple[int, OutgoingRecord]] = field(default_factory=deque)

    def fill(self, batch: BatchBuilder) -> list[int]:
        """Move records into `batch` until it is full; the indexes of those moved.

        A single record larger than a batch is taken alone: the topic's limit decides on it.
        """
        indexes = []
        while self.waiting:
            index, record = self.waiting[0]
            if batch.append(timestamp=None, key=record.key, value=record.value) is None:
                break
            self.waiting.popleft()
            indexes.append(index)
        batch.close()
        return indexes


def lanes_of(records: Sequence[OutgoingRecord]) -> list[Lane]:
    """One lane for each topic and partition, in the order in which they first appear."""
    lanes: dict[Place, Lane] = {}
    for index, record in enumerate(records):
        place = (record.topic, record.partition)
        lanes.setdefault(place, Lane(place)).waiting.append((index, record))
    return list(lanes.values())
