"""What every source hands on, whatever file it read: a header, then rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from tocsin.core.errors import MalformedError

MAX_COLUMNS = 500
WAS_A_NUMBER = "was stored as a number: zeros in front would be lost"
# Spreadsheets leave these around names of columns.
MARKS = "\ufeff\u00a0\u200e\u200f \t\r\n"


class Row(NamedTuple):
    """One row: its line (from 1) and its cells by name of column.

    `remarks` and `faults` are (column, sentence) pairs that the source saw: the row is taken with a
    remark, and never with a fault. `place` names sheet and row where the file has sheets.
    """

    line: int
    cells: dict[str, str]
    remarks: tuple[tuple[str, str], ...] = ()
    faults: tuple[tuple[str, str], ...] = ()
    sheet: str | None = None


class BadRow(NamedTuple):
    """A row that is no row: the line that it began on, its text where it could be read, and why."""

    line: int
    text: str
    reason: str


@dataclass(frozen=True)
class Table:
    """A file that was opened: its header, its rows (once), and sentences on how it was read."""

    header: tuple[str, ...]
    rows: Iterator[Row | BadRow]
    said: tuple[str, ...] = ()
    warned: tuple[str, ...] = ()


def checked_header(names: list[str], where: str) -> tuple[str, ...]:
    """`names` without the marks around them. Raises MalformedError for too many or repeated names."""
    header = tuple(name.strip(MARKS) for name in names)
    if len(header) > MAX_COLUMNS:
        raise MalformedError(f"{where}: has {len(header)} columns, at most {MAX_COLUMNS} are allowed")
    twice = [str(place) for place, name in enumerate(header, 1) if name and name in header[: place - 1]]
    if twice:
        raise MalformedError(
            f"{where}: a name of a column is repeated (column {', '.join(twice[:10])}); name each once"
        )
    return header
