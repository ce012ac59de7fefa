"""Alarms: one row per log, kind and hour, then a count. Kept 400 days, at most 100,000 rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from tocsin.adapters.database import Database
from tocsin.core.outcomes import Alarm, AlarmKind

MAX_ROWS = 100_000
LIFETIME_S = 400 * 86_400
HOUR_S = 3_600

_RAISE = """INSERT INTO alarms VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, ?) ON CONFLICT DO UPDATE
    SET times = times + 1, missing = missing + excluded.missing"""


@dataclass(frozen=True, slots=True)
class RaisedAlarm:
    """An alarm as it is kept: how often it came within its hour, and when first (Unix seconds)."""

    alarm: Alarm
    times: int
    first_at_s: int


class InboxAlarms:
    """What wants a person's look."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.raised: Counter[AlarmKind] = Counter()
        """How many of each kind were noted by this process; a poll that is repeated counts again."""

    def note(self, alarm: Alarm, now_s: int) -> None:
        """Count `alarm` in its hour. Call inside a transaction."""
        self.raised[alarm.kind] += 1
        about = (alarm.kind.value, alarm.originator, alarm.stream, alarm.scope, now_s // HOUR_S)
        row = (*about, alarm.session, alarm.counter, alarm.missing, now_s)
        self._database.execute(_RAISE, row)

    def since(self, since_s: int, limit: int = 1_000) -> list[RaisedAlarm]:
        """The alarms first raised at or after `since_s`, oldest first."""
        sql = """SELECT kind, originator, stream, scope, session, counter, missing, times, first_at_s
            FROM alarms WHERE first_at_s >= ? ORDER BY first_at_s, kind LIMIT ?"""
        rows = self._database.execute(sql, (since_s, limit))
        return [
            RaisedAlarm(Alarm(AlarmKind(row[0]), *row[1:7]), times=row[7], first_at_s=row[8])
            for row in rows
        ]

    def disputed(self, originator: bytes, stream: str) -> dict[str, int]:
        """By region: until when (Unix seconds) the originator's log did not end as its retired key says.

        What came until then nobody vouches for; what comes later is under another key.
        """
        sql = """SELECT scope, max(first_at_s) FROM alarms WHERE kind = ? AND originator = ? AND stream = ?
            GROUP BY scope"""
        return dict(self._database.execute(sql, (AlarmKind.FINAL_HEAD.value, originator, stream)))

    def forget_old(self, now_s: int) -> None:
        """Drop what is past its lifetime, and the oldest beyond the bound."""
        self._database.execute("DELETE FROM alarms WHERE first_at_s < ?", (now_s - LIFETIME_S,))
        sql = """DELETE FROM alarms WHERE first_at_s < (SELECT first_at_s FROM alarms
            ORDER BY first_at_s DESC LIMIT 1 OFFSET ?)"""
        self._database.execute(sql, (MAX_ROWS,))
