"""Reading sheets of XLSX workbooks row by row. With `workbook_writing` the only file that knows openpyxl.

Numbers come as a spreadsheet shows them: 15 significant digits. Longer ones have lost digits already
when the file was saved. Dates come as ISO 8601, in the workbook's own epoch (1900 or 1904).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import StringIO
from itertools import repeat
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element, ParseError, iterparse

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.worksheet import _reader

from tocsin.adapters.workbook_survey import DAMAGE, Survey, survey
from tocsin.core.errors import MalformedError, SettingsError

MAX_ROWS = 1_048_576
MAX_EXACT_NUMBER = 10**15
_NO_FORMULAS: tuple[Any, ...] = ()


def _forgetting(source: Any) -> Iterator[tuple[str, Element]]:
    """As `iterparse`, and every row that was read is taken out of its sheet.

    The library empties rows and leaves them in the tree: a hundred bytes a row for as long as it reads.
    """
    above: list[Element] = []
    for event, element in iterparse(source, ("start", "end")):  # noqa: S314 - the survey refused entities
        if event == "start":
            above.append(element)
            continue
        above.pop()
        yield event, element
        if element.tag == _reader.ROW_TAG and above:
            above[-1].remove(element)


_reader.iterparse = _forgetting


class Cell(NamedTuple):
    """One cell as text. `number`: it was stored as one. `fault`: why it cannot be taken."""

    text: str
    number: bool = False
    fault: str | None = None


@dataclass(frozen=True)
class Sheet:
    """An open sheet: name, merged ranges as (first column, row, last column, row), rows with numbers."""

    name: str
    merges: tuple[tuple[int, int, int, int], ...]
    rows: Iterator[tuple[int, list[Cell]]]
    survey: Survey


@contextmanager
def open_sheet(path: Path, name: str | None) -> Iterator[Sheet]:
    """The sheet of that name; None: the only one that is shown. Raises MalformedError, SettingsError."""
    seen = survey(path)
    with _damage(path):
        book = _load(path, data_only=True)
    formulas = None
    try:
        with _damage(path):
            chosen = _chosen(path, book, name)
            # Only openpyxl knows which part of the zip a sheet is.
            part = chosen._worksheet_path.lstrip("/")  # noqa: SLF001
            if part in seen.formulas:
                formulas = _load(path, data_only=False)
            merges = tuple(_bounds(one) for one in seen.merges.get(part, []))
            rows = _rows(path, chosen, formulas[chosen.title] if formulas else None)
        yield Sheet(chosen.title, merges, rows, seen)
    finally:
        book.close()
        if formulas:
            formulas.close()


def column_letter(index: int) -> str:
    """The letters of a column, from 1: 28 is AB."""
    return str(get_column_letter(index))


def _load(path: Path, *, data_only: bool) -> Any:
    # It prints what a damaged style lacks, where our commands print JSON.
    with warnings.catch_warnings(), redirect_stdout(StringIO()):
        warnings.simplefilter("ignore")  # of styles and extensions that do not concern values
        return load_workbook(path, read_only=True, data_only=data_only, keep_links=False)


def _chosen(path: Path, book: Any, name: str | None) -> Any:
    sheets = [one for one in book.worksheets if hasattr(one, "_worksheet_path")]
    if name is not None:
        for one in sheets:
            if one.title == name:
                return one
        raise SettingsError(f"{path} has no sheet of that name; there are {_titles(sheets)}")
    shown = [one for one in sheets if one.sheet_state == "visible"]
    # The template's own second sheet explains; it holds no rows.
    shown = [one for one in shown if not one.title.startswith("tocsin ")] or shown
    if len(shown) != 1:
        raise MalformedError(f"{path} has several sheets; say which (--sheet): {_titles(shown or sheets)}")
    return shown[0]


def _titles(sheets: list[Any]) -> str:
    return ", ".join(repr(one.title) for one in sheets[:20])


def _bounds(text: str) -> tuple[int, int, int, int]:
    left, top, right, bottom = range_boundaries(text)
    return left, top, right, bottom


def _rows(path: Path, sheet: Any, formulas: Any) -> Iterator[tuple[int, list[Cell]]]:
    sheet.reset_dimensions()  # what the file says of its own size may be wrong
    values = sheet.iter_rows()
    others = repeat(_NO_FORMULAS)
    if formulas is not None:
        formulas.reset_dimensions()
        others = formulas.iter_rows()
    number = 0
    while True:
        with _damage(path, f" at row {number + 1} of sheet {sheet.title!r}"):
            row = next(values, None)
            other = next(others, _NO_FORMULAS)
        if row is None:
            return
        number += 1
        if number > MAX_ROWS:
            raise MalformedError(f"{path}: sheet {sheet.title!r} has over {MAX_ROWS} rows")
        if row:
            yield number, _cells(row, other)


def _cells(row: tuple[Any, ...], formulas: tuple[Any, ...]) -> list[Cell]:
    cells = [_cell(one.value, one.data_type) for one in row]
    for index, one in enumerate(formulas):
        if one.data_type == "f" and not cells[index].text:
            cells[index] = Cell("", fault="is a formula without a stored result; save it in a spreadsheet")
    return cells


def _cell(value: Any, data_type: str) -> Cell:
    if value is None:
        return Cell("")
    if data_type == "e":
        return Cell("", fault="holds an error of the spreadsheet, such as #N/A")
    if isinstance(value, bool):
        return Cell("true" if value else "false")
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, datetime):
        return Cell(value.date().isoformat() if value.time() == time() else value.isoformat(" "))
    if isinstance(value, date):
        return Cell(value.isoformat())
    if isinstance(value, time | timedelta):
        return Cell(str(value), fault="is a time without a date")
    return Cell(str(value))


def _number(value: float) -> Cell:
    if abs(value) >= MAX_EXACT_NUMBER:
        fault = "is a number of more than 15 digits, of which the spreadsheet lost some; enter it as text"
        return Cell("", number=True, fault=fault)
    if isinstance(value, int) or value.is_integer():
        return Cell(str(int(value)), number=True)
    text = format(value, ".15g")
    return Cell(format(Decimal(text), "f"), number=True)


@contextmanager
def _damage(path: Path, where: str = "") -> Iterator[None]:
    """Whatever a damaged part makes the library raise becomes one sentence."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (ParseError, *DAMAGE) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # of the disk, not of the file's content
        raise MalformedError(
            f"{path}: the workbook is damaged{where}; open it in a spreadsheet, save it anew"
            f"{' (rows above that were accepted are not imported twice)' if where else ''}"
        ) from None
