"""Attachments that came, part by part; an attachment is whole once all its parts are there.

What may be stored is judged by the ladder (`core.part_rules`). Room: 16 GiB in all and 4 GiB for each
originator; beyond that the ladder lets parts wait.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tocsin.adapters.database import Database
from tocsin.core.attachments import Attachment, Part, joined
from tocsin.core.wire import Header

MAX_BYTES = 17_179_869_184
MAX_BYTES_PER_ORIGINATOR = 4_294_967_296
MAX_FORGOTTEN_ATTACHMENTS = 1_000

_COLUMNS = """originator, attachment_id, held, first_at_s, last_at_s, expires_at_s, report_id, name,
    media_type, size_bytes, sha256"""
_ABOUT = "report_id, name, media_type, size_bytes, sha256"
_ADD = """INSERT INTO attachments (originator, attachment_id, held, first_at_s, last_at_s, expires_at_s,
    report_id, name, media_type, size_bytes, sha256) VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET held = held + 1, last_at_s = excluded.last_at_s,
    expires_at_s = MAX(expires_at_s, excluded.expires_at_s)"""
_PARTS = "FROM attachment_parts WHERE originator = ? AND attachment_id = ?"


@dataclass(frozen=True, slots=True)
class HeldAttachment:
    """An attachment, or the parts of it that came. Times are Unix seconds."""

    originator: bytes
    attachment_id: bytes
    held: int
    first_at_s: int
    last_at_s: int
    expires_at_s: int
    attachment: Attachment = field(repr=False)

    @property
    def is_whole(self) -> bool:
        """Whether every part is there."""
        return self.held == self.attachment.parts


class InboxAttachments:
    """Writes belong inside a transaction."""

    def __init__(
        self, database: Database, max_bytes: int = MAX_BYTES, max_own_bytes: int = MAX_BYTES_PER_ORIGINATOR
    ) -> None:
        self._database = database
        self._max_bytes, self._max_own_bytes = max_bytes, max_own_bytes
        self._used: dict[bytes, int] | None = None

    def attachment(self, originator: bytes, attachment_id: bytes) -> tuple[Attachment, int] | None:
        """What the first part said, and how many parts are held."""
        sql = f"SELECT held, {_ABOUT} FROM attachments WHERE originator = ? AND attachment_id = ?"  # noqa: S608
        for held, *about in self._database.execute(sql, (originator, attachment_id)):
            return Attachment(*about), held
        return None

    def digest(self, originator: bytes, attachment_id: bytes, number: int) -> bytes | None:
        """SHA-256(schema, body) of a part that we hold."""
        sql = f"SELECT digest {_PARTS} AND number = ?"
        for (digest,) in self._database.execute(sql, (originator, attachment_id, number)):
            return bytes(digest)
        return None

    def pieces(self, originator: bytes, attachment_id: bytes) -> dict[int, bytes]:
        """The bytes of the parts that are held, by number; at most 7.5 MB."""
        sql = f"SELECT number, content {_PARTS}"
        return dict(self._database.execute(sql, (originator, attachment_id)))

    def content(self, held: HeldAttachment) -> bytes:
        """The whole file. Raises MalformedError where a part is missing or the hash disagrees."""
        return joined(held.attachment, self.pieces(held.originator, held.attachment_id))

    def has_room(self, originator: bytes, content_bytes: int) -> bool:
        """Whether so many more bytes of the originator can be kept."""
        used = self._totals()
        own = used.get(originator, 0) + content_bytes
        return own <= self._max_own_bytes and sum(used.values()) + content_bytes <= self._max_bytes

    def add(self, header: Header, part: Part, digest: bytes, now_s: int) -> None:
        """Store a part that the ladder accepted."""
        about, who = part.attachment, header.originator
        row = (who, part.attachment_id, now_s, now_s, header.expires_at, about.report_id, about.name)
        self._database.execute(_ADD, (*row, about.media_type, about.size_bytes, about.sha256))
        sql = "INSERT INTO attachment_parts VALUES (?, ?, ?, ?, ?)"
        self._database.execute(sql, (who, part.attachment_id, part.number, digest, part.content))
        used = self._totals()
        used[who] = used.get(who, 0) + len(part.content)

    def of_report(self, report_id: bytes) -> list[HeldAttachment]:
        """The attachments of a report, of every originator that sent some, in the order of coming."""
        return self._find("report_id = ?", report_id)

    def named(self, attachment_id: bytes) -> list[HeldAttachment]:
        """The attachments of this id; more than one only if originators use each other's ids."""
        return self._find("attachment_id = ?", attachment_id)

    def all(self) -> Iterator[HeldAttachment]:
        """Every attachment, in the order of their ids, a page at a time."""
        last = (b"", b"")
        while page := self._find("(originator, attachment_id) > (?, ?)", *last, order="1, 2 LIMIT 500"):
            yield from page
            last = (page[-1].originator, page[-1].attachment_id)

    def coming(self, since_s: int) -> int:
        """How many are not whole and had a part since `since_s`."""
        found = self._find("last_at_s >= ?", since_s)
        return sum(not one.is_whole for one in found)

    def forget_report(self, originator: bytes, report_id: bytes) -> int:
        """Delete all attachments of a report that was taken back; how many."""
        held = [one for one in self.of_report(report_id) if one.originator == originator]
        return self._forget(held)

    def forget_expired(self, now_s: int) -> int:
        """Delete what has passed its lifetime, some at a time; how many."""
        held = self._find(
            "expires_at_s <= ?", now_s, order=f"expires_at_s LIMIT {MAX_FORGOTTEN_ATTACHMENTS}"
        )
        return self._forget(held)

    def forget_cache(self) -> None:
        """After a rollback the counts may be wrong."""
        self._used = None

    def _find(
        self, condition: str, *values: bytes | int, order: str = "first_at_s, attachment_id"
    ) -> list[HeldAttachment]:
        sql = f"SELECT {_COLUMNS} FROM attachments WHERE {condition} ORDER BY {order}"  # noqa: S608
        rows = self._database.execute(sql, values)
        return [_read(row) for row in rows]

    def _forget(self, held: list[HeldAttachment]) -> int:
        for one in held:
            for table in ("attachment_parts", "attachments"):
                sql = f"DELETE FROM {table} WHERE originator = ? AND attachment_id = ?"  # noqa: S608
                self._database.execute(sql, (one.originator, one.attachment_id))
        self.forget_cache()
        return len(held)

    def _totals(self) -> dict[bytes, int]:
        if self._used is None:
            sql = "SELECT originator, SUM(length(content)) FROM attachment_parts GROUP BY originator"
            self._used = {row[0]: row[1] for row in self._database.execute(sql)}
        return self._used


def _read(row: tuple[Any, ...]) -> HeldAttachment:
    originator, attachment_id, held, first_at_s, last_at_s, expires_at_s, *about = row
    times_s = (first_at_s, last_at_s, expires_at_s)
    return HeldAttachment(originator, attachment_id, held, *times_s, Attachment(*about))
