"""What a real broker holds, opened with the originator's own secrets: for counting what arrived."""

from __future__ import annotations

import asyncio
from collections import Counter

from tocsin.adapters.kafka.reading import read_to_end
from tocsin.adapters.kafka.records import IncomingRecord
from tocsin.adapters.outbox.store import Outbox
from tocsin.core import padding, wire
from tocsin.core.key_schedule import GenerationId, record_key
from tocsin.core.primitives import open_bytes
from tocsin.core.streams import Layout, stream_topic


def all_records(bootstrap: str, layout: Layout, stream: str) -> list[IncomingRecord]:
    """Every record of a stream, partition by partition."""

    async def run() -> list[IncomingRecord]:
        topic, found = stream_topic(stream), []
        for partition in range(layout.partitions(stream)):
            found += await read_to_end(bootstrap, topic, partition)
        return found

    return asyncio.run(run())


def items_by_region(records: list[IncomingRecord], outbox: Outbox) -> Counter[tuple[bytes, str]]:
    """How often each (report id, region) is on the broker."""
    found: Counter[tuple[bytes, str]] = Counter()
    for record in records:
        envelope = wire.decode_envelope(record.value or b"")
        header = wire.decode_header(envelope.header)
        id_ = GenerationId(header.originator, header.audience, header.generation)
        generation = outbox.keys.generation(id_)
        assert generation is not None
        key = record_key(generation.secret, id_)
        plaintext = padding.unpad(open_bytes(key, envelope.header, envelope.ciphertext))
        found.update((item.report_id, header.region) for item in wire.decode_inner(plaintext))
    return found
