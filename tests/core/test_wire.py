"""The types of the wire survive, and their bounds hold in both directions."""

from dataclasses import replace
from typing import Any

import pytest

from tests.support.world import note, notice, small_world
from tocsin.core import wire
from tocsin.core.errors import MalformedError

SENDER = small_world().sender()
HEADER = SENDER.header("ion", "south-america", SENDER.now_s)
HEAD = wire.Head("ion", "global", 1, 2, b"l" * 32, 3)
MANIFEST = wire.Manifest(
    b"o" * 16, b"k" * 16, 1, b"a" * 16, 5, 1, b"c" * 32, (b"m" * 16,), 7, 10, 20, "first"
)
BODIES = [
    MANIFEST,
    wire.Checkpoint(b"o" * 16, b"k" * 16, 9, (HEAD,)),
    wire.KeyRequest(b"o" * 16, b"k" * 16, b"t" * 16, b"a" * 16, 5, b"r" * 16, 9),
    wire.Receipt(b"o" * 16, b"k" * 16, b"t" * 16, b"r" * 32, 9),
]


def test_a_header_survives() -> None:
    assert HEADER == wire.decode_header(wire.encode_header(HEADER))


def test_a_header_over_512_bytes_is_neither_written_nor_read() -> None:
    with pytest.raises(MalformedError, match="over 512"):
        wire.encode_header(replace(HEADER, region="r" * 512))
    with pytest.raises(MalformedError, match="over 512"):
        wire.decode_header(bytes(513))


def test_an_envelope_survives() -> None:
    envelope = wire.Envelope(b"header", b"ciphertext", b"s" * 64)
    assert envelope == wire.decode_envelope(wire.encode_envelope(envelope))


def test_an_envelope_over_262144_bytes_is_neither_written_nor_read() -> None:
    with pytest.raises(MalformedError, match="over 262144"):
        wire.encode_envelope(wire.Envelope(b"", bytes(262_144), bytes(64)))
    with pytest.raises(MalformedError, match="over 262144"):
        wire.decode_envelope(bytes(262_145))


def test_items_survive_with_their_approvals() -> None:
    approved = notice(approvals=(wire.Approval(b"k" * 16, b"s" * 64),))
    assert (note(), approved) == wire.decode_inner(wire.encode_inner((note(), approved)))


@pytest.mark.parametrize("count", [0, 513])
def test_a_record_has_1_to_512_items(count: int) -> None:
    with pytest.raises(MalformedError):
        wire.encode_inner((note(),) * count)
    record = {"schema": bytes(32), "report_id": bytes(16), "version": 1, "body": b"", "approvals": []}
    data = wire.codec("inner").encode({"items": [record] * count})
    with pytest.raises(MalformedError):
        wire.decode_inner(data)


def test_a_wrap_survives() -> None:
    wrap = wire.Wrap(b"o" * 16, b"a" * 16, 5, b"r" * 16, b"s" * 1168)
    assert wrap == wire.decode_wrap(wire.encode_wrap(wrap))


@pytest.mark.parametrize("body", BODIES, ids=lambda body: type(body).__name__)
def test_a_statements_body_survives_and_says_its_type(body: Any) -> None:
    assert body == wire.decode_body(wire.encode_body(body))


@pytest.mark.parametrize("body", [BODIES[0], BODIES[2]], ids=["manifest", "key request"])
def test_a_statement_about_a_negative_generation_is_refused(body: Any) -> None:
    with pytest.raises(MalformedError, match="negative"):
        wire.decode_body(wire.encode_body(replace(body, generation=-1)))


def test_a_wrap_of_a_negative_generation_is_refused() -> None:
    wrap = wire.Wrap(b"o" * 16, b"a" * 16, -1, b"r" * 16, b"s" * 1168)
    with pytest.raises(MalformedError, match="negative"):
        wire.decode_wrap(wire.encode_wrap(wrap))


def test_a_manifest_has_at_most_4096_members() -> None:
    many = replace(MANIFEST, members=(b"m" * 16,) * 4_097)
    with pytest.raises(MalformedError, match="members"):
        wire.decode_body(wire.encode_body(many))


def test_a_checkpoint_has_at_most_4096_heads() -> None:
    many = wire.Checkpoint(b"o" * 16, b"k" * 16, 9, (HEAD,) * 4_097)
    with pytest.raises(MalformedError, match="heads"):
        wire.decode_body(wire.encode_body(many))


def test_a_value_says_which_type_it_claims_to_be() -> None:
    kinds = {
        name: wire.kind_of(wire.codec(name).prefix + b"rest") for name in ("envelope", "statement", "wrap")
    }
    assert {"envelope": "envelope", "statement": "statement", "wrap": "wrap"} == kinds


@pytest.mark.parametrize("value", [b"", b"{}", b"\xc3\x01", b"\0\0\0\0\x01", bytes(300)])
def test_other_values_claim_nothing(value: bytes) -> None:
    assert None is wire.kind_of(value)


def test_an_items_representation_shows_no_content() -> None:
    assert "canary" not in repr(note("canary"))
