"""The heads of our own logs, the session that they grow in, and alarms about them."""

from __future__ import annotations

from tocsin.adapters.database import Database
from tocsin.core.outcomes import AlarmKind, LogHead
from tocsin.core.public_keys import Final
from tocsin.core.streams import INBOX
from tocsin.core.wire import Head

MAX_ALARMS = 1_000

_MOVE = """INSERT INTO logs (stream, scope, topic, session, counter, leaf, signing_key)
    VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET topic = excluded.topic,
    session = excluded.session, counter = excluded.counter, leaf = excluded.leaf,
    signing_key = excluded.signing_key"""
_END = """INSERT OR REPLACE INTO finals SELECT signing_key, stream, scope, session, counter, leaf FROM logs
    WHERE stream = ? AND scope = ? AND signing_key <> ?"""
_FINALS = """SELECT stream, scope, session, counter, leaf FROM finals WHERE signing_key = ?1
    UNION ALL SELECT stream, scope, session, counter, leaf FROM logs WHERE signing_key = ?1"""
_SENT = """SELECT topic, stream, scope, sent_session, sent_counter, sent_leaf, sent_time_s FROM logs
    WHERE sent_time_s >= ? ORDER BY stream, scope"""


class OutboxLogs:
    """Writes happen inside the caller's transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def head(self, stream: str, scope: str) -> LogHead | None:
        """The last record that we sealed into a log."""
        sql = "SELECT session, counter, leaf FROM logs WHERE stream = ? AND scope = ?"
        for row in self._database.execute(sql, (stream, scope)):
            return LogHead(*row)
        return None

    def move(self, topic: str, stream: str, scope: str, head: LogHead, signing_key: bytes) -> None:
        """A log has grown to `head`, which `signing_key` signed; where another did before, it ended."""
        self._database.execute(_END, (stream, scope, signing_key))
        self._database.execute(_MOVE, (stream, scope, topic, *head.place, head.leaf, signing_key))

    def forget(self, stream: str, scope: str) -> None:
        """A log has no record that stays good; it begins anew."""
        self._database.execute("DELETE FROM logs WHERE stream = ? AND scope = ?", (stream, scope))

    def finals(self, signing_key: bytes) -> Final:
        """Where each stream's log ended, or stands now, under a record key of ours."""
        rows = self._database.execute(_FINALS, (signing_key,))
        return {
            (stream, scope): (session, counter, leaf)
            for stream, scope, session, counter, leaf in rows
            if stream != INBOX
        }

    def sent_heads(self, since_s: int) -> dict[str, list[Head]]:
        """The last acknowledged record of each log, if not older, by topic; for checkpoints."""
        found: dict[str, list[Head]] = {}
        for topic, *head in self._database.execute(_SENT, (since_s,)):
            found.setdefault(topic, []).append(Head(*head))
        return found

    def number(self, name: str) -> int:
        """A number that is kept: the last session, the last checkpoint's time; 0 at first."""
        rows = self._database.execute("SELECT value FROM numbers WHERE name = ?", (name,))
        return int(rows[0][0]) if rows else 0

    def keep_number(self, name: str, value: int) -> None:
        """Set a number."""
        sql = "INSERT OR REPLACE INTO numbers VALUES (?, ?)"
        self._database.execute(sql, (name, value))

    def alarm(self, kind: AlarmKind, place: tuple[str, int, int], now_s: int) -> None:
        """Note an alarm about a record at (topic, partition, offset); the oldest make room."""
        sql = "INSERT INTO alarms (kind, topic, partition, place, at_s) VALUES (?, ?, ?, ?, ?)"
        self._database.execute(sql, (kind, *place, now_s))
        sql = "DELETE FROM alarms WHERE id <= (SELECT max(id) FROM alarms) - ?"
        self._database.execute(sql, (MAX_ALARMS,))

    def alarms(self) -> list[tuple[str, str, int, int, int]]:
        """(kind, topic, partition, offset, time) of each alarm, newest first."""
        rows = self._database.execute(
            "SELECT kind, topic, partition, place, at_s FROM alarms ORDER BY id DESC"
        )
        return [(kind, topic, partition, place, at_s) for kind, topic, partition, place, at_s in rows]
