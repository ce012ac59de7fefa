"""What is known of each sink: how far it took from the inbox, what it delivered, what ails it, and
which reports ever reached it, so that their updates and withdrawals follow.
"""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.adapters.database import Database

REACHED_LIFETIME_S = 400 * 86_400
MAX_WITHDRAWN_AT_ONCE = 500
MAX_ERROR_CHARACTERS = 300

_COLUMNS = """name, kind, cursor, begun_at_s, delivered, delivered_at_s, failures, paused_until_s, error,
    error_at_s, disabled"""
_BEGIN = """INSERT INTO sinks (name, kind, cursor, begun_at_s) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET kind = excluded.kind"""
_DELIVERED = """UPDATE sinks SET delivered = delivered + ?, delivered_at_s = ?, failures = 0,
    paused_until_s = 0 WHERE name = ?"""
_FAILED = """UPDATE sinks SET failures = failures + 1, paused_until_s = ?, error = ?, error_at_s = ?
    WHERE name = ?"""
_SET_BACK = """UPDATE sinks SET paused_until_s = MIN(paused_until_s, ?1),
    error_at_s = MIN(error_at_s, ?1), delivered_at_s = MIN(delivered_at_s, ?1) WHERE name = ?2"""
# From the withdrawals, which are few, to what reached the sink.
_WITHDRAWN = """SELECT r.originator, r.report_id, r.stem FROM withdrawn AS w CROSS JOIN sink_reached AS r
    ON r.originator = w.originator AND r.report_id = w.report_id
    WHERE r.sink = ? AND r.withdrawn = 0 LIMIT ?"""


@dataclass(frozen=True, slots=True)
class SinkState:
    """One sink. Times are Unix seconds; `failures` in a row; `disabled`: why it is given nothing."""

    name: str
    kind: str
    cursor: int
    begun_at_s: int
    delivered: int
    delivered_at_s: int | None
    failures: int
    paused_until_s: int
    error: str | None
    error_at_s: int | None
    disabled: str | None


@dataclass(frozen=True, slots=True)
class Reached:
    """A report that a sink was given; `stem` begins the names of its files."""

    originator: bytes
    report_id: bytes
    stem: str


class InboxSinks:
    """Sinks by name. Writes belong inside a transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, name: str, kind: str, cursor: int, now_s: int) -> None:
        """A sink that takes what is stored behind `cursor`; one that is there goes on where it was."""
        self._database.execute(_BEGIN, (name, kind, cursor, now_s))

    def find(self, name: str) -> SinkState | None:
        """The sink of that name, if it ever began."""
        sql = f"SELECT {_COLUMNS} FROM sinks WHERE name = ?"  # noqa: S608 - constants only
        for row in self._database.execute(sql, (name,)):
            return SinkState(*row)
        return None

    def all(self) -> list[SinkState]:
        """Every sink that ever began, by name."""
        sql = f"SELECT {_COLUMNS} FROM sinks ORDER BY name"  # noqa: S608 - constants only
        return [SinkState(*row) for row in self._database.execute(sql)]

    def took(self, name: str, cursor: int) -> None:
        """Everything up to `cursor` was looked at."""
        self._database.execute("UPDATE sinks SET cursor = ? WHERE name = ?", (cursor, name))

    def delivered(self, name: str, count: int, now_s: int) -> None:
        """`count` events were taken by the other side; what ailed the sink is over."""
        self._database.execute(_DELIVERED, (count, now_s, name))

    def failed(self, name: str, error: str, paused_until_s: int, now_s: int) -> None:
        """A delivery failed; nothing is tried before `paused_until_s`. `error` holds no content."""
        row = (paused_until_s, error[:MAX_ERROR_CHARACTERS], now_s, name)
        self._database.execute(_FAILED, row)

    def clock_was_set_back(self, name: str, now_s: int) -> None:
        """What a clock noted that was ahead of `now_s` was noted now; a pause that it began is over."""
        self._database.execute(_SET_BACK, (now_s, name))

    def disable(self, name: str, why: str | None) -> None:
        """Give it nothing until it is enabled again (`why` None)."""
        sql = "UPDATE sinks SET disabled = ?, failures = 0, paused_until_s = 0 WHERE name = ?"
        self._database.execute(sql, (why, name))

    def reach(self, name: str, one: Reached, now_s: int) -> None:
        """A version of the report goes to the sink."""
        row = (name, one.originator, one.report_id, one.stem, now_s)
        sql = "INSERT OR IGNORE INTO sink_reached VALUES (?, ?, ?, ?, ?, 0)"
        self._database.execute(sql, row)

    def reached(self, name: str, originator: bytes, report_id: bytes) -> bool:
        """Whether any version of the report went to the sink."""
        sql = "SELECT 1 FROM sink_reached WHERE sink = ? AND originator = ? AND report_id = ?"
        return bool(self._database.execute(sql, (name, originator, report_id)))

    def withdrawn(self, name: str) -> list[Reached]:
        """Reports that reached the sink and were taken back since, of which it was not told yet."""
        rows = self._database.execute(_WITHDRAWN, (name, MAX_WITHDRAWN_AT_ONCE))
        return [Reached(*row) for row in rows]

    def told_withdrawn(self, name: str, one: Reached) -> None:
        """The sink is being told that the report was taken back."""
        sql = "UPDATE sink_reached SET withdrawn = 1 WHERE sink = ? AND originator = ? AND report_id = ?"
        self._database.execute(sql, (name, one.originator, one.report_id))

    def forget(self, name: str) -> None:
        """The sink as if it had never been: what waited for it, what reached it, its secrets."""
        self._database.execute("DELETE FROM sinks WHERE name = ?", (name,))
        for table in ("sink_items", "sink_reached", "sink_secrets"):
            sql = f"DELETE FROM {table} WHERE sink = ?"  # noqa: S608 - constants only
            self._database.execute(sql, (name,))

    def forget_old(self, now_s: int) -> None:
        """Drop what was reached so long ago that no update can come."""
        self._database.execute("DELETE FROM sink_reached WHERE at_s < ?", (now_s - REACHED_LIFETIME_S,))
