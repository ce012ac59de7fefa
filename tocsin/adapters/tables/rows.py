"""What every source hands on, whatever file it read: a header, then rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tocsin.core.errors import MalformedError
from tocsin.core.flat_columns import unmarked

MAX_COLUMNS = 500
WAS_A_NUMBER = "was stored as a number: zeros in front would be lost"
# Spreadsheets leave these around names of columns.
MARKS = "\ufeff\u00a0\u200e\u200f \t\r\n"


@dataclass(frozen=True, slots=True)
class Grid:
    """How the places of a table are called, so that its user finds them in the program that shows it.

    `marks`: what stands above each column there, letters in a sheet, numbers in a text; none in JSON,
    where the name says it.
    """

    header: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    sheet: str | None = None

    def row(self, line: int) -> str:
        """`sheet 'Data', row 17`, or `line 17`."""
        return f"line {line}" if self.sheet is None else f"sheet {self.sheet!r}, row {line}"

    def within(self, line: int, name: str) -> str:
        """The cell below `name`, said beside its row: `B17 (Country)`, `column 2 (Country)`, `Country`."""
        mark = self._mark(name)
        if mark is None:
            return name
        return f"{mark}{line} ({name})" if self.sheet is not None else f"column {mark} ({name})"

    def cell(self, line: int, name: str) -> str:
        """The cell below `name`, said alone: `B17`, `line 17, column 2`; its row where there is none."""
        mark = self._mark(name)
        if mark is None:
            return f"line {line}" if self.sheet is None else f"row {line}"
        return f"{mark}{line}" if self.sheet is not None else f"line {line}, column {mark}"

    def columns(self, indexes: Sequence[int]) -> str:
        """The columns at `indexes` (from 0) as a list, at most 20."""
        return ", ".join(self.marks[one] if self.marks else str(one + 1) for one in indexes[:20])

    def _mark(self, name: str) -> str | None:
        return self.marks[self.header.index(name)] if self.marks and name in self.header else None


NO_GRID = Grid()


class Row(NamedTuple):
    """One row: its line (from 1) and its cells by name of column.

    `remarks` and `faults` are (column, sentence) pairs that the source saw: the row is taken with a
    remark, and never with a fault. `grid` tells what its cells are called.
    """

    line: int
    cells: dict[str, str]
    remarks: tuple[tuple[str, str], ...] = ()
    faults: tuple[tuple[str, str], ...] = ()
    grid: Grid = NO_GRID


class BadRow(NamedTuple):
    """A row that is no row: the line that it began on, its text where it could be read, and why."""

    line: int
    text: str
    reason: str


@dataclass(frozen=True)
class Table:
    """A file that was opened: its columns, its rows (once), and sentences on how it was read."""

    grid: Grid
    rows: Iterator[Row | BadRow]
    said: tuple[str, ...] = ()
    warned: tuple[str, ...] = ()

    @property
    def header(self) -> tuple[str, ...]:
        """The names of its columns."""
        return self.grid.header


def numbers(count: int) -> tuple[str, ...]:
    """What stands above the columns of a text: 1, 2, 3 …"""
    return tuple(map(str, range(1, count + 1)))


def plain(name: str) -> str:
    """A name of a column for comparison: without marks that nobody sees, any space being one space."""
    return " ".join(unmarked(name).split())


def checked_header(names: list[str], where: str, marks: Sequence[str] = ()) -> tuple[str, ...]:
    """`names` without the marks of editors around them; `marks` are what stands above the columns.

    Raises MalformedError for too many or repeated names.
    """
    header = tuple(name.strip(MARKS) for name in names)
    if len(header) > MAX_COLUMNS:
        raise MalformedError(f"{where}: has {len(header)} columns, at most {MAX_COLUMNS} are allowed")
    above = marks or numbers(len(header))
    alike = [plain(name) for name in header]
    twice = [above[index] for index, name in enumerate(alike) if name and name in alike[:index]]
    if twice:
        raise MalformedError(
            f"{where}: a name of a column is repeated (column {', '.join(twice[:10])}); name each once"
        )
    return header
