"""What waits for each sink, and what was given up: at most 100,000 a sink, each with its own next try.

An item names a report by its seq, or is a notice of our own. It goes when it is delivered; a notice
stays as told, so that it is given once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from tocsin.adapters.database import Database, Row

MAX_ITEMS = 100_000
MAX_ROWS = 1_000
MAX_ERROR_CHARACTERS = 300

_COLUMNS = "id, sink, key, seq, notice, came_at_s, due_s, failures, first_try_s, error"
_ADD = """INSERT OR IGNORE INTO sink_items (sink, key, seq, notice, state, came_at_s, due_s)
    VALUES (?, ?, ?, ?, ?, ?, ?)"""
_FAILED = """UPDATE sink_items SET failures = failures + 1, due_s = ?, error = ?, state = ?,
    first_try_s = COALESCE(first_try_s, ?) WHERE id = ?"""
_RETRY = """UPDATE sink_items SET state = 'waiting', failures = 0, first_try_s = NULL, due_s = ?
    WHERE state = 'dead'"""

_SET_BACK = """UPDATE sink_items SET due_s = ?1, came_at_s = MIN(came_at_s, ?1),
    first_try_s = MIN(first_try_s, ?1) WHERE sink = ?2 AND state = 'waiting' AND due_s > ?1
    AND (failures > 0 OR came_at_s > ?1)"""


class ItemState(StrEnum):
    """Waits, was given up, or (a notice) was told."""

    WAITING = "waiting"
    DEAD = "dead"
    TOLD = "told"


@dataclass(frozen=True, slots=True)
class SinkItem:
    """One thing to deliver. `due_s` is its next try, `first_try_s` its first; Unix seconds."""

    id: int
    sink: str
    key: str
    seq: int | None
    notice: str | None
    came_at_s: int
    due_s: int
    failures: int
    first_try_s: int | None
    error: str | None


@dataclass(frozen=True, slots=True)
class NewItem:
    """A report (by `seq`) or a notice (JSON) that may be delivered from `due_s` on."""

    key: str
    due_s: int
    seq: int | None = None
    notice: str | None = None


class InboxSinkItems:
    """The queues of all sinks. Writes belong inside a transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, sink: str, new: NewItem, now_s: int) -> bool:
        """Queue it; whether it is new. A key is queued once."""
        row = (sink, new.key, new.seq, new.notice, ItemState.WAITING.value, now_s, new.due_s)
        self._database.execute(_ADD, row)
        return self._database.changes() == 1

    def due(self, sink: str, now_s: int, limit: int) -> list[SinkItem]:
        """At most `limit` items whose time has come, in the order of their times, then as they came."""
        where = "sink = ? AND state = 'waiting' AND due_s <= ? ORDER BY due_s, id LIMIT ?"
        return self._rows(where, (sink, now_s, limit))

    def next_due_s(self, sink: str) -> int | None:
        """When the next item is due."""
        sql = "SELECT MIN(due_s) FROM sink_items WHERE sink = ? AND state = 'waiting'"
        ((due_s,),) = self._database.execute(sql, (sink,))
        return None if due_s is None else int(due_s)

    def done(self, items: Sequence[SinkItem]) -> None:
        """They were delivered, or have nothing left to deliver."""
        for one in items:
            if one.notice is None:
                self._database.execute("DELETE FROM sink_items WHERE id = ?", (one.id,))
            else:
                sql = "UPDATE sink_items SET state = 'told' WHERE id = ?"
                self._database.execute(sql, (one.id,))

    def failed(self, item: SinkItem, error: str, next_try_s: int | None, now_s: int) -> None:
        """Try again at `next_try_s`; None gives it up. `error` holds no content."""
        state = ItemState.DEAD if next_try_s is None else ItemState.WAITING
        due_s = now_s if next_try_s is None else next_try_s
        row = (due_s, error[:MAX_ERROR_CHARACTERS], state.value, now_s, item.id)
        self._database.execute(_FAILED, row)

    def clock_was_set_back(self, sink: str, now_s: int) -> None:
        """What was put off, or came, by a clock that was ahead of `now_s` is due now. What quiet hours hold
        is held on.
        """
        self._database.execute(_SET_BACK, (now_s, sink))

    def newest_came_s(self, sink: str) -> int:
        """When the newest of what waits came, by the clock as it was then; 0 where nothing waits."""
        sql = "SELECT coalesce(max(came_at_s), 0) FROM sink_items WHERE sink = ? AND state = 'waiting'"
        return int(self._database.execute(sql, (sink,))[0][0])

    def drop_notices(self, sink: str, prefix: str) -> None:
        """Forget notices whose key begins with `prefix`: a newer one says more."""
        sql = "DELETE FROM sink_items WHERE sink = ? AND notice NOT NULL AND substr(key, 1, ?) = ?"
        self._database.execute(sql, (sink, len(prefix), prefix))

    def counts(self, sink: str) -> dict[ItemState, int]:
        """How many of the sink wait, were given up, were told."""
        sql = "SELECT state, COUNT(*) FROM sink_items WHERE sink = ? GROUP BY state"
        found = {ItemState(state): int(count) for state, count in self._database.execute(sql, (sink,))}
        return dict.fromkeys(ItemState, 0) | found

    def dead(self, after_id: int = 0) -> list[SinkItem]:
        """At most 1,000 items behind `after_id` that were given up, of every sink."""
        return self._rows("state = 'dead' AND id > ? ORDER BY id LIMIT ?", (after_id, MAX_ROWS))

    def retry(self, id_: int | None, now_s: int) -> int:
        """Let one item (None: all) that was given up begin anew; how many did."""
        return self._change(_RETRY, (now_s,), id_)

    def drop(self, id_: int | None) -> int:
        """Forget one item (None: all) that was given up; how many went."""
        return self._change("DELETE FROM sink_items WHERE state = 'dead'", (), id_)

    def _change(self, sql: str, values: tuple[int, ...], id_: int | None) -> int:
        if id_ is None:
            self._database.execute(sql, values)
        else:
            self._database.execute(f"{sql} AND id = ?", (*values, id_))
        return self._database.changes()

    def _rows(self, where: str, values: Row) -> list[SinkItem]:
        sql = f"SELECT {_COLUMNS} FROM sink_items WHERE {where}"  # noqa: S608 - constants only
        return [SinkItem(*row) for row in self._database.execute(sql, values)]
