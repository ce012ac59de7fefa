"""Quarantine: where refused records rest. Position, rung, reason, SHA-256 and 512 sealed bytes, never
content. 100 per partition, reason and hour, then a count; 100,000 and 51 MB of excerpts in all; 30 days.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from tocsin.adapters.database import Database
from tocsin.core.outcomes import Reason, Step
from tocsin.core.primitives import sha256
from tocsin.core.streams import Place

MAX_EXCERPT_BYTES = 512
MAX_PER_HOUR = 100
MAX_ROWS = 100_000
MAX_EXCERPTS_BYTES = MAX_ROWS * MAX_EXCERPT_BYTES
LIFETIME_S = 30 * 86_400
HOUR_S = 3_600

_COUNT = """INSERT INTO quarantine_counts VALUES (?, ?, ?, ?, 1)
    ON CONFLICT DO UPDATE SET records = records + 1 RETURNING records"""
_DROP = "DELETE FROM quarantine WHERE topic = ? AND partition = ? AND place = ? RETURNING reason, at_s"
_UNCOUNT = """UPDATE quarantine_counts SET records = records - 1
    WHERE topic = ? AND partition = ? AND reason = ? AND hour = ?"""
_ADD = """INSERT INTO quarantine
    (topic, partition, place, step, reason, originator, sha256, size_bytes, excerpt, at_s)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_COLUMNS = "id, topic, partition, place, step, reason, originator, sha256, size_bytes, at_s, excerpt"


@dataclass(frozen=True, slots=True)
class Refused:
    """One refused record or item of a record. `sha256` is of the whole Kafka value."""

    id: int
    place: Place
    step: Step
    reason: Reason
    originator: bytes | None
    sha256: bytes
    size_bytes: int
    at_s: int
    excerpt: bytes = field(repr=False)


class Quarantine:
    """Bounded memory of what was refused for good."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rows: int | None = None

    def add(
        self, value: bytes | None, place: Place, why: tuple[Step, Reason], who: bytes | None, now_s: int
    ) -> None:
        """Remember a refusal. `who`: the originator, once its signature held. Inside a transaction."""
        step, reason = why
        hour = (place.topic, place.partition, reason.value, now_s // HOUR_S)
        ((records,),) = self._database.execute(_COUNT, hour)
        if records > MAX_PER_HOUR or self._row_count() >= MAX_ROWS:
            return
        held = value or b""
        where = (place.topic, place.partition, place.offset, int(step), reason.value, who)
        row = (*where, sha256(held), len(held), held[:MAX_EXCERPT_BYTES], now_s)
        self._database.execute(_ADD, row)
        self._rows = self._row_count() + 1

    def rows(self, after: int = 0, limit: int = 1_000) -> list[Refused]:
        """Refusals with an id over `after`, oldest first."""
        sql = f"SELECT {_COLUMNS} FROM quarantine WHERE id > ? ORDER BY id LIMIT ?"  # noqa: S608
        return list(_read(self._database.execute(sql, (after, limit))))

    def of_reasons(self, reasons: Collection[Reason], limit: int) -> list[Refused]:
        """Refusals past the log for one of `reasons`, the newest first."""
        asked = ", ".join("?" * len(reasons))
        sql = f"""SELECT {_COLUMNS} FROM quarantine WHERE step > ? AND reason IN ({asked})
            ORDER BY id DESC LIMIT ?"""  # noqa: S608 - marks only
        values = (int(Step.LOG), *(one.value for one in reasons), limit)
        return list(_read(self._database.execute(sql, values)))

    def kept(self) -> dict[Reason, int]:
        """How many of each reason are kept, out of those that `counts` counts."""
        sql = "SELECT reason, COUNT(*) FROM quarantine GROUP BY reason"
        return {Reason(reason): int(rows) for reason, rows in self._database.execute(sql)}

    def find(self, id_: int) -> Refused | None:
        """One refusal, or None."""
        sql = f"SELECT {_COLUMNS} FROM quarantine WHERE id = ?"  # noqa: S608 - constants only
        return next(_read(self._database.execute(sql, (id_,))), None)

    def drop(self, place: Place) -> None:
        """Forget the refusals of a record that is judged anew, also in the counts. Inside a transaction."""
        gone = self._database.execute(_DROP, (place.topic, place.partition, place.offset))
        for reason, at_s in gone:
            hour = (place.topic, place.partition, reason, at_s // HOUR_S)
            self._database.execute(_UNCOUNT, hour)
        self._rows = None

    def counts(self) -> dict[Reason, int]:
        """How many records each reason refused in 30 days, also those beyond the bound."""
        sql = "SELECT reason, SUM(records) FROM quarantine_counts GROUP BY reason"
        return {Reason(reason): int(records) for reason, records in self._database.execute(sql)}

    def forget_old(self, now_s: int) -> None:
        """Drop what is past its lifetime."""
        oldest_s = now_s - LIFETIME_S
        self._database.execute("DELETE FROM quarantine WHERE at_s < ?", (oldest_s,))
        sql = "DELETE FROM quarantine_counts WHERE hour < ?"
        self._database.execute(sql, (oldest_s // HOUR_S,))
        self._rows = None

    def forget_cache(self) -> None:
        """After a rollback the count may be wrong."""
        self._rows = None

    def _row_count(self) -> int:
        if self._rows is None:
            ((self._rows,),) = self._database.execute("SELECT COUNT(*) FROM quarantine")
        return int(self._rows or 0)


def _read(rows: Iterable[tuple[object, ...]]) -> Iterator[Refused]:
    for id_, topic, partition, place, step, reason, *rest in rows:
        where = Place(topic, partition, place)  # type: ignore[arg-type]
        yield Refused(id_, where, Step(step), Reason(reason), *rest)  # type: ignore[arg-type]
