"""What `verify` says of an inbox: exit code, rows and sentences."""

import json

import pytest

from services.consumer.log_evidence import Scope, raised_alarms, standings
from services.consumer.verifying import _told
from tests.support.parties import DAY_S
from tests.support.reading import Reading
from tests.support.world import NOW_S, note, small_world
from tocsin.core import wire
from tocsin.core.signatures import sign_statement
from tocsin.core.streams import CHECKPOINTS_TOPIC
from tocsin.runtime.exits import Exit

WORLD = small_world()


@pytest.fixture
def sender():
    return WORLD.sender()


@pytest.fixture
def reading(tmp_path, sender):
    reading = Reading(tmp_path, WORLD.directory)
    reading.take_keys(sender)
    return reading


def state(reading, sender, *sent):
    heads = tuple(
        wire.Head("ion", one.header.region, one.header.session, one.header.counter, one.sealed.leaf, NOW_S)
        for one in sent
    )
    body = wire.Checkpoint(sender.party.id, sender.party.key("statement").id, NOW_S, heads)
    reading.take(reading.at(CHECKPOINTS_TOPIC, sign_statement(sender.party.statement, body)))


def verify(reading, capsys, now_s=NOW_S + 60, **asked):
    """(exit code, rows, what is said) of the inbox as it is."""
    scope = Scope(reading.inbox, WORLD.directory, reading.party.id, **asked)
    found = standings(scope, raised_alarms(reading.inbox, scope.since_s), now_s)
    capsys.readouterr()
    code = _told(found, reading.inbox.known, as_json=True)
    out, err = capsys.readouterr()
    return code, [json.loads(line) for line in out.splitlines()], " ".join(err.split())


def test_an_inbox_that_holds_all_that_was_stated_is_whole(reading, sender, capsys):
    sent = [sender.send(note(name)) for name in "ab"]
    reading.take(*sent)
    state(reading, sender, sent[-1])
    code, (row,), said = verify(reading, capsys)
    assert (Exit.WHOLE, "complete", "1 log; complete: 1") == (code, row["standing"], said)
    assert ("ion", "south-america", 2) == (row["stream"], row["region"], row["read_up_to"])


def test_an_inbox_that_read_nothing_is_not_whole(reading, capsys):
    assert (Exit.INCOMPLETE, [], "0 logs; nothing of what was asked about was read yet") == verify(
        reading, capsys
    )


def test_a_gap_is_said_with_its_counter_and_what_to_do(reading, sender, capsys):
    first, _lost, third = (sender.send(note(name)) for name in "abc")
    reading.take(first, third)
    state(reading, sender, third)
    code, (row,), said = verify(reading, capsys)
    assert (Exit.INCOMPLETE, 1, 3) == (code, row["missing"], row["gaps"][0]["counter"])
    assert "ion, south-america: records are missing: 1 record before 3: ask the originator" in said


def test_a_log_of_a_region_that_is_not_read_is_not_asked_about(reading, sender, capsys):
    read, unread = sender.send(note("a")), sender.send(note("b"), region="global")
    reading.take(read)
    state(reading, sender, read, unread)
    code, rows, _said = verify(reading, capsys)
    assert (Exit.WHOLE, ["south-america"]) == (code, [one["region"] for one in rows])


def test_a_stream_that_is_not_named_is_not_asked_about(reading, sender, capsys):
    sent = sender.send(note("a"))
    reading.take(sent)
    state(reading, sender, sent)
    assert [] == verify(reading, capsys, streams=("pics",))[1]


def test_a_checkpoint_that_goes_back_is_a_contradiction_of_its_originator(reading, sender, capsys):
    sent = sender.send(note("a"))
    reading.take(sent)
    state(reading, sender, sent)
    state(reading, sender)
    code, rows, said = verify(reading, capsys)
    assert (Exit.INCOMPLETE, ["checkpoints", "ion"]) == (code, [one["stream"] for one in rows])
    assert "checkpoints: contradicts itself: a checkpoint that disagrees" in said


def test_silence_says_since_when(reading, sender, capsys):
    sent = sender.send(note("a"))
    reading.take(sent)
    state(reading, sender, sent)
    code, (row,), said = verify(reading, capsys, NOW_S + DAY_S)
    assert (Exit.INCOMPLETE, True) == (code, row["complete_until"] == row["last_checkpoint"])
    assert "its originator is silent: its last checkpoint is of 2025-10-09 09:00 UTC" in said
