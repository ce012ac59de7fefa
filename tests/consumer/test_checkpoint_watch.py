"""Checkpoints against what was read: disagreement, withholding, silence."""

from dataclasses import replace

import pytest

from services.consumer.assignment import Wanted
from services.consumer.reading import Identity
from services.consumer.reading import Reading as ReaderReading
from services.consumer.waiting import silent_sentences, waiting_sentences
from tests.support.parties import DAY_S
from tests.support.reading import STORAGE_KEY, Reading, no_rules
from tests.support.world import NEIGHBOUR, NOW_S, ORIGINATOR, note, small_world
from tocsin.adapters.inbox.store import open_inbox
from tocsin.adapters.own_keys import KeyRing
from tocsin.core import wire
from tocsin.core.outcomes import AlarmKind
from tocsin.core.signatures import sign_statement
from tocsin.core.streams import CHECKPOINTS_TOPIC
from tocsin.runtime.times import clock_time

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


def test_a_log_is_not_waited_for_until_a_clock_that_was_set_back_comes_there_again(reading, sender):
    first, second = sender.send(note("a")), sender.send(note("b"))
    reading.take(first)
    state(reading, sender, second)
    watch, back_s = reading.keys._checkpoints, NOW_S - 365 * 86_400
    assert [] == watch.late(back_s)
    assert [] == watch.late(back_s + 599)
    with reading.inbox.transaction():
        assert 1 == len(watch.late(back_s + 600))


def test_a_log_that_catches_up_is_no_longer_waited_for(reading, sender):
    first, second = sender.send(note("a")), sender.send(note("b"))
    reading.take(first)
    state(reading, sender, second)
    reading.take(second)
    assert [] == reading.keys._checkpoints.late(NOW_S + 600)


def test_h40_two_hours_of_silence_are_told(reading, sender):
    state(reading, sender)
    assert [] == silent_sentences(reading.inbox, NOW_S + 7_200)
    (said,) = silent_sentences(reading.inbox, NOW_S + 7_201)
    assert "has been silent for 2 hours: its last checkpoint is of" in said


def test_h40_who_stated_by_a_clock_years_ahead_is_silent_two_hours_after_it_was_seen(reading):
    body = wire.Checkpoint(ORIGINATOR.id, bytes(16), NOW_S + 4_000 * DAY_S, ())
    with reading.inbox.transaction():
        reading.keys._checkpoints._statements.keep_checkpoint(body, CHECKPOINTS_TOPIC, NOW_S)
    assert [0, 1] == [len(silent_sentences(reading.inbox, NOW_S + late_s)) for late_s in (7_200, 7_201)]


def test_of_many_that_are_silent_twenty_are_named(reading):
    bodies = [wire.Checkpoint(bytes([number]) * 16, bytes(16), NOW_S, ()) for number in range(23)]
    with reading.inbox.transaction():
        for body in bodies:
            reading.keys._checkpoints._statements.keep_checkpoint(body, CHECKPOINTS_TOPIC, NOW_S)
    said = silent_sentences(reading.inbox, NOW_S + 3 * DAY_S)
    assert (21, "and 3 more are silent") == (len(said), said[-1])
    assert "silent for 3 days" in said[0]


@pytest.mark.parametrize(
    ("asked_s", "heard_s", "now_s", "told"),
    [
        (None, None, 0, ", not asked yet, no checkpoint of the sender was seen yet"),
        (None, 0, 60, ", not asked yet"),
        (0, 0, 60, f", asked {clock_time(NOW_S)}"),
        (0, 0, 5 * 3_600, f", asked {clock_time(NOW_S)}, the sender has been silent for 5 hours"),
        (0, 0, 3 * DAY_S, f", asked {clock_time(NOW_S)}, the sender has been silent for 3 days"),
    ],
)
def test_who_waits_for_a_key_is_told_when_it_was_asked_for_and_whether_the_sender_is_there(
    tmp_path, sender, asked_s, heard_s, now_s, told
):
    reading = Reading(tmp_path / "new", WORLD.directory)
    reading.take_manifest(sender)
    reading.take(*(sender.send(note(name)) for name in ("a", "b")))
    if heard_s is not None:
        state(reading, sender)
    if asked_s is not None:
        with reading.inbox.transaction():
            reading.inbox.keys.note_request(sender.generation.id, NOW_S + asked_s)
    (said,) = waiting_sentences(reading.inbox, NOW_S + now_s)
    assert said.startswith("2 records of ")
    assert said.endswith(f" since {clock_time(NOW_S)}{told}")


def test_a_log_of_a_region_that_is_not_there_is_not_waited_for(tmp_path):
    inbox = open_inbox(tmp_path, STORAGE_KEY)
    identity = Identity(NEIGHBOUR.id, KeyRing({}))
    reading = ReaderReading(inbox, identity, WORLD.directory, Wanted(("ion",)), no_rules)
    heads = tuple(wire.Head("ion", region, 1, 1, LEAF, NOW_S) for region in ("atlantis", "global"))
    checkpoint = wire.Checkpoint(ORIGINATOR.id, bytes(16), NOW_S, heads)
    with inbox.transaction():
        reading.checkpoints.take(checkpoint, CHECKPOINTS_TOPIC, NOW_S)
    assert ["global"] == [one.log.scope for one in reading.checkpoints.behind()]
    inbox.close()


def test_who_may_publish_no_longer_is_not_called_silent(reading, sender):
    state(reading, sender)
    (gone,) = [one for one in WORLD.directory.participants.values() if one.id == sender.party.id]
    without = {id_: one for id_, one in WORLD.directory.participants.items() if id_ != gone.id}
    directory = replace(WORLD.directory, participants=without)
    assert [] == silent_sentences(reading.inbox, NOW_S + DAY_S, directory)
    assert 1 == len(silent_sentences(reading.inbox, NOW_S + DAY_S, WORLD.directory))
