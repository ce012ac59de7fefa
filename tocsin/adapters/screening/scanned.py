"""Which files were looked through, and for which alerts: an archive is only looked through for new ones.

A file is known by a hash of its name, size, time and of how it was read; its place may change.
"""

from __future__ import annotations

from tocsin.adapters.database import Database

MAX_FILES = 100_000
LIFETIME_S = 400 * 86_400


class Scanned:
    """Files that were looked through to their end."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def alerts_to(self, file: bytes) -> int:
        """The inbox's cursor up to which the file was asked for alerts; 0 if never."""
        for (alerts_to,) in self._database.execute("SELECT alerts_to FROM scanned WHERE file = ?", (file,)):
            return int(alerts_to)
        return 0

    def note(self, file: bytes, alerts_to: int, now_s: int) -> None:
        """The whole file was asked for all alerts up to `alerts_to`."""
        with self._database.transaction():
            sql = """INSERT INTO scanned VALUES (?, ?, ?) ON CONFLICT DO UPDATE
                SET alerts_to = max(alerts_to, excluded.alerts_to), at_s = excluded.at_s"""
            self._database.execute(sql, (file, alerts_to, now_s))

    def forget_old(self, now_s: int) -> None:
        """Drop what is past its lifetime, and the oldest beyond MAX_FILES."""
        with self._database.transaction():
            self._database.execute("DELETE FROM scanned WHERE at_s < ?", (now_s - LIFETIME_S,))
            sql = """DELETE FROM scanned WHERE file IN
                (SELECT file FROM scanned ORDER BY at_s DESC LIMIT -1 OFFSET ?)"""
            self._database.execute(sql, (MAX_FILES,))
