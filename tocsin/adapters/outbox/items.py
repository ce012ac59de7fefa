"""What was accepted: items, and the destinations to which each goes.

One national reference is one report: its item versions count from 1. A destination is an item for one
audience in one stream and region. Nothing here judges what may be accepted; the producer does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tocsin.adapters.database import Database
from tocsin.core.errors import StorageError
from tocsin.core.wire import Approval

APPROVAL_BYTES = 80
MAX_FORGOTTEN_ITEMS = 5_000
KEEP_ASKED_S = 400 * 86_400

_ASKED = "'alert', 'request', 'response', 'tip', 'feedback'"
_ADD = """INSERT INTO items (report_id, version, schema, family, reference, digest, body, exercise,
    accepted_at_s) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id"""
_DESTINE = """INSERT OR IGNORE INTO destinations (item, audience, stream, region, approvals, not_before_s)
    VALUES (?, ?, ?, ?, ?, ?)"""
_VERSIONS = """SELECT id, report_id, version, digest FROM items
    WHERE family = ? AND reference = ? ORDER BY version DESC"""
_OLDEST = f"iif(i.family IN ({_ASKED}), ?1, ?2)"
# Accepting asks for no right clock, sealing does: what was sealed is as old as its records.
_FORGET = f"""UPDATE items SET body = NULL WHERE id IN (SELECT i.id FROM items i
    WHERE i.body IS NOT NULL AND i.accepted_at_s NOT BETWEEN {_OLDEST} AND ?3
    AND NOT EXISTS (
        SELECT 1 FROM destinations d LEFT JOIN records r ON r.id = d.record WHERE d.item = i.id
        AND d.refused IS NULL AND (r.place IS NULL OR r.time_s >= {_OLDEST})) LIMIT ?4)"""  # noqa: S608 - constants
_WAITING = """SELECT count(*), coalesce(sum(length(i.body)), 0) FROM destinations d
    JOIN items i ON i.id = d.item WHERE d.record IS NULL AND d.refused IS NULL"""


class OutboxFullError(StorageError):
    """The outbox holds as much as its bounds allow; nothing was accepted."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much may wait in the outbox, counted over destinations that are not sealed yet."""

    max_waiting_items: int = 1_000_000
    max_waiting_bytes: int = 2_147_483_648


@dataclass(frozen=True, slots=True)
class HeldVersion:
    """A version of a report that the outbox holds."""

    item: int
    report_id: bytes
    version: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class NewItem:
    """An item to accept. `family` keeps the references of incidents and alerts apart; `places` are
    (stream, region) pairs; `digest` (16 bytes) tells contents apart. `not_before_s`: held until then.
    """

    report_id: bytes
    version: int
    schema: bytes
    family: str
    reference: str | None = field(repr=False)
    digest: bytes
    body: bytes = field(repr=False)
    exercise: bool
    audience: str
    places: tuple[tuple[str, str], ...]
    approvals: tuple[Approval, ...] = ()
    not_before_s: int = 0


class OutboxItems:
    """Adds items and knows how much waits."""

    def __init__(self, database: Database, bounds: Bounds) -> None:
        self._database, self._bounds = database, bounds
        self.waiting_items = self.waiting_bytes = 0
        self.forget_cache()

    def versions(self, family: str, reference: str) -> list[HeldVersion]:
        """The versions under a national reference, newest first."""
        return [HeldVersion(*row) for row in self._database.execute(_VERSIONS, (family, reference))]

    def newest_body(self, family: str, reference: str) -> tuple[bytes, bytes] | None:
        """(schema, encoded body) of the newest version under a reference; None where it is not kept."""
        sql = """SELECT schema, body FROM items WHERE family = ? AND reference = ?
            ORDER BY version DESC LIMIT 1"""
        for schema, body in self._database.execute(sql, (family, reference)):
            return None if body is None else (bytes(schema), bytes(body))
        return None

    def add(self, new: NewItem, now_s: int) -> int:
        """Store an item with its destinations; its number. Call inside a transaction.

        Raises OutboxFullError.
        """
        self._make_room(len(new.places), len(new.body))
        head = (new.report_id, new.version, new.schema, new.family, new.reference, new.digest)
        ((item,),) = self._database.execute(_ADD, (*head, new.body, int(new.exercise), now_s))
        self._destine(item, new)
        return int(item)

    def add_destinations(self, item: int, new: NewItem) -> int:
        """Send a known item to destinations that it did not have; how many. Inside a transaction."""
        self._make_room(len(new.places), len(new.body))
        sql = "UPDATE items SET body = ? WHERE id = ? AND body IS NULL"
        self._database.execute(sql, (new.body, item))
        return self._destine(item, new)

    def forget_bodies(self, now_s: int, keep_s: int, max_items: int = MAX_FORGOTTEN_ITEMS) -> int:
        """Delete bodies of items that are older than `keep_s` and published everywhere; how many.

        What is answered (alerts, requests, tips, and what was said to them) stays longer, so that its
        answers have something to stand beside.
        """
        oldest_s = now_s - keep_s
        self._database.execute(_FORGET, (oldest_s - KEEP_ASKED_S, oldest_s, now_s, max_items))
        return self._database.changes()

    def forget_cache(self) -> None:
        """Count anew what waits: at the start and after a rollback."""
        ((items, size_bytes),) = self._database.execute(_WAITING)
        self.waiting_items, self.waiting_bytes = items, size_bytes

    def left(self, items: int, size_bytes: int) -> None:
        """These were sealed or refused: they wait no more."""
        self.waiting_items -= items
        self.waiting_bytes -= size_bytes

    @property
    def fullness(self) -> float:
        """From 0 (empty) to 1 (nothing more is accepted)."""
        bounds = self._bounds
        items = self.waiting_items / bounds.max_waiting_items
        return max(items, self.waiting_bytes / bounds.max_waiting_bytes)

    def _destine(self, item: int, new: NewItem) -> int:
        approvals = write_approvals(new.approvals)
        added = 0
        for stream, region in new.places:
            row = (item, new.audience, stream, region, approvals, new.not_before_s)
            self._database.execute(_DESTINE, row)
            added += self._database.changes()
        self.left(-added, -added * len(new.body))
        return added

    def _make_room(self, places: int, body_bytes: int) -> None:
        bounds = self._bounds
        if (
            self.waiting_items + places > bounds.max_waiting_items
            or self.waiting_bytes + places * body_bytes > bounds.max_waiting_bytes
        ):
            raise OutboxFullError(
                f"the outbox is full: {self.waiting_items} items ({self.waiting_bytes} bytes) wait to "
                "be published; nothing was accepted, try again when the broker is back"
            )


def write_approvals(approvals: Sequence[Approval]) -> bytes:
    """80 bytes for each: key id, signature."""
    return b"".join(one.signing_key + one.signature for one in approvals)


def read_approvals(data: bytes) -> tuple[Approval, ...]:
    """Inverse of `write_approvals`."""
    if not data:  # nearly always
        return ()
    starts = range(0, len(data), APPROVAL_BYTES)
    return tuple(Approval(data[at : at + 16], data[at + 16 : at + APPROVAL_BYTES]) for at in starts)
