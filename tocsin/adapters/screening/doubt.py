"""Whether this machine's clock is believed where the directory contradicts it: not for the first day.

A clock that is wrong for a while ends no alert and forgets nothing. One that is right, beside a directory
that nobody reads any more, keeps no parcel's values for ever.
"""

from __future__ import annotations

from tocsin.adapters.database import Database

DOUBTED_S = 86_400


class ClockDoubt:
    """Remembers since when clock and directory are apart, also from one command to the next."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def is_over(self, now_s: int, *, apart: bool) -> bool:
        """Whether to go by `now_s`; `apart`: the directory contradicts it. Raises StorageError."""
        known = self._database.execute("SELECT since_s FROM clock_doubt")
        since_s = known[0][0] if known else None
        if not apart:
            if known:
                self._keep(None)
            return True
        if since_s is None or now_s < since_s:
            self._keep(now_s)
            return False
        return now_s >= int(since_s) + DOUBTED_S

    def _keep(self, since_s: int | None) -> None:
        with self._database.transaction():
            self._database.execute("DELETE FROM clock_doubt")
            if since_s is not None:
                self._database.execute("INSERT INTO clock_doubt VALUES (?)", (since_s,))
