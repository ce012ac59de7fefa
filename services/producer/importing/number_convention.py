"""Whether the numbers of a column are all written alike, where nobody said which mark is decimal.

Beside 1,5 a 1.234 may well mean 1234: then nothing of the file is taken until somebody says which it is.
Numbers that a workbook stores as such leave no doubt.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from services.producer.importing.tables import Format, open_table
from tocsin.adapters.tables.rows import WAS_A_NUMBER, Row
from tocsin.core.errors import MalformedError
from tocsin.core.thousands import ungrouped

_LAST = {"comma": re.compile(r"-?[0-9.]*,[0-9]+"), "point": re.compile(r"-?[0-9,]*\.[0-9]+")}


def last_mark(text: str) -> str | None:
    """`comma` or `point`: which of them stands last in a number; None without one."""
    plain = ungrouped(text)
    return next((mark for mark, shape in _LAST.items() if shape.fullmatch(plain)), None)


def check_numbers(file: Path, asked: Format, names: Collection[str]) -> None:
    """Read `file` through once. Raises MalformedError where a column of `names` has both conventions."""
    found: dict[tuple[str, str], str] = {}
    with open_table(file, asked) as table:
        for row in table.rows:
            if isinstance(row, Row):
                for name in names:
                    _note(row, name, found)
    for name in names:
        if {(name, "comma"), (name, "point")} <= found.keys():
            raise MalformedError(
                f"{file}: some numbers below {name!r} have a comma last ({found[name, 'comma']}), others"
                f" a point ({found[name, 'point']}): say which is decimal (--numbers comma or point, or"
                " [formats] in the map); nothing was taken"
            )


def _note(row: Row, name: str, found: dict[tuple[str, str], str]) -> None:
    mark = last_mark(row.cells[name].strip())
    if mark is not None and (name, mark) not in found and (name, WAS_A_NUMBER) not in row.remarks:
        found[name, mark] = row.grid.cell(row.line, name)
