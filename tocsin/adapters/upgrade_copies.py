"""Copies of a database as it was before a newer release changed its schema: the way back.

They lie in `before-upgrade/` beside the database, encrypted like it, the last three. What a way back left
aside lies there too and is never deleted by us: it may hold what was accepted since.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tocsin.adapters.private_files import make_private_folder, storage_errors, sync_folder

FOLDER = "before-upgrade"
MAX_COPIES = 3
_STAMP = "%Y%m%dT%H%M%S%fZ"
_NAME = re.compile(r"v([1-9][0-9]{0,5})-([0-9]{8}T[0-9]{12}Z)\.db")


@dataclass(frozen=True, slots=True, order=True)
class UpgradeCopy:
    """One copy: when it was made (Unix seconds), of which schema version."""

    made_at_s: int
    version: int
    path: Path


def copies_of(database: Path) -> list[UpgradeCopy]:
    """The copies of a database, oldest first."""
    found = []
    for path in (database.parent / FOLDER).glob("v*.db"):
        if name := _NAME.fullmatch(path.name):
            made = datetime.strptime(name[2], _STAMP).replace(tzinfo=UTC)
            found.append(UpgradeCopy(int(made.timestamp()), int(name[1]), path))
    return sorted(found)


@contextmanager
def making_copy(database: Path, version: int, now_s: float) -> Iterator[Path]:
    """Where to write a copy of `database`; it counts only when the block ends well.

    Then the oldest beyond three go. Raises StorageError.
    """
    folder = database.parent / FOLDER
    make_private_folder(folder)
    target = folder / f"v{version}-{_stamp(now_s)}.db"
    unfinished = folder / f".{target.name}.unfinished"
    with storage_errors(unfinished):
        try:
            unfinished.unlink(missing_ok=True)
            yield unfinished
            unfinished.replace(target)
        finally:
            unfinished.unlink(missing_ok=True)
        sync_folder(folder)
        before = [one for one in copies_of(database) if one.path != target]  # by a clock that may be behind
        for old in before[: 1 - MAX_COPIES]:
            old.path.unlink()


def aside(database: Path, version: int, now_s: float) -> Path:
    """Where a database of a newer version goes when an older one is put in its place."""
    folder = database.parent / FOLDER
    make_private_folder(folder)
    return folder / f"aside-v{version}-{_stamp(now_s)}.db"


def _stamp(now_s: float) -> str:
    return datetime.fromtimestamp(now_s, UTC).strftime(_STAMP)
