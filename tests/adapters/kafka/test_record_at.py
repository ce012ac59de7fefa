"""One record is asked for: that one comes, or none; what lies elsewhere is never taken for it."""

import pytest

from tests.support.partitions import Partitions
from tocsin.adapters.kafka.reading import record_at
from tocsin.core.errors import BrokerUnavailableError

A, B = ("t", 0), ("t", 1)


async def found(partitions, offset):
    record = await record_at(partitions, B, offset)
    return None if record is None else (record.partition, record.offset)


async def test_the_record_of_the_partition_comes_though_another_partition_brings_its_own_first():
    kept = dict.fromkeys(range(9), b"v")
    assert (1, 5) == await found(Partitions({A: kept, B: kept}), 5)


async def test_where_compaction_took_it_a_later_one_is_not_taken_for_it():
    assert None is await found(Partitions({B: {3: b"v", 7: b"v"}}), 5)


async def test_where_nothing_comes_the_broker_is_said_to_be_silent():
    with pytest.raises(BrokerUnavailableError, match="stopped answering when one record was asked for"):
        await found(Partitions({B: {3: b"v"}}), 5)
