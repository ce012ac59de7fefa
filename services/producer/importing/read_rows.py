"""Rows of a CSV file, plain or gzip, with the line each began on; one bad row spoils no other.

A file is read line by line, never whole. A row whose quotes do not close is refused alone and reading
goes on with the next line, so that rows read and refused add up to the rows that are there. What is
wrong with the whole file (header, no CSV, gzip that ends early) raises MalformedError with the line.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from tocsin.core.errors import MalformedError

MAX_LINE_BYTES = 65_536
MAX_LINES_PER_ROW = 20
_GZIP_MAGIC = b"\x1f\x8b"
# Spreadsheets leave these around names of columns.
_MARKS = "\ufeff\u00a0\u200e\u200f \t\r\n"


class Row(NamedTuple):
    """One row: the line that it began on (from 1) and its cells by name of column."""

    line: int
    cells: dict[str, str]


class BadRow(NamedTuple):
    """A row that is no row: the line that it began on, its text where it could be read, and why."""

    line: int
    text: str
    reason: str


def read_rows(path: Path, columns: tuple[str, ...]) -> Iterator[Row | BadRow]:
    """Every row of `path`, whose header must name exactly `columns`, in any order.

    Raises MalformedError for a file that is not such a table, OSError if it cannot be read.
    """
    with _opened(path) as file:
        lines = _Lines(file, path)
        header = _header(lines, columns, path)
        while (first := lines.next()) is not None:
            if first.data.strip():
                yield _row(first, lines, header)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    with path.open("rb") as raw:
        zipped = raw.peek(2)[:2] == _GZIP_MAGIC
        if not zipped:
            yield raw
            return
        with gzip.GzipFile(fileobj=raw) as unzipped:
            yield io.BufferedReader(unzipped, 1 << 18)


class _Line(NamedTuple):
    number: int
    data: bytes


class _Lines:
    """Physical lines with their numbers; those that turned out to be rows of their own come again."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file = file
        self._path = path
        self._again: deque[_Line] = deque()
        self._number = 0

    def next(self) -> _Line | None:
        """The next line, None at the end."""
        if self._again:
            return self._again.popleft()
        self._number += 1
        try:
            data = self._file.readline(MAX_LINE_BYTES + 1)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise MalformedError(
                f"{self._path}, line {self._number}: the gzip file is damaged or ends early; "
                "fetch it again (rows accepted so far are not imported twice)"
            ) from None
        if len(data) > MAX_LINE_BYTES:
            raise MalformedError(
                f"{self._path}, line {self._number}: longer than {MAX_LINE_BYTES} bytes;"
                " is this a CSV file?"
            )
        return _Line(self._number, data) if data else None

    def put_back(self, lines: list[_Line]) -> None:
        """Hand out `lines` again, in order."""
        self._again.extendleft(reversed(lines))


def _header(lines: _Lines, columns: tuple[str, ...], path: Path) -> list[str]:
    first = lines.next()
    if first is None:
        raise MalformedError(f"{path}: is empty")
    try:
        names = next(csv.reader([first.data.decode("utf-8-sig")], strict=True))
    except (UnicodeDecodeError, csv.Error, StopIteration):
        raise MalformedError(f"{path}, line 1: is no header in UTF-8, separated by commas") from None
    header = [name.strip(_MARKS) for name in names]
    if sorted(header) != sorted(columns):
        missing = [name for name in columns if name not in header]
        other = len([name for name in header if name not in columns])
        repeated = sorted({name for name in header if name in columns and header.count(name) > 1})
        raise MalformedError(
            f"{path}, line 1: the header is not that of this profile"
            f" (missing: {', '.join(missing) or 'none'}; repeated: {', '.join(repeated) or 'none'};"
            f" unknown: {other})"
        )
    return header


def _row(first: _Line, lines: _Lines, header: list[str]) -> Row | BadRow:
    taken = [first]
    data = first.data
    # An odd number of quotes: the row goes on in the next line.
    while data.count(b'"') % 2 and len(taken) < MAX_LINES_PER_ROW and (more := lines.next()):
        taken.append(more)
        data += more.data
    parsed = _parsed(data, len(header))
    if not isinstance(parsed, str):
        return Row(first.number, dict(zip(header, parsed, strict=True)))
    if len(taken) > 1:
        # The quote does not close, or is an inch sign: this line stands or falls alone.
        lines.put_back(taken[1:])
        parsed = _parsed(first.data, len(header))
        if not isinstance(parsed, str):
            return Row(first.number, dict(zip(header, parsed, strict=True)))
    return BadRow(first.number, first.data.decode("utf-8", "replace").rstrip("\r\n"), parsed)


def _parsed(data: bytes, width: int) -> list[str] | str:
    """The cells, or a sentence about what is wrong."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return "holds bytes that are not UTF-8"
    if "\x00" in text:
        return "holds a NUL byte"
    line = text.rstrip("\r\n")
    if '"' not in line:
        cells = line.split(",")
    else:
        try:
            cells = next(csv.reader([text], strict=True))
        except csv.Error:
            return "is no row of a CSV file; a quote does not close, or something follows a closing quote"
    return cells if len(cells) == width else f"has {len(cells)} cells, the header has {width}"
