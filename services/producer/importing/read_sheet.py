"""Rows of a sheet of a workbook: merged cells taken apart, spoiled numbers and formulas named by cell."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tocsin.adapters.tables.rows import WAS_A_NUMBER, BadRow, Grid, Row, Table, checked_header
from tocsin.adapters.workbooks import Cell, Sheet, column_letter, open_sheet
from tocsin.core.errors import MalformedError
from tocsin.core.flat_rows import WHOLE_ROW

WAS_MERGED = "is part of merged cells; their value was taken"
_EMPTY = Cell("")


@contextmanager
def sheet_table(path: Path, name: str | None) -> Iterator[Table]:
    """The table on a sheet of `path`; its header is the first row with anything in it."""
    with open_sheet(path, name) as sheet:
        header_row, header = _header(path, sheet)
        warned = []
        if sheet.survey.macros:
            warned.append("the workbook holds macros; they were not run")
        if sheet.survey.external_links:
            warned.append("the workbook links to others; nothing was fetched, stored results were taken")
        grid = Grid(header, _letters(len(header)), sheet.name)
        rows = _rows(sheet, grid, _Merges(sheet))
        yield Table(grid, rows, (f"sheet {sheet.name!r}, header in row {header_row}",), tuple(warned))


def _header(path: Path, sheet: Sheet) -> tuple[int, tuple[str, ...]]:
    for number, cells in sheet.rows:
        names = [cell.text for cell in cells]
        while names and not names[-1].strip():
            names.pop()
        if names:
            where = f"{path}, sheet {sheet.name!r}, row {number}"
            _check_not_merged(where, sheet, number)
            header = checked_header(names, where, _letters(len(names)))
            if "" in header:
                letter = column_letter(header.index("") + 1)
                raise MalformedError(f"{where}: column {letter} has no name; name it or delete it")
            return number, header
    raise MalformedError(f"{path}: sheet {sheet.name!r} is empty")


def _letters(count: int) -> tuple[str, ...]:
    return tuple(column_letter(number) for number in range(1, count + 1))


def _check_not_merged(where: str, sheet: Sheet, header_row: int) -> None:
    for left, top, right, bottom in sheet.merges:
        if top <= header_row <= bottom and (bottom > header_row or right > left):
            raise MalformedError(
                f"{where}: the header is merged at {column_letter(left)}{top};"
                " give every column one name in one row"
            )


class _Merges:
    """Merged cells that run down one column give their value to each of their rows."""

    def __init__(self, sheet: Sheet) -> None:
        self._down: dict[int, list[tuple[int, int]]] = {}
        self._across: list[tuple[int, int, int]] = []
        self._held: dict[int, tuple[int, Cell]] = {}
        for left, top, right, bottom in sheet.merges:
            if right > left:
                self._across.append((left, top, bottom))
            else:
                self._down.setdefault(top, []).append((left, bottom))

    def apply(self, number: int, cells: list[Cell]) -> tuple[list[int], list[int]]:
        """Fill `cells` of row `number`; returns columns (from 0) that were filled, and faulty ones."""
        for left, bottom in self._down.pop(number, ()):
            self._held[left - 1] = (bottom, cells[left - 1] if left <= len(cells) else _EMPTY)
        filled = []
        for index, (bottom, cell) in list(self._held.items()):
            if number > bottom:
                del self._held[index]
            elif index < len(cells):
                filled += [] if cells[index].text else [index]
                cells[index] = cell
        faulty = [left - 1 for left, top, bottom in self._across if top <= number <= bottom]
        return filled, faulty


def _rows(sheet: Sheet, grid: Grid, merges: _Merges) -> Iterator[Row | BadRow]:
    width = len(grid.header)
    for number, found in sheet.rows:
        more = [index for index, cell in enumerate(found) if index >= width and cell.text.strip()]
        cells = found[:width] + [_EMPTY] * (width - len(found))
        empty = not any(cell.text.strip() or cell.fault for cell in cells) and not more
        filled, across = merges.apply(number, cells)
        if empty:
            continue
        yield _row(grid, number, cells, filled, _faults(number, grid.header, cells, across, more))


def _row(
    grid: Grid, number: int, cells: list[Cell], filled: list[int], faults: list[tuple[str, str]]
) -> Row:
    header = grid.header
    remarks = [(header[index], WAS_MERGED) for index in filled]
    remarks += [(name, WAS_A_NUMBER) for name, cell in zip(header, cells, strict=True) if cell.number]
    texts = {name: cell.text for name, cell in zip(header, cells, strict=True)}
    return Row(number, texts, tuple(remarks), tuple(faults), grid)


def _faults(
    number: int, header: tuple[str, ...], cells: list[Cell], across: list[int], more: list[int]
) -> list[tuple[str, str]]:
    """What is wrong with the row's cells, each by name of column, or by address where it has none."""
    found = [(name, cell.fault) for name, cell in zip(header, cells, strict=True) if cell.fault]
    found += [(header[index], "is merged across") for index in across if index < len(header)]
    nameless = [f"{column_letter(index + 1)}{number}" for index in more[:5]]
    return found + [(WHOLE_ROW, f"{place} has no column name above it") for place in nameless]
