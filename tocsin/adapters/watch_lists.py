"""A country's own watch-lists, in an encrypted database of the home. They are matched here and never leave.

A list is kept or replaced whole. With the last one its database goes too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tocsin.adapters.database import Database, Row
from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.private_files import make_private_folder, storage_errors
from tocsin.core.errors import RefusedByRuleError
from tocsin.core.watch_lists import NO_LISTS, Entry, WatchLists

MAX_LISTS = 50
MAX_TEXTS = 200_000  # names, synonyms and CAS numbers of all lists together
FOLDER = "watchlists"
FILE_NAME = "watchlists.db"
LOCK_NAME = "watchlists"
KEY_LABEL = b"tocsin/1/watch-lists"
MIGRATIONS = (
    """
CREATE TABLE lists (name TEXT PRIMARY KEY, loaded_at_s INTEGER NOT NULL, entries INTEGER NOT NULL,
    texts INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE entries (list TEXT NOT NULL REFERENCES lists ON DELETE CASCADE, number INTEGER NOT NULL,
    name TEXT NOT NULL, cas TEXT NOT NULL, synonyms TEXT NOT NULL, note TEXT,
    PRIMARY KEY (list, number)) WITHOUT ROWID;
""",
)
_ADD = "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?)"
_ENTRIES = "SELECT list, name, cas, synonyms, note FROM entries ORDER BY list, number"
_HELD = "SELECT count(*), coalesce(sum(texts), 0) FROM lists"


@dataclass(frozen=True, slots=True)
class KeptList:
    """One list: its name, how many entries it has, since when."""

    name: str = field(repr=False)
    loaded_at_s: int
    entries: int


class KeptLists:
    """The lists of one home."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, entries: Sequence[Entry], now_s: int) -> None:
        """Keep every list that `entries` belong to, in place of one of its name; all or nothing.

        Raises RefusedByRuleError where there would be too many, StorageError.
        """
        lists: dict[str, list[Entry]] = {}
        for entry in entries:
            lists.setdefault(entry.list_name, []).append(entry)
        with self._database.transaction():
            for name, held in lists.items():
                texts = sum(len(one.texts) for one in held)
                self._database.execute("DELETE FROM lists WHERE name = ?", (name,))
                self._database.execute(
                    "INSERT INTO lists VALUES (?, ?, ?, ?)", (name, now_s, len(held), texts)
                )
                self._database.execute_many(_ADD, (_row(number, one) for number, one in enumerate(held)))
            ((count, texts),) = self._database.execute(_HELD)
            if count > MAX_LISTS or texts > MAX_TEXTS:
                raise RefusedByRuleError(
                    f"that would be {count} lists with {texts} names and numbers; at most {MAX_LISTS} and"
                    f" {MAX_TEXTS} are kept: `tocsin codes forget NAME` makes room. Nothing was changed"
                )

    def all(self) -> list[KeptList]:
        """All lists, by name."""
        rows = self._database.execute("SELECT name, loaded_at_s, entries FROM lists ORDER BY name")
        return [KeptList(name, loaded_at_s, entries) for name, loaded_at_s, entries in rows]

    def entries(self) -> Iterator[Entry]:
        """All entries of all lists, in the order of their files."""
        return map(_entry, self._database.execute(_ENTRIES))

    def forget(self, name: str) -> None:
        """Take a list away for good. Raises RefusedByRuleError where there is none of that name."""
        with self._database.transaction():
            self._database.execute("DELETE FROM lists WHERE name = ?", (name,))
            if not self._database.changes():
                raise RefusedByRuleError("there is no list of that name: `tocsin codes lists` shows all")


def _row(number: int, one: Entry) -> tuple[str | int | None, ...]:
    return (one.list_name, number, one.name, json.dumps(one.cas), json.dumps(one.synonyms), one.note)


def _entry(row: Row) -> Entry:
    list_name, name, cas, synonyms, note = row
    return Entry(list_name, name, tuple(json.loads(cas)), tuple(json.loads(synonyms)), note)


def has_watch_lists(home_path: Path) -> bool:
    """Whether a list was ever loaded in the home there; needs no key."""
    return (home_path.expanduser() / FOLDER / FILE_NAME).exists()


def watch_lists_of(home: ParticipantHome, storage_key: bytes) -> WatchLists:
    """All lists of a home, to be asked; empty where it has none. Raises KeyUnusableError, StorageError."""
    if not has_watch_lists(home.path):
        return NO_LISTS
    database = Database.open(
        home.path / FOLDER / FILE_NAME, storage_key, KEY_LABEL, MIGRATIONS, read_only=True
    )
    try:
        return WatchLists(KeptLists(database).entries())
    finally:
        database.close()


@contextmanager
def open_watch_lists(home: ParticipantHome, storage_key: bytes) -> Iterator[KeptLists]:
    """The lists of a home, to change, held while the block runs; the file goes where none is left.

    Raises HeldElsewhereError where another command changes them, KeyUnusableError, StorageError.
    """
    folder = home.path / FOLDER
    make_private_folder(folder)
    with home.hold(LOCK_NAME):
        database = Database.open(folder / FILE_NAME, storage_key, KEY_LABEL, MIGRATIONS)
        lists = KeptLists(database)
        left = True
        try:
            yield lists
        finally:
            left = bool(lists.all())
            database.close()
            if not left:
                _remove(folder)


def _remove(folder: Path) -> None:
    with storage_errors(folder):
        for file in folder.glob(f"{FILE_NAME}*"):
            file.unlink(missing_ok=True)
