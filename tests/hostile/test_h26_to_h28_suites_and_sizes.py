"""Hostile inputs 26 to 28: suites, sizes, paddings."""

import gzip

import pytest

from tests.support.forging import sealed_plaintext, signed
from tests.support.world import NOW_S, ORIGINATOR, note, small_world
from tocsin.core import padding, wire
from tocsin.core.outcomes import Outcome, Reason, Step

WORLD = small_world()


@pytest.mark.parametrize(
    ("suite", "outcome"), [(0, Outcome.QUARANTINED), (2, Outcome.PARKED), (255, Outcome.QUARANTINED)]
)
def test_h26_a_suite_that_is_not_ours_is_parked_or_quarantined_and_the_log_advances(
    suite: int, outcome: Outcome
) -> None:
    sender, reader = WORLD.pair()
    sent = sender.send(note(), suite=suite)
    fate = reader.read(sent.value, sent.place, NOW_S)
    assert (outcome, Step.SUITE, sent.sealed.leaf) == (
        fate.outcome,
        fate.step,
        fate.new_head and fate.new_head.leaf,
    )


def test_h26_what_waits_for_a_suite_waits_until_it_expires() -> None:
    sender, reader = WORLD.pair()
    sent = sender.send(note(), suite=2)
    reader.read(sent.value, sent.place, NOW_S)
    outcomes = [reader.resume_parked(at_s)[0].outcome for at_s in (NOW_S + 60, sent.header.expires_at)]
    assert [Outcome.PARKED, Outcome.SKIPPED] == outcomes


def _unsigned() -> bytes:
    return WORLD.sender().send(note()).value[:-64]


@pytest.mark.parametrize(
    ("value", "step"),
    [
        (bytes(262_145), Step.SIZE),
        (wire.codec("envelope").prefix + bytes(262_135), Step.SIZE),
        (signed(bytes(513), bytes(72), ORIGINATOR.record), Step.HEADER),
        (_unsigned(), Step.ENVELOPE),
        (None, Step.SIZE),
    ],
    ids=["262,145 bytes", "an envelope of 262,145", "header of 513", "no signature", "null"],
)
def test_h27_a_value_of_the_wrong_size_is_quarantined(value: bytes | None, step: Step) -> None:
    sender, reader = WORLD.pair()
    fate = reader.read(value, sender.place(), NOW_S)
    assert (Outcome.QUARANTINED, step, None) == (fate.outcome, fate.step, fate.log)


INNER = wire.encode_inner((note(),))


@pytest.mark.parametrize(
    "padded",
    [
        INNER,
        bytes(1024),
        INNER + b"\x80" + bytes(1024 - len(INNER) - 2) + b"\x01",
        INNER + b"\x80" + bytes(2048 - len(INNER) - 1),
        INNER + b"\x80" + bytes(100),
        padding.pad(gzip.compress(INNER, mtime=0)),
        padding.pad(b"\x28\xb5\x2f\xfd" + INNER),
    ],
    ids=["none", "all zero", "after 0x80", "wrong class", "no class", "gzip", "zstd"],
)
def test_h28_a_padding_or_compression_that_is_not_ours_is_quarantined(padded: bytes) -> None:
    sender, reader = WORLD.pair()
    sent = sealed_plaintext(sender, padded)
    fate = reader.read(sent.value, sent.place, NOW_S)
    assert (Outcome.QUARANTINED, Step.INNER) == (fate.outcome, fate.step)


def test_h28_the_same_items_with_their_own_padding_are_accepted() -> None:
    sender, reader = WORLD.pair()
    sent = sealed_plaintext(sender, padding.pad(INNER))
    assert Outcome.ACCEPTED is reader.read(sent.value, sent.place, NOW_S).outcome


@pytest.mark.parametrize("body", [gzip.compress(note().body, mtime=0), b"\x28\xb5\x2f\xfd" + note().body])
def test_h28_a_body_that_is_compressed_is_quarantined(body: bytes) -> None:
    sender, reader = WORLD.pair()
    sent = sender.send(note(body=body))
    fate = reader.read(sent.value, sent.place, NOW_S)
    assert (Outcome.QUARANTINED, Reason.MALFORMED) == (fate.outcome, fate.reason)
