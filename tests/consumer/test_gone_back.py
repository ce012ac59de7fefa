"""Whether a broker still holds what was read last: restored, grown past our place, taken by retention."""

import os

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from services.consumer.gone_back import gone_back
from tocsin.adapters.inbox.offsets import Mark
from tocsin.adapters.kafka.publisher import Publisher
from tocsin.adapters.kafka.records import OutgoingRecord
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.adapters.kafka.topics import TopicWish, apply, plan

pytestmark = pytest.mark.kafka


class Asking:
    """A topic with ten records in its first partition and none in its second."""

    def __init__(self, bootstrap, topic):
        self.access, self.topic = KafkaAccess(bootstrap), topic

    async def fill(self):
        wish = TopicWish(self.topic, 2, {"message.timestamp.type": "LogAppendTime"})
        await apply(self.access.bootstrap, await plan(self.access.bootstrap, [wish]))
        async with Publisher(self.access) as publisher:
            await publisher.publish([OutgoingRecord(self.topic, 0, None, b"%d" % one) for one in range(10)])

    async def ask(self, offset, mark=None, partition=0):
        place = (self.topic, partition)
        return await gone_back(self.access, {place: offset}, {} if mark is None else {place: mark})


@pytest.fixture
async def asking(kafka_bootstrap, topic_name):
    one = Asking(kafka_bootstrap, topic_name)
    await one.fill()
    return one


async def test_a_broker_that_holds_what_we_read_last_has_not_gone_back(asking):
    assert {} == await asking.ask(10, Mark.of(9, b"9"))


async def test_records_behind_our_place_change_nothing(asking):
    assert {} == await asking.ask(4, Mark.of(3, b"3"))


async def test_another_record_at_our_last_place_says_that_it_went_back(asking):
    assert {(asking.topic, 0): 0} == await asking.ask(4, Mark.of(3, os.urandom(9)))


async def test_a_partition_that_ends_before_our_place_went_back(asking):
    assert {(asking.topic, 0): 0} == await asking.ask(11)


async def test_one_that_ends_before_the_last_record_went_back_also_where_our_place_was_moved_back(asking):
    assert {(asking.topic, 0): 0} == await asking.ask(2, Mark.of(10, b"10"))


async def test_an_empty_partition_of_which_nothing_was_read_has_not_gone_back(asking):
    assert {} == await asking.ask(0, partition=1)


async def test_what_retention_took_says_nothing(asking):
    admin = AIOKafkaAdminClient(bootstrap_servers=asking.access.bootstrap)
    await admin.start()
    await admin.delete_records({TopicPartition(asking.topic, 0): RecordsToDelete(6)})
    await admin.close()
    assert {} == await asking.ask(4, Mark.of(3, b"another"))
    assert {(asking.topic, 0): 6} == await asking.ask(9, Mark.of(8, b"another"))
