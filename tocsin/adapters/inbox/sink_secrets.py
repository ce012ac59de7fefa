"""The secrets that webhooks are signed with: in the encrypted database, nowhere else.

A sink has one secret, and for a while after a change the one before it too.
"""

from __future__ import annotations

from tocsin.adapters.database import Database


class InboxSinkSecrets:
    """Secrets by sink. Writes belong inside a transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def in_use(self, sink: str, now_s: int) -> list[bytes]:
        """The secrets to sign with at `now_s`, the newest first; none before the first was made."""
        sql = """SELECT secret FROM sink_secrets WHERE sink = ? AND (until_s IS NULL OR until_s > ?)
            ORDER BY until_s IS NOT NULL, made_at_s DESC"""
        return [bytes(secret) for (secret,) in self._database.execute(sql, (sink, now_s))]

    def add(self, sink: str, secret: bytes, now_s: int, others_end_s: int) -> None:
        """A new secret; those before it end at `others_end_s` at the latest."""
        sql = """UPDATE sink_secrets SET until_s = MIN(COALESCE(until_s, ?), ?) WHERE sink = ?"""
        self._database.execute(sql, (others_end_s, others_end_s, sink))
        self._database.execute("INSERT INTO sink_secrets VALUES (?, ?, ?, NULL)", (sink, now_s, secret))

    def forget_old(self, now_s: int) -> None:
        """Drop what no longer signs."""
        self._database.execute("DELETE FROM sink_secrets WHERE until_s <= ?", (now_s,))
