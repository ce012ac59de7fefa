"""`--list FILE`: numbers that the firm looks for of its own accord, not because of an alert.

A CSV of two columns, type and value. Nothing of it is stored but its hits, and no answer to it is sent.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tocsin.adapters.tables.read_rows import csv_table
from tocsin.adapters.tables.rows import BadRow
from tocsin.core.errors import MalformedError, StorageError
from tocsin.core.primitives import sha256
from tocsin.core.screening_targets import KINDS, target_key

MAX_LISTED_NUMBERS = 10_000
MAX_SHOWN_LINES = 20
_HEADER = ("type", "value")


def read_own_list(path: Path) -> dict[str, Any]:
    """The list as an alert of the firm's own. Raises MalformedError naming every line that is wrong."""
    try:
        with csv_table(path) as table:
            if table.header != _HEADER:
                raise MalformedError(f"{path}, line 1: the header must be type,value")
            targets, wrong = _read(table.rows)
    except OSError as error:
        raise StorageError(f"{path} cannot be read: {error.strerror}") from error
    if wrong:
        shown = "; ".join(wrong[:MAX_SHOWN_LINES])
        raise MalformedError(f"{path}: {len(wrong)} lines are wrong: {shown}; types are {', '.join(KINDS)}")
    if len(targets) > MAX_LISTED_NUMBERS:
        raise MalformedError(f"{path}: holds over {MAX_LISTED_NUMBERS} numbers: make two lists of it")
    return _alert(path.name, targets)


def _read(rows: Any) -> tuple[list[dict[str, str]], list[str]]:
    targets, wrong = [], []
    for row in rows:
        if isinstance(row, BadRow):
            wrong.append(f"line {row.line} {row.reason}")
        elif target_key(row.cells["type"], row.cells["value"]) is None:
            wrong.append(f"line {row.line} is no number of that type")
        else:
            targets.append(row.cells)
        if len(targets) > MAX_LISTED_NUMBERS or len(wrong) > MAX_LISTED_NUMBERS:
            break
    return targets, wrong


def _alert(name: str, targets: list[dict[str, str]]) -> dict[str, Any]:
    empty = ("advice", "answer_by", "valid_until", "tlp", "pap", "issued")
    return dict.fromkeys(empty) | {
        "alert_id": sha256(name.encode("utf-8", "backslashreplace")).hex()[:32],
        "version": 1,
        "status": "active",
        "title": name,
        "action": "look-up",
        "tell_customer": False,
        "exercise": False,
        "targets": targets,
    }
