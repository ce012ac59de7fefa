"""Answers to hits that wait to be sent to the alert's originator, and patterns to be called too broad.

Nothing here sends: whoever publishes takes `to_send` in order and calls `mark_sent` when the outbox holds
it under fsync. A crash between the two gives the same answer again, with the same `seq`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tocsin.adapters.database import Database
from tocsin.adapters.screening.hits import OWN_ORIGINATOR, AlertVersion, StoredHit
from tocsin.core.errors import RefusedByRuleError
from tocsin.core.screening_hits import AnswerCode

MAX_ANSWERS = 100_000
MAX_NOTE_CHARACTERS = 500
MAX_PAGE_ANSWERS = 500
LIFETIME_S = 400 * 86_400


@dataclass(frozen=True, slots=True)
class AnswerToSend:
    """One answer: `parcel` only where a person ticked that it may leave. `seq` makes it idempotent; a later
    answer to the same `hit` replaces the earlier one.
    """

    seq: int
    hit: str
    originator: bytes
    alert_id: str
    version: int
    code: AnswerCode
    parcel: str | None = field(repr=False)
    exercise: bool
    at_s: int


@dataclass(frozen=True, slots=True)
class BroadPattern:
    """A selector (from 0) of an alert that muted itself: how many of how many parcels it hit."""

    alert: AlertVersion
    selector: int
    hits: int
    parcels: int


class Answers:
    """What the firm says of its hits."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, hit: StoredHit, code: AnswerCode, note: str, now_s: int, *, with_parcel: bool) -> None:
        """Store an answer, on disk when this returns. `note` stays here; the parcel's number leaves only
        `with_parcel`. Raises RefusedByRuleError, StorageError.
        """
        if len(note) > MAX_NOTE_CHARACTERS:
            raise RefusedByRuleError(f"the note is over {MAX_NOTE_CHARACTERS} characters: shorten it")
        if with_parcel and hit.parcel is None:
            raise RefusedByRuleError(f"the parcel's number of hit {hit.id} is not known any more")
        parcel = hit.parcel if with_parcel else None
        own = now_s if hit.alert[0] == OWN_ORIGINATOR else None  # nobody else is to hear of it
        with self._database.transaction():
            if len(self.to_send(MAX_ANSWERS)) >= MAX_ANSWERS:
                raise RefusedByRuleError(f"{MAX_ANSWERS} answers wait to be sent: send them first")
            self._database.execute(
                """INSERT INTO answers (hit, originator, alert_id, version, code, parcel, note, exercise,
                at_s, sent_at_s) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                (hit.id, *hit.alert, code.value, parcel, note or None, int(hit.exercise), now_s, own),
            )
            sql = "UPDATE hits SET answer = ?, answered_at_s = ? WHERE id = ?"
            self._database.execute(sql, (code.value, now_s, hit.id))

    def to_send(self, limit: int = MAX_PAGE_ANSWERS) -> list[AnswerToSend]:
        """The oldest answers that were not sent, in order."""
        sql = """SELECT seq, hit, originator, alert_id, version, code, parcel, exercise, at_s FROM answers
            WHERE sent_at_s IS NULL ORDER BY seq LIMIT ?"""
        return [
            AnswerToSend(
                seq, hit, bytes(who), alert_id, version, AnswerCode(code), parcel, bool(drill), at_s
            )
            for seq, hit, who, alert_id, version, code, parcel, drill, at_s in self._database.execute(
                sql, (limit,)
            )
        ]

    def mark_sent(self, seqs: Sequence[int], now_s: int) -> None:
        """These are on their way; their parcels' numbers are not kept twice."""
        with self._database.transaction():
            sql = "UPDATE answers SET sent_at_s = ?, parcel = NULL WHERE seq = ? AND sent_at_s IS NULL"
            self._database.execute_many(sql, [(now_s, seq) for seq in seqs])

    def notes(self, hit: str) -> list[tuple[int, str, str | None, int | None]]:
        """(time, code, note, sent at) of each answer to a hit, oldest first."""
        sql = "SELECT at_s, code, note, sent_at_s FROM answers WHERE hit = ? ORDER BY seq"
        return [(at_s, code, note, sent) for at_s, code, note, sent in self._database.execute(sql, (hit,))]

    def forget_old(self, now_s: int) -> None:
        """Drop what was sent and is past its lifetime; what waits stays."""
        with self._database.transaction():
            sql = "DELETE FROM answers WHERE sent_at_s IS NOT NULL AND at_s < ?"
            self._database.execute(sql, (now_s - LIFETIME_S,))


class BroadPatterns:
    """Patterns that muted themselves, for good: a new version of the alert is asked anew."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, broad: BroadPattern, now_s: int) -> None:
        """Remember it, to be told to the alert's originator."""
        with self._database.transaction():
            row = (*broad.alert, broad.selector, broad.hits, broad.parcels, now_s)
            sql = "INSERT INTO broad VALUES (?, ?, ?, ?, ?, ?, ?, NULL) ON CONFLICT DO NOTHING"
            self._database.execute(sql, row)

    def muted(self) -> dict[AlertVersion, frozenset[int]]:
        """The selectors that are not asked, by alert."""
        found: dict[AlertVersion, frozenset[int]] = {}
        sql = "SELECT originator, alert_id, version, selector FROM broad"
        for originator, alert_id, version, selector in self._database.execute(sql):
            about = bytes(originator), alert_id, version
            found[about] = found.get(about, frozenset()) | {selector}
        return found

    def to_tell(self, limit: int = MAX_PAGE_ANSWERS) -> list[BroadPattern]:
        """Those that their originators were not told."""
        sql = """SELECT originator, alert_id, version, selector, hits, parcels FROM broad
            WHERE sent_at_s IS NULL ORDER BY at_s, selector LIMIT ?"""
        return [
            BroadPattern((bytes(originator), alert_id, version), *rest)
            for originator, alert_id, version, *rest in self._database.execute(sql, (limit,))
        ]

    def of(self, alert: AlertVersion) -> list[BroadPattern]:
        """All of one version of an alert, told or not, by selector."""
        sql = """SELECT selector, hits, parcels FROM broad
            WHERE originator = ? AND alert_id = ? AND version = ? ORDER BY selector"""
        return [BroadPattern(alert, *rest) for rest in self._database.execute(sql, alert)]

    def mark_told(self, told: Sequence[BroadPattern], now_s: int) -> None:
        """Their originators know."""
        with self._database.transaction():
            sql = """UPDATE broad SET sent_at_s = ? WHERE originator = ? AND alert_id = ? AND version = ?
                AND selector = ?"""
            self._database.execute_many(sql, [(now_s, *one.alert, one.selector) for one in told])

    def forget_old(self, now_s: int) -> None:
        """Drop those of alerts that ended long ago."""
        with self._database.transaction():
            self._database.execute("DELETE FROM broad WHERE at_s < ?", (now_s - LIFETIME_S,))
