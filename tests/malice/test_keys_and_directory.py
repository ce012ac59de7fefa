"""Lies about what records rest on: manifests, wraps, checkpoints, the directory."""

from dataclasses import replace

import pytest

from services.consumer.waiting import silent_sentences
from tests.malice.lies import Instead, NothingSince, numbered
from tests.malice.scene import catch_up, minutes_until, until
from tocsin.core import wire
from tocsin.core.errors import TheirFault
from tocsin.core.outcomes import AlarmKind
from tocsin.core.signatures import read_statement
from tocsin.core.streams import CHECKPOINTS_TOPIC, DIRECTORY_TOPIC, MANIFESTS_TOPIC, inbox_topic

pytestmark = pytest.mark.kafka
INTERVAL_MINUTES = 60
"""Of checkpoints and of the directory's timestamp."""
AFTER_DUE = "after the first that was due"
CHECKPOINTS, MANIFESTS, DIRECTORY = (CHECKPOINTS_TOPIC, 0), (MANIFESTS_TOPIC, 0), (DIRECTORY_TOPIC, 0)
HOUR_S = 3_600


async def without(scene, place, originator):
    """The lie that nothing of `originator` lies at `place`."""
    return Instead(place, numbered(one for one in await scene.truth(place) if not speaks(one, originator)))


def speaks(one, originator):
    try:
        body = (
            wire.decode_wrap(one.value)
            if wire.kind_of(one.value) == "wrap"
            else read_statement(one.value)[0]
        )
    except TheirFault:
        return False
    return body.originator == originator.party.id


@pytest.mark.parametrize("what", ["manifests", "wraps"])
async def test_a_withheld_key_is_an_alarm_after_an_hour(scene, originator, reader, liar, found, what):
    await originator.publish(2)
    inbox = (inbox_topic(reader.party.id, firm=False), 0)
    liar.lies = [await without(scene, MANIFESTS if what == "manifests" else inbox, originator)]
    async with reader.reading() as consumption:
        await catch_up(consumption)
        assert 0 == reader.stored(originator.party)
        minutes = await minutes_until(consumption, reader, lambda: reader.alarms(originator.log), pace=10)
        reader.ahead_s += 61
        await consumption.step(0)
        (alarm,) = reader.alarms(originator.log)
        assert (AlarmKind.MISSING_KEY, 1, 1) == (alarm.kind, alarm.counter, reader.times(originator.log))
    found(f"withholds {what}", "alarm: a key does not come; the records wait", f"{minutes} minutes")


async def test_withheld_checkpoints_are_silence(scene, originator, reader, liar, found):
    await originator.publish()
    await originator.state()
    liar.lies = [await without(scene, CHECKPOINTS, originator)]
    async with reader.reading() as consumption:
        await catch_up(consumption)
        began_s = int(reader.now())

        def said(minutes):
            found = silent_sentences(reader.inbox, began_s + 60 * minutes, scene.living.directory)
            return [one for one in found if one.startswith(f"{originator.party.name} ")]

        minutes = next(one for one in range(24 * 60) if said(one)) - INTERVAL_MINUTES
        assert "no checkpoint of it was ever seen" in said(INTERVAL_MINUTES + minutes)[0]
        assert minutes <= INTERVAL_MINUTES + 1
    found("withholds checkpoints", "warning: the originator is silent", f"{minutes} minutes {AFTER_DUE}")


async def test_an_old_checkpoint_shown_as_the_newest_is_an_alarm(scene, originator, reader, liar, found):
    await originator.publish()
    await originator.state()
    await originator.state()
    old, new = [one for one in await scene.truth(CHECKPOINTS) if speaks(one, originator)]
    lie = await without(scene, CHECKPOINTS, originator)
    liar.lies = [Instead(CHECKPOINTS, numbered([*lie.shown, new, old]))]
    async with reader.reading() as consumption:
        await catch_up(consumption)
        raised = [one.alarm for one in reader.inbox.alarms.since(0)]
        assert [(AlarmKind.CHECKPOINT, "checkpoints")] == [
            (one.kind, one.stream) for one in raised if one.originator == originator.party.id
        ]
    found("replays an old checkpoint", "alarm: a checkpoint that disagrees", "at once")


async def test_a_reader_told_that_no_checkpoint_is_recent_learns_from_the_next(
    originator, reader, liar, found
):
    await originator.publish(2)
    await originator.state()
    liar.lies = [await originator.only(0), NothingSince(CHECKPOINTS)]
    async with reader.reading() as consumption:
        await catch_up(consumption)
        assert [] == consumption.reading.checkpoints.behind()
        await originator.state()
        await until(consumption, consumption.reading.checkpoints.behind)
        minutes = await minutes_until(consumption, reader, lambda: reader.alarms(originator.log))
        assert {AlarmKind.GAP} == reader.kinds(originator.log)
    found(
        "says that nothing was stored since",
        "alarm: records are missing",
        f"{minutes} minutes after the next checkpoint",
    )


async def test_a_directory_that_a_manifest_rests_on_and_nobody_can_fetch_is_an_alarm(
    originator, reader, found
):
    newer = originator.writer.directory.version + 1
    originator.writer.directory = replace(originator.writer.directory, version=newer)
    await originator.publish()
    async with reader.reading() as consumption:
        await catch_up(consumption)
        reader.ahead_s = 61
        await consumption.step(0)
        raised = [one.alarm for one in reader.inbox.alarms.since(0)]
        assert [AlarmKind.GHOST_READER] == [
            one.kind for one in raised if one.originator == originator.party.id
        ]
    found(
        "withholds a newer directory",
        "alarm: a manifest names somebody outside the audience",
        "1 minute after the first manifest that rests on it",
    )


async def test_a_directory_that_is_not_renewed_is_said_after_two_hours(reader, liar, scene, found):
    liar.lies = [Instead(DIRECTORY, await scene.truth(DIRECTORY))]
    async with reader.reading() as consumption:
        follower = consumption._upkeep._directories
        minutes = 0
        while not (said := follower.late or follower.clock_trouble):
            minutes += 10
            reader.ahead_s = 60 * (INTERVAL_MINUTES + minutes)
            await follower.refresh(int(reader.now()), forced=True)
        assert "the broker withholds" in said
        assert minutes <= INTERVAL_MINUTES
    found(
        "freezes the directory",
        "warning: the authority, or all others, have not signed",
        f"{minutes} minutes {AFTER_DUE}",
    )


async def test_a_directory_rolled_back_is_refused(reader, liar, scene, found):
    before = await scene.truth(DIRECTORY)
    scene.living.repository.refresh_timestamp(int(reader.now()))
    async with reader.reading():
        pass
    await scene.publish_directory()
    async with reader.reading() as consumption:
        liar.lies = [Instead(DIRECTORY, before)]
        follower = consumption._upkeep._directories
        version = follower.directory.version
        await follower.refresh(int(reader.now()), forced=True)
        assert version == follower.directory.version
    async with reader.reading() as consumption:
        assert "is refused" in str(consumption._upkeep._directories.trouble)
    found("rolls the directory back", "refused: the held one stays, and it is said", "at the next look")
