"""Reports that their originators took back: out of every view, erased, remembered by id, confirmed.

What stays of a report is its place in the order, its digest and that it was withdrawn, so that a replay
is known or skipped. Writes belong inside a transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_

from tocsin.adapters.database import Database

_TAKE = """INSERT INTO withdrawn (report_id, originator, at_s, reference) VALUES (?, ?, ?, ?)
    ON CONFLICT DO NOTHING"""
_ERASE = """UPDATE reports SET body = NULL, kind = NULL WHERE report_id = ? AND originator = ?
    AND version <> ?"""
_REGIONS = "SELECT regions, region FROM reports WHERE report_id = ? AND originator = ? ORDER BY version"
_CONCERN = """UPDATE reports SET region = ?, regions = ? WHERE report_id = ? AND originator = ?
    AND version = ?"""
_WAITING = """SELECT report_id, originator, reference FROM withdrawn
    WHERE confirmed_at_s IS NULL AND reference IS NOT NULL ORDER BY at_s LIMIT ?"""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A report that was taken back, and the 32 bytes that its receipt returns."""

    report_id: bytes
    originator: bytes
    reference: bytes


class InboxWithdrawals:
    """`is_unsettled`: whether erased pages may still lie in the database's log."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.is_unsettled = False

    def holds(self, originator: bytes, report_id: bytes) -> bool:
        """Whether the originator took the report back."""
        sql = "SELECT 1 FROM withdrawn WHERE report_id = ? AND originator = ?"
        return any(True for _ in self._database.execute(sql, (report_id, originator)))

    def take(self, one: Withdrawn, version: int, now_s: int) -> None:
        """Erase every version of the report but the withdrawal itself, which has this version."""
        self._database.execute(_TAKE, (one.report_id, one.originator, now_s, one.reference))
        # Whoever looked at the report in one of its regions is told there.
        place = (one.report_id, one.originator)
        held = self._database.execute(_REGIONS, place)
        regions = reduce(or_, (row[0] for row in held), 0)
        if len(held) > 1:
            self._database.execute(_CONCERN, (held[0][1], regions, *place, version))
        self._database.execute(_ERASE, (*place, version))
        self.is_unsettled = True

    def settle(self) -> None:
        """Empty the database's log, so that nothing erased lies there. Outside any transaction."""
        if self.is_unsettled:
            self._database.truncate_log()
            self.is_unsettled = False

    def unconfirmed(self, limit: int) -> list[Withdrawn]:
        """At most `limit` whose receipts were not sent, oldest first."""
        return [Withdrawn(*row) for row in self._database.execute(_WAITING, (limit,))]

    def confirmed(self, one: Withdrawn, now_s: int) -> None:
        """The broker has the receipt."""
        sql = "UPDATE withdrawn SET confirmed_at_s = ? WHERE report_id = ? AND originator = ?"
        self._database.execute(sql, (now_s, one.report_id, one.originator))
