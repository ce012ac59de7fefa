"""Lies about the records of a log: what is missing, moved, doubled or late is seen, or does no harm."""

from dataclasses import replace

import pytest

from services.consumer.waiting import missing_sentences, withheld_sentences
from tests.malice.lies import Corrupt, Instead, numbered
from tests.malice.scene import OTHER_REGION, REGION, STREAM, catch_up, minutes_until, until
from tocsin.core.errors import BrokerRefusedError
from tocsin.core.outcomes import AlarmKind, LogId, Reason

pytestmark = pytest.mark.kafka
WEEK_MS = 7 * 86_400_000
MISSING = "alarm: records are missing"
INTERVAL_MINUTES = 60
READ_AGAIN = "warning: restored to an older state; read again"


def _read_again(originator):
    topic, partition = originator.place
    said = "was restored to an older state or made anew: read again from its beginning"
    return f"{topic}, partition {partition}, {said}"


async def test_an_honest_broker_raises_nothing(originator, reader):
    await originator.publish(3)
    await originator.state()
    async with reader.reading() as consumption:
        await catch_up(consumption)
        reader.ahead_s = 700
        await consumption.step(0)
        assert (3, []) == (reader.stored(originator.party), reader.alarms(originator.log))


async def test_a_dropped_record_is_found_at_the_next_one(originator, reader, liar, found):
    await originator.publish(3)
    liar.lies = [await originator.only(0, 2)]
    async with reader.reading() as consumption:
        await catch_up(consumption)
        (alarm,) = reader.alarms(originator.log)
        assert (AlarmKind.GAP, 3, 1) == (alarm.kind, alarm.counter, alarm.missing)
    found("drops a record", MISSING, "1 record later")


async def test_a_repeated_record_is_shown_once(originator, reader, liar, found):
    await originator.publish(3)
    log = await originator.log_shown()
    liar.lies = [await originator.instead(log + log)]
    async with reader.reading() as consumption:
        await catch_up(consumption)
        assert (3, []) == (reader.stored(originator.party), reader.alarms(originator.log))
    found("repeats records", "refused: already known, shown once", "at once")


async def test_records_in_another_order_are_found_at_the_first_that_is_out_of_place(
    originator, reader, liar, found
):
    await originator.publish(3)
    liar.lies = [await originator.only(0, 2, 1)]
    async with reader.reading() as consumption:
        await catch_up(consumption)
        assert {AlarmKind.GAP: 3, AlarmKind.COUNTER_BACK: 2} == {
            one.kind: one.counter for one in reader.alarms(originator.log)
        }
        assert 3 == reader.stored(originator.party)
    found("reorders records", "alarms: records are missing, a counter went back", "at once")


async def test_records_swapped_between_partitions_are_refused_and_missed(originator, reader, liar, found):
    await originator.publish(3)
    here, there = await originator.log_shown(), await originator.log_shown(OTHER_REGION)
    liar.lies = [
        await originator.instead([here[0], there[1], here[2]]),
        await originator.instead([there[0], here[1], there[2]], OTHER_REGION),
    ]
    async with reader.reading() as consumption:
        await catch_up(consumption)
        refused = {one.place.topic: one.reason for one in reader.inbox.quarantine.rows(0)}
        assert {originator.place[0]: Reason.WRONG_PLACE} == refused
        for region in (REGION, OTHER_REGION):
            (alarm,) = reader.alarms(LogId(originator.party.id, STREAM, region))
            assert (AlarmKind.GAP, 3) == (alarm.kind, alarm.counter)
    found("swaps between partitions", "refused: wrong place; alarm: records are missing", "at once")


async def test_a_withheld_end_is_said_when_the_end_is_reached(originator, reader, liar, found):
    await originator.publish(3)
    await originator.state()
    liar.lies = [await originator.only(0)]
    async with reader.reading() as consumption:
        await catch_up(consumption)
        behind = [one for one in consumption.reading.checkpoints.behind() if one.log == originator.log]
        (sentence,) = withheld_sentences(reader.inbox, behind)
        assert f"{originator.party.name}, ion, south-america: stated up to 3, came up to 1" in sentence


async def test_a_withheld_end_is_an_alarm_ten_minutes_after_the_checkpoint(originator, reader, liar, found):
    await originator.publish(3)
    liar.lies = [await originator.only(0)]
    async with reader.reading() as consumption:
        await catch_up(consumption)
        assert set() == reader.kinds(originator.log)
        await originator.state()
        await until(consumption, consumption.reading.checkpoints.behind)
        minutes = await minutes_until(consumption, reader, lambda: reader.alarms(originator.log))
        (alarm,) = reader.alarms(originator.log)
        assert (AlarmKind.GAP, 4, 2) == (alarm.kind, alarm.counter, alarm.missing)
        assert minutes <= INTERVAL_MINUTES
    found("withholds the end of a log", MISSING, f"{minutes} minutes after the checkpoint")


async def test_what_is_withheld_is_remembered_across_a_restart(originator, reader, liar):
    await originator.publish(3)
    await originator.state()
    liar.lies = [await originator.only(0)]
    async with reader.reading() as consumption:
        await catch_up(consumption)
    reader.ahead_s = 601
    async with reader.reading() as consumption:
        await catch_up(consumption)
        reader.ahead_s = 662
        await consumption.step(0)
        assert {AlarmKind.GAP} == reader.kinds(originator.log)


async def test_what_was_late_is_shown_when_it_comes_and_told_once(originator, reader, liar, found):
    await originator.publish(3)
    await originator.state()
    liar.lies = [await originator.only(0)]
    async with reader.reading() as consumption:
        await catch_up(consumption)
        minutes = await minutes_until(consumption, reader, lambda: reader.alarms(originator.log))
        for _ in range(3):
            reader.ahead_s += 61
            await consumption.step(0)
        liar.lies = []
        await until(consumption, lambda: reader.counter(originator.log) == 3)
        (alarm,) = reader.alarms(originator.log)
        assert (2, []) == (alarm.missing, consumption.reading.checkpoints.behind())
    found("delays records", f"{MISSING}; shown when they come", f"{minutes} minutes after the checkpoint")


async def test_a_log_that_is_truncated_behind_us_is_said_and_nothing_is_shown_twice(
    originator, reader, liar, found
):
    await originator.publish(3)
    log = await originator.log_shown()
    async with reader.reading() as consumption:
        await catch_up(consumption)
    liar.lies = [await originator.instead(log[:1])]
    async with reader.reading() as consumption:
        await catch_up(consumption)
        assert _read_again(originator) in missing_sentences(reader.inbox, 0)
        assert 3 == reader.stored(originator.party)
    found("truncates a log that was read", f"{READ_AGAIN}; nothing is lost", "at the next start")


async def test_a_log_that_was_cut_and_grew_past_our_place_is_read_again(originator, reader, liar, found):
    await originator.publish(5)
    liar.lies = [await originator.only(0, 1, 2)]
    async with reader.reading() as consumption:
        await catch_up(consumption)
        liar.lies = [await originator.only(0, 3, 4)]
        minutes = await minutes_until(consumption, reader, lambda: missing_sentences(reader.inbox, 0))
        assert [_read_again(originator)] == missing_sentences(reader.inbox, 0)
        await until(consumption, lambda: reader.stored(originator.party) == 5)
    how = f"{READ_AGAIN}; nothing is lost"
    found("cuts a log and lets it grow past its readers", how, f"within {minutes} minutes")


async def test_false_offsets_lose_nothing(originator, reader, liar, found):
    await originator.publish(2)
    log = await originator.log_shown()
    far = [replace(one, offset=1_000 + 10 * at) for at, one in enumerate(log)]
    liar.lies = [Instead(originator.place, far)]
    async with reader.reading() as consumption:
        await catch_up(consumption)
        liar.lies = []
        await originator.publish()
        await until(consumption, lambda: reader.counter(originator.log) == 3)
        assert [] == reader.alarms(originator.log)
    found("gives records false offsets", "warning: offsets are gone; all is read again", "at once")


async def test_false_timestamps_change_nothing(originator, reader, liar, found):
    await originator.publish(2)
    log = numbered(await originator.log_shown())
    dated = [replace(log[0], timestamp_ms=0), replace(log[1], timestamp_ms=log[1].timestamp_ms + WEEK_MS)]
    liar.lies = [Instead(originator.place, dated)]
    async with reader.reading() as consumption:
        await catch_up(consumption)
        assert (2, []) == (reader.stored(originator.party), reader.alarms(originator.log))
    found("lies about timestamps", "refused: no timestamp of Kafka is believed", "at once")


async def test_batches_that_do_not_match_their_checksum_are_not_read(originator, reader, liar, found):
    await originator.publish()
    liar.lies = [Corrupt(originator.place, numbered(await originator.log_shown()))]
    async with reader.reading() as consumption:
        await consumption.start()
        with pytest.raises(BrokerRefusedError, match="do not match their checksum"):
            await consumption.until_end()
        assert 0 == reader.counter(originator.log)
    found("damages batches", "refused: the checksum is wrong", "at once")
