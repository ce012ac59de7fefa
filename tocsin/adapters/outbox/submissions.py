"""Idempotency keys: the same key with the same request gets the same receipt."""

from __future__ import annotations

from tocsin.adapters.database import Database
from tocsin.core.primitives import sha256

LIFETIME_S = 7 * 86_400
_TIDIED = "submissions_tidied_at_s"
_KEEP = """INSERT OR IGNORE INTO submissions VALUES (?, ?, ?,
    max(?, coalesce((SELECT value FROM numbers WHERE name = ?), 0)))"""


class Submissions:
    """Keeps hashes only. Writes happen inside the caller's transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, key: str) -> tuple[bytes, int] | None:
        """(SHA-256 of the request, item) that a key was used for."""
        sql = "SELECT request, item FROM submissions WHERE key = ?"
        for request, item in self._database.execute(sql, (sha256(key.encode()),)):
            return request, item
        return None

    def keep(self, key: str, request: bytes, item: int, now_s: int) -> None:
        """A key was used for a request, by any clock: not before what was tidied last."""
        self._database.execute(_KEEP, (sha256(key.encode()), request, item, now_s, _TIDIED))

    def forget_old(self, now_s: int) -> None:
        """Forget keys that are over 7 days old; not for a clock that the directory contradicts."""
        self._database.execute("UPDATE submissions SET at_s = ? WHERE at_s > ?", (now_s, now_s))
        self._database.execute("DELETE FROM submissions WHERE at_s < ?", (now_s - LIFETIME_S,))
        self._database.execute("INSERT OR REPLACE INTO numbers VALUES (?, ?)", (_TIDIED, now_s))
