"""Records: changed by who cannot sign, and made by a member who can.

`record`: whatever is changed of a valid record (bytes, a field of its header, parts of two records
joined) is quarantined or parked at its place, moves no log and raises no alarm.
`insider`: a member seals and signs what it likes; the reader never dies of it, and what it accepts has one
encoding and keeps the rules of the domain.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from tests.fuzz.dice import mutated, with_field, with_value
from tests.fuzz.target import Target, Verdict
from tests.support.incidents import INCIDENT, SEIZURE, incident, incident_directory
from tests.support.parties import NOW_S, Party, seed
from tests.support.sender import Sender, Sent
from tests.support.world import (
    COURIER,
    EVERYONE,
    NEIGHBOUR,
    ORIGINATOR,
    MemoryReader,
    codec_of,
    give_keys,
    note,
    small_world,
)
from tocsin.core import padding, wire
from tocsin.core.errors import TheirFault
from tocsin.core.generations import begin
from tocsin.core.ids import leaf_of
from tocsin.core.key_schedule import record_key
from tocsin.core.ladder import examine
from tocsin.core.outcomes import Outcome, RecordFate
from tocsin.core.primitives import seal_bytes
from tocsin.core.report import check_incident, domain_check
from tocsin.core.signatures import sign_record
from tocsin.core.streams import GLOBAL, INBOX, Place

HARMLESS = {Outcome.QUARANTINED, Outcome.PARKED}


def steady(sender: Sender) -> Sender:
    """The sender with a secret that is the same in every run: a kept input opens again."""
    sender.generation = begin(sender.generation.id, seed("fuzz"), sender.members(), NOW_S)
    return sender


def known_values(parties: Sequence[Party] = EVERYONE) -> list[Any]:
    """Ids, keys, streams and regions that exist, to be put where they do not belong."""
    ids = [one.id for one in parties]
    keys = [one.key(purpose).id for one in parties for purpose in ("record", "statement", "kem")]
    return [*ids, *keys, "ion", "pics", "alerts", INBOX, "south-america", GLOBAL, bytes(16), bytes(32)]


def harmless(fate: RecordFate) -> bool:
    """Refused or parked, and nothing of it stays."""
    return fate.outcome in HARMLESS and fate.new_head is None and not fate.alarms


def open_record(_folder: Path) -> Target:
    """The target `record`."""
    world = small_world()
    ours, theirs = steady(world.sender()), steady(world.sender(party=NEIGHBOUR))
    alone = steady(world.sender(f"to.{NEIGHBOUR.id.hex()}"))
    reader = world.reader()
    give_keys(ours, reader)
    give_keys(alone, reader)
    sent: list[Sent] = [
        ours.send(note("one"), note("two")),
        ours.send(note("three"), region=GLOBAL),
        ours.send(*(note(f"a long one {number} {'x' * 700}") for number in range(30))),
        alone.send(note("for one"), stream=INBOX),
        theirs.send(note("of another")),
    ]
    envelopes = [wire.decode_envelope(one.value) for one in sent]
    headers = [one.header for one in sent]
    valid, known = {one.value for one in sent}, known_values()
    places = sorted({(one.place.topic, one.place.partition) for one in sent})

    def make(dice: random.Random) -> bytes:
        at = dice.randrange(len(sent))
        match dice.randrange(4):
            case 0 | 1:
                return mutated(sent[at].value, dice)
            case 2:
                parts = [dice.choice(envelopes) for _ in range(3)]
                joined = wire.Envelope(parts[0].header, parts[1].ciphertext, parts[2].signature)
                return wire.encode_envelope(joined)
            case _:
                return _other_header(envelopes[at], headers[at], dice, known)

    def judge(value: bytes) -> Verdict:
        if value in valid:
            return Verdict.SAME
        fates = [
            examine(value, Place(topic, partition, 1), reader, NOW_S, domain_check)
            for topic, partition in places
        ]
        return Verdict.REFUSED if all(map(harmless, fates)) else Verdict.ACCEPTED

    return Target(make, judge)


def _other_header(
    envelope: wire.Envelope, header: wire.Header, dice: random.Random, known: Sequence[Any]
) -> bytes:
    """The record under a header that is as valid in form, and not signed."""
    try:
        other = wire.encode_header(with_field(header, dice, known))
    except (TheirFault, ValueError):  # a number or a text that no header can hold
        other = mutated(envelope.header, dice)
    return wire.encode_envelope(replace(envelope, header=other))


def open_insider(_folder: Path) -> Target:
    """The target `insider`."""
    directory = incident_directory()
    sender = steady(Sender(ORIGINATOR, directory))
    reader = MemoryReader(NEIGHBOUR, directory, domain_check)
    give_keys(sender, reader)
    item, known = incident(), [*known_values(), COURIER.id]
    header = sender.header("ion", "south-america", NOW_S)
    place = sender.place()

    def make(dice: random.Random) -> bytes:
        match dice.randrange(6):
            case 0:
                return _sealed(sender, header, mutated(padding.pad(wire.encode_inner((item,))), dice))
            case 1:
                return _sealed(sender, header, padding.pad(mutated(wire.encode_inner((item,)), dice)))
            case 2:
                one = replace(item, body=mutated(item.body, dice))
                return _of_items(sender, header, (one,), dice)
            case 3:
                return _of_items(sender, header, (with_field(item, dice, known),), dice)
            case 4:
                body = _another_report(dice)
                return _of_items(sender, header, (replace(item, body=body), item), dice)
            case _:
                return _of_items(sender, with_field(header, dice, known), (item,), dice)

    def judge(value: bytes) -> Verdict:
        fate = examine(value, place, reader, NOW_S, domain_check)
        taken = [one.item for one in fate.items if one.outcome is Outcome.ACCEPTED]
        for one in taken:
            codec = codec_of(directory.schemas[one.schema])
            body = codec.decode(one.body)
            assert one.body == codec.encode(body), "accepted, and has two encodings"
            domain_check(f"{codec.schema['namespace']}.{codec.schema['name']}", body)
        assert bool(taken) == (fate.outcome is Outcome.ACCEPTED)
        return Verdict.ALLOWED if taken else Verdict.REFUSED

    return Target(make, judge)


@cache
def _report() -> dict[str, Any]:
    return dict(check_incident(deepcopy(SEIZURE), now_s=NOW_S).body)


def _another_report(dice: random.Random) -> bytes:
    """The body of another report as Avro, as far as its schema has a place for it."""
    codec = codec_of(INCIDENT)
    try:
        return codec.encode(with_value(_report(), dice))
    except Exception:  # the encoder of the library says no in many ways, and is not what is tested
        return mutated(codec.encode(_report()), dice)


def _of_items(
    sender: Sender, header: wire.Header, items: tuple[wire.Item, ...], dice: random.Random
) -> bytes:
    try:
        return _sealed(sender, header, padding.pad(wire.encode_inner(items)))
    except (TheirFault, ValueError):
        return _sealed(sender, sender.header("ion", "south-america", NOW_S), dice.randbytes(1_024))


def _sealed(sender: Sender, header: wire.Header, plaintext: bytes) -> bytes:
    """Any bytes sealed and signed as the originator does."""
    data = wire.encode_header(header)
    key = record_key(sender.generation.secret, sender.generation.id)
    ciphertext = seal_bytes(key, data, plaintext)
    signature = sign_record(sender.party.record, leaf_of(data, ciphertext))
    return wire.encode_envelope(wire.Envelope(data, ciphertext, signature))
