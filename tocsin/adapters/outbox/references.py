"""National references that this outbox gave: a counter for each series, and what each draft was given.

Writes happen inside the caller's transaction, the one that accepts the report: a number that was given is
on disk with its report, or was never given.
"""

from __future__ import annotations

from tocsin.adapters.database import Database
from tocsin.core.national_references import Issuer, Series

# What a backup cannot know of: numbers given after it was made.
RESTORED_GAP = 1_000

_COUNTER = "INSERT INTO numbers VALUES (?, ?) ON CONFLICT DO UPDATE SET value = value + excluded.value"
_LEAP = "UPDATE numbers SET value = value + ? WHERE name GLOB 'references/*' OR name GLOB 'exercises/*'"
_IN_USE = "SELECT EXISTS (SELECT 1 FROM items WHERE family = ? AND reference = ?)"


class OutboxReferences:
    """Gives each reference once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def give(self, issuer: Issuer, series: Series, family: str) -> str:
        """The next reference of a series that no report of `family` has, also none that was typed."""
        while True:
            reference = issuer.reference(series, self._advance(series, 1))
            if not self._database.execute(_IN_USE, (family, reference))[0][0]:
                return reference

    def of_draft(self, draft: str) -> str | None:
        """The reference that was given for a draft of that name."""
        sql = "SELECT reference FROM references_of_drafts WHERE draft = ?"
        rows = self._database.execute(sql, (draft,))
        return str(rows[0][0]) if rows else None

    def keep_draft(self, draft: str, reference: str) -> None:
        """Remember what a draft was given, for as long as the outbox lives."""
        self._database.execute("INSERT INTO references_of_drafts VALUES (?, ?)", (draft, reference))

    def leap(self, year: int) -> None:
        """Leave a gap in every series: the outbox was restored, and later numbers are not in it. In those
        of `year`, the one by the clock of the restore, also where nothing was given yet.
        """
        for exercise in (False, True):
            self._advance(Series(year, exercise), 0)
        self._database.execute(_LEAP, (RESTORED_GAP,))

    def _advance(self, series: Series, by: int) -> int:
        name = f"{'exercises' if series.exercise else 'references'}/{series.year}"
        rows = self._database.execute(f"{_COUNTER} RETURNING value", (name, by))
        return int(rows[0][0])
