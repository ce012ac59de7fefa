"""Law: every identifier is recomputed from what it names, never believed.

Participant ids are 16 random bytes from the registrar and are the exception. What an id may do is left
to `directory`. Source: wire format, "Directory", last paragraph; RFC 9562 for UUIDv7.
"""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache

from tocsin.core.errors import MalformedError
from tocsin.core.primitives import sha256

ID_BYTES = 16
NO_LEAF = bytes(32)
MAX_HELD_AUDIENCES = 4_096


class Algorithm(IntEnum):
    """What kind of public key an id names."""

    XWING = 1
    ED25519 = 2
    COMPOSITE = 3


def key_id(algorithm: Algorithm, public: bytes) -> bytes:
    """16 bytes: SHA-256("tocsin/1/key" NUL u8 algorithm, public key)[0:16]."""
    return sha256(b"tocsin/1/key\0" + bytes([algorithm]) + public)[:ID_BYTES]


@lru_cache(maxsize=MAX_HELD_AUDIENCES)
def audience_id(name: str) -> bytes:
    """16 bytes: SHA-256("tocsin/1/audience" NUL name)[0:16]."""
    return sha256(b"tocsin/1/audience\0" + name.encode())[:ID_BYTES]


def own_audience(participant: bytes) -> str:
    """The name of the audience of `participant` alone: `to.` and 32 hex digits."""
    return f"to.{participant.hex()}"


def schema_id(schema_bytes: bytes) -> bytes:
    """32 bytes: SHA-256 of the exact bytes of the schema's file."""
    return sha256(schema_bytes)


def leaf_of(header: bytes, ciphertext: bytes) -> bytes:
    """32 bytes: SHA-256(0x00, u32 length of header, header, ciphertext)."""
    return sha256(b"\0" + len(header).to_bytes(4, "big") + header + ciphertext)


def uuid7(now_ms: int, random10: bytes) -> bytes:
    """A UUIDv7 of `now_ms` with 10 random bytes (74 bits of them are used)."""
    stamp = now_ms.to_bytes(6, "big")
    version = bytes([0x70 | random10[0] & 0x0F, random10[1]])
    return stamp + version + bytes([0x80 | random10[2] & 0x3F]) + random10[3:10]


def parse_id(text: str) -> bytes:
    """16 bytes from exactly 32 lower-case hex digits. Raises MalformedError."""
    if len(text) != 2 * ID_BYTES or text.strip("0123456789abcdef"):
        raise MalformedError("an id has 32 lower-case hex digits")
    return bytes.fromhex(text)


def is_uuid7(value: bytes) -> bool:
    """Whether 16 bytes are a UUIDv7 with the RFC's variant."""
    return len(value) == ID_BYTES and value[6] >> 4 == 7 and value[8] >> 6 == 2
