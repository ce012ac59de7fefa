"""Reports that were taken back: what of them had left, what is erased, who confirmed.

A withdrawal is an item of the family `withdrawal` under its report's id. Writes belong inside a
transaction.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tocsin.adapters.database import Database

FAMILY = "withdrawal"
MAX_OPEN_WITHDRAWALS = 1_000
UNSENT = "withdrawn before it was sent"

_ITEM = "SELECT id, version, body FROM items WHERE report_id = ? AND family = ?"
_ITEMS = """(SELECT id FROM items WHERE report_id = ?1 AND family <> ?2 UNION
    SELECT i.id FROM items i JOIN attachments a ON a.attachment_id = i.report_id WHERE a.report_id = ?1)"""
_REACHED = """SELECT DISTINCT d.audience, d.stream, d.region FROM destinations d JOIN items i
    ON i.id = d.item WHERE i.report_id = ? AND d.record IS NOT NULL ORDER BY d.id"""
_STOP = f"""UPDATE destinations SET refused = ?3
    WHERE record IS NULL AND refused IS NULL AND item IN {_ITEMS}"""  # noqa: S608 - constants only
_ERASE = f"UPDATE items SET body = NULL WHERE id IN {_ITEMS}"  # noqa: S608 - constants only
_OPEN = "SELECT report_id, body FROM items WHERE family = ? AND body IS NOT NULL ORDER BY id DESC LIMIT ?"


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A withdrawal that was accepted; `body` is its Avro encoding, None once it is old."""

    item: int
    version: int
    body: bytes | None = field(repr=False)


class OutboxWithdrawals:
    """Asks and changes what the outbox holds of withdrawn reports."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_report(self, report_id: bytes) -> Withdrawn | None:
        """The withdrawal of a report; None where it was not withdrawn."""
        for row in self._database.execute(_ITEM, (report_id, FAMILY)):
            return Withdrawn(*row)
        return None

    def reached(self, report_id: bytes) -> dict[str, list[tuple[str, str]]]:
        """Where any version was sealed for: (stream, region) pairs by audience."""
        found: dict[str, list[tuple[str, str]]] = {}
        for audience, stream, region in self._database.execute(_REACHED, (report_id,)):
            found.setdefault(audience, []).append((stream, region))
        return found

    def stop(self, report_id: bytes) -> int:
        """Refuse what was not sealed yet and erase every body, files too; how many did not leave."""
        self._database.execute(_STOP, (report_id, FAMILY, UNSENT))
        stopped = self._database.changes()
        self._database.execute(_ERASE, (report_id, FAMILY))
        return stopped

    def unconfirmed(self, reader: bytes) -> list[tuple[bytes, bytes]]:
        """(report id, body) of the newest withdrawals that `reader` has not confirmed; at most 1,000."""
        confirmed = "SELECT report_id FROM receipts WHERE reader = ?"
        held = {row[0] for row in self._database.execute(confirmed, (reader,))}
        rows = self._database.execute(_OPEN, (FAMILY, MAX_OPEN_WITHDRAWALS))
        return [(report_id, body) for report_id, body in rows if report_id not in held]

    def confirm(self, report_id: bytes, reader: bytes, at_s: int) -> None:
        """Keep that a reader took the report out of its views."""
        sql = "INSERT OR IGNORE INTO receipts (report_id, reader, at_s) VALUES (?, ?, ?)"
        self._database.execute(sql, (report_id, reader, at_s))

    def confirmations(self, report_id: bytes) -> dict[bytes, int]:
        """When (Unix seconds) each reader confirmed."""
        sql = "SELECT reader, at_s FROM receipts WHERE report_id = ? ORDER BY at_s, reader"
        return dict(self._database.execute(sql, (report_id,)))
