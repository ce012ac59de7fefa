"""Law: a cell that a spreadsheet would run as a formula is written so that it rests, and comes back.

It guarantees that `bared(guarded(text)) == text` for every text, that nothing guarded begins like a
formula, and that plain numbers, negative ones too, are left as numbers. Reading and writing files is
left to the shell.
"""

from __future__ import annotations

import re

GUARD = "'"
# Also the wide forms: spreadsheets in East Asian languages take them for the narrow ones.
_RUNS = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


def guarded(text: str) -> str:
    """`text` for a cell of a CSV file: a leading apostrophe before what begins like a formula."""
    return GUARD + text if _RUNS.match(text) and not _NUMBER.fullmatch(text) else text


def bared(text: str) -> str:
    """What stood there before `guarded`."""
    return text[1:] if text.startswith(GUARD) and _RUNS.match(text) else text
