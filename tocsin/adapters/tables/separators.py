"""What divides the cells of a text table: the only thing that divides every row alike, else asked."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from tocsin.core.errors import MalformedError, SettingsError

SAMPLE_LINES = 100
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}


def named(separator: str) -> str:
    """What people call a separator."""
    return next((name for name, char in SEPARATORS.items() if char == separator), repr(separator))


def separator_of(sample: Sequence[str], asked: str | None, path: Path) -> tuple[str, str]:
    """(separator, how that is known) of a table by its first lines, or as asked for.

    Raises SettingsError for a word that is none, MalformedError where several are possible.
    """
    if asked is not None:
        separator = SEPARATORS.get(asked, asked)
        if len(separator) != 1 or separator in '"\r\n':
            raise SettingsError(f"--separator is one character, or {', '.join(SEPARATORS)}")
        return separator, "as asked"
    widths = {char: _widths(sample, char) for char in SEPARATORS.values()}
    split = {char: found for char, found in widths.items() if found and found[0] > 1}
    if len(split) <= 1:
        return next(iter(split), ","), "no other divides the header"
    # A decimal comma divides rows now and then; the separator divides each as often as the header.
    steady = [char for char, found in split.items() if len(set(found)) == 1]
    if len(steady) == 1:
        return steady[0], "the only one that divides every row as the header"
    shown = "\n".join(f"  --separator {named(char):9} {found[0]} columns" for char, found in split.items())
    raise MalformedError(f"{path}: several separators divide the header; choose:\n{shown}")


def _widths(sample: Sequence[str], separator: str) -> list[int]:
    """How many cells each row of the sample has; none where a quote goes on behind the sample."""
    try:
        rows = list(csv.reader(sample, delimiter=separator))
    except csv.Error:
        return []
    return [len(row) for row in rows if row]
