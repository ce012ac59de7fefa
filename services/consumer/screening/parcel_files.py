"""A firm's file as parcels, one after the other: CSV or JSON Lines, plain or gzip, or standard input.

The file is read once and never whole. What is wrong with all of it (no table, no header, another encoding)
is said before the first parcel; what is wrong with one row stops none of the others. Which encoding it has
is proven by its first 256 KiB, else asked; a later byte that does not fit is counted.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from services.consumer.screening.parcel_map import ParcelMap
from tocsin.adapters.encodings import settled
from tocsin.adapters.tables.read_rows import cells_of, read_header
from tocsin.adapters.tables.read_text import Lines, beginning, unpacked
from tocsin.adapters.tables.rows import BadRow
from tocsin.adapters.tables.separators import SAMPLE_LINES, named, separator_of
from tocsin.core.errors import MalformedError, StorageError
from tocsin.core.parcels import Parcel, decode

SAMPLE_BYTES = 1 << 18
STDIN = Path("-")
_INPUT = Path("standard input")
_ZIP_MAGIC = b"PK\x03\x04"


@dataclass(frozen=True)
class ParcelFormat:
    """What the firm said of its files; None: to be found out."""

    map: ParcelMap = field(default_factory=ParcelMap)
    encoding: str | None = None
    separator: str | None = None


@dataclass(frozen=True)
class ParcelFile:
    """An open file: its parcels (once), sentences on how it is read, its size and how far it is read."""

    name: str
    parcels: Iterator[Parcel | BadRow]
    said: tuple[str, ...]
    size_bytes: int | None
    read_bytes: Callable[[], int]


@contextmanager
def open_parcels(path: Path, asked: ParcelFormat) -> Iterator[ParcelFile]:
    """The parcels in `path`; `-` is standard input. Raises MalformedError, SettingsError, StorageError."""
    name = _INPUT if path == STDIN else path
    with _opened(path) as raw, unpacked(raw, name) as file:
        sample = beginning(file, name, SAMPLE_BYTES)
        if sample.startswith(_ZIP_MAGIC):
            raise MalformedError(f"{name}: is a workbook or an archive: save the sheet as CSV, UTF-8")
        encoding = settled(name, asked.encoding, sample, lambda: _whole_lines(sample))
        assert encoding.encoding is not None
        lines = Lines(io.BufferedReader(_Rejoined(sample, file)), name, encoding.encoding)
        said = [f"encoding {encoding.encoding}: {encoding.why}"]
        if sample.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
            parcels = _of_json(lines)
        else:
            parcels = _of_cells(lines, sample, encoding.encoding, asked, name, said)
        size_bytes = None if path == STDIN else path.stat().st_size
        yield ParcelFile(name.name, parcels, tuple(said), size_bytes, _progress(raw, size_bytes))


@contextmanager
def _opened(path: Path) -> Iterator[io.BufferedReader]:
    if path == STDIN:
        assert isinstance(sys.stdin.buffer, io.BufferedReader)
        yield sys.stdin.buffer
        return
    try:
        with path.open("rb") as raw:
            yield raw
    except OSError as error:
        raise StorageError(f"{path} cannot be read: {error.strerror}") from error


def _progress(raw: io.BufferedReader, size_bytes: int | None) -> Callable[[], int]:
    return (lambda: 0) if size_bytes is None else raw.tell


class _Rejoined(io.RawIOBase):
    """What was read for a first look, then the rest."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head, self._rest = memoryview(head), rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._head:
            return int(self._rest.readinto(buffer))  # type: ignore[attr-defined]
        count_bytes = min(len(buffer), len(self._head))
        buffer[:count_bytes] = self._head[:count_bytes]
        self._head = self._head[count_bytes:]
        return count_bytes


def _whole_lines(sample: bytes) -> list[bytes]:
    lines = sample.splitlines(keepends=True)
    # The last line of a full sample may be cut within a character.
    return lines[:-1] if len(sample) == SAMPLE_BYTES and len(lines) > 1 else lines


def _of_cells(
    lines: Lines, sample: bytes, encoding: str, asked: ParcelFormat, name: Path, said: list[str]
) -> Iterator[Parcel | BadRow]:
    text = sample.decode("utf-8-sig" if encoding == "utf-8" else encoding, "replace")
    first = text.splitlines(keepends=True)[: SAMPLE_LINES + 1]
    separator, why = separator_of(first[:-1] or first, asked.separator, name)
    header = read_header(lines, name, encoding, separator)
    flat, sentences = asked.map.parcels(header, f"{name}, line 1")
    said += [f"separator {named(separator)}: {why}", *sentences]

    def parcels() -> Iterator[Parcel | BadRow]:
        again = list(header)
        for found in cells_of(lines, len(header), encoding, separator, any_bytes=True):
            if isinstance(found, BadRow):
                yield found
                continue
            line, cells = found
            if cells == again:
                yield BadRow(line, separator.join(cells), "is the header again")
                continue
            yield flat.parcel(cells)

    return parcels()


def _of_json(lines: Lines) -> Iterator[Parcel | BadRow]:
    while (line := lines.next()) is not None:
        if line.text.isspace():
            continue
        try:
            yield decode(line.text.encode("utf-8"))
        except UnicodeEncodeError:
            text = line.text.encode("utf-8", "replace").decode()
            yield BadRow(line.number, text.rstrip("\r\n"), "holds bytes that are not of the encoding")
        except MalformedError as error:
            yield BadRow(line.number, line.text.rstrip("\r\n"), str(error))
