"""Which files belong to which report that we accepted.

The parts themselves are items like reports: see `items`. A file that was attached to a report keeps its
id, so that what is handed in again is not sent again.
"""

from __future__ import annotations

from tocsin.adapters.database import Database
from tocsin.core.attachments import Attachment

_OF_REPORT = """SELECT attachment_id, report_id, name, media_type, size_bytes, sha256 FROM attachments
    WHERE report_id = ? ORDER BY id"""
_ADD = """INSERT INTO attachments (attachment_id, report_id, name, media_type, size_bytes, sha256)
    VALUES (?, ?, ?, ?, ?, ?)"""


class OutboxAttachments:
    """Writes happen inside the caller's transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def any(self) -> bool:
        """Whether any report has a file."""
        return bool(self._database.execute("SELECT 1 FROM attachments LIMIT 1"))

    def of_report(self, report_id: bytes) -> dict[bytes, Attachment]:
        """The files of a report by the id of each, in the order in which they were attached."""
        rows = self._database.execute(_OF_REPORT, (report_id,))
        return {attachment_id: Attachment(*about) for attachment_id, *about in rows}

    def add(self, attachment_id: bytes, attachment: Attachment) -> None:
        """A file belongs to a report now."""
        about = (attachment.name, attachment.media_type, attachment.size_bytes, attachment.sha256)
        self._database.execute(_ADD, (attachment_id, attachment.report_id, *about))

    def part(self, attachment_id: bytes, number: int) -> int | None:
        """The outbox's number of the item that is a part; None where there is none."""
        sql = "SELECT id FROM items WHERE report_id = ? AND version = ?"
        for (item,) in self._database.execute(sql, (attachment_id, number)):
            return int(item)
        return None
