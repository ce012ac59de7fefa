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
from typing import Any, BinaryIO, NamedTuple

from tocsin.core.errors import MalformedError

MAX_LINE_CHARACTERS = 65_536
MAX_LINE_BYTES = 4 * MAX_LINE_CHARACTERS
FIRST_BYTES = 4_096
UNPACKED_BUFFER_BYTES = 1 << 18
MAX_UNPACKED_TIMES = 200
FREE_UNPACKED_BYTES = 1 << 28
"""Below this the packed size does not matter: a small file of equal rows packs well."""
_BROKEN = (EOFError, zlib.error, gzip.BadGzipFile)
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
    with path.open("rb") as raw, unpacked(raw, path) as file:
        yield file


@contextmanager
def unpacked(raw: io.BufferedReader, path: Path) -> Iterator[BinaryIO]:
    """The bytes of `raw`, unpacked if it is gzip. Reading raises MalformedError for a bomb."""
    if raw.peek(2)[:2] != GZIP_MAGIC:
        yield raw
        return
    packed = _Counted(raw)
    with gzip.GzipFile(fileobj=packed) as unzipped:  # type: ignore[call-overload]
        yield io.BufferedReader(_Bounded(unzipped, packed, path), UNPACKED_BUFFER_BYTES)


class _Counted:
    """What gzip reads from, also where nothing can tell how far it is."""

    def __init__(self, raw: io.BufferedReader) -> None:
        self._raw, self.count_bytes = raw, 0

    def read(self, size_bytes: int = -1) -> bytes:
        data = self._raw.read(size_bytes)
        self.count_bytes += len(data)
        return data


class _Bounded(io.RawIOBase):
    """An unpacked file that is no longer read once it has grown as no table does: zeros without end."""

    def __init__(self, unzipped: gzip.GzipFile, packed: _Counted, path: Path) -> None:
        self._unzipped, self._packed, self._path = unzipped, packed, path
        self._count_bytes = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count_bytes: int = self._unzipped.readinto(buffer)
        self._count_bytes += count_bytes
        if self._count_bytes > FREE_UNPACKED_BYTES + MAX_UNPACKED_TIMES * self._packed.count_bytes:
            raise MalformedError(
                f"{self._path}: unpacks to over {MAX_UNPACKED_TIMES} times its size; this is no table"
            )
        return count_bytes


def first_bytes(path: Path) -> bytes:
    """The first bytes of the (unpacked) content. Raises MalformedError for no text, or nothing."""
    with opened(path) as file:
        return beginning(file, path, FIRST_BYTES)


def beginning(file: BinaryIO, path: Path, size_bytes: int) -> bytes:
    """The first bytes of an open file. Raises MalformedError where it is empty or known to be no table."""
    with _whole(path, 1):
        data = file.read(size_bytes)
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
        self._path, self._encoding = path, encoding
        self._again: deque[Line] = deque()
        self._number = 0

    def next(self) -> Line | None:
        """The next line, None at the end."""
        if self._again:
            return self._again.popleft()
        self._number += 1
        try:  # not `_whole`, which costs as much as reading a line
            text = self._file.readline(MAX_LINE_CHARACTERS + 1)
        except _BROKEN:
            raise _damaged(self._path, self._number) from None
        except UnicodeDecodeError:  # UTF-16 that ends, or breaks, within a character: no byte stands alone
            raise MalformedError(
                f"{self._path}, line {self._number}: is no sound {self._encoding} from here on: "
                "it was cut off or damaged; save it anew, as UTF-8"
            ) from None
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
    except _BROKEN:
        raise _damaged(path, number) from None


def _damaged(path: Path, number: int) -> MalformedError:
    return MalformedError(
        f"{path}, line {number}: the gzip file is damaged or ends early; "
        "fetch it again (what was taken so far is not taken twice)"
    )
