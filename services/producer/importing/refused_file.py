"""Refused rows for the user alone: the file holds the user's own input, so mode 0600.

As CSV or workbook (`--refused FILE.csv`, `FILE.xlsx`) the columns are those of the file that was imported,
then place and reason; as anything else JSON Lines. Each is corrected and imported again as it is.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from services.producer.importing.run_import import RefusedRow
from tocsin.core.flat_columns import OWN_PREFIX
from tocsin.core.inert_cells import guarded

SHEET = "refused"
PLACE, REASON, TEXT = (f"{OWN_PREFIX}{name}" for name in ("place", "reason", "text"))


@contextmanager
def refused_file(path: Path, header: tuple[str, ...] = ()) -> Iterator[Callable[[RefusedRow], None]]:
    """Opens `path` (an older file of that name is replaced) and yields what writes one row to it.

    Each JSON line: {"line", "problems": [{"column", "place", "reason"}], "row"}. A workbook is there once
    the block has ended well. Raises OSError, StorageError.
    """
    ending = path.suffix.lower()
    if ending == ".xlsx":
        from tocsin.adapters.workbook_writing import writing_rows  # as in `tables`

        with writing_rows(path, SHEET, [*_names(header), PLACE, REASON, TEXT]) as write:
            yield lambda refused: write(_cells(refused, header))
        return
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8", newline="") as file:
        os.fchmod(file.fileno(), 0o600)
        yield _csv(file, header) if ending == ".csv" else _json_lines(file)


def _json_lines(file: TextIO) -> Callable[[RefusedRow], None]:
    def write(refused: RefusedRow) -> None:
        problems = [
            {"column": column, "place": refused.grid.cell(refused.line, column), "reason": reason}
            for column, reason in refused.problems
        ]
        line = {"line": refused.line, "problems": problems, "row": refused.row}
        file.write(json.dumps(line, ensure_ascii=False) + "\n")

    return write


def _csv(file: TextIO, header: tuple[str, ...]) -> Callable[[RefusedRow], None]:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([*_names(header), PLACE, REASON, TEXT])

    def write(refused: RefusedRow) -> None:
        writer.writerow(map(guarded, _cells(refused, header)))

    return write


def _names(header: tuple[str, ...]) -> list[str]:
    return [name for name in header if name not in {PLACE, REASON, TEXT}]


def _cells(refused: RefusedRow, header: tuple[str, ...]) -> list[str]:
    cells = refused.row if isinstance(refused.row, dict) else {}
    text = "" if isinstance(refused.row, dict) else refused.row
    return [*(cells.get(name, "") for name in _names(header)), refused.place, refused.reasons, text]
