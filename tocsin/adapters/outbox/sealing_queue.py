"""What waits to be sealed, in the order of acceptance, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from tocsin.adapters.database import Database
from tocsin.adapters.outbox.items import OutboxItems, read_approvals
from tocsin.core.wire import Item

_SIZES = """SELECT d.id, length(i.body) FROM destinations d JOIN items i ON i.id = d.item
    WHERE d.record IS NULL AND d.refused IS NULL AND d.not_before_s <= ? AND {others}
    ORDER BY d.id LIMIT ?"""
_PAGE = """SELECT d.id, d.audience, d.stream, d.region, d.approvals, i.schema, i.report_id, i.version,
    i.body FROM destinations d JOIN items i ON i.id = d.item
    WHERE d.record IS NULL AND d.refused IS NULL AND d.not_before_s <= ? AND {others}
    AND d.id <= ? ORDER BY d.id"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An item on its way to one audience in one stream and region."""

    id: int
    audience: str
    stream: str
    region: str
    item: Item = field(repr=False)


class SealingQueue:
    """Pages through what waits; marks what left. Writes happen inside the caller's transaction."""

    def __init__(self, database: Database, items: OutboxItems) -> None:
        self._database, self._items = database, items

    def page(
        self,
        max_items: int,
        max_bytes: int,
        without_audiences: Iterable[str] = (),
        without_streams: Iterable[str] = (),
        *,
        now_s: int,
    ) -> list[Waiting]:
        """The oldest items that wait, but for some audiences and streams and what is held until after
        `now_s`, within both bounds (one item at least).
        """
        audiences, streams = list(without_audiences), list(without_streams)
        others = f"d.audience NOT IN ({_marks(audiences)}) AND d.stream NOT IN ({_marks(streams)})"
        passed_over: tuple[int | str, ...] = (now_s, *audiences, *streams)
        sizes = self._database.execute(_SIZES.format(others=others), (*passed_over, max_items))
        last, total = None, 0
        for id_, size_bytes in sizes:
            total += size_bytes
            if last is not None and total > max_bytes:
                break
            last = id_
        if last is None:
            return []
        rows = self._database.execute(_PAGE.format(others=others), (*passed_over, last))
        return [_waiting(row) for row in rows]

    def sealed(self, waiting: Iterable[Waiting], record: int) -> None:
        """These are in `record` now."""
        chosen = list(waiting)
        sql = "UPDATE destinations SET record = ? WHERE id = ?"
        self._database.execute_many(sql, [(record, one.id) for one in chosen])
        self._items.left(len(chosen), sum(len(one.item.body) for one in chosen))

    def refuse(self, waiting: Waiting, reason: str) -> None:
        """A rule forbids sending it, for good."""
        sql = "UPDATE destinations SET refused = ? WHERE id = ?"
        self._database.execute(sql, (reason, waiting.id))
        self._items.left(1, len(waiting.item.body))


def _marks(values: list[str]) -> str:
    return ", ".join("?" * len(values))


def _waiting(row: tuple[int, str, str, str, bytes, bytes, bytes, int, bytes]) -> Waiting:
    id_, audience, stream, region, approvals, schema, report_id, version, body = row
    item = Item(schema, report_id, version, body, read_approvals(approvals))
    return Waiting(id_, audience, stream, region, item)
