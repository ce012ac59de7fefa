"""`tocsin import template`: an empty table with the columns of a kind of incident, in a language.

As workbook it has drop-downs and a second sheet with explanations and codes; as CSV the explanations
go to a text beside it. What is filled into it imports without a map.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from tocsin.adapters.country_names import country_name
from tocsin.adapters.whole_files import write_whole
from tocsin.adapters.workbook_writing import Choice, WrittenSheet, write_workbook
from tocsin.adapters.workbooks import column_letter
from tocsin.core import codes, flat_columns
from tocsin.core.errors import SettingsError

EXPLANATIONS, CODES = "tocsin explanations", "tocsin codes"
_LISTED = {"code", "unit", "country"}


def write_template(kind: str, language: str, path: Path) -> list[Path]:
    """Write the template and return the files made. Raises SettingsError, StorageError."""
    if kind not in codes.kinds():
        raise SettingsError(f"there is no kind {kind}; there are {', '.join(codes.kinds())}")
    if language not in flat_columns.LANGUAGES:
        raise SettingsError(f"--lang is one of {', '.join(flat_columns.LANGUAGES)}")
    columns = flat_columns.columns_of(kind)
    header = [one.label[language] for one in columns]
    if path.suffix.lower() == ".xlsx":
        write_workbook(path, _sheets(kind, language, columns, header))
        return [path]
    if path.suffix.lower() != ".csv":
        raise SettingsError("--out must end with .xlsx or .csv")
    write_whole(path, b"\xef\xbb\xbf" + _line(header))
    beside = path.with_name(f"{path.stem}.explanations.txt")
    lines = ("\t".join(row) for row in _explained(kind, language, columns))
    write_whole(beside, "\n".join(lines).encode() + b"\n")
    return [path, beside]


def _line(cells: list[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue().encode()


def _sheets(
    kind: str, language: str, columns: tuple[flat_columns.Column, ...], header: list[str]
) -> list[WrittenSheet]:
    lists = {one.code: _codes(kind, language, one) for one in columns if one.type in _LISTED}
    choices = [
        Choice(
            [one.code for one in columns].index(code) + 1,
            f"'{CODES}'!${column_letter(place)}$2:${column_letter(place)}${len(found) + 1}",
        )
        for place, (code, found) in enumerate(lists.items(), 1)
    ]
    longest = max(map(len, lists.values()))
    rows = (
        [found[index][0] if index < len(found) else "" for found in lists.values()]
        for index in range(longest)
    )
    right = language == "ar"
    explained = list(_explained(kind, language, columns))
    return [
        WrittenSheet(kind[:31], header, [], choices=tuple(choices), right_to_left=right),
        WrittenSheet(EXPLANATIONS, explained[0], explained[1:], right_to_left=right),
        WrittenSheet(CODES, list(lists), rows),
    ]


def _explained(kind: str, language: str, columns: tuple[flat_columns.Column, ...]) -> Iterator[list[str]]:
    yield ["column", "code", "label"]
    for one in columns:
        yield [one.label[language], one.code, flat_columns.note(one, language)]
        if one.type in {"code", "unit"}:
            yield from (["", code, label] for code, label in _codes(kind, language, one))


def _codes(kind: str, language: str, column: flat_columns.Column) -> list[tuple[str, str]]:
    """What may be chosen, with its label; the template of a kind offers that kind."""
    if column.type == "country":
        return [(code, country_name(code, language)) for code in sorted(codes.country_codes())]
    found = flat_columns.codes_of(column.list_name or "units")
    return [
        (code, labels.get(language, code))
        for code, labels in found.items()
        if column.code != "kind" or code == kind
    ]
