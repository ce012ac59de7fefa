"""Small PNG and JPEG files put together by hand, to be spoiled."""

from __future__ import annotations

import struct
import zlib

SAMPLES = {0: 1, 2: 3, 3: 1}


def chunk(name: str, data: bytes) -> bytes:
    """One chunk of a PNG."""
    named = name.encode() + data
    return struct.pack(">I", len(data)) + named + struct.pack(">I", zlib.crc32(named))


def png_of(*chunks: tuple[str, bytes]) -> bytes:
    """A PNG of these chunks."""
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(name, data) for name, data in chunks)


def png(width: int = 3, height: int = 2, form: int = 2) -> bytes:
    """A whole PNG of one colour; `form` is grey (0), colour (2) or a palette (3)."""
    header = struct.pack(">IIBBBBB", width, height, 8, form, 0, 0, 0)
    pixels = zlib.compress((b"\0" + bytes(width * SAMPLES[form])) * height)
    palette = [("PLTE", b"\xff\xff\xff")] if form == 3 else []
    return png_of(("IHDR", header), *palette, ("IDAT", pixels), ("IEND", b""))


def segment(marker: int, data: bytes) -> bytes:
    """One segment of a JPEG."""
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


def jpeg(
    before: bytes | None = None,
    frame: bytes = b"\x08\0\x01\0\x02\x01\x01\x11\0",
    scan: bytes = b"\x01\x01\0\0\x3f\0",
    data: bytes = b"pixels",
) -> bytes:
    """A JPEG by its structure (no decoder likes its pixels); `before`: what stands before the frame."""
    head = segment(0xE0, b"JFIF\0\1\2\0\0\1\0\1\0\0") if before is None else before
    parts = head + segment(0xDB, bytes(65)) + (segment(0xC0, frame) if frame else b"")
    return b"\xff\xd8" + parts + segment(0xC4, bytes(20)) + segment(0xDA, scan) + data + b"\xff\xd9"
