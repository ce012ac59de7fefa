"""Lies about where logs begin and end, and which partitions there are."""

import pytest

from tests.malice.lies import Ends, Instead, OldMetadata
from tests.malice.scene import catch_up
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.core.errors import BrokerRefusedError, BrokerUnavailableError

pytestmark = pytest.mark.kafka


async def test_an_end_that_does_not_come_is_not_taken_for_the_end(originator, reader, liar, scene, found):
    await originator.publish()
    liar.lies = [Ends(originator.place, end=1_000_000)]
    async with reader.reading() as consumption:
        await consumption.start()

        def pass_time(_count):
            reader.ahead_s += 31

        with pytest.raises(BrokerUnavailableError, match="went silent before the end"):
            await consumption.until_end(pass_time)
    found("says that a log ends later", "refused: silent before the end", "30 seconds")


async def test_a_hidden_beginning_is_kept_in_mind(originator, reader, liar, scene, found):
    await originator.publish(3)
    truth = await scene.truth(originator.place)
    liar.lies = [Instead(originator.place, truth[-1:])]
    async with reader.reading() as consumption:
        await catch_up(consumption)
        (log,) = [one for one in reader.inbox.logs.every() if one.log == originator.log]
        assert (3, True) == (log.head.counter, log.begins_later)
    found("hides the beginning of a log", "said by tocsin verify: it begins later", "at the next verify")


async def test_metadata_without_our_partitions_is_refused(reader, liar, found):
    liar.lies = [OldMetadata("tocsin.ion.v1", 2)]
    async with reader.reading() as consumption:
        with pytest.raises(BrokerRefusedError, match="has 2 partitions"):
            await consumption.start()
    found("answers with stale metadata", "refused: a topic or partition is not there", "at once")


async def test_a_publisher_that_finds_no_topic_keeps_its_report_and_sends_it_later(
    scene, liar, originator, found
):
    await originator.publish()
    hidden = scene.originator(KafkaAccess(liar.bootstrap))
    liar.lies = [OldMetadata("tocsin.ion.v1", 0)]
    hidden.writer.accept("hidden")
    await hidden.producing.round()
    assert any("tocsin.ion.v1" in one for one in hidden.producing.troubles), hidden.producing.troubles
    assert [] == await hidden.log_shown()
    liar.lies = []
    hidden.writer.clock.pass_by(61)
    await hidden.producing.round()
    assert 1 == len(await hidden.log_shown())
    await hidden.close()
    found("hides a topic", "refused: the topic is not there; reports wait in the outbox", "at once")
