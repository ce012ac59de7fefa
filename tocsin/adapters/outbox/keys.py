"""The generations that we began, to whom each was wrapped, and manifests and wraps on their way."""

from __future__ import annotations

from dataclasses import dataclass, field

from tocsin.adapters.database import Database
from tocsin.core.generations import Generation
from tocsin.core.ids import ID_BYTES
from tocsin.core.key_schedule import GenerationId
from tocsin.core.pauses import has_passed

MAX_QUEUE_PAGE = 2_000
ANSWER_EVERY_S = 3_600
RETRY_REFUSED_S = 60

_COLUMNS = "number, secret, revision, members, not_before_s, not_after_s, records"
_KEEP = """INSERT INTO generations VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)
    ON CONFLICT DO UPDATE SET revision = excluded.revision, members = excluded.members"""


@dataclass(frozen=True, slots=True)
class QueuedKey:
    """A manifest or wrap to send. `required`: no record leaves before it is acknowledged."""

    id: int
    topic: str
    value: bytes = field(repr=False)
    required: bool


class OutboxKeys:
    """Writes happen inside the caller's transaction."""

    def __init__(self, database: Database, originator: bytes) -> None:
        self._database, self._originator = database, originator

    def current(self, audience: bytes) -> Generation | None:
        """The newest generation of an audience that was not ended."""
        sql = f"""SELECT {_COLUMNS} FROM generations WHERE audience = ? AND ended IS NULL
            ORDER BY number DESC LIMIT 1"""  # noqa: S608 - no value in it
        rows = self._database.execute(sql, (audience,))
        return self._generation(audience, rows[0]) if rows else None

    def generation(self, id_: GenerationId) -> Generation | None:
        """A generation of ours, current or past."""
        sql = f"SELECT {_COLUMNS} FROM generations WHERE audience = ? AND number = ?"  # noqa: S608
        rows = self._database.execute(sql, (id_.audience, id_.generation))
        return self._generation(id_.audience, rows[0]) if rows else None

    def last_number(self, audience: bytes) -> int:
        """The greatest number that an audience ever had; 0 before the first."""
        sql = "SELECT coalesce(max(number), 0) FROM generations WHERE audience = ?"
        return int(self._database.execute(sql, (audience,))[0][0])

    def audiences_in_use(self) -> list[bytes]:
        """The audiences that have a generation which was not ended."""
        sql = "SELECT DISTINCT audience FROM generations WHERE ended IS NULL"
        return [audience for (audience,) in self._database.execute(sql)]

    def keep(self, generation: Generation) -> None:
        """Store a new generation, or a new revision of one."""
        row = (
            generation.id.audience,
            generation.id.generation,
            generation.secret,
            generation.revision,
            b"".join(generation.members),
            generation.not_before_s,
            generation.not_after_s,
            generation.records,
        )
        self._database.execute(_KEEP, row)

    def count_records(self, id_: GenerationId, records: int) -> None:
        """So many records were sealed under a generation."""
        sql = "UPDATE generations SET records = records + ? WHERE audience = ? AND number = ?"
        self._database.execute(sql, (records, id_.audience, id_.generation))

    def end(self, audience: bytes | None, reason: str) -> None:
        """No further record is sealed under the generations of `audience` (None: of any)."""
        sql = "UPDATE generations SET ended = ? WHERE ended IS NULL AND (? IS NULL OR audience = ?)"
        self._database.execute(sql, (reason, audience, audience))

    def why_ended(self, audience: bytes) -> str | None:
        """Why the newest generation of an audience was ended; None where it was not, or there is none."""
        sql = "SELECT ended FROM generations WHERE audience = ? ORDER BY number DESC LIMIT 1"
        for (reason,) in self._database.execute(sql, (audience,)):
            return None if reason is None else str(reason)
        return None

    def wrapped(self, id_: GenerationId) -> set[bytes]:
        """The KEM keys to which a generation was wrapped."""
        sql = "SELECT recipient_key FROM wrapped WHERE audience = ? AND number = ?"
        return {key for (key,) in self._database.execute(sql, (id_.audience, id_.generation))}

    def note_wrapped(self, id_: GenerationId, recipient_key: bytes) -> None:
        """A wrap for this key was made, or never can be."""
        row = (id_.audience, id_.generation, recipient_key)
        self._database.execute("INSERT OR IGNORE INTO wrapped VALUES (?, ?, ?)", row)

    def queue(self, topic: str, value: bytes, *, required: bool) -> None:
        """Send `value` to partition 0 of `topic` before the next record."""
        sql = "INSERT INTO key_queue (topic, value, required, retry_at_s) VALUES (?, ?, ?, 0)"
        self._database.execute(sql, (topic, value, int(required)))

    def queued(self, now_s: int) -> list[QueuedKey]:
        """What is to be sent now, in the order in which it was queued.

        What was put off for longer than anything ever is was put off before the clock was set back.
        """
        sql = """SELECT id, topic, value, required FROM key_queue
            WHERE retry_at_s <= ? OR retry_at_s > ? ORDER BY id LIMIT ?"""
        rows = self._database.execute(sql, (now_s, now_s + RETRY_REFUSED_S, MAX_QUEUE_PAGE))
        return [QueuedKey(id_, topic, value, bool(required)) for id_, topic, value, required in rows]

    def queued_count(self) -> int:
        """How many manifests and wraps are not acknowledged."""
        return int(self._database.execute("SELECT count(*) FROM key_queue")[0][0])

    def sent(self, ids: list[int]) -> None:
        """These are acknowledged."""
        self._database.execute_many("DELETE FROM key_queue WHERE id = ?", [(id_,) for id_ in ids])

    def put_off(self, ids: list[int], now_s: int) -> None:
        """These were refused at `now_s`; they are tried again after `RETRY_REFUSED_S`."""
        rows = [(now_s + RETRY_REFUSED_S, id_) for id_ in ids]
        self._database.execute_many("UPDATE key_queue SET retry_at_s = ? WHERE id = ?", rows)

    def may_answer(self, id_: GenerationId, recipient_key: bytes, now_s: int) -> bool:
        """Whether a key was not answered about a generation for an hour; notes that it is now."""
        row = (recipient_key, id_.audience, id_.generation)
        sql = "SELECT at_s FROM answered WHERE recipient_key = ? AND audience = ? AND number = ?"
        answered = self._database.execute(sql, row)
        if any(not has_passed(at_s, ANSWER_EVERY_S, now_s) for (at_s,) in answered):
            return False
        self._database.execute("DELETE FROM answered WHERE at_s <= ?", (now_s - ANSWER_EVERY_S,))
        self._database.execute("INSERT OR REPLACE INTO answered VALUES (?, ?, ?, ?)", (*row, now_s))
        return True

    def _generation(self, audience: bytes, row: tuple[int, bytes, int, bytes, int, int, int]) -> Generation:
        number, secret, revision, members, not_before_s, not_after_s, records = row
        ids = tuple(members[at : at + ID_BYTES] for at in range(0, len(members), ID_BYTES))
        id_ = GenerationId(self._originator, audience, number)
        return Generation(id_, secret, revision, ids, not_before_s, not_after_s, records)
