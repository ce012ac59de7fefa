"""What became of what was accepted: for status, receipts and metrics. Only reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from tocsin.adapters.database import Database
from tocsin.adapters.outbox.attachments import OutboxAttachments
from tocsin.adapters.outbox.withdrawals import FAMILY
from tocsin.core.attachments import Attachment

MAX_FOUND = 100

_ITEM = "SELECT id, report_id, version, family, reference, exercise, accepted_at_s FROM items"
_DESTINATIONS = """SELECT d.audience, d.stream, d.region, d.refused, r.topic, r.partition, r.place,
    r.id IS NOT NULL, d.not_before_s FROM destinations d LEFT JOIN records r ON r.id = d.record
    WHERE d.item = ? ORDER BY d.id"""
_PARTS = """SELECT count(*), coalesce(sum(r.place IS NOT NULL), 0), coalesce(sum(r.id IS NOT NULL), 0),
    coalesce(sum(d.refused IS NOT NULL), 0) FROM items i JOIN destinations d ON d.item = i.id
    LEFT JOIN records r ON r.id = d.record WHERE i.report_id = ?"""
_COUNTS = """SELECT
    (SELECT count(*) FROM destinations WHERE record IS NULL AND refused IS NULL),
    (SELECT count(*) FROM destinations d JOIN records r ON r.id = d.record WHERE r.place IS NULL),
    (SELECT count(*) FROM destinations d JOIN records r ON r.id = d.record WHERE r.place IS NOT NULL),
    (SELECT count(*) FROM destinations WHERE refused IS NOT NULL)"""


class State(StrEnum):
    """The life of an item on its way to one region, in order; or refused."""

    ACCEPTED = "accepted"
    SEALED = "sealed"
    PUBLISHED = "published"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class DestinationStatus:
    """Where an item stands on its way to one region; `offset` once Kafka acknowledged it.

    `held_until_s`: it does not leave before; None where nothing holds it or it has left.
    """

    audience: str
    stream: str
    region: str
    state: State
    topic: str | None = None
    partition: int | None = None
    offset: int | None = None
    reason: str | None = None
    held_until_s: int | None = None


@dataclass(frozen=True, slots=True)
class AttachmentStatus:
    """A file of a report: to how many places its parts go, and how many of those are how far."""

    attachment_id: bytes
    attachment: Attachment = field(repr=False)
    wanted: int
    published: int
    sealed: int
    refused: int

    @property
    def state(self) -> State:
        """As of an item: what is furthest behind."""
        if self.sealed + self.refused < self.wanted:
            return State.ACCEPTED
        if self.published < self.sealed:
            return State.SEALED
        return State.PUBLISHED if self.published else State.REFUSED


@dataclass(frozen=True, slots=True)
class ItemStatus:
    """One version of a report that was accepted."""

    item: int
    report_id: bytes
    version: int
    family: str
    reference: str | None = field(repr=False)
    exercise: bool
    accepted_at_s: int
    destinations: tuple[DestinationStatus, ...]
    attachments: tuple[AttachmentStatus, ...] = ()

    @property
    def state(self) -> State:
        """The state of the destination or file that is furthest behind; refused only if nothing waits.

        What goes nowhere is done: the withdrawal of a report that had not left.
        """
        states = {one.state for one in self.destinations} | {one.state for one in self.attachments}
        return next((state for state in State if state in states), State.PUBLISHED)


_OLDEST_WAITING = """SELECT items.accepted_at_s FROM destinations JOIN items ON items.id = item
    WHERE record IS NULL AND refused IS NULL AND not_before_s <= ? ORDER BY destinations.id LIMIT 1"""
_OLDEST_UNSENT = """SELECT items.accepted_at_s FROM records JOIN destinations ON record = records.id
    JOIN items ON items.id = item WHERE records.place IS NULL ORDER BY records.id LIMIT 1"""
_WAITING_AUDIENCES = """SELECT DISTINCT audience FROM destinations
    WHERE record IS NULL AND refused IS NULL AND not_before_s <= ? LIMIT ?"""
_REFUSED_SINCE = """SELECT count(*) FROM (SELECT 1 FROM items JOIN destinations ON items.id = item
    WHERE body IS NOT NULL AND accepted_at_s >= ? AND refused IS NOT NULL LIMIT ?)"""
MAX_REFUSED_COUNTED = 1_000


class OutboxStatus:
    """Answers questions; the service may write meanwhile."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._attachments = OutboxAttachments(database)

    def of_items(self, items: Iterable[int]) -> list[ItemStatus]:
        """The items with these numbers, in order."""
        sql = f"{_ITEM} WHERE id = ?"
        return [self._status(row) for item in items for row in self._database.execute(sql, (item,))]

    def of_report(self, report_id: bytes) -> list[ItemStatus]:
        """The versions of a report, newest first."""
        sql = f"{_ITEM} WHERE report_id = ? ORDER BY version DESC LIMIT {MAX_FOUND}"
        return [self._status(row) for row in self._database.execute(sql, (report_id,))]

    def of_reference(self, reference: str) -> list[ItemStatus]:
        """The versions under a national reference, newest first."""
        sql = f"{_ITEM} WHERE reference = ? ORDER BY version DESC, family LIMIT {MAX_FOUND}"
        return [self._status(row) for row in self._database.execute(sql, (reference,))]

    def named(self, name: str) -> list[ItemStatus]:
        """The versions of a report by its national reference or else its id, newest first."""
        found = self.of_reference(name)
        if found:
            return found
        try:
            return self.of_report(UUID(name).bytes)
        except ValueError:
            return []

    def counts(self) -> dict[State, int]:
        """How many destinations are in each state."""
        (row,) = self._database.execute(_COUNTS)
        return dict(zip(State, row, strict=True))

    def oldest_waiting_s(self, now_s: int) -> int | None:
        """When the oldest item was accepted that waits to be sealed and is not held; None for none."""
        rows = self._database.execute(_OLDEST_WAITING, (now_s,))
        return int(rows[0][0]) if rows else None

    def waiting_since_s(self, now_s: int) -> dict[State, int]:
        """When the oldest item was accepted that waits, unheld: to be sealed, or to be published."""
        found = {State.ACCEPTED: self.oldest_waiting_s(now_s)}
        rows = self._database.execute(_OLDEST_UNSENT)
        found[State.SEALED] = int(rows[0][0]) if rows else None
        return {state: since_s for state, since_s in found.items() if since_s is not None}

    def waiting_audiences(self, now_s: int) -> list[str]:
        """The audiences, at most 100, for which something waits to be sealed and is not held."""
        return [row[0] for row in self._database.execute(_WAITING_AUDIENCES, (now_s, MAX_FOUND))]

    def refused_since(self, since_s: int) -> int:
        """How many destinations of items accepted since then a rule refused; counted up to 1,000."""
        return int(self._database.execute(_REFUSED_SINCE, (since_s, MAX_REFUSED_COUNTED))[0][0])

    def _status(self, row: tuple[int, bytes, int, str, str | None, int, int]) -> ItemStatus:
        item, report_id, version, family, reference, exercise, accepted_at_s = row
        found = [_destination(one) for one in self._database.execute(_DESTINATIONS, (item,))]
        attachments = () if family == FAMILY else tuple(self._files(report_id))
        about = (family, reference, bool(exercise), accepted_at_s)
        return ItemStatus(item, report_id, version, *about, tuple(found), attachments)

    def _files(self, report_id: bytes) -> Iterator[AttachmentStatus]:
        for attachment_id, attachment in self._attachments.of_report(report_id).items():
            (counts,) = self._database.execute(_PARTS, (attachment_id,))
            yield AttachmentStatus(attachment_id, attachment, *counts)


def _destination(
    row: tuple[str, str, str, str | None, str | None, int | None, int | None, int, int],
) -> DestinationStatus:
    audience, stream, region, refused, topic, partition, offset, is_sealed, not_before_s = row
    if refused is not None:
        return DestinationStatus(audience, stream, region, State.REFUSED, reason=refused)
    if not is_sealed:
        held_until_s = not_before_s or None
        return DestinationStatus(audience, stream, region, State.ACCEPTED, held_until_s=held_until_s)
    state = State.SEALED if offset is None else State.PUBLISHED
    return DestinationStatus(audience, stream, region, state, topic, partition, offset)
