"""Hits, each once: what a person looks at, and what became of the alert since.

At most MAX_HITS rows; the parcels' values go after VALUES_LIFETIME_S, the rows after LIFETIME_S.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tocsin.adapters.database import Database, Row
from tocsin.core.errors import RefusedByRuleError

MAX_HITS = 100_000
MAX_PAGE_HITS = 500
DAY_S = 86_400
VALUES_LIFETIME_S = 90 * DAY_S
LIFETIME_S = 400 * DAY_S

_COLUMNS = """seq, id, originator, alert_id, version, selector, parcel, shown, exercise, found_at_s,
    answer, answered_at_s, status, status_at_s, muted"""
_ADD = """INSERT INTO hits (id, originator, alert_id, version, selector, parcel, shown, exercise,
    found_at_s, status, status_at_s, muted) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)
    ON CONFLICT DO NOTHING"""
_OPEN = "answer IS NULL AND muted = 0"

OWN_ORIGINATOR = bytes(16)
"""Stands for the firm itself where a hit came from its own list."""
AlertVersion = tuple[bytes, str, int]
"""(originator, alert_id, version)"""


@dataclass(frozen=True, slots=True)
class NewHit:
    """A hit to be stored. `selector` None: exact. `shown`: what was compared, and what the alert asks."""

    id: str
    alert: AlertVersion
    status: str
    selector: int | None
    parcel: str | None = field(repr=False)
    shown: dict[str, Any] = field(repr=False)
    exercise: bool = False


@dataclass(frozen=True, slots=True)
class StoredHit:
    """A hit. `shown` is None once its lifetime ended; `status`: what the alert became, since `status_at_s`;
    `muted`: its pattern was too broad.
    """

    seq: int
    id: str
    alert: AlertVersion
    selector: int | None
    parcel: str | None = field(repr=False)
    shown: dict[str, Any] | None = field(repr=False)
    exercise: bool
    found_at_s: int
    answer: str | None
    answered_at_s: int | None
    status: str
    status_at_s: int
    muted: bool


class Hits:
    """The hits of one home. Any number of processes may write: each statement stands alone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, new: Sequence[NewHit], now_s: int) -> int:
        """Store hits that are not there yet, on disk when this returns; how many were new.

        Raises RefusedByRuleError where MAX_HITS are open, StorageError.
        """
        with self._database.transaction():
            before = self._count()
            self._database.execute_many(_ADD, (_row(one, now_s) for one in new))
            after = self._count()
            if after > MAX_HITS:
                self._make_room(after - MAX_HITS)
            return after - before

    def _count(self) -> int:
        return int(self._database.execute("SELECT COUNT(*) FROM hits")[0][0])

    def _make_room(self, wanted: int) -> None:
        """Forget the oldest that were answered or muted: an open one is never dropped.

        Raises RefusedByRuleError, which takes the transaction back.
        """
        sql = (
            f"DELETE FROM hits WHERE seq IN (SELECT seq FROM hits WHERE NOT ({_OPEN}) ORDER BY seq LIMIT ?)"  # noqa: S608 - constants only
        )
        self._database.execute(sql, (wanted,))
        if self._count() > MAX_HITS:
            raise RefusedByRuleError(
                f"{MAX_HITS} hits wait for an answer and no more are kept: answer them, or ask the"
                " originators to say more about what they look for"
            )

    def last_seq(self) -> int:
        """The cursor behind every hit so far."""
        return int(self._database.execute("SELECT COALESCE(MAX(seq), 0) FROM hits")[0][0])

    def after(self, cursor: int, *, only_open: bool = False) -> list[StoredHit]:
        """At most MAX_PAGE_HITS behind `cursor`, in order, without muted ones."""
        wanted = _OPEN if only_open else "muted = 0"
        sql = f"SELECT {_COLUMNS} FROM hits WHERE seq > ? AND {wanted} ORDER BY seq LIMIT ?"  # noqa: S608 - constants only
        return [_read(row) for row in self._database.execute(sql, (cursor, MAX_PAGE_HITS))]

    def beginning(self, id_: str) -> list[StoredHit]:
        """At most two hits whose id begins with `id_`."""
        sql = f"SELECT {_COLUMNS} FROM hits WHERE id >= ? AND id < ? ORDER BY id LIMIT 2"  # noqa: S608 - constants only
        return [_read(row) for row in self._database.execute(sql, (id_, f"{id_}~"))]

    def alerts(self) -> list[tuple[AlertVersion, str]]:
        """(alert, status) of all hits, each once."""
        sql = "SELECT DISTINCT originator, alert_id, version, status FROM hits"
        return [((bytes(one), *rest), status) for one, *rest, status in self._database.execute(sql)]

    def annotate(self, alert: AlertVersion, status: str, now_s: int) -> int:
        """Say on every hit of a version of an alert what became of it; how many did not say so before."""
        sql = """UPDATE hits SET status = ?, status_at_s = ?
            WHERE originator = ? AND alert_id = ? AND version = ? AND status != ?"""
        with self._database.transaction():
            self._database.execute(sql, (status, now_s, *alert, status))
            return self._database.changes()

    def mute(self, alert: AlertVersion, selector: int) -> int:
        """Its pattern was too broad: nobody is shown its hits, unless they were answered; how many went."""
        sql = """UPDATE hits SET muted = 1, shown = NULL, parcel = NULL WHERE originator = ?
            AND alert_id = ? AND version = ? AND selector = ? AND answer IS NULL AND muted = 0"""
        with self._database.transaction():
            self._database.execute(sql, (*alert, selector))
            return self._database.changes()

    def forget_old(self, now_s: int) -> None:
        """Empty what is past its lifetime, then drop it."""
        with self._database.transaction():
            sql = "UPDATE hits SET shown = NULL, parcel = NULL WHERE found_at_s < ? AND shown IS NOT NULL"
            self._database.execute(sql, (now_s - VALUES_LIFETIME_S,))
            self._database.execute("DELETE FROM hits WHERE found_at_s < ?", (now_s - LIFETIME_S,))


def _row(new: NewHit, now_s: int) -> tuple[str | int | bytes | None, ...]:
    shown = json.dumps(new.shown, ensure_ascii=False)
    return (
        new.id,
        *new.alert,
        new.selector,
        new.parcel,
        shown,
        int(new.exercise),
        now_s,
        new.status,
        now_s,
    )


def _read(row: Row) -> StoredHit:
    seq, id_, originator, alert_id, version, selector, parcel, shown, exercise, *rest, muted = row
    alert = bytes(originator), alert_id, version
    values = None if shown is None else json.loads(shown)
    return StoredHit(seq, id_, alert, selector, parcel, values, bool(exercise), *rest, bool(muted))  # type: ignore[call-arg]


def one_beginning(hits: Iterable[StoredHit], id_: str) -> StoredHit:
    """The one hit among `hits`. Raises RefusedByRuleError for none or several."""
    found = list(hits)
    if len(found) == 1:
        return found[0]
    if not found:
        raise RefusedByRuleError(f"there is no hit {id_}: see `tocsin screen hits`")
    raise RefusedByRuleError(f"several hits begin with {id_}: give more of the id")
