"""Whom the versions of a report reached: where they went, and who held the keys of it then. Only reads,
but for what is held back before it left.
"""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.adapters.database import Database
from tocsin.adapters.outbox.items import OutboxItems
from tocsin.core.ids import ID_BYTES, audience_id

_WAYS = """SELECT DISTINCT d.audience, d.stream, d.region, d.record IS NOT NULL, r.generation
    FROM destinations d JOIN items i ON i.id = d.item LEFT JOIN records r ON r.id = d.record
    WHERE i.family = ? AND i.reference = ? AND d.refused IS NULL ORDER BY d.id"""
_MEMBERS = "SELECT members FROM generations WHERE audience = ? AND number = ?"
_HELD = """SELECT d.id, length(i.body) FROM destinations d JOIN items i ON i.id = d.item
    WHERE i.family = ? AND i.reference = ? AND i.version < ? AND d.record IS NULL AND d.refused IS NULL"""


@dataclass(frozen=True, slots=True)
class Reached:
    """`audiences` in the order in which they were sent to; `places`: (stream, region); `members`:
    participant ids; `left`: whether anything of it was sealed yet.
    """

    audiences: tuple[str, ...]
    places: tuple[tuple[str, str], ...]
    members: frozenset[bytes]
    left: bool


class OutboxReach:
    """Answers for one outbox."""

    def __init__(self, database: Database, items: OutboxItems) -> None:
        self._database, self._items = database, items

    def of(self, family: str, reference: str) -> Reached:
        """Of all versions under a reference together."""
        rows = self._database.execute(_WAYS, (family, reference))
        members: set[bytes] = set()
        for audience, _stream, _region, _left, generation in rows:
            for (found,) in self._database.execute(_MEMBERS, (audience_id(audience), generation)):
                members |= {found[at : at + ID_BYTES] for at in range(0, len(found), ID_BYTES)}
        return Reached(
            tuple(dict.fromkeys(row[0] for row in rows)),
            tuple(dict.fromkeys((row[1], row[2]) for row in rows)),
            frozenset(members),
            any(row[3] for row in rows),
        )

    def hold_back(self, family: str, reference: str, before_version: int, reason: str) -> int:
        """Earlier versions that have not left never leave; how many ways that ends. In a transaction."""
        held = self._database.execute(_HELD, (family, reference, before_version))
        for id_, size_bytes in held:
            self._database.execute("UPDATE destinations SET refused = ? WHERE id = ?", (reason, id_))
            self._items.left(1, size_bytes)
        return len(held)
