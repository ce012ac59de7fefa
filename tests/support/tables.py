"""Tables for the import: workbooks and bytes, and what the import makes of them without a home."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from services.producer.clocks import Clocks
from services.producer.importing.run_import import Fate
from services.producer.importing_file import Outcome, Source, run_file
from tests.support.reports import NOW_S
from tocsin.core.report import CheckedReport

HEADER = ["kind", "system", "event_date", "country", "substance", "amount", "unit", "identifier", "tlp"]


def seizure(**cells: Any) -> list[Any]:
    """A row under `HEADER`."""
    usual = {
        "kind": "seizure", "system": "ion", "event_date": "2026-04-03", "country": "PE",
        "substance": "cocaine", "amount": "1.5", "unit": "KGM", "identifier": "", "tlp": "AMBER",
    }  # fmt: skip
    return list({**usual, **cells}.values())


def workbook(
    path: Path,
    rows: Sequence[Sequence[Any]],
    merges: Sequence[str] = (),
    change: Callable[[Workbook], None] = lambda _: None,
) -> Path:
    """A workbook with `rows` on its only sheet `Data`; `change` gets it before it is saved."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Data"
    for row in rows:
        sheet.append(list(row))
    for one in merges:
        sheet.merge_cells(one)
    change(book)
    book.save(path)
    return path


def with_part(path: Path, name: str, change: Callable[[bytes], bytes]) -> Path:
    """The workbook with one part of its zip changed, or added."""
    with zipfile.ZipFile(path) as book:
        parts = {one: book.read(one) for one in book.namelist()}
    parts[name] = change(parts.get(name, b""))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for one, data in parts.items():
            book.writestr(one, data)
    return path


class Bodies(list[dict[str, Any]]):
    """An `Accept` that keeps the canonical bodies."""

    def __call__(self, batch: list[CheckedReport], /) -> list[Fate]:
        self.extend(one.body for one in batch)
        return [Fate.ACCEPTED] * len(batch)


def imported(
    path: Path, source: Source | None = None, refused: Path | None = None
) -> tuple[Bodies, Outcome]:
    """The bodies that `path` becomes, and the outcome."""
    bodies = Bodies()
    clocks = Clocks(wall=lambda: float(NOW_S))
    return bodies, run_file(path, source or Source(), bodies, refused, clocks)
