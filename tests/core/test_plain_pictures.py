"""A picture passes only if nothing but its pixels is in the file, and it is no bomb."""

import struct
import zlib

import pytest

from tests.support.plain import chunk, jpeg, png, png_of, segment
from tocsin.core.errors import MalformedError
from tocsin.core.media_types import JPEG, PNG
from tocsin.core.plain_pictures import MAX_SIDE_PIXELS, PlainPicture, plain_picture

ZIP = b"PK\x03\x04 an archive behind the picture"
HEADER = struct.pack(">IIBBBBB", 2, 1, 8, 0, 0, 0, 0)
PIXELS = zlib.compress(b"\0ab")
JFIF = b"JFIF\0\1\2\0\0\1\0\1\0\0"
FRAME = b"\x08\0\x01\0\x02\x01\x01\x11\0"
SCAN = b"\x01\x01\0\0\x3f\0"


@pytest.mark.parametrize("form", [0, 2, 3])
def test_a_png_of_pixels_alone_is_plain(form: int) -> None:
    assert PlainPicture(PNG, 3, 2) == plain_picture(png(3, 2, form))


def test_a_jpeg_of_one_scan_alone_is_plain() -> None:
    assert PlainPicture(JPEG, 2, 1) == plain_picture(jpeg())
    assert PlainPicture(JPEG, 2, 1) == plain_picture(jpeg(before=b""))
    colour = b"\x08\0\x01\0\x02\x03" + b"\x01\x11\0" * 3
    scan = b"\x03" + b"\x01\0" * 3 + b"\0\x3f\0"
    assert PlainPicture(JPEG, 2, 1) == plain_picture(jpeg(frame=colour, scan=scan))


def test_bytes_of_a_scan_that_look_like_marks_are_pixels() -> None:
    assert plain_picture(jpeg(data=b"a\xff\0b\xff\xd0c\xff\xd7d"))


@pytest.mark.parametrize(
    "content",
    [
        png(3, 2, 2) + ZIP,
        png_of(("IHDR", HEADER), ("tEXt", b"Comment\0Jane Doe"), ("IDAT", PIXELS), ("IEND", b"")),
        png_of(("IHDR", HEADER), ("eXIf", b"II*\0"), ("IDAT", PIXELS), ("IEND", b"")),
        png_of(("IHDR", HEADER), ("IDAT", PIXELS), ("IEND", b""), ("IDAT", PIXELS)),
        png_of(("IHDR", HEADER), ("IDAT", PIXELS), ("tRNS", b"\0\0"), ("IEND", b"")),
        png_of(("IDAT", PIXELS), ("IEND", b"")),
        png_of(("IHDR", HEADER), ("IEND", b"")),
        png_of(("IHDR", HEADER + b"more"), ("IDAT", PIXELS), ("IEND", b"")),
        png(3, 2, 2)[:-1] + b"?",
        png(3, 2, 2)[:-4],
        b"\x89PNG\r\n\x1a\n",
    ],
)
def test_a_png_with_anything_beside_its_pixels_is_refused(content: bytes) -> None:
    with pytest.raises(MalformedError, match="holds more than a picture"):
        plain_picture(content)


@pytest.mark.parametrize(
    "packed",
    [
        PIXELS + ZIP,
        zlib.compress(b"\0ab and more"),
        zlib.compress(b"\0a"),
        PIXELS[:-2],
        b"no zlib at all",
        zlib.compress(bytes(50_000_000)),
    ],
)
def test_a_png_whose_data_are_not_its_pixels_is_refused(packed: bytes) -> None:
    with pytest.raises(MalformedError, match="has other data than its pixels"):
        plain_picture(png_of(("IHDR", HEADER), ("IDAT", packed), ("IEND", b"")))


@pytest.mark.parametrize(
    "header",
    [
        struct.pack(">IIBBBBB", 2, 1, 16, 0, 0, 0, 0),
        struct.pack(">IIBBBBB", 2, 1, 8, 6, 0, 0, 0),
        struct.pack(">IIBBBBB", 2, 1, 8, 0, 0, 0, 1),
    ],
)
def test_a_png_of_a_kind_that_could_hide_something_is_refused(header: bytes) -> None:
    with pytest.raises(MalformedError, match="a kind that is not taken"):
        plain_picture(png_of(("IHDR", header), ("IDAT", PIXELS), ("IEND", b"")))


def test_an_end_with_something_in_it_is_refused() -> None:
    with pytest.raises(MalformedError):
        plain_picture(png_of(("IHDR", HEADER), ("IDAT", PIXELS), ("IEND", b"x")))


@pytest.mark.parametrize(
    "content",
    [
        jpeg() + ZIP,
        jpeg(before=segment(0xE1, b"Exif\0\0II*\0")),
        jpeg(before=segment(0xE0, JFIF) + segment(0xE0, JFIF)),
        jpeg(before=segment(0xE0, JFIF[:-2] + b"\1\1" + b"rgb")),
        jpeg(before=segment(0xE0, b"JFXX\0" + bytes(9))),
        jpeg(before=segment(0xFE, b"a comment about Jane Doe")),
        jpeg(before=segment(0xE2, b"ICC_PROFILE\0" + bytes(60))),
        jpeg(before=segment(0xDB, bytes(5_000))),
        jpeg(frame=b""),
        jpeg(scan=SCAN + b"Jane Doe"),
        jpeg(data=b"a\xff\xd9b"),
        jpeg(data=b"a\xff\xdab"),
        jpeg(before=segment(0xC0, FRAME)),
        jpeg()[:-1],
        b"\xff\xd8",
        b"\xff\xd8\xff\xe0\0",
    ],
)
def test_a_jpeg_with_anything_beside_its_scan_is_refused(content: bytes) -> None:
    with pytest.raises(MalformedError):
        plain_picture(content)


def test_a_progressive_jpeg_is_not_plain() -> None:
    with pytest.raises(MalformedError, match="holds more than a picture"):
        plain_picture(jpeg().replace(b"\xff\xc0", b"\xff\xc2"))


@pytest.mark.parametrize("frame", [b"\x0c" + FRAME[1:], FRAME + b"\x01\x11\0", FRAME[:-1]])
def test_a_jpeg_of_another_kind_is_said_to_be_one(frame: bytes) -> None:
    with pytest.raises(MalformedError, match="a kind that is not taken"):
        plain_picture(jpeg(frame=frame))


@pytest.mark.parametrize(
    "sides", [(MAX_SIDE_PIXELS + 1, 1), (1, MAX_SIDE_PIXELS + 1), (0, 1), (1, 0), (2**31, 2**31)]
)
def test_a_bomb_is_refused_by_its_sides_before_it_is_unpacked(sides: tuple[int, int]) -> None:
    header = struct.pack(">IIBBBBB", *sides, 8, 0, 0, 0, 0)
    with pytest.raises(MalformedError, match="sides beyond"):
        plain_picture(png_of(("IHDR", header), ("IDAT", PIXELS), ("IEND", b"")))
    frame = b"\x08" + struct.pack(">HH", sides[1] % 2**16, sides[0] % 2**16) + FRAME[5:]
    if max(sides) < 2**16:
        with pytest.raises(MalformedError, match="sides beyond"):
            plain_picture(jpeg(frame=frame))


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"<svg/>", b"RIFF....WEBP", chunk("IHDR", HEADER)])
def test_what_is_no_png_or_jpeg_is_refused(content: bytes) -> None:
    with pytest.raises(MalformedError, match="neither a PNG nor a JPEG"):
        plain_picture(content)
