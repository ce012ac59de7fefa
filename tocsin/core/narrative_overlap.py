"""Law: where a text repeats another one, word for word or name for name.

It guarantees that four words that follow each other in both are found whatever their case, accents and
punctuation, and so is a whole short text (a name, a number) of the source. Words that both share singly are
not looked at: an alert and a report about one parcel must both say what it was declared as.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from itertools import islice
from typing import Any

RUN_WORDS = 4
MIN_WHOLE_CHARACTERS = 5
MAX_WHOLE_WORDS = 3
MAX_SOURCE_TEXTS = 2_000
# What an alert and a report about one parcel must both say; everything else of a report is its own.
_SHARED = frozenset(
    {
        *("kind", "system", "country", "country_as_declared", "role", "role_as_declared", "status", "form"),
        *("name_as_declared", "identified_as", "cas", "inchikey", "hs", "unit", "unit_as_declared", "type"),
        *(
            "code",
            "mode",
            "mode_as_declared",
            "precision",
            "zone",
            "currency",
            "language",
            "normalised_unit",
        ),
        *("tlp", "pap", "action", "scheme", "declared", "permitted_actions", "caveats", "asked_unknown"),
        *("site_type", "method", "backtracking", "channel", "reasons", "instrument", "account_type"),
        *("stage", "hazards", "protective_equipment"),
    }
)
_WORD = re.compile(r"[^\W_]+")
_Word = tuple[str, int, int]


def own_texts(report: Any) -> tuple[str, ...]:
    """The texts of an incident report in its JSON form that no alert may repeat, at most 2,000."""
    return tuple(islice(_texts(report), MAX_SOURCE_TEXTS))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, dict):
        for name, one in value.items():
            if name not in _SHARED:
                yield from _texts(one)


def shared_places(value: str, source: Collection[str]) -> list[tuple[int, int]]:
    """(start, end) of each run of words in `value` that stands in one of the texts of `source` too."""
    words = _words(value)
    if not words or not source:
        return []
    runs: set[tuple[str, ...]] = set()
    wholes: set[tuple[str, ...]] = set()
    for text in source:
        theirs = tuple(word for word, _, _ in _words(text))
        runs |= {theirs[at : at + RUN_WORDS] for at in range(len(theirs) - RUN_WORDS + 1)}
        if 0 < len(theirs) <= MAX_WHOLE_WORDS and sum(map(len, theirs)) >= MIN_WHOLE_CHARACTERS:
            wholes.add(theirs)
    spans = [span for size in range(1, MAX_WHOLE_WORDS + 1) for span in _same(words, wholes, size)]
    return _joined(sorted([*spans, *_same(words, runs, RUN_WORDS)]))


def _same(words: list[_Word], known: set[tuple[str, ...]], size: int) -> list[tuple[int, int]]:
    return [
        (words[at][1], words[at + size - 1][2])
        for at in range(len(words) - size + 1)
        if tuple(word for word, _, _ in words[at : at + size]) in known
    ]


def _words(value: str) -> list[_Word]:
    return [(_plain(match.group()), *match.span()) for match in _WORD.finditer(value)]


def _plain(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word).casefold()
    return "".join(one for one in decomposed if not unicodedata.combining(one))


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
