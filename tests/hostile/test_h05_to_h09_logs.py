"""Hostile inputs 5 to 9: roles, replays, forks, junk and broken logs."""

from collections.abc import Callable

import pytest

from tests.support.forging import envelope_of, resigned
from tests.support.world import (
    COURIER,
    DAY_S,
    NOW_S,
    MemoryReader,
    Sender,
    Sent,
    note,
    small_world,
)
from tocsin.core import wire
from tocsin.core.log_heads import next_session
from tocsin.core.outcomes import AlarmKind, Outcome, Reason, Step
from tocsin.core.primitives import Ed25519Private

WORLD = small_world()


def test_h05_an_originator_whose_role_does_not_allow_the_stream_is_quarantined() -> None:
    sent = WORLD.sender(party=COURIER).send(note())
    fate = WORLD.reader().read(sent.value, sent.place, NOW_S)
    assert fate.new_head is not None
    assert (Outcome.QUARANTINED, Step.ROLE, Reason.ROLE) == (fate.outcome, fate.step, fate.reason)


def _restarted(reader: MemoryReader) -> MemoryReader:
    """A reader that keeps what a database keeps."""
    again = MemoryReader(reader.party, reader.directory)
    again.heads, again.leaves, again.digests = reader.heads, reader.leaves, reader.digests
    return again


def test_h06_an_exact_replay_is_a_duplicate_at_once_and_after_a_restart() -> None:
    sender, reader = WORLD.pair()
    sent = sender.send(note())
    reader.read(sent.value, sent.place, NOW_S)
    for memory in (reader, _restarted(reader)):
        fate = memory.read(sent.value, sent.place, NOW_S)
        assert (Outcome.DUPLICATE, ()) == (fate.outcome, fate.alarms)


@pytest.mark.parametrize("forgotten", [False, True], ids=["leaf known", "leaf forgotten"])
def test_h06_a_replay_after_it_expired_is_skipped_without_an_alarm(forgotten: bool) -> None:
    sender, reader = WORLD.pair()
    sent = sender.send(note())
    reader.read(sent.value, sent.place, NOW_S)
    if forgotten:
        reader.leaves.clear()
    fate = reader.read(sent.value, sent.place, NOW_S + 31 * DAY_S)
    assert (Outcome.SKIPPED, (), 1) == (fate.outcome, fate.alarms, len(reader.accepted))


def test_h07_other_bytes_under_a_session_and_counter_are_an_alarm_and_judged_on_their_own() -> None:
    sender, reader = WORLD.pair()
    first = sender.send(note("first"))
    sender.heads.clear()
    second = sender.send(note("second"))
    reader.read(first.value, first.place, NOW_S)
    head = reader.heads.copy()
    fate = reader.read(second.value, second.place, NOW_S)
    assert (Outcome.ACCEPTED, [AlarmKind.FORK]) == (fate.outcome, [one.kind for one in fate.alarms])
    assert head == reader.heads
    (known,) = reader.leaves.values()
    assert first.sealed.leaf[:16] == known.leaf16


def test_h07_other_bytes_that_cannot_be_read_are_an_alarm_too_and_quarantined() -> None:
    sender, reader = WORLD.pair()
    first = sender.send(note("first"))
    sender.heads.clear()
    second = sender.send(note("second", body=b"?"))
    reader.read(first.value, first.place, NOW_S)
    fate = reader.read(second.value, second.place, NOW_S)
    assert (Outcome.QUARANTINED, [AlarmKind.FORK]) == (fate.outcome, [one.kind for one in fate.alarms])


def test_h08_junk_with_a_copied_header_and_no_valid_signature_changes_nothing() -> None:
    sender, reader = WORLD.pair()
    sent = sender.send(note())
    nobody = Ed25519Private.generate()
    envelope = envelope_of(sent)
    junk = [
        resigned(sent, nobody),
        wire.encode_envelope(wire.Envelope(envelope.header, bytes(2_000), envelope.signature)),
    ]
    ahead_s = NOW_S + 360
    ahead = sender.header("ion", "south-america", ahead_s)
    for number in range(1_000):
        header = wire.encode_header(ahead)
        ciphertext = number.to_bytes(100, "big")
        junk.append(wire.encode_envelope(wire.Envelope(header, ciphertext, bytes(64))))
    fates = {(fate.outcome, fate.step) for fate in (reader.read(one, sent.place, NOW_S) for one in junk)}
    assert {(Outcome.QUARANTINED, Step.SIGNATURE)} == fates
    assert ({}, {}, [], []) == (reader.heads, reader.leaves, reader.alarms, reader.parked)


def _counter_back(sender: Sender) -> list[Sent]:
    return [sender.send(note(str(counter)), counter=counter) for counter in (1, 2, 3, 4)][::-1]


def _session_back(sender: Sender) -> list[Sent]:
    now = sender.send(note("now"))
    sender.heads.clear()
    return [now, sender.send(note("before"), session=next_session(0, (NOW_S - 60) * 1_000, 0))]


def _wrong_previous(sender: Sender) -> list[Sent]:
    return [sender.send(note("one")), sender.send(note("two"), previous=b"x" * 32)]


def _removed(sender: Sender) -> list[Sent]:
    one, _gone, three = (sender.send(note(text)) for text in ("one", "two", "three"))
    return [one, three]


@pytest.mark.parametrize(
    ("records", "kind"),
    [
        (_counter_back, AlarmKind.COUNTER_BACK),
        (_session_back, AlarmKind.SESSION_BACK),
        (_wrong_previous, AlarmKind.WRONG_PREVIOUS),
        (_removed, AlarmKind.GAP),
    ],
)
def test_h09_a_log_that_breaks_is_an_alarm_and_its_record_judged_on_its_own(
    records: Callable[[Sender], list[Sent]], kind: AlarmKind
) -> None:
    sender, reader = WORLD.pair()
    first, *rest = records(sender)
    reader.read(first.value, first.place, NOW_S)
    for sent in rest:
        fate = reader.read(sent.value, sent.place, NOW_S)
        assert (Outcome.ACCEPTED, [kind]) == (fate.outcome, [one.kind for one in fate.alarms])
        named = {(one.originator, one.stream, one.scope) for one in fate.alarms}
        assert {(sender.party.id, "ion", "south-america")} == named
