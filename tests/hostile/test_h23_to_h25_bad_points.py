"""Hostile inputs 23 to 25: keys and points that a library takes and we do not."""

from base64 import b64encode
from dataclasses import replace

import pytest

from tests.support import oracles
from tests.support.forging import envelope_of
from tests.support.world import (
    ANALYST,
    DAY_S,
    NEIGHBOUR,
    NOW_S,
    ORIGINATOR,
    MemoryReader,
    note,
    small_world,
    targets,
)
from tocsin.core import wire
from tocsin.core.directory import Directory, read_directory
from tocsin.core.errors import CannotOpenError, MalformedError
from tocsin.core.generations import manifest_of, wraps_for
from tocsin.core.ids import Algorithm, key_id
from tocsin.core.manifests import open_wrap
from tocsin.core.outcomes import Outcome, Step
from tocsin.core.primitives import MLKEM_PUBLIC_BYTES

WORLD = small_world()
XWING = ORIGINATOR.key("kem").public
BAD_XWING = "the X-Wing public key is badly encoded or of low order"
NOT_CANONICAL = [(oracles.P + y).to_bytes(32, "little") for y in range(2, 19)]


MLDSA = ORIGINATOR.key("statement").public[:-32]


def test_h23_h24_the_lists_of_bad_points_are_whole() -> None:
    assert (14, 7) == (len(oracles.small_order_encodings()), len(oracles.low_order_x25519()))


def _directory_with(purpose: str, algorithm: Algorithm, public: bytes) -> tuple[str, Directory]:
    changes = {"public": b64encode(public).decode(), "id": key_id(algorithm, public).hex()}
    name, data = ORIGINATOR.target(**{purpose: changes})
    return name, read_directory(7, NOW_S + DAY_S, targets() | {name: data})


@pytest.mark.parametrize(
    ("purpose", "algorithm", "beside"),
    [
        ("record", Algorithm.ED25519, b""),
        ("release", Algorithm.ED25519, b""),
        ("statement", Algorithm.COMPOSITE, MLDSA),
    ],
)
@pytest.mark.parametrize(
    "point", oracles.small_order_encodings() + NOT_CANONICAL, ids=lambda one: one.hex()[:6]
)
def test_h23_a_bad_ed25519_key_refuses_its_entry_and_no_other(
    point: bytes, purpose: str, algorithm: Algorithm, beside: bytes
) -> None:
    name, directory = _directory_with(purpose, algorithm, beside + point)
    assert {name: "the Ed25519 public key is not canonical or is of small order"} == directory.refused
    assert {NEIGHBOUR.id, ANALYST.id} <= set(directory.participants)


def test_h23_a_record_under_such_a_key_has_no_signer() -> None:
    identity = (1).to_bytes(32, "little")
    _name, directory = _directory_with("record", Algorithm.ED25519, identity)
    sent = WORLD.sender().send(note(), signing_key=key_id(Algorithm.ED25519, identity))
    forged = replace(envelope_of(sent), signature=identity + bytes(32))
    fate = MemoryReader(NEIGHBOUR, directory).read(wire.encode_envelope(forged), sent.place, NOW_S)
    assert (Outcome.PARKED, Step.SIGNER) == (fate.outcome, fate.step)


def _identity(_good: bytes) -> bytes:
    return (1).to_bytes(32, "little") + bytes(32)


def _plus_l(good: bytes) -> bytes:
    return good[:32] + (int.from_bytes(good[32:], "little") + oracles.L).to_bytes(32, "little")


@pytest.mark.parametrize("forge", [_identity, _plus_l])
def test_h23_a_signature_that_only_a_lenient_library_takes_is_quarantined(forge) -> None:
    sender, reader = WORLD.pair()
    sent = sender.send(note())
    envelope = envelope_of(sent)
    value = wire.encode_envelope(replace(envelope, signature=forge(envelope.signature)))
    fate = reader.read(value, sent.place, NOW_S)
    assert (Outcome.QUARANTINED, Step.SIGNATURE) == (fate.outcome, fate.step)


@pytest.mark.parametrize("length", [63, 65])
def test_h23_a_signature_of_another_length_is_quarantined(length: int) -> None:
    sender, reader = WORLD.pair()
    sent = sender.send(note())
    value = sent.value[:-64] + bytes(length)
    fate = reader.read(value, sent.place, NOW_S)
    assert (Outcome.QUARANTINED, Step.ENVELOPE) == (fate.outcome, fate.step)


@pytest.mark.parametrize("low", oracles.low_order_x25519(), ids=lambda one: one.hex()[:6])
def test_h24_a_low_order_x25519_half_refuses_its_entry_and_no_other(low: bytes) -> None:
    public = XWING[:MLKEM_PUBLIC_BYTES] + low
    name, directory = _directory_with("kem", Algorithm.XWING, public)
    assert {name: BAD_XWING} == directory.refused
    assert {NEIGHBOUR.id, ANALYST.id} <= set(directory.participants)


@pytest.mark.parametrize("low", oracles.low_order_x25519(), ids=lambda one: one.hex()[:6])
def test_h24_the_other_members_still_get_their_wraps(low: bytes) -> None:
    poisoned = replace(NEIGHBOUR.key("kem"), public=XWING[:MLKEM_PUBLIC_BYTES] + low)
    wraps, failed = wraps_for(WORLD.sender().generation, [poisoned, ANALYST.key("kem")])
    assert ([ANALYST.key("kem").id], [poisoned.id]) == ([one.recipient_key for one in wraps], failed)


@pytest.mark.parametrize("low", oracles.low_order_x25519(), ids=lambda one: one.hex()[:6])
def test_h24_a_wrap_whose_enc_is_of_low_order_is_refused(low: bytes) -> None:
    sender = WORLD.sender()
    manifest = manifest_of(sender.generation, ORIGINATOR.key("statement").id, 7, sender.reason)
    wrap = wire.decode_wrap(sender.wraps()[NEIGHBOUR.id])
    poisoned = replace(wrap, sealed=wrap.sealed[:1088] + low + wrap.sealed[1120:])
    with pytest.raises(CannotOpenError):
        open_wrap(poisoned, manifest, NEIGHBOUR.kem)


@pytest.mark.parametrize(
    ("public", "fault"),
    [
        (XWING[1:], "an X-Wing public key has 1216 bytes"),
        (b"\xff" * MLKEM_PUBLIC_BYTES + XWING[MLKEM_PUBLIC_BYTES:], BAD_XWING),
    ],
    ids=["1,183 bytes", "all 0xFF"],
)
def test_h25_a_bad_ml_kem_half_refuses_its_entry(public: bytes, fault: str) -> None:
    name, directory = _directory_with("kem", Algorithm.XWING, public)
    assert {name: fault} == directory.refused
    assert {NEIGHBOUR.id, ANALYST.id} <= set(directory.participants)


def test_h25_a_random_ciphertext_is_refused() -> None:
    sender = WORLD.sender()
    manifest = manifest_of(sender.generation, ORIGINATOR.key("statement").id, 7, sender.reason)
    wrap = wire.decode_wrap(sender.wraps()[NEIGHBOUR.id])
    noise = bytes(index * 7 % 251 for index in range(1168))
    with pytest.raises(CannotOpenError):
        open_wrap(replace(wrap, sealed=noise), manifest, NEIGHBOUR.kem)


def test_h25_a_sealed_part_of_another_length_never_becomes_a_wrap() -> None:
    with pytest.raises(MalformedError):
        wire.encode_wrap(wire.Wrap(bytes(16), bytes(16), 1, bytes(16), bytes(1167)))
