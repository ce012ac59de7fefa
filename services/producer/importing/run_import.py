"""Import: every row becomes a report that is accepted, was known, conflicts, or is refused.

Importing the same file again adds nothing: a row's reference is made of its content and of how many
equal rows stood before it. So an import that was killed is simply started again. Memory is bounded by
one batch and one number per distinct row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from services.producer.importing.read_rows import BadRow, Row
from tocsin.core.errors import InvalidReportError, MalformedError
from tocsin.core.report import CheckedReport, check_incident
from tocsin.core.unodc_ids import column_of, map_row, reference, row_digest

MAX_BATCH_ROWS = 500
MAX_DISTINCT_ROWS = 2_000_000  # about 200 MB of counters


class Fate(StrEnum):
    """What became of one report that was handed on."""

    ACCEPTED = "accepted"
    KNOWN = "known"
    CONFLICT = "conflict"


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


@dataclass(slots=True)
class ImportCount:
    """How many rows were read and what became of them."""

    read: int = 0
    accepted: int = 0
    known: int = 0
    conflict: int = 0
    refused: int = 0

    def add(self, fates: list[Fate]) -> None:
        """Count a batch."""
        self.accepted += fates.count(Fate.ACCEPTED)
        self.known += fates.count(Fate.KNOWN)
        self.conflict += fates.count(Fate.CONFLICT)


def dry_run(batch: list[CheckedReport], /) -> list[Fate]:
    """An `Accept` that keeps nothing."""
    return [Fate.ACCEPTED] * len(batch)


def run_import(
    rows: Iterable[Row | BadRow],
    accept: Accept,
    *,
    now_s: Callable[[], int],
    on_refused: Callable[[RefusedRow], None],
    on_progress: Callable[[ImportCount], None],
) -> ImportCount:
    """Map, check and hand on every row, in batches of at most 500; returns the count.

    A conflict (one reference, other content) is counted and reported as a refused row without content.
    Raises whatever `accept` raises; what was accepted before stays accepted.
    """
    count = ImportCount()
    batch: list[CheckedReport] = []
    lines: list[int] = []

    def hand_on() -> None:
        fates = accept(batch)
        count.add(fates)
        for line, fate in zip(lines, fates, strict=True):
            if fate is Fate.CONFLICT:
                on_refused(RefusedRow(line, (("row", _CONFLICT),), ""))
        batch.clear()
        lines.clear()
        on_progress(count)

    for line, outcome in _checked(rows, now_s):
        count.read += 1
        if isinstance(outcome, RefusedRow):
            count.refused += 1
            on_refused(outcome)
            continue
        batch.append(outcome)
        lines.append(line)
        if len(batch) == MAX_BATCH_ROWS:
            hand_on()
    if batch:
        hand_on()
    return count


_CONFLICT = "this reference was accepted with other content before (an earlier version of the profile?)"


def _checked(
    rows: Iterable[Row | BadRow], now_s: Callable[[], int]
) -> Iterator[tuple[int, CheckedReport | RefusedRow]]:
    seen: dict[int, int] = {}
    for row in rows:
        if isinstance(row, BadRow):
            yield row.line, RefusedRow(row.line, (("row", row.reason),), row.text)
            continue
        digest = row_digest(row.cells)
        occurrence = seen[digest] = seen.get(digest, 0) + 1
        if len(seen) > MAX_DISTINCT_ROWS:
            raise MalformedError(
                f"line {row.line}: more than {MAX_DISTINCT_ROWS} distinct rows; split the file"
            )
        try:
            report = map_row(row.cells, reference(digest, occurrence))
            yield row.line, check_incident(report, now_s=now_s())
        except InvalidReportError as error:
            problems = tuple((column_of(place), sentence) for place, sentence in error.problems)
            yield row.line, RefusedRow(row.line, problems, row.cells)
