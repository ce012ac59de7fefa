"""Lines of a text file, plain or gzip, each with its number; and which text file it is.

A file is read line by line, never whole. What is wrong with the whole file raises MalformedError with
the line.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from tocsin.core.errors import MalformedError

MAX_LINE_CHARACTERS = 65_536
MAX_LINE_BYTES = 4 * MAX_LINE_CHARACTERS
FIRST_BYTES = 4_096
GZIP_MAGIC = b"\x1f\x8b"
_OTHER_FILES = {
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"%PDF": "a PDF document",
    b"\xd0\xcf\x11\xe0": "an encrypted or old workbook: take the password off, save it as .xlsx",
}


class Line(NamedTuple):
    """One physical line, with its end."""

    number: int
    text: str


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The bytes of `path`, unpacked if it is gzip."""
    with path.open("rb") as raw:
        if raw.peek(2)[:2] != GZIP_MAGIC:
            yield raw
            return
        with gzip.GzipFile(fileobj=raw) as unzipped:
            yield io.BufferedReader(unzipped, 1 << 18)


def first_bytes(path: Path) -> bytes:
    """The first bytes of the (unpacked) content. Raises MalformedError for no text, or nothing."""
    with opened(path) as file, _whole(path, 1):
        data = file.read(FIRST_BYTES)
    if not data.strip():
        raise MalformedError(f"{path}: is empty")
    for magic, kind in _OTHER_FILES.items():
        if data.startswith(magic):
            raise MalformedError(f"{path}: is no table but {kind}")
    return data


def byte_lines(path: Path) -> Iterator[bytes]:
    """All lines as bytes, for a first look at an encoding with one-byte line ends."""
    with opened(path) as file:
        number = 1
        while data := _limited(file, path, number):
            yield data
            number += 1


def read_through(path: Path, encoding: str) -> None:
    """Look at every line once, so that a file that is damaged or no text is refused before a row is taken.

    Raises MalformedError.
    """
    with opened(path) as file:
        lines = Lines(file, path, encoding)
        while lines.next() is not None:
            pass


class Lines:
    """Physical lines with their numbers; those that turned out to be rows of their own come again.

    Bytes that the encoding does not know are kept as lone surrogates, so that only their row is bad.
    """

    def __init__(self, file: BinaryIO, path: Path, encoding: str) -> None:
        name = "utf-8-sig" if encoding == "utf-8" else encoding
        self._file = io.TextIOWrapper(file, name, errors="surrogateescape", newline="\n")
        self._path = path
        self._again: deque[Line] = deque()
        self._number = 0

    def next(self) -> Line | None:
        """The next line, None at the end."""
        if self._again:
            return self._again.popleft()
        self._number += 1
        with _whole(self._path, self._number):
            text = self._file.readline(MAX_LINE_CHARACTERS + 1)
        if len(text) > MAX_LINE_CHARACTERS:
            raise _too_long(self._path, self._number)
        return Line(self._number, text) if text else None

    def put_back(self, lines: list[Line]) -> None:
        """Hand out `lines` again, in order."""
        self._again.extendleft(reversed(lines))


def _limited(file: BinaryIO, path: Path, number: int) -> bytes:
    with _whole(path, number):
        data = file.readline(MAX_LINE_BYTES + 1)
    if len(data) > MAX_LINE_BYTES:
        raise _too_long(path, number)
    return data


def _too_long(path: Path, number: int) -> MalformedError:
    return MalformedError(
        f"{path}, line {number}: longer than {MAX_LINE_CHARACTERS} characters; is this a table of text?"
    )


@contextmanager
def _whole(path: Path, number: int) -> Iterator[None]:
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise MalformedError(
            f"{path}, line {number}: the gzip file is damaged or ends early; "
            "fetch it again (rows accepted so far are not imported twice)"
        ) from None
