"""Reads the file of a watch-list, whole or not at all: every wrong row is named by its number.

A table (CSV, XLSX or JSON Lines, read as the import reads them) has the columns `name`, `cas`, `synonyms`,
`note` and `list`; several numbers or synonyms in one cell are parted by `|` or `;`. JSON is an array of
such objects, or `{"list": …, "note": …, "entries": [ … ]}`, where they may be arrays. No value is repeated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

from services.producer.documents import parse
from services.producer.importing.tables import open_table
from tocsin.adapters.tables.read_text import first_bytes
from tocsin.adapters.tables.rows import BadRow, Row
from tocsin.adapters.watch_lists import MAX_TEXTS
from tocsin.adapters.whole_files import read_whole
from tocsin.core.errors import InvalidReportError, MalformedError
from tocsin.core.identifiers import cas_doubt
from tocsin.core.vocabulary import MAX_QUERY_CHARACTERS, folded
from tocsin.core.watch_lists import Entry

MAX_JSON_BYTES = 16_777_216
MAX_ENTRIES = 100_000
MAX_TEXTS_PER_ENTRY = 200
MAX_LIST_NAME_CHARACTERS = 100
MAX_NOTE_CHARACTERS = 2_000
MAX_SHOWN_PROBLEMS = 20
COLUMNS = ("name", "cas", "synonyms", "note", "list")
_PARTING = re.compile(r"[|;]")
# Controls and overrides of direction; what joins letters in Persian stays.
_HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

Cells = dict[str, Any]
Problem = tuple[str, str]  # the place, and the sentence


def read_list(path: Path, list_name: str | None) -> list[Entry]:
    """The entries of `path`; `list_name` where neither a row nor the file names the list.

    Raises MalformedError that names every wrong row (the first 20), SettingsError.
    """
    entries: list[Entry] = []
    problems: list[Problem] = []
    for count, (place, cells) in enumerate(_rows(path), 1):
        if count > MAX_ENTRIES:
            raise MalformedError(f"{path}: has over {MAX_ENTRIES} entries; nothing was changed")
        found = _entry(cells, list_name)
        if isinstance(found, Entry):
            entries.append(found)
        else:
            problems += [(place, sentence) for sentence in found]
    if problems:
        shown = "".join(f"\n  {place}: {sentence}" for place, sentence in problems[:MAX_SHOWN_PROBLEMS])
        more = len(problems) - MAX_SHOWN_PROBLEMS
        rest = f"\n  and {more} more" if more > 0 else ""
        raise MalformedError(f"{path}: nothing was changed, since these rows are wrong:{shown}{rest}")
    if not entries:
        raise MalformedError(f"{path}: holds no entry; nothing was changed")
    if sum(len(one.texts) for one in entries) > MAX_TEXTS:
        raise MalformedError(f"{path}: has over {MAX_TEXTS} names and numbers; nothing was changed")
    return entries


def _rows(path: Path) -> Iterator[tuple[str, Cells | str]]:
    """(place, cells or what is wrong with the row) of each entry."""
    start = first_bytes(path).removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if start == b"[" or (start == b"{" and not _is_json_lines(path)):
        return _of_json(path, _json(path))
    return _of_table(path)


def _of_table(path: Path) -> Iterator[tuple[str, Cells | str]]:
    with open_table(path) as table:
        names = [name.strip().lower() for name in table.header]
        _check_names(path, names)
        for row in table.rows:
            yield table.grid.row(row.line), _cells(names, row)


def _cells(names: list[str], row: Row | BadRow) -> Cells | str:
    if isinstance(row, BadRow):
        return row.reason
    if row.faults:
        return "; ".join(f"{row.grid.within(row.line, column)}: {why}" for column, why in row.faults)
    return dict(zip(names, row.cells.values(), strict=True))


def _is_json_lines(path: Path) -> bool:
    """Whether an object stands on the first line, and something below it."""
    first, _, rest = _whole(path).strip().partition(b"\n")
    try:
        return bool(rest) and isinstance(parse(first, MAX_JSON_BYTES), dict)
    except InvalidReportError:
        return False


def _of_json(path: Path, data: object) -> Iterator[tuple[str, Cells | str]]:
    usual: Cells = {}
    if isinstance(data, dict) and "entries" in data:
        usual = {name: data[name] for name in ("list", "note") if name in data}
        _check_names(path, [name for name in data if name != "entries"], needed=False)
        data = data["entries"]
    entries = data if isinstance(data, list) else [data]
    for number, one in enumerate(entries, 1):
        if not isinstance(one, dict):
            yield f"entry {number}", "is no object"
        elif unknown := len(one.keys() - set(COLUMNS)):
            yield f"entry {number}", f"has {unknown} fields that are none of {', '.join(COLUMNS)}"
        else:
            yield f"entry {number}", usual | one


def _check_names(path: Path, names: list[str], *, needed: bool = True) -> None:
    unknown = [str(place) for place, name in enumerate(names, 1) if name not in COLUMNS]
    if unknown or len(set(names)) < len(names) or (needed and "name" not in names):
        raise MalformedError(
            f"{path}: the columns of a watch-list are {', '.join(COLUMNS)}, each once; only name must be"
            f" there (not known: columns {', '.join(unknown[:20]) or 'none'}); nothing was changed"
        )


def _json(path: Path) -> object:
    try:
        return parse(_whole(path), MAX_JSON_BYTES)
    except InvalidReportError as error:
        raise MalformedError(f"{path}: {error.problems[0][1]}; nothing was changed") from None


def _whole(path: Path) -> bytes:
    return read_whole(path, MAX_JSON_BYTES) or b""


def _entry(cells: Cells | str, list_name: str | None) -> Entry | list[str]:
    """The entry, or what is wrong with it."""
    if isinstance(cells, str):
        return [cells]
    one = {name: _texts(cells.get(name), several=name in {"cas", "synonyms"}) for name in COLUMNS}
    problems = [f"{name} is no text" for name, texts in one.items() if texts is None]
    if problems:
        return problems
    named, cas, synonyms, notes, lists = (tuple(one[name] or ()) for name in COLUMNS)
    lists = lists or tuple(filter(None, [list_name]))
    texts = (*named, *cas, *synonyms)
    problems = list(
        chain(
            () if named else ["has no name"],
            () if lists else ["has no list: name it in a column, or with --name"],
            _too_long("list", lists, MAX_LIST_NAME_CHARACTERS),
            _too_long("note", notes, MAX_NOTE_CHARACTERS),
            _too_long("a name, number or synonym", texts, MAX_QUERY_CHARACTERS),
            ["holds characters that nobody sees"]
            if any(map(_HIDDEN.search, (*texts, *notes, *lists)))
            else (),
            ["has a name or synonym without a letter or digit"] if not all(map(folded, texts)) else (),
            (
                f"cas {place}: {doubt}"
                for place, number in enumerate(cas, 1)
                if (doubt := cas_doubt(number))
            ),
            [f"has over {MAX_TEXTS_PER_ENTRY} names"] if len(texts) > MAX_TEXTS_PER_ENTRY else (),
        )
    )
    return problems or Entry(lists[0], named[0], cas, synonyms, notes[0] if notes else None)


def _texts(value: Any, *, several: bool) -> tuple[str, ...] | None:
    """The texts in a cell without spaces around them; None for what is no text."""
    if value is None:
        return ()
    if isinstance(value, str):
        value = _PARTING.split(value) if several else [value]
    elif not several:
        return None
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        return None
    return tuple(text for one in islice(value, MAX_ENTRIES) if (text := " ".join(one.split())))


def _too_long(what: str, texts: Iterable[str], most: int) -> Iterator[str]:
    if any(len(text) > most for text in texts):
        yield f"{what} has over {most} characters"
