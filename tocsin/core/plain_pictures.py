"""Law: a picture that holds nothing but what can be seen, told by its structure without unpacking it whole.

It guarantees that a PNG or JPEG which passes has no field beside its pixels (no EXIF, place, thumbnail,
comment, text, profile, transparency), ends where its file ends, and is no bomb: its sides are bounded
before anything is unpacked, and of a PNG no more than its pixels ever is. What can be seen in it is left to
people; whether a decoder likes the pixels of a JPEG, to `adapters.pictures`, which makes such pictures.
Source: wire format, "Pictures in alerts"; PNG (W3C, third edition); JPEG (ITU T.81), JFIF 1.02.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from tocsin.core.errors import MalformedError
from tocsin.core.media_types import JPEG, PNG

MAX_SIDE_PIXELS = 2_048
MAX_JPEG_TABLE_BYTES = 4_096
_PNG_START, _JPEG_START, _JPEG_END = b"\x89PNG\r\n\x1a\n", b"\xff\xd8", b"\xff\xd9"
_PNG_ORDER = re.compile(r"IHDR(?: PLTE)?(?: IDAT)+ IEND")
# Colour type -> samples of a pixel; under transparency something could lie that is not seen.
_SAMPLES = {0: 1, 2: 3, 3: 1}
_DEPTHS = frozenset({1, 2, 4, 8})
_JFIF, _FRAME, _SCAN = 0xE0, 0xC0, 0xDA
_JFIF_END = 20
_SCAN_BYTES = frozenset({6, 10})  # of a scan of one component, of three
_TABLES = frozenset({0xDB, 0xC4, 0xDD})  # DQT, DHT, DRI
# Within a scan FF stands before 00 (itself) and D0 to D7 (restarts) only.
_SCAN_ENDS = re.compile(rb"\xff[^\x00\xd0-\xd7]")
_NOT_PLAIN = "holds more than a picture (fields, text or data behind it): give the picture anew"


@dataclass(frozen=True, slots=True)
class PlainPicture:
    """Its media type, and its sides in pixels."""

    media_type: str
    width: int
    height: int


def plain_picture(content: bytes) -> PlainPicture:
    """What a PNG or baseline JPEG without anything beside its pixels is. Raises MalformedError."""
    if content.startswith(_PNG_START):
        return _png(content)
    if content.startswith(_JPEG_START):
        return _jpeg(content)
    raise MalformedError("is neither a PNG nor a JPEG picture")


def _sized(media_type: str, width: int, height: int) -> PlainPicture:
    if not (0 < width <= MAX_SIDE_PIXELS and 0 < height <= MAX_SIDE_PIXELS):
        raise MalformedError(f"has sides beyond 1 to {MAX_SIDE_PIXELS} pixels: make it smaller")
    return PlainPicture(media_type, width, height)


def _png(content: bytes) -> PlainPicture:
    chunks = list(_chunks(content))
    header = chunks[0][1] if chunks else b""
    if not _PNG_ORDER.fullmatch(" ".join(name for name, _ in chunks)) or len(header) != 13:
        raise MalformedError(_NOT_PLAIN)
    found = _sized(PNG, int.from_bytes(header[:4]), int.from_bytes(header[4:8]))
    depth, colour, *rest = header[8:]
    if depth not in _DEPTHS or colour not in _SAMPLES or any(rest) or chunks[-1][1]:
        raise MalformedError(
            "is a PNG of a kind that is not taken (interlaced, transparent, 16 bits): give it anew"
        )
    line_bytes = 1 + (found.width * depth * _SAMPLES[colour] + 7) // 8
    pixels = b"".join(data for name, data in chunks if name == "IDAT")
    if not _unpacks_to(pixels, found.height * line_bytes):
        raise MalformedError("has other data than its pixels: give the picture anew")
    return found


def _chunks(content: bytes) -> Iterator[tuple[str, bytes]]:
    """(name, data) of each chunk up to the end of the file. Raises MalformedError."""
    place = len(_PNG_START)
    while place < len(content):
        end = place + 12 + int.from_bytes(content[place : place + 4])
        data = content[place + 4 : end - 4]
        if end > len(content) or int.from_bytes(content[end - 4 : end]) != zlib.crc32(data):
            raise MalformedError(_NOT_PLAIN)
        yield data[:4].decode("latin-1"), data[4:]
        place = end


def _unpacks_to(packed: bytes, size_bytes: int) -> bool:
    """Whether `packed` is one zlib stream of exactly so many bytes; no more than that is unpacked."""
    stream = zlib.decompressobj()
    try:
        found_bytes = len(stream.decompress(packed, size_bytes + 1))
    except zlib.error:
        return False
    return found_bytes == size_bytes and stream.eof and not stream.unused_data


def _jpeg(content: bytes) -> PlainPicture:
    found, tables_bytes = None, 0
    for marker, segment, end in _segments(content):
        if marker in _TABLES:
            tables_bytes += len(segment)
        elif marker == _FRAME and found is None:
            found = _frame(segment)
        elif marker == _SCAN and found is not None and len(segment) in _SCAN_BYTES:
            return _ended(content, end, found, tables_bytes)
        elif not (marker == _JFIF and end == _JFIF_END and _is_jfif(segment)):
            break
    raise MalformedError(_NOT_PLAIN)


def _segments(content: bytes) -> Iterator[tuple[int, bytes, int]]:
    """(marker, what it holds, where it ends) of each segment, as long as they follow each other."""
    place = len(_JPEG_START)
    while content[place : place + 1] == b"\xff" and len(content) >= place + 4:
        begin, length = place + 4, int.from_bytes(content[place + 2 : place + 4])
        marker, place = content[place + 1], place + 2 + length
        yield marker, content[begin:place], place


def _is_jfif(segment: bytes) -> bool:
    """A JFIF header without a thumbnail."""
    return len(segment) == 14 and segment.startswith(b"JFIF\0") and segment.endswith(b"\0\0")


def _frame(segment: bytes) -> PlainPicture:
    """The sides of a frame of 8 bits in grey or colour."""
    if len(segment) not in {9, 15} or segment[0] != 8 or len(segment) != 6 + 3 * segment[5]:
        raise MalformedError("is a JPEG of a kind that is not taken (12 bits, CMYK): give it anew")
    return _sized(JPEG, int.from_bytes(segment[3:5]), int.from_bytes(segment[1:3]))


def _ended(content: bytes, scan: int, found: PlainPicture, tables_bytes: int) -> PlainPicture:
    """`found`, where the one scan that begins at `scan` is the last thing in the file."""
    end = _SCAN_ENDS.search(content, scan)
    is_last = end is not None and end[0] == _JPEG_END and end.end() == len(content)
    if not is_last or tables_bytes > MAX_JPEG_TABLE_BYTES:
        raise MalformedError(_NOT_PLAIN)
    return found
