"""Law: which marks inside a number part its thousands, whichever mark is decimal.

It guarantees that a no-break, narrow no-break or thin space before every third digit is left out, since
programs write it there and nothing else, and that all other texts stay as they are: a common space may
stand between two numbers (2 500), a comma or a point may be decimal. What is decimal is the caller's.
Source: docs/importing.md, "What is asked and never guessed".
"""

from __future__ import annotations

import re

# Each group is parted by the same mark, as in 1 234 567,8 of a French spreadsheet.
_SPACED = re.compile("-?[0-9]{1,3}([\u00a0\u202f\u2009])[0-9]{3}(?:\\1[0-9]{3})*(?:[.,][0-9]+)?")


def ungrouped(text: str) -> str:
    """`text` without the spaces that part thousands; unchanged where it is anything else."""
    match = _SPACED.fullmatch(text)
    return text.replace(match[1], "") if match else text
