"""Drafts: answers that were given and not sent yet, in an encrypted database of the home.

Every answer is on disk under fsync before the next question. Drafts are no outbox: nothing here is ever
sent by itself, and a service that runs beside is not in the way.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from tocsin.adapters.database import Database, Row
from tocsin.adapters.dated_names import dated_name
from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.private_files import make_private_folder
from tocsin.core.errors import RefusedByRuleError

MAX_DRAFTS = 1_000
MAX_ANSWERS_BYTES = 262_144
FOLDER = "drafts"
FILE_NAME = "drafts.db"
LOCK_NAME = "drafts"
KEY_LABEL = b"tocsin/1/drafts"
MIGRATIONS = (
    "CREATE TABLE drafts (name TEXT PRIMARY KEY, changed_at_s INTEGER NOT NULL, answers TEXT NOT NULL)"
    " WITHOUT ROWID;",
)


@dataclass(frozen=True, slots=True)
class Draft:
    """One report that is being written. `answers`: by code of column, as they were typed."""

    name: str
    changed_at_s: int
    answers: dict[str, str] = field(repr=False)


class Drafts:
    """The drafts of one home."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def new_name(self, now_s: int) -> str:
        """A name that no draft has. Raises RefusedByRuleError where there are too many drafts."""
        held = self._database.execute("SELECT count(*) FROM drafts")[0][0]
        if held >= MAX_DRAFTS:
            raise RefusedByRuleError(
                f"there are {held} drafts, and no more are kept: `tocsin report drafts` lists them,"
                " --delete NAME takes one away"
            )
        return dated_name("DRAFT", now_s)

    def keep(self, name: str, answers: Mapping[str, str], now_s: int) -> None:
        """Put the answers on disk, in place of earlier ones; a draft without any is none.

        Raises RefusedByRuleError, StorageError.
        """
        text = json.dumps(answers, ensure_ascii=False)
        if len(text.encode("utf-8", "surrogatepass")) > MAX_ANSWERS_BYTES:
            raise RefusedByRuleError(f"the draft is over {MAX_ANSWERS_BYTES} bytes: shorten an answer")
        with self._database.transaction():
            self._database.execute("DELETE FROM drafts WHERE name = ?", (name,))
            if answers:
                self._database.execute("INSERT INTO drafts VALUES (?, ?, ?)", (name, now_s, text))

    def get(self, name: str) -> Draft:
        """The draft of that name. Raises RefusedByRuleError."""
        found = self._database.execute("SELECT * FROM drafts WHERE name = ?", (name,))
        if not found:
            raise RefusedByRuleError(f"there is no draft {name}: `tocsin report drafts` lists them")
        return _draft(found[0])

    def all(self) -> list[Draft]:
        """All drafts, the newest first."""
        return list(
            map(_draft, self._database.execute("SELECT * FROM drafts ORDER BY changed_at_s DESC, name"))
        )

    def delete(self, name: str) -> None:
        """Take a draft away for good. Raises RefusedByRuleError where there is none."""
        self.get(name)
        with self._database.transaction():
            self._database.execute("DELETE FROM drafts WHERE name = ?", (name,))


def _draft(row: Row) -> Draft:
    name, changed_at_s, answers = row
    return Draft(name, changed_at_s, json.loads(answers))


@contextmanager
def open_drafts(home: ParticipantHome, storage_key: bytes) -> Iterator[Drafts]:
    """The drafts of a home, held while the block runs.

    Raises HeldElsewhereError where another command writes one, KeyUnusableError, StorageError.
    """
    folder = home.path / FOLDER
    make_private_folder(folder)
    with home.hold(LOCK_NAME):
        database = Database.open(folder / FILE_NAME, storage_key, KEY_LABEL, MIGRATIONS)
        try:
            yield Drafts(database)
        finally:
            database.close()
