"""The whole climb: bytes, a place and a time go in; one fate comes out."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.forging import envelope_of
from tests.support.memory_reader import no_domain_rules
from tests.support.world import (
    NEIGHBOUR,
    NOW_S,
    ORIGINATOR,
    MemoryReader,
    Sender,
    directory_of,
    give_keys,
    note,
    small_world,
    targets,
)
from tocsin.core import wire
from tocsin.core.ladder import examine, resume
from tocsin.core.outcomes import Outcome, Reason, RecordFate, Step

WORLD = small_world()
SENDER, READER = WORLD.pair()
SENT = SENDER.send(note("one"), note("two"))
LARGE = SENDER.send(note(body=bytes(20_000)))
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


def _examine(value: bytes) -> RecordFate:
    return examine(value, SENT.place, READER, NOW_S, no_domain_rules)


@settings(max_examples=50, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=8, unique=True))
def test_whatever_is_sealed_is_read(texts: list[str]) -> None:
    items = tuple(note(text) for text in texts)
    sender, reader = WORLD.pair()
    sent = sender.send(*items)
    fate = reader.read(sent.value, sent.place, NOW_S)
    assert (Outcome.ACCEPTED, list(items)) == (fate.outcome, reader.accepted)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_mutation_of_a_record_is_accepted(data: st.DataObject) -> None:
    value = bytearray(SENT.value)
    place = data.draw(st.integers(0, len(value)))
    value[place : place + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=40))
    if bytes(value) == SENT.value:
        return
    fate = _examine(bytes(value))
    assert fate.outcome in {Outcome.QUARANTINED, Outcome.PARKED}
    assert (None, ()) == (fate.new_head, fate.alarms)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["header", "ciphertext", "signature"]), st.data())
def test_no_mutation_of_a_part_of_a_record_is_accepted(part: str, data: st.DataObject) -> None:
    envelope = envelope_of(SENT)
    changed = bytearray(getattr(envelope, part))
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= data.draw(st.integers(1, 255))
    value = wire.encode_envelope(replace(envelope, **{part: bytes(changed)}))
    fate = _examine(value)
    assert fate.outcome in {Outcome.QUARANTINED, Outcome.PARKED}
    assert (None, ()) == (fate.new_head, fate.alarms)


@pytest.mark.parametrize("part", ["header", "ciphertext", "signature"])
def test_no_record_with_the_part_of_another_is_accepted(part: str) -> None:
    mixed = replace(envelope_of(SENT), **{part: getattr(envelope_of(LARGE), part)})
    fate = _examine(wire.encode_envelope(mixed))
    assert (Outcome.QUARANTINED, Step.SIGNATURE, Reason.BAD_SIGNATURE) == (
        fate.outcome,
        fate.step,
        fate.reason,
    )


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_make_the_ladder_raise(junk: bytes) -> None:
    for value in (junk, wire.codec("envelope").prefix + junk):
        assert Outcome.QUARANTINED is _examine(value).outcome


def test_examining_changes_nothing() -> None:
    before = (dict(READER.heads), dict(READER.leaves), dict(READER.digests))
    assert _examine(SENT.value) == _examine(SENT.value)
    assert before == (READER.heads, READER.leaves, READER.digests)


def test_an_honest_sender_is_read_without_an_alarm_across_restarts_and_generations() -> None:
    sender, reader = WORLD.pair()
    for number in range(12):
        if number % 5 == 4:
            sender.restart()
        if number % 7 == 6:
            sender.renew()
            give_keys(sender, reader)
        sent = sender.send(note(str(number)))
        assert Outcome.ACCEPTED is reader.read(sent.value, sent.place, NOW_S).outcome
    assert (12, []) == (len(reader.accepted), reader.alarms)


def _parked() -> tuple[Sender, MemoryReader, list[RecordFate]]:
    sender, reader = WORLD.sender(), WORLD.reader()
    fates = []
    for text in ("one", "two", "three"):
        sent = sender.send(note(text))
        fates.append(reader.read(sent.value, sent.place, NOW_S))
    return sender, reader, fates


def test_what_waits_for_a_key_resumes_in_order_and_once() -> None:
    sender, reader, fates = _parked()
    assert [Outcome.PARKED] * 3 == [fate.outcome for fate in fates]
    give_keys(sender, reader)
    reader.resume_parked(NOW_S)
    reader.resume_parked(NOW_S)
    assert ([note("one"), note("two"), note("three")], []) == (reader.accepted, reader.alarms)


def test_what_resumes_moves_no_head_and_raises_no_alarm() -> None:
    sender, reader, _fates = _parked()
    give_keys(sender, reader)
    assert [(None, ())] * 3 == [(fate.new_head, fate.alarms) for fate in reader.resume_parked(NOW_S)]


def test_what_resumes_is_asked_for_its_time_again() -> None:
    _sender, reader, fates = _parked()
    assert fates[0].header is not None
    (first, *_) = reader.resume_parked(fates[0].header.expires_at)
    assert (Outcome.SKIPPED, Reason.EXPIRED) == (first.outcome, first.reason)


def test_what_resumes_with_other_bytes_is_a_fate_and_no_exception() -> None:
    fate = resume(b"other", SENT.place, READER, NOW_S, no_domain_rules)
    assert (Outcome.QUARANTINED, Step.MAGIC) == (fate.outcome, fate.step)


def test_what_was_not_for_us_opens_when_we_go_back_after_a_revision_added_us() -> None:
    without = directory_of(targets(ORIGINATOR, NEIGHBOUR))
    sender = Sender(ORIGINATOR, without)
    reader = WORLD.reader(WORLD.members[1])
    reader.take_manifest(sender.manifest(), NOW_S)
    sent = sender.send(note())
    assert Reason.NOT_A_MEMBER is reader.read(sent.value, sent.place, NOW_S).reason
    sender.directory = WORLD.directory
    sender.revise()
    reader.take_manifest(sender.manifest(), NOW_S)
    reader.take_wrap(sender.wraps()[reader.me])
    fate = reader.read(sent.value, sent.place, NOW_S)
    assert (Outcome.ACCEPTED, ()) == (fate.outcome, fate.alarms)


def test_a_record_with_one_item_that_waits_waits_and_then_gives_that_item_alone() -> None:
    sender, reader = WORLD.pair()
    sent = sender.send(note("one"), note("two", schema=b"?" * 32))
    fate = reader.read(sent.value, sent.place, NOW_S)
    assert (Outcome.ACCEPTED, True) == (fate.outcome, fate.waits)
    (again,) = reader.resume_parked(NOW_S)
    assert [Outcome.DUPLICATE, Outcome.PARKED] == [one.outcome for one in again.items]


def test_every_log_of_a_reader_stands_alone() -> None:
    sender, reader = WORLD.pair()
    places: list[dict[str, Any]] = [
        {"stream": "ion", "region": "south-america"},
        {"stream": "ion", "region": "global"},
        {"stream": "pics", "region": "global"},
    ]
    for number in range(9):
        sent = sender.send(note(str(number)), **places[number % 3])
        reader.read(sent.value, sent.place, NOW_S)
    assert ([], [3, 3, 3]) == (reader.alarms, [head.counter for head in reader.heads.values()])
    assert all(one != two for one, two in pairwise(reader.heads))
