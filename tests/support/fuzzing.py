"""Run in a subprocess of its own: mutates everything that comes from outside, under a limit of memory.

`python -m tests.support.fuzzing SEED ROUNDS` prints what was accepted though it was changed.
"""

from __future__ import annotations

import json
import random
import resource
import sys
from collections.abc import Callable

from tests.support.starved import ROOM_BYTES, used_bytes
from tests.support.world import NEIGHBOUR, NOTE, NOW_S, note, small_world, targets
from tocsin.core import wire
from tocsin.core.avro import Codec
from tocsin.core.directory import read_directory
from tocsin.core.errors import TheirFault
from tocsin.core.ladder import examine
from tocsin.core.manifests import open_wrap, verified_statement

WORLD = small_world()
SENDER, READER = WORLD.pair()
SENT = SENDER.send(note("one"), note("two"))


def mutated(data: bytes, dice: random.Random) -> bytes:
    """`data` with one to three stretches changed, cut, doubled or moved."""
    out = bytearray(data)
    for _ in range(dice.randint(1, 3)):
        at, length = dice.randrange(len(out) + 1), dice.randint(0, 16)
        piece = bytes(out[at : at + length])
        match dice.randrange(4):
            case 0:
                out[at : at + length] = dice.randbytes(dice.randint(0, 16))
            case 1:
                del out[at : at + length]
            case 2:
                out[at:at] = piece
            case _:
                out[at : at + length] = dice.choice((b"\xff", b"\x80", b"\x00")) * length
    return bytes(out)


def _record(value: bytes) -> str | None:
    fate = examine(value, SENT.place, READER, NOW_S, READER.domain_check)
    return None if fate.outcome in {"quarantined", "parked"} else f"record: {fate.outcome}"


def _refused(read: Callable[[bytes], object], value: bytes, name: str) -> str | None:
    try:
        read(value)
    except TheirFault:
        return None
    return name


def _body(value: bytes) -> str | None:
    codec = Codec(NOTE)
    try:
        decoded = codec.decode(value)
    except TheirFault:
        return None
    return None if codec.encode(decoded) == value else "body: two encodings"


def _open_wrap(value: bytes) -> bytes:
    """Every field of a wrap is bound to what is sealed in it."""
    manifest = READER.manifests[SENDER.generation.id]
    return open_wrap(wire.decode_wrap(value), manifest, NEIGHBOUR.kem)


def _target(value: bytes) -> str | None:
    """A changed target refuses itself or reads; what it may never do is raise something else."""
    name = NEIGHBOUR.target()[0]
    read_directory(7, NOW_S, targets() | {name: value})
    return None


def main(seed: int, rounds: int) -> None:
    """Mutate and read, under a limit."""
    dice = random.Random(seed)
    statement, wrap = SENDER.manifest(), SENDER.wraps()[NEIGHBOUR.id]
    readers: list[tuple[bytes, Callable[[bytes], str | None]]] = [
        (SENT.value, _record),
        (
            statement,
            lambda v: _refused(lambda one: verified_statement(one, WORLD.directory), v, "statement"),
        ),
        (wrap, lambda v: _refused(_open_wrap, v, "wrap")),
        (note("text").body, _body),
        (NEIGHBOUR.target()[1], _target),
    ]
    limit = used_bytes() + ROOM_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    wrong = []
    for number in range(rounds):
        data, read = readers[number % len(readers)]
        value = mutated(data, dice)
        if value != data and (complaint := read(value)) is not None:
            wrong.append([complaint, value.hex()])
    print(json.dumps(wrong))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
