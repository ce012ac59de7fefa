"""Delivery: keys first, byte-identical again, refused topics alone."""

import pytest

from tests.support.publishing import Writer
from tests.support.world import ANALYST, NEIGHBOUR
from tocsin.adapters.kafka.errors import DeliveryFailedError
from tocsin.adapters.outbox.status import State
from tocsin.core.streams import MANIFESTS_TOPIC, inbox_topic

ION = "tocsin.ion.v1"


@pytest.fixture
def writer(tmp_path):
    writer = Writer(tmp_path)
    writer.accept(*"abc")
    writer.seal()
    return writer


def state(writer):
    return {one.state for one in writer.outbox.status.of_reference("a")[0].destinations}


async def test_what_is_acknowledged_is_marked_with_its_place_and_its_bytes_go(writer):
    assert 2 == await writer.deliver()
    places = [
        (one.state, one.topic, one.offset) for one in writer.outbox.status.of_reference("a")[0].destinations
    ]
    assert [(State.PUBLISHED, ION, 0)] * 2 == places
    ((held,),) = writer.outbox.database.execute("SELECT count(value) FROM records")
    assert 0 == held


async def test_only_a_broker_that_gives_an_offset_again_went_back(writer):
    await writer.deliver()
    writer.accept("d")
    writer.seal()
    await writer.deliver()
    assert not writer.delivery.went_back
    writer.topics.values.clear()
    writer.accept("e")
    writer.seal()
    await writer.deliver()
    assert writer.delivery.went_back


async def test_after_a_broken_connection_the_rest_is_sent_byte_identical(writer):
    await writer.delivery.keys(writer.now_s)
    before = [one.value for one in writer.outbox.records.unsent(10)]
    writer.topics.breaks_after = 1
    with pytest.raises(DeliveryFailedError):
        await writer.delivery.records()
    assert [before[1]] == [one.value for one in writer.outbox.records.unsent(10)]
    writer.topics.breaks_after = None
    await writer.deliver()
    assert sorted(before) == sorted(writer.topics.on(ION))


async def test_no_record_leaves_before_its_manifest_is_acknowledged(writer):
    writer.topics.refusing = {MANIFESTS_TOPIC}
    assert 0 == await writer.deliver()
    assert [] == writer.topics.on(ION)
    assert [MANIFESTS_TOPIC] == list(writer.delivery.refused)


async def test_an_inbox_that_is_missing_holds_up_nobody_and_is_tried_again(writer):
    missing = inbox_topic(ANALYST.id, firm=False)
    writer.topics.refusing = {missing}
    assert 2 == await writer.deliver()
    assert 1 == writer.outbox.keys.queued_count()
    writer.topics.refusing.clear()
    writer.clock.pass_by(60)
    await writer.deliver()
    assert 1 == len(writer.topics.on(missing))
    assert 1 == len(writer.topics.on(inbox_topic(NEIGHBOUR.id, firm=False)))


async def test_inboxes_that_are_missing_cost_one_call_more_however_many_they_are(writer):
    inboxes = {inbox_topic(one.id, firm=False) for one in (ANALYST, NEIGHBOUR)}
    writer.topics.says_which, writer.topics.refusing = True, inboxes
    assert await writer.delivery.keys(writer.now_s)
    assert 2 == len(writer.topics.calls)
    assert inboxes == set(writer.delivery.refused)
    assert 2 == writer.outbox.keys.queued_count()


async def test_a_topic_that_refuses_leaves_the_others_alone(tmp_path):
    writer = Writer(tmp_path)
    writer.accept("a")
    writer.accept("p", system="pics")
    writer.seal()
    writer.topics.refusing = {ION}
    assert 2 == await writer.deliver()
    assert 2 == len(writer.topics.on("tocsin.pics.v1"))
    assert {State.SEALED} == state(writer)


async def test_keys_that_a_broken_connection_left_are_sent_again_and_the_others_not(writer):
    writer.topics.breaks_after = 1
    queued = writer.outbox.keys.queued_count()
    with pytest.raises(DeliveryFailedError):
        await writer.delivery.keys(writer.now_s)
    assert queued - 1 == writer.outbox.keys.queued_count()
    writer.topics.breaks_after = None
    await writer.deliver()
    assert 1 == len(writer.topics.on(MANIFESTS_TOPIC))
