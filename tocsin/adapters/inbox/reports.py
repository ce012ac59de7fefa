"""The reports that we accepted, in the order of their storage. `seq` is every reader's cursor.

A report that concerns several regions is one row: the first copy stays, the others are duplicates.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tocsin.adapters.database import Database
from tocsin.core.streams import INBOX

MAX_PAGE_REPORTS = 500

_DIGEST = "SELECT digest FROM reports WHERE report_id = ? AND originator = ? AND version = ?"
_ADD = """INSERT INTO reports (report_id, originator, version, digest, schema, stream, region, regions,
    kind, exercise, time_s, received_at_s, body, subject)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_COLUMNS = """seq, originator, report_id, version, schema, stream, region, regions, kind, exercise,
    time_s, received_at_s, body"""


@dataclass(frozen=True, slots=True)
class StoredReport:
    """One version of a report. `regions` is a bit for each region of the layout that it concerns,
    `region` the one where it happened; times are Unix seconds; `body` is Avro, content.
    """

    seq: int
    originator: bytes
    report_id: bytes
    version: int
    schema: bytes
    stream: str
    region: str
    regions: int
    kind: str | None
    exercise: bool
    time_s: int
    received_at_s: int
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewReport:
    """What is stored of an accepted item; see `StoredReport`."""

    originator: bytes
    report_id: bytes
    version: int
    digest: bytes
    schema: bytes
    stream: str
    region: str
    regions: int
    kind: str | None
    exercise: bool
    time_s: int
    received_at_s: int
    body: bytes = field(repr=False)
    subject: str | None = field(default=None, repr=False)
    withdrawal: bytes | None = None
    """Of a withdrawal: what its receipt returns."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which reports are wanted; empty or None means any. `since_s` is of the report's time."""

    streams: tuple[str, ...] = ()
    regions: int = 0
    originator: bytes | None = None
    kind: str | None = None
    since_s: int | None = None
    exercise: bool | None = None

    def where(self) -> tuple[str, list[str | int | bytes]]:
        """(SQL conditions, their values), to follow WHERE."""
        conditions = ["body IS NOT NULL"]
        values: list[str | int | bytes] = []
        if self.streams:
            conditions.append(f"stream IN ({', '.join('?' * len(self.streams))})")
            values += self.streams
        if self.regions:
            conditions.append("regions & ? != 0")
            values.append(self.regions)
        if self.exercise is not None:
            conditions.append("exercise = ?")
            values.append(int(self.exercise))
        for column, wanted in (("originator =", self.originator), ("kind =", self.kind)):
            if wanted is not None:
                conditions.append(f"{column} ?")
                values.append(wanted)
        if self.since_s is not None:
            conditions.append("time_s >= ?")
            values.append(self.since_s)
        return " AND ".join(conditions), values


EVERYTHING = Filter()


class InboxReports:
    """Accepted items: written once, asked by cursor."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def digest(self, originator: bytes, report_id: bytes, version: int) -> bytes | None:
        """SHA-256(schema, body) of the version that we hold, also after a withdrawal."""
        for (digest,) in self._database.execute(_DIGEST, (report_id, originator, version)):
            return bytes(digest)
        return None

    def add(self, new: NewReport) -> None:
        """Store an accepted item. Call inside a transaction."""
        head = (new.report_id, new.originator, new.version, new.digest, new.schema)
        place = (new.stream, new.region, new.regions, new.kind, int(new.exercise))
        row = (*head, *place, new.time_s, new.received_at_s, new.body, new.subject)
        self._database.execute(_ADD, row)

    def last_seq(self) -> int:
        """The cursor behind everything stored so far; 0 for an empty inbox."""
        ((seq,),) = self._database.execute("SELECT COALESCE(MAX(seq), 0) FROM reports")
        return int(seq)

    def after(
        self, cursor: int, wanted: Filter = EVERYTHING, limit: int = MAX_PAGE_REPORTS
    ) -> list[StoredReport]:
        """At most `limit` reports stored behind `cursor`, in order."""
        return self.between(cursor, None, wanted, limit)

    def between(
        self, cursor: int, last: int | None, wanted: Filter = EVERYTHING, limit: int = -1
    ) -> list[StoredReport]:
        """Reports stored behind `cursor` and up to `last`, in order; `limit` -1 means all."""
        conditions, values = wanted.where()
        upper = "" if last is None else " AND seq <= ?"
        bounds = [cursor] if last is None else [cursor, last]
        sql = f"SELECT {_COLUMNS} FROM reports WHERE seq > ?{upper} AND {conditions} ORDER BY seq LIMIT ?"  # noqa: S608 - values are bound
        return list(_read(self._database.execute(sql, (*bounds, *values, limit))))

    def versions(self, report_id: bytes) -> list[StoredReport]:
        """Every version that we hold under this id, of every originator, oldest version first."""
        sql = f"""SELECT {_COLUMNS} FROM reports WHERE report_id = ? AND body IS NOT NULL
            ORDER BY originator, version"""  # noqa: S608 - constants only
        return list(_read(self._database.execute(sql, (report_id,))))

    def letters(self, after: int = 0, limit: int = MAX_PAGE_REPORTS) -> list[StoredReport]:
        """At most `limit` items of our own inbox stored behind the cursor `after`, in order."""
        sql = f"""SELECT {_COLUMNS} FROM reports WHERE stream = '{INBOX}' AND body IS NOT NULL AND seq > ?
            ORDER BY seq LIMIT ?"""  # noqa: S608 - constants only; the partial index asks for a literal
        return list(_read(self._database.execute(sql, (after, limit))))

    def about(self, subject: str, after: int = 0, limit: int = MAX_PAGE_REPORTS) -> list[StoredReport]:
        """At most `limit` items stored behind the cursor `after` whose subject begins with `subject`."""
        sql = f"""SELECT {_COLUMNS} FROM reports WHERE subject >= ? AND subject < ? AND body IS NOT NULL
            AND seq > ? ORDER BY seq LIMIT ?"""  # noqa: S608 - constants only
        beyond = subject + "\U0010ffff"
        return list(_read(self._database.execute(sql, (subject, beyond, after, limit))))

    def places(self, originator: bytes, report_id: bytes) -> list[int]:
        """The `seq` of every version, also of those that were erased."""
        sql = "SELECT seq FROM reports WHERE report_id = ? AND originator = ?"
        return [seq for (seq,) in self._database.execute(sql, (report_id, originator))]

    def count(self) -> int:
        """How many report versions are stored."""
        ((count,),) = self._database.execute("SELECT COUNT(*) FROM reports")
        return int(count)


def _read(rows: Iterable[tuple[object, ...]]) -> Iterator[StoredReport]:
    for row in rows:
        values = list(row)
        values[9] = bool(values[9])
        yield StoredReport(*values)  # type: ignore[arg-type]
