"""Lies about the records of one log."""

import pytest

from tests.malice.lies import Instead, numbered
from tests.malice.scene import until
from tocsin.core.outcomes import AlarmKind

pytestmark = pytest.mark.kafka


async def test_an_honest_broker_raises_nothing(originator, reader):
    await originator.publish(3)
    await originator.state()
    async with reader.reading() as consumption:
        await consumption.start()
        await consumption.until_end()
        assert (3, []) == (reader.stored(originator.party), reader.alarms(originator.log))


async def test_a_dropped_record_is_found_at_the_next_one(originator, reader, liar, scene, found):
    await originator.publish(3)
    log = await originator.log_shown()
    liar.lies = [Instead(originator.place, numbered([log[0], log[2]]))]
    async with reader.reading() as consumption:
        await consumption.start()
        await consumption.until_end()
        (alarm,) = reader.alarms(originator.log)
        assert (AlarmKind.GAP, 3, 1) == (alarm.kind, alarm.counter, alarm.missing)
    found("drops a record", "alarm: records are missing", "1 record later")
