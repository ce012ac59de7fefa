"""Checkpoints against what was read: disagreement, withholding, silence."""

import pytest

from tests.support.reading import Reading
from tests.support.world import NOW_S, note, small_world
from tocsin.core import wire
from tocsin.core.outcomes import AlarmKind
from tocsin.core.signatures import sign_statement
from tocsin.core.streams import CHECKPOINTS_TOPIC

WORLD = small_world()
LEAF = bytes(32)


@pytest.fixture
def sender():
    return WORLD.sender()


@pytest.fixture
def reading(tmp_path, sender):
    reading = Reading(tmp_path, WORLD.directory)
    reading.take_keys(sender)
    return reading


def state(reading, sender, *sent, time_s=NOW_S, leaf=None):
    """Take a checkpoint of `sender` whose heads are the records `sent`."""
    heads = tuple(
        wire.Head(
            one.header.stream,
            one.header.region,
            one.header.session,
            one.header.counter,
            leaf or one.sealed.leaf,
            one.header.time,
        )
        for one in sent
    )
    body = wire.Checkpoint(sender.party.id, sender.party.key("statement").id, time_s, heads)
    reading.take(reading.at(CHECKPOINTS_TOPIC, sign_statement(sender.party.statement, body)))


def kinds(reading):
    return [one.alarm.kind for one in reading.inbox.alarms.since(0)]


def test_a_checkpoint_of_what_we_read_raises_nothing(reading, sender):
    sent = sender.send(note("a"))
    reading.take(sent)
    state(reading, sender, sent)
    assert [] == kinds(reading)


def test_h40_a_head_that_disagrees_is_an_alarm(reading, sender):
    sent = sender.send(note("a"))
    reading.take(sent)
    state(reading, sender, sent, leaf=b"\1" * 32)
    assert [AlarmKind.CHECKPOINT] == kinds(reading)


def test_h40_a_checkpoint_that_goes_back_is_an_alarm(reading, sender):
    sent = sender.send(note("a"))
    reading.take(sent)
    state(reading, sender, sent, time_s=NOW_S)
    state(reading, sender, sent, time_s=NOW_S - 1)
    assert [AlarmKind.CHECKPOINT] == kinds(reading)


def test_a_log_behind_its_checkpoint_for_ten_minutes_was_withheld(reading, sender):
    first, second = sender.send(note("a")), sender.send(note("b"))
    reading.take(first)
    state(reading, sender, second)
    watch = reading.keys._checkpoints
    assert [] == watch.late(NOW_S + 599)
    with reading.inbox.transaction():
        assert 1 == len(watch.late(NOW_S + 600))
    assert [AlarmKind.GAP] == kinds(reading)


def test_a_log_that_catches_up_is_no_longer_waited_for(reading, sender):
    first, second = sender.send(note("a")), sender.send(note("b"))
    reading.take(first)
    state(reading, sender, second)
    reading.take(second)
    assert [] == reading.keys._checkpoints.late(NOW_S + 600)


def test_h40_two_hours_of_silence_are_told(reading, sender):
    state(reading, sender)
    assert [] == reading.keys._checkpoints.silent(NOW_S + 7_200)
    assert [sender.party.id] == reading.keys._checkpoints.silent(NOW_S + 7_201)
