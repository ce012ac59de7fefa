"""`tocsin export`: what the inbox holds as a file, whole or not at all, for its owner alone.

CSV and XLSX have the columns that the import reads, then our own (`tocsin_…`), which it reads over: one
row for each substance or machine. Cells that begin like formulas rest (`core.inert_cells`). JSON Lines
hold every field of every report and alert.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

from services.consumer.looking import Looked, filter_of, inbox_of
from services.consumer.views import Views
from tocsin.adapters.inbox.reports import MAX_PAGE_REPORTS
from tocsin.adapters.inbox.store import Inbox
from tocsin.adapters.whole_files import writing_whole
from tocsin.adapters.workbook_writing import MAX_SHEET_ROWS, WrittenSheet, write_workbook
from tocsin.core import flat_columns
from tocsin.core.errors import RefusedByRuleError
from tocsin.core.flat_rows import laid_out
from tocsin.core.inert_cells import guarded
from tocsin.core.report import ALERT_SCHEMA, INCIDENT_SCHEMA
from tocsin.runtime import console

_OWN = {
    "originator": "originator_name",
    "originator_id": "originator",
    "stream": "stream",
    "region": "region",
    "report_id": "report_id",
    "version": "version",
    "time": "time",
}
HEADER = (
    *(one.code for one in flat_columns.columns()),
    *(f"{flat_columns.OWN_PREFIX}{name}" for name in (*_OWN, "part")),
)
_NUMERIC = frozenset(
    index for index, one in enumerate(flat_columns.columns()) if one.type in {"number", "whole"}
)


class FileFormat(StrEnum):
    """What `tocsin export` writes."""

    CSV = "csv"
    XLSX = "xlsx"
    JSONL = "jsonl"
    HTML = "html"
    PDF = "pdf"


def export_reports(
    home: Path, passphrase_file: Path | None, looked: Looked, file_format: FileFormat, out: Path
) -> None:
    """Write all matching reports to `out`. Raises TocsinError; then `out` is as it was."""
    with inbox_of(home, passphrase_file) as inbox:
        rendered = _rendered(inbox, looked)
        count = _WRITERS[file_format](out, rendered)
    console.say(f"{count} reports in {out}: in clear, readable by you alone")


def _rendered(inbox: Inbox, looked: Looked) -> Iterator[dict[str, Any]]:
    views, wanted, cursor = Views(inbox), filter_of(inbox, looked), 0
    while page := inbox.reports.after(cursor, wanted, MAX_PAGE_REPORTS):
        yield from map(views.render, page)
        cursor = page[-1].seq


def rows_of(rendered: dict[str, Any]) -> list[list[str]]:
    """A rendered incident report as rows under `HEADER`."""
    own = ["" if rendered[field] is None else str(rendered[field]) for field in _OWN.values()]
    rows = laid_out(rendered["report"])
    return [
        [*row.values(), *own, f"{number} of {len(rows)}" if len(rows) > 1 else ""]
        for number, row in enumerate(rows, 1)
    ]


class _Flat:
    """Rows of incidents; counts reports, and what has no columns here."""

    def __init__(self, rendered: Iterator[dict[str, Any]]) -> None:
        self._rendered = rendered
        self.reports = self.left_out = 0

    def rows(self) -> Iterator[list[str]]:
        """Every row; afterwards says what was left out."""
        for one in self._rendered:
            if one["schema"] != INCIDENT_SCHEMA:
                self.left_out += one["schema"] == ALERT_SCHEMA
                continue
            self.reports += 1
            yield from rows_of(one)
        if self.left_out:
            console.warn(
                f"{self.left_out} alerts and letters have no columns here: --format jsonl has them"
            )


def _write_csv(out: Path, rendered: Iterator[dict[str, Any]]) -> int:
    flat = _Flat(rendered)
    with writing_whole(out) as file:
        text = io.TextIOWrapper(file, "utf-8-sig", newline="")
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(HEADER)
        for row in flat.rows():
            writer.writerow(map(guarded, row))
        text.detach()  # flushes, and leaves the file open for its fsync
    return flat.reports


def _write_workbook(out: Path, rendered: Iterator[dict[str, Any]]) -> int:
    flat = _Flat(rendered)

    def bounded() -> Iterator[list[str]]:
        for number, row in enumerate(flat.rows(), 1):
            if number > MAX_SHEET_ROWS:
                raise RefusedByRuleError(f"a sheet holds {MAX_SHEET_ROWS} rows: take csv, or --since")
            yield row

    write_workbook(out, [WrittenSheet("reports", HEADER, bounded(), _NUMERIC)])
    return flat.reports


def _write_json_lines(out: Path, rendered: Iterator[dict[str, Any]]) -> int:
    count = 0
    with writing_whole(out) as file:
        for one in rendered:
            line = json.dumps(one, ensure_ascii=False, separators=(",", ":"))
            file.write(line.encode() + b"\n")
            count += 1
    return count


_WRITERS: dict[FileFormat, Callable[[Path, Iterator[dict[str, Any]]], int]] = {
    FileFormat.CSV: _write_csv,
    FileFormat.XLSX: _write_workbook,
    FileFormat.JSONL: _write_json_lines,
}
