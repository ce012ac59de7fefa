"""`tocsin import --explain FILE`: how a file would be read, and a map proposed for it, never applied.

The map goes to stdout, ready to be saved, corrected and given with --map; what is uncertain stands in
it as a comment. It shows words of the file: it is for the user who owns it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from difflib import get_close_matches
from itertools import islice
from pathlib import Path

from services.producer.importing.number_convention import last_mark
from services.producer.importing.tables import Format, open_table
from tocsin.adapters.country_names import find_countries
from tocsin.adapters.tables.rows import Row, Table
from tocsin.core import flat_columns

MAX_ROWS = 100_000
MAX_WORDS = 2_000
MAX_SHOWN_WORDS = 40
NEAR = 0.8
_LISTED = {"code", "unit", "country"}
_DATE = re.compile(r"([0-9]{1,2})[./-]([0-9]{1,2})[./-][0-9]{4}")


def explain(path: Path, asked: Format) -> tuple[list[str], list[str]]:
    """(sentences on how it is read, lines of the proposed map). Raises MalformedError, OSError."""
    with open_table(path, asked) as table:
        proposed = _proposed(table.header)
        cells = _words(table, proposed)
        lines = [*_columns(table.header, proposed), *_formats(proposed, cells)]
        for code, name in proposed.items():
            if flat_columns.column(code).type in _LISTED:
                lines += _unknown(code, cells[name])
        return [*table.said, *table.warned], lines


def _proposed(header: tuple[str, ...]) -> dict[str, str]:
    """Our columns by exact name, and for what is left by a near one."""
    found: dict[str, str] = {}
    for name in header:
        code = flat_columns.named(name)
        if code is not None:
            found.setdefault(code, name)
    near = {
        flat_columns.folded(label): one.code
        for one in flat_columns.columns()
        for label in (one.code, *one.label.values())
    }
    for name in header:
        if name not in found.values():
            for match in get_close_matches(flat_columns.folded(name), near, 1, NEAR):
                found.setdefault(near[match], name)
    return found


def _words(table: Table, proposed: dict[str, str]) -> dict[str, Counter[str]]:
    """How often each word stands in each proposed column, at most 2,000 words a column."""
    cells: dict[str, Counter[str]] = {name: Counter() for name in proposed.values()}
    for row in islice(table.rows, MAX_ROWS):
        if isinstance(row, Row):
            for name, counter in cells.items():
                word = row.cells[name].strip()
                if word and (word in counter or len(counter) < MAX_WORDS):
                    counter[word] += 1
    return cells


def _columns(header: tuple[str, ...], proposed: dict[str, str]) -> Iterator[str]:
    yield "[columns]"
    for code, name in proposed.items():
        sure = flat_columns.named(name) == code
        yield f"{code} = {_text(name)}" + ("" if sure else "  # a near name: check it")
    left = [name for name in header if name and name not in proposed.values()]
    yield ""
    yield "[ignore]  # move what has a meaning to [columns]"
    yield f"columns = [{', '.join(map(_text, left))}]"
    missing = [code for code in ("kind", "system", "event_date", "country", "tlp") if code not in proposed]
    if missing:
        yield ""
        yield "[constants]  # mandatory, and in no column that was recognised"
        yield from (f'# {code} = ""' for code in missing)


def _formats(proposed: dict[str, str], cells: dict[str, Counter[str]]) -> Iterator[str]:
    yield ""
    yield "[formats]"
    if "event_date" in proposed:
        yield _dates(cells[proposed["event_date"]])
    if "amount" in proposed:
        marks: Counter[str | None] = Counter()
        for word, times in cells[proposed["amount"]].items():
            marks[last_mark(word)] += times
        commas, points = marks["comma"], marks["point"]
        if commas and points:
            yield f'# numbers = "comma"  # {commas} with a comma last, {points} with a point last: decide'
        else:
            yield f'numbers = "{"comma" if commas else "point"}"'


def _dates(words: Counter[str]) -> str:
    pairs = [match.groups() for word in words if (match := _DATE.fullmatch(word))]
    day = any(int(first) > 12 for first, _ in pairs)
    month = any(int(second) > 12 for _, second in pairs)
    if day and month:
        return '# dates = "day-first"  # some dates fit only day first, others only month first: mend them'
    if day or month:
        return f'dates = "{"day-first" if day else "month-first"}"'
    if pairs:
        return '# dates = "day-first"  # every date here fits both orders: decide, or "month-first"'
    return 'dates = "iso"'


def _unknown(code: str, words: Counter[str]) -> Iterator[str]:
    column = flat_columns.column(code)
    unknown = [(word, times) for word, times in words.most_common() if not _is_known(column, word)]
    if unknown:
        yield ""
        yield f"[codes.{code}]  # {len(unknown)} spellings are not known; give each a code"
        yield from (f'# {_text(word)} = ""  # {times} rows' for word, times in unknown[:MAX_SHOWN_WORDS])


def _is_known(column: flat_columns.Column, word: str) -> bool:
    if column.type == "country":
        return len(find_countries(word)) == 1 or flat_columns.is_word("unknown", word)
    return flat_columns.code_meant(column.list_name or "units", word) is not None


def _text(word: str) -> str:
    """A TOML string: JSON's escapes are TOML's."""
    return json.dumps(word, ensure_ascii=False).replace("\x7f", "\\u007f")
