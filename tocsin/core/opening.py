"""Law: records become items here, and only here; a producer cannot import it.

It guarantees one error for every failure to open, and items only from a plaintext that has exactly
one encoding. Whether the record should be opened at all is decided by the rungs before it.
Source: wire format, rungs 15 and 16.
"""

from __future__ import annotations

from tocsin.core import padding, wire
from tocsin.core.key_schedule import GenerationId, record_key
from tocsin.core.primitives import open_bytes


def open_record(envelope: wire.Envelope, header: wire.Header, secret: bytes) -> bytes:
    """The padded plaintext. `secret` is the generation's. Raises CannotOpenError."""
    generation = GenerationId(header.originator, header.audience, header.generation)
    return open_bytes(record_key(secret, generation), envelope.header, envelope.ciphertext)


def read_items(padded: bytes) -> tuple[wire.Item, ...]:
    """The items of an opened record. Raises MalformedError."""
    return wire.decode_inner(padding.unpad(padded))
