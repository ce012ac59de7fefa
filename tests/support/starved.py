"""Run in a subprocess of its own: decodes what claims to be huge under a limit of memory.

It prints how many inputs were refused, and by how many KiB the process grew while refusing them.
"""

from __future__ import annotations

import json
import resource

from tests.support.world import NOTE, NOW_S, note, small_world
from tocsin.core import wire
from tocsin.core.avro import Codec
from tocsin.core.errors import MalformedError

ROOM_BYTES = 64 * 2**20


def varint(value: int) -> bytes:
    """Avro's zigzag encoding of a long."""
    value, out = (value << 1) ^ (value >> 63), b""
    while value > 0x7F:
        out, value = out + bytes([value & 0x7F | 0x80]), value >> 7
    return out + bytes([value])


def field(field_type: object) -> Codec:
    """A codec of a record with one field."""
    schema = {"type": "record", "name": "R", "fields": [{"name": "x", "type": field_type}]}
    return Codec(json.dumps(schema).encode())


def claims() -> list[tuple[Codec, bytes]]:
    """Codecs with bytes that claim lengths which they do not have."""
    lengths = (2**40, -1, -(2**40), 10**9, 2**62)
    texts = [field("string"), field("bytes")]
    lists = [field({"type": "array", "items": one}) for one in ("string", "long")]
    pairs = [field({"type": "map", "values": "long"})]
    own = [wire.codec(name) for name in ("envelope", "header", "inner", "manifest", "checkpoint")]
    codecs = (*texts, *lists, *pairs, *own, Codec(NOTE))
    return [(codec, varint(length) + b"ab") for codec in codecs for length in lengths]


def used_bytes() -> int:
    """The address space of this process."""
    with open("/proc/self/statm", encoding="ascii") as pages:  # noqa: PTH123
        return int(pages.read().split()[0]) * resource.getpagesize()


def main() -> None:
    """Refuse everything, under a limit."""
    inputs = claims()
    sender, reader = small_world().pair()
    places = [sender.send(note(body=data)) for _codec, data in inputs]
    limit = used_bytes() + ROOM_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    refused = 0
    for codec, data in inputs:
        try:
            codec.decode(data)
        except MalformedError as error:
            # Out of memory is refused too, but it would mean that somebody believed the length.
            refused += "MemoryError" not in str(error)
    fates = {str(reader.read(sent.value, sent.place, NOW_S).outcome) for sent in places}
    grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(json.dumps([len(inputs) - refused, sorted(fates), grown_kib]))


if __name__ == "__main__":
    main()
