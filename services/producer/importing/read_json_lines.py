"""Rows of JSON Lines: one flat object a line, numbers kept as they are written.

Also reads what `--refused FILE.jsonl` wrote: there the row lies under `row`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

from tocsin.adapters.tables.read_text import Line, Lines, opened
from tocsin.adapters.tables.rows import BadRow, Grid, Row, Table, checked_header
from tocsin.core.errors import MalformedError

_FLAGS = {True: "true", False: "false", None: ""}


@contextmanager
def json_table(path: Path, encoding: str = "utf-8") -> Iterator[Table]:
    """The table in `path`; its header are the names of the first row that can be read."""
    with opened(path) as file:
        lines = Lines(file, path, encoding)  # held here: it must not be forgotten before `file` is closed
        rows = _rows(lines)
        before: list[Row | BadRow] = []
        for row in rows:
            before.append(row)
            if isinstance(row, Row) or len(before) == 100:
                break
        first = before[-1] if before else None
        if not isinstance(first, Row):
            raise MalformedError(f"{path}, line 1: is no JSON Lines file: one flat object a line")
        header = checked_header(list(first.cells), f"{path}, line {first.line}")
        yield Table(Grid(header), _of(chain(before, rows), header))


def _of(rows: Iterator[Row | BadRow], header: tuple[str, ...]) -> Iterator[Row | BadRow]:
    """Absent cells are empty; a cell that the header lacks would be lost, so its row is refused."""
    known = set(header)
    for row in rows:
        if isinstance(row, BadRow):
            yield row
        elif other := len(row.cells.keys() - known):
            yield BadRow(row.line, json.dumps(row.cells, ensure_ascii=False), f"{other} names are new here")
        else:
            yield Row(row.line, {name: row.cells.get(name, "") for name in header})


def _rows(lines: Lines) -> Iterator[Row | BadRow]:
    while (line := lines.next()) is not None:
        if not line.text.isspace():
            yield _row(line)


def _row(line: Line) -> Row | BadRow:
    try:
        line.text.encode("utf-8")
        held = json.loads(line.text, parse_float=str, parse_int=str, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return BadRow(
            line.number, line.text.encode("utf-8", "replace").decode().rstrip(), "is no JSON object"
        )
    if isinstance(held, dict) and {"line", "problems", "row"} == held.keys():
        held = held["row"]
    if not isinstance(held, dict) or any(isinstance(one, dict | list) for one in held.values()):
        reason = "is no flat object; whole reports are read by `tocsin publish`"
        return BadRow(line.number, line.text.rstrip(), reason)
    return Row(
        line.number, {name: one if isinstance(one, str) else _FLAGS[one] for name, one in held.items()}
    )


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) != len(pairs):
        raise ValueError("a name stands twice")
    return record
