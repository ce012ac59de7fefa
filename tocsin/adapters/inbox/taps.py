"""How far each tap of the inbox has written. A batch is announced before its files are written, so
that a rerun after a crash writes the same batch to the same names.
"""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.adapters.database import Database


@dataclass(frozen=True, slots=True)
class TapState:
    """`cursor`: the last `seq` that is in the files; `pending`: the end of a batch being written;
    `terms`: what was asked for, as JSON.
    """

    cursor: int
    pending: int | None
    terms: str


class InboxTaps:
    """Taps by the id that stands in their folder."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, tap: str) -> TapState | None:
        """The state of a tap; None if this inbox knows none of that id."""
        sql = "SELECT cursor, pending, terms FROM taps WHERE id = ?"
        for row in self._database.execute(sql, (tap,)):
            return TapState(*row)
        return None

    def begin(self, tap: str, terms: str) -> None:
        """A new tap that has written nothing."""
        with self._database.transaction():
            self._database.execute("INSERT INTO taps VALUES (?, 0, NULL, ?)", (tap, terms))

    def announce(self, tap: str, last_seq: int) -> None:
        """The files of everything up to `last_seq` are about to be written."""
        with self._database.transaction():
            self._database.execute("UPDATE taps SET pending = ? WHERE id = ?", (last_seq, tap))

    def written(self, tap: str) -> None:
        """The announced batch is on disk."""
        with self._database.transaction():
            sql = "UPDATE taps SET cursor = pending, pending = NULL WHERE id = ? AND pending NOT NULL"
            self._database.execute(sql, (tap,))
