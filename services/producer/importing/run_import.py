"""Import: every row becomes a report that is accepted, was known, conflicts, or is refused.

Importing the same file again adds nothing: a row's reference is made of its content and of how many
equal rows stood before it. So an import that was killed is simply started again. Memory is bounded by
one batch and a few bytes per distinct row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from services.producer.doubting import all_doubts
from services.producer.importing.mapping import Columns, Mapping
from services.producer.importing.occurrences import MAX_DISTINCT_ROWS, Occurrences, TooManyRowsError
from tocsin.adapters.tables.rows import NO_GRID, WAS_A_NUMBER, BadRow, Grid, Row
from tocsin.core.errors import InvalidReportError, MalformedError
from tocsin.core.field_checks import Problems
from tocsin.core.flat_rows import WHOLE_ROW
from tocsin.core.report import CheckedReport, check_incident
from tocsin.core.watch_lists import NO_LISTS, WatchLists

MAX_BATCH_ROWS = 500


class Fate(StrEnum):
    """What became of one report that was handed on."""

    ACCEPTED = "accepted"
    KNOWN = "known"
    CONFLICT = "conflict"
    WITHDRAWN = "withdrawn"


class Accept(Protocol):
    """Takes a batch under one fsync and returns each report's fate, in order. Raises OutsideFault."""

    def __call__(self, batch: list[CheckedReport], /) -> list[Fate]:
        """The fate of each report of `batch`."""
        ...


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that became no report: its line, (column, reason) pairs, and the row itself."""

    line: int
    problems: tuple[tuple[str, str], ...]
    row: dict[str, str] | str = field(repr=False)
    grid: Grid = NO_GRID

    @property
    def place(self) -> str:
        """Where it stands, in words."""
        return self.grid.row(self.line)

    @property
    def reasons(self) -> str:
        """Each problem with the cell that has it, in words."""
        found = [
            reason if column == WHOLE_ROW else f"{self.grid.within(self.line, column)}: {reason}"
            for column, reason in self.problems
        ]
        return "; ".join(found)


@dataclass(slots=True)
class ImportCount:
    """How many rows were read and what became of them."""

    read: int = 0
    accepted: int = 0
    known: int = 0
    conflict: int = 0
    """Also what was withdrawn before."""
    refused: int = 0
    warned: int = 0
    """Of the rows that passed: those with a remark."""

    def add(self, fates: list[Fate]) -> None:
        """Count a batch."""
        self.accepted += fates.count(Fate.ACCEPTED)
        self.known += fates.count(Fate.KNOWN)
        self.conflict += fates.count(Fate.CONFLICT) + fates.count(Fate.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Hooks:
    """Who is told of each refused row, of each remark on a row that passed, and of each batch."""

    refused: Callable[[RefusedRow], None]
    progress: Callable[[ImportCount], None]
    remarks: Callable[[Row, Problems], None] = lambda _row, _remarks: None


def dry_run(batch: list[CheckedReport], /) -> list[Fate]:
    """An `Accept` that keeps nothing."""
    return [Fate.ACCEPTED] * len(batch)


def run_import(
    rows: Iterable[Row | BadRow],
    mapping: Mapping,
    accept: Accept,
    *,
    now_s: Callable[[], int],
    on: Hooks,
    lists: WatchLists = NO_LISTS,
) -> ImportCount:
    """Map, check and hand on every row, in batches of at most 500; returns the count.

    What stands on one of the own `lists` gets a remark.

    A conflict (one reference, other content) is counted and reported as a refused row without content.
    Raises whatever `accept` raises; what was accepted before stays accepted.
    """
    count = ImportCount()
    batch: list[CheckedReport] = []
    places: list[Row] = []

    def hand_on() -> None:
        fates = accept(batch)
        count.add(fates)
        for row, fate in zip(places, fates, strict=True):
            if fate in _WHY_NOT:
                on.refused(RefusedRow(row.line, ((WHOLE_ROW, _WHY_NOT[fate]),), "", row.grid))
        batch.clear()
        places.clear()
        on.progress(count)

    for row, outcome in _checked(rows, mapping, now_s, lists):
        count.read += 1
        if isinstance(outcome, RefusedRow):
            count.refused += 1
            on.refused(outcome)
            continue
        report, remarks = outcome
        if remarks:
            count.warned += 1
            on.remarks(row, remarks)
        batch.append(report)
        places.append(row)
        if len(batch) == MAX_BATCH_ROWS:
            hand_on()
    if batch:
        hand_on()
    return count


_WHY_NOT = {
    Fate.CONFLICT: "this reference was accepted with other content before (by an earlier profile?)",
    Fate.WITHDRAWN: "the report of this reference was withdrawn",
}
_NO_ROW = Row(0, {})


def _checked(
    rows: Iterable[Row | BadRow], mapping: Mapping, now_s: Callable[[], int], lists: WatchLists
) -> Iterator[tuple[Row, tuple[CheckedReport, Problems] | RefusedRow]]:
    seen = Occurrences()
    for row in rows:
        if isinstance(row, BadRow):
            yield _NO_ROW, RefusedRow(row.line, ((WHOLE_ROW, row.reason),), row.text)
            continue
        digest = mapping.digest(row)
        try:
            occurrence = 1 if digest is None else seen.count(digest)
        except TooManyRowsError:
            raise MalformedError(
                f"{row.grid.row(row.line)}: more than {MAX_DISTINCT_ROWS} distinct rows; split the file"
            ) from None
        yield row, _outcome(row, mapping, digest, occurrence, now_s(), lists)


def _outcome(
    row: Row, mapping: Mapping, digest: int | None, occurrence: int, now_s: int, lists: WatchLists
) -> tuple[CheckedReport, Problems] | RefusedRow:
    if row.faults:
        return RefusedRow(row.line, row.faults, row.cells, row.grid)
    try:
        report, remarks = mapping.report(row, digest, occurrence)
    except InvalidReportError as error:
        return RefusedRow(row.line, error.problems, row.cells, row.grid)
    try:
        checked = check_incident(report, now_s=now_s)
    except InvalidReportError as error:
        problems = tuple((mapping.blame(place), sentence) for place, sentence in error.problems)
        return RefusedRow(row.line, problems, row.cells, row.grid)
    mistyped = [(mapping.blame(place), sentence) for place, sentence in all_doubts(checked, lists)]
    return checked, [*remarks, *_of_source(row, mapping), *mistyped]


def _of_source(row: Row, mapping: Mapping) -> Problems:
    """What the source remarked; a number is a matter of columns of text only."""
    textual = mapping.is_textual if isinstance(mapping, Columns) else lambda _: False
    return [(name, why) for name, why in row.remarks if why != WAS_A_NUMBER or textual(name)]
