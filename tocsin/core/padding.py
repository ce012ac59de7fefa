"""Law: hides the length of what is sealed, and accepts exactly one padding of each plaintext.

ISO 7816-4 (0x80, then zeros) to 1024, 2048, 4096, 8192, 16383, then multiples of 4096 up to 63
(16,383 keeps one Cobblestone chunk). Encryption is left to `sealing` and `opening`.
Source: wire format, "Record".
"""

from __future__ import annotations

from bisect import bisect_left

from tocsin.core.errors import MalformedError

SIZES_BYTES: tuple[int, ...] = (
    1024,
    2048,
    4096,
    8192,
    16383,
    *(4096 * k for k in range(5, 64)),
)
MAX_PLAINTEXT_BYTES = SIZES_BYTES[-1] - 1


def pad(plaintext: bytes) -> bytes:
    """`plaintext` (at most 258,047 bytes) padded to its size class. Raises MalformedError."""
    if len(plaintext) > MAX_PLAINTEXT_BYTES:
        raise MalformedError(f"{len(plaintext)} bytes do not fit in a record")
    size = SIZES_BYTES[bisect_left(SIZES_BYTES, len(plaintext) + 1)]
    return plaintext + b"\x80" + bytes(size - len(plaintext) - 1)


def unpad(padded: bytes) -> bytes:
    """The plaintext whose padding is exactly `padded`. Raises MalformedError."""
    plaintext = padded.rstrip(b"\x00")[:-1]
    if pad(plaintext) != padded:
        raise MalformedError("the padding is not the one of its plaintext")
    return plaintext
