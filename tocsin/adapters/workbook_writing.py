"""Writing XLSX workbooks row by row, each cell as what it is. With `workbooks` the owner of openpyxl.

Text is written as text, so nothing in it is ever run; numbers that a spreadsheet holds exactly are
numbers. The file appears whole or not at all, for its owner alone.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from tocsin.adapters.private_files import storage_errors, sync_folder
from tocsin.adapters.whole_files import check_replaceable
from tocsin.core.errors import StorageError

MAX_CELL_CHARACTERS = 32_767
MAX_SHEET_ROWS = 1_048_575
_EXACT_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]*[1-9])?")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True)
class Choice:
    """A drop-down: column of the first sheet (from 1), and the range that lists what may be chosen."""

    column: int
    source: str


@dataclass(frozen=True)
class WrittenSheet:
    """A sheet to write. `numeric`: columns (from 0) whose exact numbers are written as numbers."""

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[str]]
    numeric: frozenset[int] = frozenset()
    choices: tuple[Choice, ...] = ()
    right_to_left: bool = False


def write_workbook(path: Path, sheets: Sequence[WrittenSheet]) -> int:
    """Put a workbook at `path` (one that was there is replaced); the number of rows.

    Raises StorageError.
    """
    with storage_errors(path), _written(path) as book:
        return sum(_write(book, sheet) for sheet in sheets)


@contextmanager
def writing_rows(path: Path, name: str, header: Sequence[str]) -> Iterator[Callable[[Sequence[str]], None]]:
    """A workbook of one sheet to write row by row; it is at `path` only when the block ends well.

    Raises StorageError, also for more rows than a sheet can have.
    """
    count = 0
    with _written(path) as book:
        with storage_errors(path):
            page = _page(book, WrittenSheet(name, header, ()))

        def write(row: Sequence[str]) -> None:
            nonlocal count
            if count == MAX_SHEET_ROWS:
                raise StorageError(f"{path}: a sheet has at most {MAX_SHEET_ROWS} rows below its header")
            count += 1
            with storage_errors(path):
                page.append([_cell(page, text) for text in row])

        yield write


@contextmanager
def _written(path: Path) -> Iterator[Any]:
    """A book to fill. Nothing is written elsewhere: the library's own temporary files, which hold content,
    lie in a folder of ours beside `path` that only its owner may enter.
    """
    check_replaceable(path)
    with storage_errors(path):
        folder = TemporaryDirectory(dir=path.parent, prefix=f".{path.name[:64]}.")
    with folder as name:
        before, tempfile.tempdir = tempfile.tempdir, name
        book, whole = Workbook(write_only=True), Path(name) / "whole"
        try:
            yield book
            with storage_errors(path):
                _save(book, whole)
        except BaseException:
            _give_up(book)
            raise
        finally:
            tempfile.tempdir = before
        with storage_errors(path):
            whole.replace(path)
    sync_folder(path.parent)


def _save(book: Any, path: Path) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        book.save(file)
        file.flush()
        os.fsync(file.fileno())


def _give_up(book: Any) -> None:
    """End what the library has open: forgotten, it would complain on stderr at any later time."""
    for page in book.worksheets:
        with suppress(Exception):
            page.close()


def _write(book: Any, sheet: WrittenSheet) -> int:
    page = _page(book, sheet)
    count = 0
    for row in sheet.rows:
        page.append([_cell(page, text, number=at in sheet.numeric) for at, text in enumerate(row)])
        count += 1
    return count


def _page(book: Any, sheet: WrittenSheet) -> Any:
    """A sheet with its header and drop-downs."""
    page = book.create_sheet(sheet.name)
    page.freeze_panes = "A2"
    page.sheet_view.rightToLeft = sheet.right_to_left
    for index, name in enumerate(sheet.header, 1):
        page.column_dimensions[get_column_letter(index)].width = min(40, max(14, len(name) + 2))
    page.append([_cell(page, name, bold=True) for name in sheet.header])
    for choice in sheet.choices:
        rule = DataValidation("list", formula1=choice.source, allow_blank=True, showErrorMessage=False)
        letter = get_column_letter(choice.column)
        rule.add(f"{letter}2:{letter}10000")
        page.data_validations.append(rule)
    return page


def _cell(page: Any, text: str, *, bold: bool = False, number: bool = False) -> Any:
    if not text:
        return None
    if number and _EXACT_NUMBER.fullmatch(text) and len(text.replace(".", "").lstrip("-0")) <= 15:
        return WriteOnlyCell(page, float(text) if "." in text else int(text))
    cell = WriteOnlyCell(page, _NOT_IN_XML.sub("\ufffd", text)[:MAX_CELL_CHARACTERS])
    cell.data_type = "s"
    # Columns of text stay text also when somebody types into them: leading zeros survive.
    cell.number_format = "@"
    if bold:
        cell.font = Font(bold=True)
    return cell
