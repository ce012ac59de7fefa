"""Law: which columns a flat table of incidents has, under which names, and what words in them mean.

It guarantees that a header is known by its code or by its label in every language of the contract,
whatever case, accents, marks and spaces stand around it, and that a word means one code or none:
nothing is guessed from a part. The table is data (`codes/import_columns.json`); what a row becomes is
left to `flat_rows`.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import schemas
from tocsin.core import codes
from tocsin.core.report_values import values

LANGUAGES = ("en", "fr", "es", "ar")
# The import's own columns in a file of refused rows, and the export's: read over when they come back.
OWN_PREFIX = "tocsin_"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its code, where its value lies in a report, its type, the list of a coded one.

    `asked`: what the word for unknown in this column adds to `asked_unknown`.
    """

    code: str
    path: tuple[str, ...]
    type: str
    list_name: str | None
    label: Mapping[str, str]
    asked: str | None = None


@cache
def columns() -> tuple[Column, ...]:
    """All columns, in the order in which they are written."""
    found = []
    for row in _data()["columns"]:
        kind, _, list_name = row["type"].partition(":")
        path = tuple(row["path"].split("."))
        found.append(Column(row["code"], path, kind, list_name or None, row["label"], row.get("asked")))
    return tuple(found)


@cache
def column(code: str) -> Column:
    """The column of that code. Raises KeyError."""
    return {one.code: one for one in columns()}[code]


def columns_of(kind: str) -> tuple[Column, ...]:
    """The columns that the template of a kind of incident offers. Raises KeyError."""
    left_out = _data()["left_out"][codes.kinds()[kind]]
    return tuple(one for one in columns() if one.code not in left_out)


def named(header: str) -> str | None:
    """The code of the column that is called so, as a code or as a label in any language."""
    return _names().get(folded(header))


def codes_of(list_name: str) -> Mapping[str, Mapping[str, str]]:
    """The codes of a list, each with its labels by language (none where the contract has none)."""
    if list_name in codes.LABELLED:
        return codes.labels(*codes.LABELLED[list_name])
    return {code: {} for code in sorted(values(list_name))}


def code_meant(list_name: str, word: str) -> str | None:
    """The code that `word` is, or whose label it is in any language; None for any other word."""
    return _words(list_name).get(folded(word))


def is_word(meaning: str, text: str) -> bool:
    """Whether `text` is a word for true, false, unknown or missing."""
    wanted = _data()["words"][meaning]
    return text in wanted if meaning == "missing" else folded(text) in map(folded, wanted)


def note(one: Column, language: str) -> str:
    """What belongs into a column, in a sentence."""
    sentence: str = _data()["notes"][one.type][language]
    return sentence


def unmarked(text: str) -> str:
    """`text` without marks that nobody sees, such as those of direction around a date in Arabic."""
    if text.isascii():
        return text
    return "".join(char for char in text if unicodedata.category(char) != "Cf")


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """`text` for comparison: without case, accents, direction marks and surplus spaces."""
    plain = unicodedata.normalize("NFKD", text.replace("’", "'"))
    kept = "".join(char for char in plain if unicodedata.category(char) not in {"Mn", "Cf"})
    return " ".join(kept.casefold().replace("_", " ").split())


@cache
def _names() -> dict[str, str]:
    found = {}
    for one in columns():
        for name in (one.code, *one.label.values()):
            found[folded(name)] = one.code
    return found


@cache
def _words(list_name: str) -> dict[str, str]:
    found: dict[str, set[str]] = {}
    symbols = codes.symbols(*codes.LABELLED[list_name]) if list_name in codes.LABELLED else {}
    for code, labels in codes_of(list_name).items():
        for word in (code, *labels.values(), *symbols.get(code, ())):
            found.setdefault(folded(word), set()).add(code)
    return {word: next(iter(several)) for word, several in found.items() if len(several) == 1}


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(schemas.load("codes/import_columns.json"))
    return data
