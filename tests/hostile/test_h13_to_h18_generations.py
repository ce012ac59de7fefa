"""Hostile inputs 13 to 18: manifests, wraps and statements."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.support.world import (
    ANALYST,
    COURIER,
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
from tocsin.core.errors import CannotOpenError, MalformedError, UntrustedError
from tocsin.core.generations import manifest_of
from tocsin.core.key_schedule import commitment
from tocsin.core.manifests import ghosts_after_refresh, judge_manifest, open_wrap, verified_statement
from tocsin.core.outcomes import AlarmKind, Outcome, Reason
from tocsin.core.primitives import MLDSA_SIGNATURE_BYTES
from tocsin.core.signatures import read_statement, sign_statement

WORLD = small_world()


@pytest.mark.parametrize("manifest_first", [False, True])
def test_h13_what_waits_for_a_manifest_or_a_wrap_is_accepted_once_and_in_order(
    manifest_first: bool,
) -> None:
    sender, reader = WORLD.sender(), WORLD.reader()
    if manifest_first:
        reader.take_manifest(sender.manifest(), NOW_S)
    for text in ("one", "two", "three"):
        sent = sender.send(note(text))
        assert Reason.NO_KEY is reader.read(sent.value, sent.place, NOW_S).reason
    give_keys(sender, reader)
    reader.resume_parked(NOW_S)
    reader.resume_parked(NOW_S)
    assert ([note("one"), note("two"), note("three")], [], []) == (
        reader.accepted,
        reader.parked,
        reader.alarms,
    )


def test_h14_an_audience_that_i_am_not_in_is_skipped_and_the_log_advances() -> None:
    sender, reader = WORLD.sender(), WORLD.reader(COURIER)
    reader.take_manifest(sender.manifest(), NOW_S)
    sent = sender.send(note())
    fate = reader.read(sent.value, sent.place, NOW_S)
    assert (Outcome.SKIPPED, False, sent.sealed.leaf) == (
        fate.outcome,
        fate.waits,
        fate.new_head and fate.new_head.leaf,
    )


def test_h14_a_later_revision_that_adds_me_opens_what_i_go_back_to() -> None:
    sender = Sender(ORIGINATOR, directory_of(targets(ORIGINATOR, NEIGHBOUR)))
    reader = WORLD.reader(ANALYST)
    reader.take_manifest(sender.manifest(), NOW_S)
    skipped = [sender.send(note(text)) for text in ("one", "two")]
    for sent in skipped:
        reader.read(sent.value, sent.place, NOW_S)
    sender.directory = WORLD.directory
    sender.revise()
    give_keys(sender, reader)
    for sent in skipped:
        assert Outcome.ACCEPTED is reader.read(sent.value, sent.place, NOW_S).outcome
    assert [] == reader.alarms


def _another_secret(sender: Sender) -> tuple[bytes, bytes]:
    """A manifest that commits to another secret than the wrap holds."""
    commit = commitment(bytes(32), sender.generation.id)
    return sender.manifest(commitment=commit), sender.wraps()[NEIGHBOUR.id]


def _anothers_wrap(sender: Sender) -> tuple[bytes, bytes]:
    return sender.manifest(), sender.wraps()[ANALYST.id]


def _another_manifest(sender: Sender) -> tuple[bytes, bytes]:
    wrap = wire.decode_wrap(sender.wraps()[NEIGHBOUR.id])
    sender.renew()
    generation = sender.generation.id.generation
    return sender.manifest(), wire.encode_wrap(replace(wrap, generation=generation))


@pytest.mark.parametrize("pair", [_another_secret, _anothers_wrap, _another_manifest])
def test_h15_a_wrap_that_does_not_fit_its_manifest_is_refused_and_the_record_stays_parked(
    pair: Callable[[Sender], tuple[bytes, bytes]],
) -> None:
    sender, reader = WORLD.sender(), WORLD.reader()
    manifest, wrap = pair(sender)
    reader.take_manifest(manifest, NOW_S)
    sent = sender.send(note())
    reader.read(sent.value, sent.place, NOW_S)
    with pytest.raises(CannotOpenError):
        reader.take_wrap(wrap)
    assert [Outcome.PARKED] == [fate.outcome for fate in reader.resume_parked(NOW_S)]


@pytest.mark.parametrize("length", [1_167, 1_169, 0])
def test_h16_a_wrap_of_another_length_is_refused_before_opening(length: int) -> None:
    good = WORLD.sender().wraps()[NEIGHBOUR.id]
    value = good[:-1168] + bytes(length)
    with pytest.raises(MalformedError):
        wire.decode_wrap(value)


def _manifest(sender: Sender) -> wire.Manifest:
    return manifest_of(sender.generation, ORIGINATOR.key("statement").id, 7, sender.reason)


def test_h17_a_manifest_in_force_that_names_an_outsider_or_nobody_is_an_alarm() -> None:
    manifest = _manifest(WORLD.sender())
    for members in ((*manifest.members, COURIER.id), ()):
        haunted = replace(manifest, members=tuple(sorted(members)))
        _believed, alarms = judge_manifest(haunted, None, WORLD.directory, NOW_S)
        assert (AlarmKind.GHOST_READER,) == alarms


def test_h17_a_directory_version_that_cannot_be_fetched_is_an_alarm() -> None:
    manifest = replace(_manifest(WORLD.sender()), directory_version=99)
    assert (AlarmKind.GHOST_READER,) == ghosts_after_refresh(manifest, WORLD.directory, NOW_S)


def test_h17_two_bodies_under_one_revision_are_an_alarm_and_the_first_stays() -> None:
    sender, reader = WORLD.sender(), WORLD.reader()
    first = sender.manifest()
    reader.take_manifest(first, NOW_S)
    assert (AlarmKind.MANIFEST_CONFLICT,) == reader.take_manifest(sender.manifest(reason="age"), NOW_S)
    assert [_manifest(sender)] == list(reader.manifests.values())


def test_h17_a_revision_that_removes_a_member_is_an_alarm_and_the_first_stays() -> None:
    sender, reader = WORLD.sender(), WORLD.reader()
    reader.take_manifest(sender.manifest(), NOW_S)
    fewer = sender.manifest(revision=2, members=_manifest(sender).members[:1])
    assert (AlarmKind.MEMBER_REMOVED,) == reader.take_manifest(fewer, NOW_S)
    assert [_manifest(sender)] == list(reader.manifests.values())


def test_h17_the_same_body_signed_twice_is_no_conflict() -> None:
    """ML-DSA is randomised: other bytes of a statement means another body."""
    sender, reader = WORLD.sender(), WORLD.reader()
    first, second = sender.manifest(), sender.manifest()
    assert first != second
    reader.take_manifest(first, NOW_S)
    assert () == reader.take_manifest(second, NOW_S)


def _halves(value: bytes) -> tuple[bytes, bytes, bytes]:
    _body, data, signature = read_statement(value)
    return data, signature[:MLDSA_SIGNATURE_BYTES], signature[MLDSA_SIGNATURE_BYTES:]


def _rebuilt(data: bytes, signature: bytes) -> bytes:
    return wire.codec("statement").encode_single({"body": data, "signature": signature})


def _flip(part: bytes) -> bytes:
    return part[:-1] + bytes([part[-1] ^ 1])


@pytest.mark.parametrize("broken", ["ML-DSA", "Ed25519", "swapped", "zeroed", "of another"])
def test_h18_a_statement_with_one_half_wrong_is_refused(broken: str) -> None:
    sender = WORLD.sender()
    data, dsa, ed = _halves(sender.manifest())
    _data, other_dsa, other_ed = _halves(sender.manifest(reason="age"))
    signature = {
        "ML-DSA": _flip(dsa) + ed,
        "Ed25519": dsa + _flip(ed),
        "swapped": ed + dsa,
        "zeroed": dsa + bytes(64),
        "of another": other_dsa + other_ed,
    }[broken]
    with pytest.raises(UntrustedError):
        verified_statement(_rebuilt(data, signature), WORLD.directory)


@pytest.mark.parametrize("half", [0, 1])
def test_h18_a_statement_with_one_half_stripped_does_not_decode(half: int) -> None:
    value = WORLD.sender().manifest()
    data, dsa, ed = _halves(value)
    prefix = value[: len(value) - len(dsa) - len(ed)]
    with pytest.raises(MalformedError):
        verified_statement(prefix + (dsa, ed)[half], WORLD.directory)
    assert data in prefix


def test_h18_a_statement_under_the_context_of_another_type_is_refused() -> None:
    manifest = _manifest(WORLD.sender())
    data, label = wire.encode_body(manifest), b"tocsin/1/checkpoint\0"
    forged = _rebuilt(data, ORIGINATOR.statement.sign(label, label + data))
    with pytest.raises(UntrustedError):
        verified_statement(forged, WORLD.directory)


def test_h18_an_honest_statement_passes() -> None:
    manifest = _manifest(WORLD.sender())
    value = sign_statement(ORIGINATOR.statement, manifest)
    assert manifest == verified_statement(value, WORLD.directory).body


def test_h13_a_reader_that_was_never_given_a_manifest_opens_nothing() -> None:
    sender = WORLD.sender()
    reader = MemoryReader(NEIGHBOUR, WORLD.directory)
    wrap = wire.decode_wrap(sender.wraps()[NEIGHBOUR.id])
    secret = open_wrap(wrap, _manifest(sender), NEIGHBOUR.kem)
    reader.secrets[sender.generation.id] = secret
    sent = sender.send(note())
    assert Outcome.PARKED is reader.read(sent.value, sent.place, NOW_S).outcome
