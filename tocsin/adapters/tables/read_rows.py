"""Rows of a CSV file, with the line each began on; one bad row spoils no other.

A row whose quotes do not close is refused alone and reading goes on with the next line, so that rows
read and refused add up to the rows that are there.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tocsin.adapters.tables.read_text import Line, Lines, opened
from tocsin.adapters.tables.rows import MARKS, BadRow, Grid, Row, Table, checked_header, numbers
from tocsin.adapters.tables.separators import named
from tocsin.core.errors import MalformedError
from tocsin.core.inert_cells import GUARD, bared

MAX_LINES_PER_ROW = 20


@contextmanager
def csv_table(path: Path, encoding: str = "utf-8", separator: str = ",") -> Iterator[Table]:
    """The table in `path`. Raises MalformedError for a file that is none, OSError if it cannot be read."""
    with opened(path) as file:
        lines = Lines(file, path, encoding)
        header = read_header(lines, path, encoding, separator)
        grid = Grid(header, numbers(len(header)))
        yield Table(grid, _rows(lines, grid, encoding, separator))


def _rows(lines: Lines, grid: Grid, encoding: str, separator: str) -> Iterator[Row | BadRow]:
    header = grid.header
    for found in cells_of(lines, len(header), encoding, separator):
        if isinstance(found, BadRow):
            yield found
        else:
            line, cells = found
            yield Row(line, dict(zip(header, cells, strict=True)), grid=grid)


def cells_of(
    lines: Lines, width: int, encoding: str, separator: str, *, any_bytes: bool = False
) -> Iterator[tuple[int, list[str]] | BadRow]:
    """(line, cells) of each row behind the header, all of one width.

    A row with bytes that the encoding does not know is a bad one, or with `any_bytes` has them as lone
    surrogates.
    """
    parser = _Parser(width, None if any_bytes else encoding, separator)
    while (first := lines.next()) is not None:
        if not first.text.isspace():
            yield _row(first, lines, parser)


def read_header(lines: Lines, path: Path, encoding: str, separator: str) -> tuple[str, ...]:
    """The names in the first line. Raises MalformedError where they are none."""
    first = lines.next()
    if first is None:
        raise MalformedError(f"{path}: is empty")
    try:
        first.text.encode("utf-8")
        names = next(csv.reader([first.text.lstrip(MARKS)], delimiter=separator, strict=True))
    except (UnicodeEncodeError, csv.Error, StopIteration):
        raise MalformedError(
            f"{path}, line 1: is no header in {encoding.upper()}, separated by {named(separator)}s"
        ) from None
    return checked_header(names, f"{path}, line 1")


def _row(first: Line, lines: Lines, parser: _Parser) -> tuple[int, list[str]] | BadRow:
    taken = [first]
    text = first.text
    # An odd number of quotes: the row goes on in the next line.
    while text.count('"') % 2 and len(taken) < MAX_LINES_PER_ROW and (more := lines.next()):
        taken.append(more)
        text += more.text
    parsed = parser.cells(text)
    if not isinstance(parsed, str):
        return first.number, parsed
    if len(taken) > 1:
        # The quote does not close, or is an inch sign: this line stands or falls alone.
        lines.put_back(taken[1:])
        parsed = parser.cells(first.text)
        if not isinstance(parsed, str):
            return first.number, parsed
    shown = first.text.encode("utf-8", "replace").decode().rstrip("\r\n")
    return BadRow(first.number, shown, parsed)


class _Parser:
    def __init__(self, width: int, encoding: str | None, separator: str) -> None:
        self._width, self._encoding, self._separator = width, encoding, separator

    def cells(self, text: str) -> list[str] | str:
        """The cells, or a sentence about what is wrong."""
        if self._encoding is not None and not text.isascii():
            try:
                text.encode("utf-8")
            except UnicodeEncodeError:
                return f"holds bytes that are not {self._encoding.upper()}"
        if "\x00" in text:
            return "holds a NUL byte"
        line = text.rstrip("\r\n")
        if '"' not in line:
            cells = line.split(self._separator)
        else:
            try:
                cells = next(csv.reader([text], delimiter=self._separator, strict=True))
            except csv.Error:
                return (
                    "is no row of a CSV file; a quote does not close, or something follows a closing quote"
                )
        if len(cells) != self._width:
            return f"has {len(cells)} cells, the header has {self._width}"
        # A guard against formulas, ours or another program's, is no part of the value.
        return [bared(cell) for cell in cells] if GUARD in line else cells
