"""Opens the correspondence of a home, to look at, and prints its rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.consumer.participant import open_participant
from tocsin.adapters.correspondence import Correspondence, open_correspondence
from tocsin.runtime import console

SHOWN_DIGITS = 8
_ID = re.compile(r"[0-9a-f]{32}")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")


@dataclass(frozen=True, slots=True)
class Look:
    """The options of every command that looks at letters."""

    home: Path
    passphrase_file: Path | None
    as_json: bool = False


def print_rows(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], *, as_json: bool) -> None:
    """Print rows; in a table ids by their first digits and times to the minute."""
    for_people = not console.wants_json(as_json)
    console.rows((_short(one) if for_people else one for one in rows), columns, as_json=as_json)


def _short(row: Mapping[str, Any]) -> dict[str, Any]:
    cells = {name: _cell(value) for name, value in row.items()}
    if row.get("exercise") and "title" in cells:
        cells["title"] = f"EXERCISE {cells['title']}"
    return cells


def _cell(value: Any) -> Any:
    """Eight digits of an id are enough for every command that takes one."""
    if isinstance(value, str) and _ID.fullmatch(value):
        return value[:SHOWN_DIGITS]
    if isinstance(value, str) and _TIME.fullmatch(value):
        return f"{value[:10]} {value[11:16]}"
    if isinstance(value, dict):
        return [f"{one} {name}" for name, one in value.items() if one]
    return value


@contextmanager
def looking(look: Look) -> Iterator[Correspondence]:
    """The correspondence of the home, beside services that run. Raises TocsinError."""
    participant = open_participant(look.home, look.passphrase_file)
    with open_correspondence(participant.home, participant.storage_key) as correspondence:
        yield correspondence
