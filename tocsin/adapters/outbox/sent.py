"""What we sent that others answer: alerts, requests, tips, with whom it went to. Only reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tocsin.adapters.database import Database
from tocsin.core.ids import ID_BYTES

MAX_PAGE_ITEMS = 500

_ITEMS = """SELECT id, report_id, version, schema, body, exercise, accepted_at_s FROM items
    WHERE family = ? AND reference IS NOT NULL AND body IS NOT NULL AND id > ? ORDER BY id LIMIT ?"""
_TO = """SELECT DISTINCT d.audience, r.time_s, r.place IS NOT NULL, d.refused FROM destinations d
    LEFT JOIN records r ON r.id = d.record WHERE d.item = ?"""
_MEMBERS = """SELECT members FROM generations WHERE audience = ? AND not_before_s <= ?
    ORDER BY number DESC LIMIT 1"""


@dataclass(frozen=True, slots=True)
class SentTo:
    """One audience of an item. `sealed_at_s` None while it waits, or was `refused`, with the reason."""

    audience: str
    sealed_at_s: int | None
    published: bool
    refused: str | None


@dataclass(frozen=True, slots=True)
class SentItem:
    """One version of what we sent, whose body is still kept."""

    item: int
    report_id: bytes
    version: int
    schema: bytes
    body: bytes = field(repr=False)
    exercise: bool
    accepted_at_s: int
    to: tuple[SentTo, ...]


class OutboxSent:
    """Answers questions; the service may write meanwhile."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_family(self, family: str) -> Iterator[SentItem]:
        """Every version of a family that carries a reference, in the order of acceptance."""
        after = 0
        while rows := self._database.execute(_ITEMS, (family, after, MAX_PAGE_ITEMS)):
            for item, report_id, version, schema, body, exercise, accepted_at_s in rows:
                to = tuple(_to(self._database.execute(_TO, (item,))))
                yield SentItem(item, report_id, version, schema, body, bool(exercise), accepted_at_s, to)
            after = rows[-1][0]

    def members_when(self, audience: bytes, time_s: int) -> tuple[bytes, ...]:
        """Who could open what we sealed for an audience at `time_s`, by our own manifests."""
        for (members,) in self._database.execute(_MEMBERS, (audience, time_s)):
            return tuple(members[at : at + ID_BYTES] for at in range(0, len(members), ID_BYTES))
        return ()


def _to(rows: Iterable[tuple[str, int | None, int, str | None]]) -> Iterator[SentTo]:
    for audience, sealed_at_s, published, refused in rows:
        yield SentTo(audience, sealed_at_s, bool(published), refused)
