"""A file becomes a table: which format, encoding, separator and sheet it has, and how that is known.

Nothing is guessed in silence: what was taken is said with the reason, and where two readings are
possible the file is refused and the options that decide are named.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from services.producer.importing.read_json_lines import json_table
from tocsin.adapters.encodings import settled
from tocsin.adapters.tables.read_rows import csv_table
from tocsin.adapters.tables.read_text import Lines, byte_lines, first_bytes, opened, read_through
from tocsin.adapters.tables.rows import Table
from tocsin.adapters.tables.separators import SAMPLE_LINES, named, separator_of
from tocsin.core.errors import SettingsError

ZIP_MAGIC = b"PK\x03\x04"


@dataclass(frozen=True)
class Format:
    """What the user said of a file; None: to be found out."""

    encoding: str | None = None
    separator: str | None = None
    sheet: str | None = None


AS_FOUND = Format()


@contextmanager
def open_table(path: Path, asked: Format = AS_FOUND) -> Iterator[Table]:
    """The table in `path`. Raises MalformedError, SettingsError, OSError."""
    start = first_bytes(path)
    if start.startswith(ZIP_MAGIC):
        # Loaded for workbooks alone: the library beneath takes a tenth of a command's start.
        from services.producer.importing.read_sheet import sheet_table

        with sheet_table(path, asked.sheet) as table:
            yield table
        return
    if asked.sheet is not None:
        raise SettingsError(f"{path} is no workbook (.xlsx), so it has no sheet: leave --sheet out")
    encoding = settled(path, asked.encoding, start, lambda: byte_lines(path))
    assert encoding.encoding is not None
    read_through(path, encoding.encoding)
    said = [f"encoding {encoding.encoding}: {encoding.why}"]
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        with json_table(path, encoding.encoding) as table:
            yield Table(table.grid, table.rows, tuple(said))
        return
    with opened(path) as file:
        lines = Lines(file, path, encoding.encoding)
        sample = [line.text for line in islice(iter(lines.next, None), SAMPLE_LINES)]
    separator, why = separator_of(sample, asked.separator, path)
    said.append(f"separator {named(separator)}: {why}")
    with csv_table(path, encoding.encoding, separator) as table:
        yield Table(table.grid, table.rows, tuple(said))
