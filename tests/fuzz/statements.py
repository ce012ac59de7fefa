"""Manifests, checkpoints, requests, receipts and wraps: changed by who cannot sign, and signed by who can.

`statement` and `wrap`: whatever is changed is refused. `signer`: a participant signs what it likes as a
statement; the reader's own intake, over a real inbox, never dies of it.
"""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

from tests.fuzz.dice import mutated, with_field
from tests.fuzz.records import known_values, steady
from tests.fuzz.target import Target, Verdict
from tests.support.parties import NOW_S
from tests.support.reading import Reading
from tests.support.sender import Sender
from tests.support.world import NEIGHBOUR, note, small_world
from tocsin.core import wire
from tocsin.core.errors import TheirFault
from tocsin.core.manifests import open_wrap, verified_statement
from tocsin.core.outcomes import Outcome
from tocsin.core.signatures import _LABELS, read_statement, sign_statement
from tocsin.core.streams import CHECKPOINTS_TOPIC, MANIFESTS_TOPIC


def bodies(sender: Sender) -> list[wire.StatementBody]:
    """One body of each kind, as the sender states them."""
    me, key = sender.party.id, sender.party.key("statement").id
    sent = sender.send(note("a head"))
    head = wire.Head("ion", "south-america", sent.header.session, 1, sent.sealed.leaf, NOW_S)
    manifest, _, _ = read_statement(sender.manifest())
    generation, kem = sender.generation.id, NEIGHBOUR.key("kem").id
    return [
        manifest,
        wire.Checkpoint(me, key, NOW_S, (head, replace(head, stream="pics"))),
        wire.KeyRequest(me, key, NEIGHBOUR.id, generation.audience, generation.generation, kem, NOW_S),
        wire.Receipt(me, key, NEIGHBOUR.id, sent.sealed.leaf, NOW_S),
    ]


def open_statement(_folder: Path) -> Target:
    """The target `statement`."""
    world = small_world()
    sender, known = steady(world.sender()), known_values()
    stated = bodies(sender)
    values = [sign_statement(sender.party.statement, body) for body in stated]
    signatures = [read_statement(value)[2] for value in values]

    def make(dice: random.Random) -> bytes:
        at = dice.randrange(len(stated))
        data, signature = wire.encode_body(stated[at]), signatures[at]
        match dice.randrange(4):
            case 0 | 1:
                return mutated(values[at], dice)
            case 2:
                return _statement(_another_body(stated[at], dice, known), signature)
            case _:
                other, half = dice.choice(signatures), dice.choice((64, 3_309))
                return _statement(data, dice.choice((other, signature[:half] + other[half:])))

    def judge(value: bytes) -> Verdict:
        if value in values:
            return Verdict.SAME
        try:
            verified_statement(value, world.directory)
        except TheirFault:
            return Verdict.REFUSED
        return Verdict.ACCEPTED

    return Target(make, judge)


def open_wrapped(_folder: Path) -> Target:
    """The target `wrap`: every field of a wrap is bound to what is sealed in it."""
    world = small_world()
    sender, known = steady(world.sender()), known_values()
    reader = world.reader()
    reader.take_manifest(sender.manifest(), NOW_S)
    manifest = reader.manifests[sender.generation.id]
    value = sender.wraps()[NEIGHBOUR.id]
    wrap = wire.decode_wrap(value)

    def make(dice: random.Random) -> bytes:
        if dice.random() < 0.6:
            return mutated(value, dice)
        try:
            return wire.encode_wrap(with_field(wrap, dice, known))
        except (TheirFault, ValueError):
            return mutated(value, dice)

    def judge(data: bytes) -> Verdict:
        if data == value:
            return Verdict.SAME
        try:
            open_wrap(wire.decode_wrap(data), manifest, NEIGHBOUR.kem)
        except TheirFault:
            return Verdict.REFUSED
        return Verdict.ACCEPTED

    return Target(make, judge)


def open_signer(folder: Path) -> Target:
    """The target `signer`: a change to the inbox that is no report is all that it may bring about."""
    world = small_world()
    sender, known = steady(world.sender()), known_values()
    stated, key = bodies(sender), sender.party.statement
    reading = Reading(folder, world.directory)
    topics = (MANIFESTS_TOPIC, CHECKPOINTS_TOPIC, reading.inbox_topic, "tocsin.ion.v1")
    wrap = sender.wraps()[NEIGHBOUR.id]

    def make(dice: random.Random) -> bytes:
        topic = bytes([dice.randrange(len(topics))])
        if dice.random() < 0.2:
            return topic + mutated(wrap, dice)
        body = dice.choice(stated)
        data = _another_body(body, dice, known)
        label = _LABELS[type(body)]
        return topic + _statement(data, key.sign(label, label + data))

    def judge(data: bytes) -> Verdict:
        at = topics[data[0] % len(topics)] if data else topics[0]
        before = reading.tally.items[Outcome.ACCEPTED]
        reading.take(reading.at(at, data[1:]))
        taken = reading.tally.items[Outcome.ACCEPTED] != before
        return Verdict.ACCEPTED if taken else Verdict.REFUSED

    return Target(make, judge, room_mib=128)


def _another_body(body: wire.StatementBody, dice: random.Random, known: list[object]) -> bytes:
    try:
        return wire.encode_body(with_field(body, dice, known))
    except Exception:  # a value that no body can hold: the library says so in many ways
        return mutated(wire.encode_body(body), dice)


def _statement(body: bytes, signature: bytes) -> bytes:
    return wire.codec("statement").encode_single({"body": body, "signature": signature})
