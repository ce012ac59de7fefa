"""Sealed records: their bytes until Kafka acknowledged them, then only where they are.

The bytes are sent again exactly as they are, whatever happened in between.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from tocsin.adapters.database import Database

_ADD = """INSERT INTO records (topic, partition, stream, scope, session, counter, leaf, time_s,
    expires_at_s, value, generation) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id"""
_UNSENT = """SELECT id, topic, partition, value FROM records
    WHERE value IS NOT NULL AND topic NOT IN ({marks}) ORDER BY id LIMIT ?"""
_SENT = "UPDATE records SET value = NULL, place = ? WHERE id = ? AND place IS NULL"
_MOVE_LOG = """UPDATE logs SET sent_session = r.session, sent_counter = r.counter, sent_leaf = r.leaf,
    sent_time_s = r.time_s FROM (SELECT * FROM records WHERE id = ?) AS r
    WHERE logs.stream = r.stream AND logs.scope = r.scope AND
    (coalesce(sent_session, -1), coalesce(sent_counter, -1)) < (r.session, r.counter)"""


@dataclass(frozen=True, slots=True)
class NewRecord:
    """A record that was just sealed; `scope` is its region, or its audience in an inbox."""

    topic: str
    partition: int
    stream: str
    scope: str
    session: int
    counter: int
    leaf: bytes
    time_s: int
    expires_at_s: int
    value: bytes = field(repr=False)
    generation: int


@dataclass(frozen=True, slots=True)
class Unsent:
    """A sealed record that Kafka has not acknowledged."""

    id: int
    topic: str
    partition: int
    value: bytes = field(repr=False)


class OutboxRecords:
    """Writes happen inside the caller's transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, new: NewRecord) -> int:
        """Keep a sealed record; its number."""
        place = (new.topic, new.partition, new.stream, new.scope, new.session, new.counter)
        row = (*place, new.leaf, new.time_s, new.expires_at_s, new.value, new.generation)
        ((record,),) = self._database.execute(_ADD, row)
        return int(record)

    def unsent(self, max_records: int, without_topics: Iterable[str] = ()) -> list[Unsent]:
        """The oldest records that are not acknowledged, in order, but for some topics."""
        topics = list(without_topics)
        sql = _UNSENT.format(marks=", ".join("?" * len(topics)))
        return [Unsent(*row) for row in self._database.execute(sql, (*topics, max_records))]

    def unsent_count(self) -> int:
        """How many sealed records are not acknowledged."""
        sql = "SELECT count(*) FROM records WHERE value IS NOT NULL"
        return int(self._database.execute(sql)[0][0])

    def sent(self, places: Iterable[tuple[int, int]]) -> int:
        """(record, offset) pairs are in Kafka: bytes go, heads move; how many are new."""
        count = 0
        for record, offset in places:
            self._database.execute(_SENT, (offset, record))
            count += self._database.changes()
            self._database.execute(_MOVE_LOG, (record,))
        return count

    def by_leaf(self, leaf: bytes) -> tuple[int, bool] | None:
        """(record, whether it is acknowledged) of the record with this leaf; None if not ours."""
        sql = "SELECT id, place IS NOT NULL FROM records WHERE leaf = ?"
        for record, acknowledged in self._database.execute(sql, (leaf,)):
            return record, bool(acknowledged)
        return None

    def positions(self) -> dict[tuple[str, int], int]:
        """Up to where each partition was read back."""
        rows = self._database.execute("SELECT topic, partition, next_offset FROM positions")
        return {(topic, partition): offset for topic, partition, offset in rows}

    def advance(self, topic: str, partition: int, next_offset: int) -> None:
        """Everything before `next_offset` of a partition was read back."""
        sql = """INSERT INTO positions VALUES (?, ?, ?)
            ON CONFLICT DO UPDATE SET next_offset = excluded.next_offset"""
        self._database.execute(sql, (topic, partition, next_offset))
