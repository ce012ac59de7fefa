"""What must be looked at again: parked records with their bytes, and positions to read again.

Bytes are kept for 1,000 records and 64 MiB an originator and 1 GiB in all; beyond that, and for what
may not be stored (an unknown signer, a record that was not for us), only the lowest position for each
cause and partition. Positions beyond their bound fall together under the subject `ANY`, so that
nothing is forgotten and nothing grows.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tocsin.adapters.database import Database
from tocsin.adapters.inbox.causes import ANY, Cause, Wait
from tocsin.core import wire
from tocsin.core.streams import Place

MAX_RECORDS_PER_ORIGINATOR = 1_000
MAX_BYTES_PER_ORIGINATOR = 67_108_864
MAX_BYTES = 1_073_741_824
MAX_WAIT_S = 30 * 86_400
MAX_POSITIONS_PER_CAUSE = 20_000
MAX_OLDEST = 1_000

_PARK = "INSERT OR REPLACE INTO parked VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_DUE = """SELECT topic, partition, place, originator, value FROM parked
    WHERE cause = ? AND subject = ? AND wakes_at_s <= ? AND (topic, partition, place) > (?, ?, ?)
    ORDER BY topic, partition, place LIMIT ?"""
_NOTE = """INSERT INTO waiting VALUES (?, ?, ?, ?, ?, 1, ?, ?) ON CONFLICT DO UPDATE SET
    place = MIN(place, excluded.place), records = records + 1,
    expires_at_s = MAX(expires_at_s, excluded.expires_at_s)"""
_KNOWN = "SELECT 1 FROM waiting WHERE cause = ? AND subject = ? AND topic = ? AND partition = ?"
_WAKE = "DELETE FROM waiting WHERE cause = ? AND subject = ? RETURNING topic, partition, place"
# Of columns beside MIN, SQLite takes those of the row that has the minimum.
_OLDEST = """SELECT subject, topic, partition, value, MIN(parked_at_s) FROM parked WHERE cause = ?
    GROUP BY subject, topic, partition HAVING MIN(parked_at_s) <= ? LIMIT ?"""
_SUMMARY = """
    SELECT cause, subject, originator, COUNT(*), MIN(parked_at_s) FROM parked
    GROUP BY cause, subject, originator"""


@dataclass(frozen=True, slots=True)
class Parked:
    """A record whose bytes we kept."""

    place: Place
    originator: bytes
    value: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class WaitingSummary:
    """How many records of an originator wait for one subject, and since when (Unix seconds)."""

    cause: Cause
    subject: bytes
    originator: bytes
    records: int
    since_s: int


class InboxWaiting:
    """Parked records and waiting positions. All writes belong inside a transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._used: dict[bytes, tuple[int, int]] | None = None
        self._positions: dict[Cause, int] = {}

    def park(self, value: bytes, place: Place, header: wire.Header, wait: Wait, now_s: int) -> None:
        """Keep a record's bytes until `wait` ends; only its position where there is no room."""
        ends_s = min(header.expires_at, now_s + MAX_WAIT_S)
        self.drop(place)
        if wait.cause in (Cause.SIGNER, Cause.MEMBERSHIP) or not self._room(header.originator, value):
            self.note(wait, place, ends_s, now_s)
            return
        about = (place.topic, place.partition, place.offset, header.originator)
        why = (wait.cause.value, wait.subject)
        self._database.execute(_PARK, (*about, *why, value, now_s, wait.wakes_at_s, ends_s))
        self._count(header.originator, 1, len(value))

    def note(self, wait: Wait, place: Place, ends_s: int, now_s: int) -> None:
        """Remember only that a partition must be read again from `place` when `wait` ends."""
        subject = wait.subject
        spot = (place.topic, place.partition)
        known = self._database.execute(_KNOWN, (wait.cause.value, subject, *spot))
        if not known and self._position_count(wait.cause) >= MAX_POSITIONS_PER_CAUSE:
            subject = ANY
        row = (wait.cause.value, subject, *spot, place.offset, now_s, ends_s)
        self._database.execute(_NOTE, row)
        if not known:
            self._positions.pop(wait.cause, None)

    def due(self, wait: Wait, now_s: int, after: Place | None = None, limit: int = 50) -> list[Parked]:
        """Parked records of this cause and subject behind `after`, in the order of their logs."""
        start = ("", -1, -1) if after is None else (after.topic, after.partition, after.offset)
        row = (wait.cause.value, wait.subject, now_s, *start, limit)
        found = self._database.execute(_DUE, row)
        return [Parked(Place(*one[:3]), one[3], one[4]) for one in found]

    def wake(self, wait: Wait) -> list[Place]:
        """Take out the positions of this cause and subject; what fell under `ANY` if it has none."""
        rows = self._database.execute(_WAKE, (wait.cause.value, wait.subject))
        if not rows:
            rows = self._database.execute(_WAKE, (wait.cause.value, ANY))
        self._positions.pop(wait.cause, None)
        return [Place(*row) for row in rows]

    def subjects(self, cause: Cause) -> set[bytes]:
        """Every subject that something waits for under `cause`."""
        sql = """SELECT subject FROM waiting WHERE cause = ?
            UNION SELECT subject FROM parked WHERE cause = ?"""
        return {subject for (subject,) in self._database.execute(sql, (cause.value, cause.value))}

    def drop(self, place: Place) -> None:
        """Take a parked record out: it is dealt with, or about to be parked anew."""
        sql = """DELETE FROM parked WHERE topic = ? AND partition = ? AND place = ?
            RETURNING originator, length(value)"""
        row = (place.topic, place.partition, place.offset)
        for originator, size in self._database.execute(sql, row):
            self._count(originator, -1, -size)

    def forget_expired(self, now_s: int) -> int:
        """Drop what waited until its end; how many records with bytes."""
        self._database.execute("DELETE FROM waiting WHERE expires_at_s <= ?", (now_s,))
        self._database.execute("DELETE FROM parked WHERE expires_at_s <= ?", (now_s,))
        dropped = self._database.changes()
        self.forget_cache()
        return dropped

    def summary(self) -> list[WaitingSummary]:
        """What waits, by cause, subject and originator; what was skipped is not in it."""
        rows = self._database.execute(_SUMMARY)
        return [WaitingSummary(Cause(row[0]), *row[1:]) for row in rows]

    def oldest(self, cause: Cause, before_s: int) -> dict[tuple[bytes, str, int], bytes]:
        """The bytes of the record that waits longest, if since `before_s` or longer, for each subject,
        topic and partition.
        """
        rows = self._database.execute(_OLDEST, (cause.value, before_s, MAX_OLDEST))
        return {(subject, topic, partition): value for subject, topic, partition, value, _since_s in rows}

    def positions(self, cause: Cause) -> int:
        """How many records are remembered by position alone under `cause`."""
        sql = "SELECT COALESCE(SUM(records), 0) FROM waiting WHERE cause = ?"
        ((records,),) = self._database.execute(sql, (cause.value,))
        return int(records)

    def forget_cache(self) -> None:
        """After a rollback the counts may be wrong."""
        self._used = None
        self._positions.clear()

    def _room(self, originator: bytes, value: bytes) -> bool:
        used = self._totals()
        records, size = used.get(originator, (0, 0))
        in_all = sum(bytes_ for _, bytes_ in used.values())
        return (
            records < MAX_RECORDS_PER_ORIGINATOR
            and size + len(value) <= MAX_BYTES_PER_ORIGINATOR
            and in_all + len(value) <= MAX_BYTES
        )

    def _count(self, originator: bytes, records: int, size: int) -> None:
        used = self._totals()
        before = used.get(originator, (0, 0))
        used[originator] = (before[0] + records, before[1] + size)

    def _totals(self) -> dict[bytes, tuple[int, int]]:
        if self._used is None:
            sql = "SELECT originator, COUNT(*), SUM(length(value)) FROM parked GROUP BY originator"
            self._used = {row[0]: (row[1], row[2]) for row in self._database.execute(sql)}
        return self._used

    def _position_count(self, cause: Cause) -> int:
        if cause not in self._positions:
            sql = "SELECT COUNT(*) FROM waiting WHERE cause = ?"
            ((count,),) = self._database.execute(sql, (cause.value,))
            self._positions[cause] = int(count)
        return self._positions[cause]
