"""Where each log stands, and which records passed rung 10 until they expire.

About 38 bytes a record. Nothing here judges: `tocsin.core.log_heads` does.
"""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.adapters.database import Database
from tocsin.core.ids import NO_LEAF
from tocsin.core.outcomes import KnownLeaf, LogHead, LogId, RecordFate
from tocsin.core.streams import INBOX

MAX_CACHED_HEADS = 20_000

_HEAD = "SELECT id, session, counter, leaf FROM logs WHERE originator = ? AND stream = ? AND scope = ?"
_NEW_LOG = """INSERT INTO logs (originator, stream, scope, session, counter, leaf, since_s, begins_later)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id"""
_MOVE = "UPDATE logs SET session = ?, counter = ?, leaf = ? WHERE id = ?"
_LEAF = "SELECT leaf16, settled FROM leaves WHERE log = ? AND session = ? AND counter = ?"
# The first leaf under a place stays; only whether it is dealt with may change.
_KEEP_LEAF = """INSERT INTO leaves VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE
    SET settled = excluded.settled WHERE leaf16 = excluded.leaf16"""


@dataclass(frozen=True, slots=True)
class ReadLog:
    """A log with its head, since when it is read (Unix seconds, 0 if unknown), and whether the first
    record that was seen of it named a predecessor, which was not.
    """

    log: LogId
    head: LogHead
    since_s: int
    begins_later: bool


class InboxLogs:
    """Heads and known leaves. The cache of heads holds only what the database holds."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._heads: dict[LogId, tuple[int, LogHead]] = {}

    def head(self, log: LogId) -> LogHead | None:
        """Where `log` stands, None before its first record."""
        found = self._find(log)
        return found[1] if found else None

    def known_leaf(self, log: LogId, session: int, counter: int) -> KnownLeaf | None:
        """What passed rung 10 at this place of `log`."""
        found = self._find(log)
        if found is None:
            return None
        for leaf16, settled in self._database.execute(_LEAF, (found[0], session, counter)):
            return KnownLeaf(leaf16, bool(settled))
        return None

    def note(self, fate: RecordFate, now_s: int) -> None:
        """Write leaf and head of a record that passed rung 10 at `now_s`. Call inside a transaction."""
        if fate.log is None or fate.header is None or fate.leaf is None:
            return
        if fate.new_head is not None:
            self._move(fate.log, fate.new_head, (now_s, int(fate.header.previous != NO_LEAF)))
        found = self._find(fate.log)
        if found is not None:
            header = fate.header
            place = (found[0], header.session, header.counter)
            row = (*place, fate.leaf[:16], int(fate.settled), header.expires_at)
            self._database.execute(_KEEP_LEAF, row)

    def forget_expired(self, now_s: int) -> int:
        """Drop the leaves of expired records; how many."""
        self._database.execute("DELETE FROM leaves WHERE expires_at_s <= ?", (now_s,))
        return self._database.changes()

    def all_heads(self, originator: bytes) -> dict[LogId, LogHead]:
        """The heads of every log of `originator` that was ever read."""
        sql = "SELECT stream, scope, session, counter, leaf FROM logs WHERE originator = ?"
        rows = self._database.execute(sql, (originator,))
        return {LogId(originator, row[0], row[1]): LogHead(*row[2:]) for row in rows}

    def every(self) -> list[ReadLog]:
        """All logs of which anything was read, by originator, stream and scope."""
        sql = """SELECT originator, stream, scope, session, counter, leaf, since_s, begins_later
            FROM logs ORDER BY originator, stream, scope"""
        rows = self._database.execute(sql)
        return [ReadLog(LogId(*one[:3]), LogHead(*one[3:6]), one[6], bool(one[7])) for one in rows]

    def read_since(self) -> dict[bytes, int]:
        """Since when (Unix seconds) each originator's logs on streams are read."""
        sql = """SELECT originator, MIN(since_s) FROM logs WHERE stream != ? AND since_s > 0
            GROUP BY originator"""
        return dict(self._database.execute(sql, (INBOX,)))

    def forget_cache(self) -> None:
        """After a rollback the cache may say more than the database."""
        self._heads.clear()

    def _find(self, log: LogId) -> tuple[int, LogHead] | None:
        held = self._heads.get(log)
        if held is None:
            row = (log.originator, log.stream, log.scope)
            for id_, session, counter, leaf in self._database.execute(_HEAD, row):
                held = self._remember(log, id_, LogHead(session, counter, leaf))
        return held

    def _move(self, log: LogId, head: LogHead, begin: tuple[int, int]) -> None:
        """Store `head`; of a new log also `begin`: now, and whether something lay before it."""
        found = self._find(log)
        values = (head.session, head.counter, head.leaf)
        if found is not None:
            self._database.execute(_MOVE, (*values, found[0]))
            self._remember(log, found[0], head)
            return
        row = (log.originator, log.stream, log.scope, *values, *begin)
        ((id_,),) = self._database.execute(_NEW_LOG, row)
        self._remember(log, id_, head)

    def _remember(self, log: LogId, id_: int, head: LogHead) -> tuple[int, LogHead]:
        if len(self._heads) >= MAX_CACHED_HEADS:
            self._heads.clear()
        self._heads[log] = (id_, head)
        return self._heads[log]
