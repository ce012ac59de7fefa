"""How far each partition was read, in the same transaction as what was read, and what was gone.

The mark of a partition is its last record that was read: a broker that was restored to an older state shows
another one there, or none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from tocsin.adapters.database import Database
from tocsin.core.streams import Place

MAX_GAPS = 10_000

_ADVANCE = """INSERT INTO offsets VALUES (?, ?, ?)
    ON CONFLICT DO UPDATE SET next_offset = MAX(next_offset, excluded.next_offset)"""
_GO_BACK = "UPDATE offsets SET next_offset = ? WHERE topic = ? AND partition = ? AND next_offset > ?"
_MARK = "INSERT OR REPLACE INTO marks VALUES (?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Mark:
    """The record that was read last in a partition: its offset, and 16 bytes of its value's SHA-256."""

    offset: int
    digest: bytes

    @classmethod
    def of(cls, offset: int, value: bytes | None) -> Mark:
        """What to remember of the record with `value` at `offset`."""
        return cls(offset, hashlib.sha256(value or b"").digest()[:16])


class InboxOffsets:
    """Next offsets by (topic, partition)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> dict[tuple[str, int], int]:
        """The next offset of every partition that was ever read."""
        rows = self._database.execute("SELECT topic, partition, next_offset FROM offsets")
        return {(topic, partition): next_offset for topic, partition, next_offset in rows}

    def advance(self, topic: str, partition: int, next_offset: int) -> None:
        """Everything before `next_offset` was dealt with. Call inside a transaction."""
        self._database.execute(_ADVANCE, (topic, partition, next_offset))

    def took(self, records: Iterable[tuple[Place, bytes | None]]) -> None:
        """These values were dealt with, in order within each partition. Call inside a transaction."""
        last = {(place.topic, place.partition): (place.offset, value) for place, value in records}
        for (topic, partition), (offset, value) in last.items():
            self.advance(topic, partition, offset + 1)
            mark = Mark.of(offset, value)
            self._database.execute(_MARK, (topic, partition, mark.offset, mark.digest))

    def marks(self) -> dict[tuple[str, int], Mark]:
        """The record that was read last in each partition."""
        rows = self._database.execute("SELECT topic, partition, place, digest FROM marks")
        return {(topic, partition): Mark(place, digest) for topic, partition, place, digest in rows}

    def go_back(self, place: Place) -> None:
        """Read again from `place`. Call inside a transaction."""
        row = (place.offset, place.topic, place.partition, place.offset)
        self._database.execute(_GO_BACK, row)

    def note_gap(self, place: Place, found: int, now_s: int) -> None:
        """Offsets from `place` up to `found` were gone, and the reading goes on at `found`."""
        row = (place.topic, place.partition, place.offset, found, now_s)
        self._database.execute("INSERT OR IGNORE INTO gaps VALUES (?, ?, ?, ?, ?)", row)
        sql = "INSERT OR REPLACE INTO offsets VALUES (?, ?, ?)"
        self._database.execute(sql, (place.topic, place.partition, found))
        sql = "DELETE FROM marks WHERE topic = ? AND partition = ?"
        self._database.execute(sql, (place.topic, place.partition))
        sql = "DELETE FROM gaps WHERE at_s < (SELECT at_s FROM gaps ORDER BY at_s DESC LIMIT 1 OFFSET ?)"
        self._database.execute(sql, (MAX_GAPS,))

    def gaps(self, since_s: int = 0) -> list[tuple[Place, int]]:
        """(first missing place, offset where reading went on) noted since `since_s`."""
        sql = "SELECT topic, partition, wanted, found FROM gaps WHERE at_s >= ? ORDER BY at_s"
        return [(Place(*row[:3]), row[3]) for row in self._database.execute(sql, (since_s,))]
