"""What is given for the operations on bytes: all of it fixed, except what is random by nature."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scripts.vectors.forms import shown
from tests.support.parties import NOW_S, seed
from tests.support.world import (
    COURIER,
    NEIGHBOUR,
    NOTE,
    ORIGINATOR,
    layout_target,
    note,
    notice,
    small_world,
)
from tocsin.core import wire
from tocsin.core.generations import manifest_of
from tocsin.core.ids import audience_id
from tocsin.core.public_keys import PURPOSES
from tocsin.core.signatures import approve, sign_statement

Case = tuple[str, str, dict[str, Any]]
"""(operation, name, given)"""
_A, _B = b"\x0a" * 16, b"\x0b" * 16
_WIRE = ("envelope", "statement", "wrap", "manifest", "checkpoint", "key_request")


def ids() -> Iterator[Case]:
    for key in ORIGINATOR.keys:
        given = {"algorithm": int(PURPOSES[key.purpose]), "public": key.public.hex()}
        yield "key_id", f"a {key.purpose} key", given
    for name in ("focal-points", "focal-points.south-america", "couriers"):
        yield "audience_id", name, {"name": name}
    yield "own_audience", "a participant alone", {"participant": ORIGINATOR.id.hex()}
    yield "schema_id", "exact bytes", {"file": NOTE.decode()}
    yield "schema_id", "one blank more", {"file": NOTE.decode() + " "}
    yield "report_id", "a UUIDv7", {"unix_ms": NOW_S * 1_000 + 123, "random": bytes(range(10)).hex()}
    yield "report_id", "all bits", {"unix_ms": 0, "random": "ff" * 10}
    yield (
        "leaf",
        "a header and a ciphertext",
        {"header": b"header".hex(), "ciphertext": b"ciphertext".hex()},
    )
    yield (
        "leaf",
        "the same bytes, parted elsewhere",
        {"header": b"head".hex(), "ciphertext": b"erciphertext".hex()},
    )


def numbers() -> Iterator[Case]:
    place = {"originator": _A.hex(), "audience": _B.hex(), "generation": NOW_S * 1_000}
    yield "key_schedule", "a generation", {"secret": seed("generation").hex(), **place}
    binding = {"suite": 1, "recipient_key": "0c" * 16, "commitment": "0d" * 32, **place}
    yield "wrap_binding", "a wrap's info", binding
    for last in (0, (NOW_S * 1_000 << 20) + 9):
        yield "session", f"after {last}", {"last": last, "unix_ms": NOW_S * 1_000, "random_20_bits": 5}
    for last in (0, NOW_S * 1_000 + 7):
        given = {"last": last, "unix_ms": NOW_S * 1_000, "random_16_bits": 3}
        yield "generation_number", f"after {last}", given
    for age_s in (3_600, 3_601):
        yield "expiry", f"{age_s} s", {"time": NOW_S, "max_age_s": age_s}
    layout = layout_target().decode()
    for stream, region in (("ion", "south-america"), ("pics", "global"), ("alerts", "global")):
        given = {"streams_target": layout, "stream": stream, "region": region}
        yield "partition", f"{stream}, {region}", {**given, "originator": ORIGINATOR.id.hex()}
        yield "partition", f"{stream}, {region}, another", {**given, "originator": COURIER.id.hex()}


def bytes_and_padding() -> Iterator[Case]:
    sender = small_world().sender()
    fixed = {"session": NOW_S * 1_000 << 20, "generation": NOW_S * 1_000}
    yield "header", "a stream", shown(sender.header("ion", "south-america", NOW_S, **fixed))
    yield "inner", "two items", {"items": shown([note("one"), note("two", version=2)])}
    for length in (0, 1_023, 1_024, 8_191, 8_192, 16_382, 16_383, 20_480, 258_047):
        yield "pad", f"{length} bytes", {"length": length}
    for name, padded, zeros in (
        ("right", b"text\x80", 1_019),
        ("no marker", b"", 1_024),
        ("another marker", b"text\x81", 1_019),
        ("another size class", b"text\x80", 2_043),
        ("no size class", b"text\x80", 100),
        ("nothing", b"", 0),
    ):
        yield "unpad", name, {"padded": padded.hex(), "zeros": zeros}
    for name in _WIRE:
        yield "prefix", name, {"type": name}


def records() -> Iterator[Case]:
    sender = small_world().sender()
    common = {
        "secret": sender.generation.secret.hex(),
        "signing_public": ORIGINATOR.record.public.hex(),
    }
    for name, items in (
        ("one item", (note("one"),)),
        ("three items", tuple(map(note, ("one", "two", "three")))),
        ("two chunks", (note("long", body=bytes(17_000)),)),
    ):
        yield "record", name, {"value": sender.send(*items).value.hex(), **common}


def composites() -> Iterator[Case]:
    seeds = {"ml_dsa_seed": seed("dsa").hex(), "ed25519_private": seed("ed").hex()}
    yield "composite_key", "from two seeds", seeds
    context, message = "context", b"message"
    good = ORIGINATOR.statement.sign(context.encode(), message)
    flipped = good[:-1] + bytes([good[-1] ^ 1])
    for name, signature, said in (
        ("holds", good, context),
        ("another context", good, "Context"),
        ("one bit of Ed25519", flipped, context),
        ("one bit of ML-DSA", bytes([good[0] ^ 1]) + good[1:], context),
        ("no Ed25519", good[:3_309], context),
    ):
        given = {"public": ORIGINATOR.statement.public.hex(), "context": said, "message": message.hex()}
        yield "composite", name, given | {"signature": signature.hex()}


def statements() -> Iterator[Case]:
    sender, key = small_world().sender(), ORIGINATOR.key("statement").id
    head = wire.Head("ion", "south-america", NOW_S * 1_000 << 20, 7, seed("leaf"), NOW_S)
    for body in (
        manifest_of(sender.generation, key, 7, sender.reason),
        wire.Checkpoint(ORIGINATOR.id, key, NOW_S, (head,)),
        wire.KeyRequest(
            ORIGINATOR.id, key, NEIGHBOUR.id, sender.audience, 5, ORIGINATOR.key("kem").id, NOW_S
        ),
    ):
        value = sign_statement(ORIGINATOR.statement, body)
        yield (
            "statement",
            type(body).__name__,
            {"value": value.hex(), "public": ORIGINATOR.statement.public.hex()},
        )


def wraps() -> Iterator[Case]:
    yield "x_wing_key", "from a seed", {"seed": seed("kem").hex()}
    sender = small_world().sender()
    manifest = manifest_of(sender.generation, ORIGINATOR.key("statement").id, 7, sender.reason)
    value = sender.wraps()[NEIGHBOUR.id].hex()
    mine, commit = seed("Neighbour", "kem").hex(), manifest.commitment.hex()
    yield "wrap", "opens", {"value": value, "seed": mine, "commitment": commit}
    yield "wrap", "another's key", {"value": value, "seed": seed("kem").hex(), "commitment": commit}
    yield "wrap", "another commitment", {"value": value, "seed": mine, "commitment": "00" * 32}


def approvals() -> Iterator[Case]:
    key = ORIGINATOR.key("release").id
    made = approve(ORIGINATOR.release(), key, audience_id("couriers"), notice())
    given = {"release_private": seed("Originator", "release", "author").hex(), "signing_key": key.hex()}
    item = shown(notice(version=3))
    yield "approval", "one item", given | {"audience": audience_id("couriers").hex(), "item": item}
    assert made.signing_key == key
