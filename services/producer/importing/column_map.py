"""`map.toml`: a user's own columns in our words. Nothing in it is guessed, and nothing unknown passes.

[columns]    our column = "your column"       [constants]  our column = "value"
[formats]    numbers = "comma", dates = "day-first"
[codes.unit] "your word" = "our code"         [ignore]     columns = ["your column"]
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.producer.importing.mapping import Columns
from tocsin.adapters.tables.map_file import read_tables, texts, twice
from tocsin.adapters.tables.rows import Grid, plain
from tocsin.core import flat_columns
from tocsin.core.errors import MalformedError, SettingsError
from tocsin.core.flat_rows import Reading

NUMBERS = ("point", "comma")
DATES = ("iso", "day-first", "month-first")
_TABLES = ("columns", "constants", "formats", "codes", "ignore")


@dataclass(frozen=True)
class ColumnMap:
    """A map that was read."""

    path: Path
    columns: dict[str, str]
    constants: dict[str, str]
    numbers: str | None
    dates: str | None
    words: dict[str, dict[str, str]]
    ignored: frozenset[str]

    def mapping(self, grid: Grid, reading: Reading, where: str) -> Columns:
        """The mapping of a file with that header. Raises MalformedError where they do not fit."""
        here = {plain(name): name for name in grid.header}
        names = {here[one]: code for code, name in self.columns.items() if (one := plain(name)) in here}
        missing = [code for code in self.columns if code not in names.values()]
        ignored = set(map(plain, self.ignored))
        left = [
            index
            for index, name in enumerate(grid.header)
            if name
            and name not in names
            and plain(name) not in ignored
            and not name.startswith(flat_columns.OWN_PREFIX)
        ]
        if missing or left:
            raise MalformedError(
                f"{where}: the header does not fit {self.path} (missing: the columns of"
                f" {', '.join(missing) or 'none'}; not in the map: columns {grid.columns(left) or 'none'};"
                " name them under [columns] or [ignore])"
            )
        return Columns(names, reading, self.constants)

    def reading(self, find: Callable[[str], tuple[str, ...]], numbers: str, dates: str) -> Reading:
        """How its cells are read; what the map leaves open comes from the arguments."""
        return Reading(find, self.numbers or numbers, self.dates or dates, self.words)


def read_map(path: Path) -> ColumnMap:
    """Read a map. Raises SettingsError listing everything that is wrong with it."""
    data = read_tables(path)
    wrong = [f"[{name}] is no table of a map" for name in data if name not in _TABLES]
    columns = texts(data, "columns", wrong)
    constants = texts(data, "constants", wrong)
    formats = texts(data, "formats", wrong)
    words, ignored = _words(data, wrong), _ignored(data, wrong)
    known = {one.code for one in flat_columns.columns()}
    for table, codes in (("columns", columns), ("constants", constants), ("codes", words)):
        wrong += [
            f"[{table}] {code}: is no column; known are {', '.join(sorted(known))}"
            for code in codes
            if code not in known
        ]
    wrong += [
        f"[columns] {one}: a column stands for two" for one in twice(list(map(plain, columns.values())))
    ]
    for name, allowed in (("numbers", NUMBERS), ("dates", DATES)):
        if formats.get(name, allowed[0]) not in allowed:
            wrong.append(f"[formats] {name}: is none of {', '.join(allowed)}")
    wrong += [f"[formats] {name}: is no format" for name in formats if name not in {"numbers", "dates"}]
    if not columns:
        wrong.append("[columns] is missing or empty")
    if wrong:
        raise SettingsError(f"{path}: " + "; ".join(wrong))
    return ColumnMap(
        path, columns, constants, formats.get("numbers"), formats.get("dates"), words, frozenset(ignored)
    )


def _words(data: dict[str, Any], wrong: list[str]) -> dict[str, dict[str, str]]:
    tables = data.get("codes", {})
    if not isinstance(tables, dict):
        wrong.append("[codes] must hold tables, such as [codes.unit]")
        return {}
    return {code: texts({f"codes.{code}": table}, f"codes.{code}", wrong) for code, table in tables.items()}


def _ignored(data: dict[str, Any], wrong: list[str]) -> list[str]:
    table = data.get("ignore", {})
    names = table.get("columns", []) if isinstance(table, dict) else None
    if not isinstance(names, list) or not all(isinstance(one, str) for one in names):
        wrong.append("[ignore] must have columns = [texts]")
        return []
    return names
