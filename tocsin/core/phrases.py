"""Law: whether a phrase stands in a text, whatever its case, width, accents and punctuation.

`spaced` makes a text whose words stand between single spaces; a phrase stands in a text where its spaced
form stands in the spaced text, so only whole words count. Scripts without spaces (Han, kana, Thai) count
each character as a word. `Phrases` guarantees to find exactly those of its phrases that stand in a text.
What a phrase means is left to `screening_patterns`. The only file that knows ahocorasick_rs.
Source: report and alert, "Screening".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from ahocorasick_rs import AhoCorasick

_ASCII = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}
_WORD = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
    "|[^\\W_\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"
)


def spaced(text: str) -> str:
    """`text` folded, each word between single spaces, one before and one behind; " " for no words."""
    words = text.translate(_ASCII).split() if text.isascii() else _WORD.findall(_folded(text))
    return f" {' '.join(words)} " if words else " "


def _folded(text: str) -> str:
    """NFKC, without case, without accents and other marks, without characters that nobody sees."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(char for char in plain if unicodedata.category(char) not in {"Mn", "Me", "Cf"})


class Phrases:
    """Many phrases, looked for at once. `phrases`: spaced, each once; their index is their number."""

    def __init__(self, phrases: Iterable[str]) -> None:
        kept = list(phrases)
        self._automaton = AhoCorasick(kept, store_patterns=False) if kept else None

    def __bool__(self) -> bool:
        return self._automaton is not None

    def found(self, text: str) -> set[int]:
        """The numbers of the phrases that stand in a spaced `text`."""
        if self._automaton is None:
            return set()
        return {one for one, _, _ in self._automaton.find_matches_as_indexes(text, overlapping=True)}
