"""Two logs under one name: a broker, with an originator that helps it, shows each reader another."""

import time

import pytest

from tests.malice.frames import Shown
from tests.malice.lies import Instead, numbered
from tests.malice.scene import catch_up
from tests.support.incidents import incident
from tests.support.sender import Sender
from tocsin.core import wire
from tocsin.core.outcomes import AlarmKind, LogId
from tocsin.core.signatures import sign_statement
from tocsin.core.streams import CHECKPOINTS_TOPIC, MANIFESTS_TOPIC

pytestmark = pytest.mark.kafka


@pytest.fixture
def sender(scene):
    return Sender(scene.party(), scene.living.directory, now_s=int(time.time()))


def two_versions(sender):
    """Two records, signed by one key, under one counter."""
    one = sender.send(incident("one"))
    sender.heads.clear()
    return one, sender.send(incident("another"))


async def read(reader):
    async with reader.reading() as consumption:
        await catch_up(consumption)


async def test_two_readers_who_are_shown_different_logs_learn_it_from_a_checkpoint(
    scene, sender, liar, reader, found, tmp_path
):
    one, another = two_versions(sender)
    place = scene.place(sender.party)
    await scene.put((MANIFESTS_TOPIC, 0), sender.manifest())
    await scene.put(place, one.value)
    truth = await scene.truth(place)
    header = one.header
    head = wire.Head("ion", header.region, header.session, 1, one.sealed.leaf, header.time)
    key = sender.party.key("statement").id
    checkpoint = wire.Checkpoint(sender.party.id, key, int(time.time()), (head,))
    await scene.put((CHECKPOINTS_TOPIC, 0), sign_statement(sender.party.statement, checkpoint))
    log = LogId(sender.party.id, "ion", header.region)
    other = scene.reader(liar, tmp_path / "other", other=True)
    await read(other)
    liar.lies = [Instead(place, numbered([*truth[:-1], Shown(0, another.value)]))]
    await read(reader)
    with reader.participant.inbox() as reader.inbox, other.participant.inbox() as other.inbox:
        assert [] == other.alarms(log)
        (alarm,) = reader.alarms(log)
        assert (AlarmKind.CHECKPOINT, 1) == (alarm.kind, alarm.counter)
    found(
        "serves two readers different logs", "alarm: a checkpoint that disagrees", "at the next checkpoint"
    )


async def test_two_records_under_one_counter_are_an_alarm_at_once(scene, sender, liar, reader, found):
    one, another = two_versions(sender)
    place = scene.place(sender.party)
    truth = await scene.truth(place)
    liar.lies = [Instead(place, numbered([*truth, Shown(0, one.value), Shown(0, another.value)]))]
    async with reader.reading() as consumption:
        await catch_up(consumption)
        (alarm,) = reader.alarms(LogId(sender.party.id, "ion", one.header.region))
        assert (AlarmKind.FORK, 1) == (alarm.kind, alarm.counter)
    found("shows both sides of a fork", "alarm: two records under one counter", "at once")
