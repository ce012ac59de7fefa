"""The outbox as one thing: its parts over one encrypted database.

What a transaction wrote is on disk under fsync when it ends: an accepted report survives every crash.
Source: wire format, "Record", "Sealing happens last".
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tocsin.adapters.database import Database
from tocsin.adapters.outbox.attachments import OutboxAttachments
from tocsin.adapters.outbox.items import Bounds, OutboxItems
from tocsin.adapters.outbox.keys import OutboxKeys
from tocsin.adapters.outbox.logs import OutboxLogs
from tocsin.adapters.outbox.lost import OutboxLost
from tocsin.adapters.outbox.reach import OutboxReach
from tocsin.adapters.outbox.records import OutboxRecords
from tocsin.adapters.outbox.references import OutboxReferences
from tocsin.adapters.outbox.sealing_queue import SealingQueue
from tocsin.adapters.outbox.sent import OutboxSent
from tocsin.adapters.outbox.status import OutboxStatus
from tocsin.adapters.outbox.submissions import Submissions
from tocsin.adapters.outbox.tables import MIGRATIONS
from tocsin.adapters.outbox.withdrawals import OutboxWithdrawals

KEY_LABEL = b"tocsin/1/outbox"
FILE_NAME = "outbox.db"
FOLDER = LOCK_NAME = "outbox"


class Outbox:
    """An originator's memory. One process writes; others may open it to read."""

    def __init__(self, database: Database, originator: bytes, bounds: Bounds) -> None:
        self.database, self.originator = database, originator
        self.items = OutboxItems(database, bounds)
        self.attachments = OutboxAttachments(database)
        self.queue = SealingQueue(database, self.items)
        self.records = OutboxRecords(database)
        self.lost = OutboxLost(database, self.items)
        self.logs = OutboxLogs(database)
        self.keys = OutboxKeys(database, originator)
        self.submissions = Submissions(database)
        self.withdrawals = OutboxWithdrawals(database)
        self.references = OutboxReferences(database)
        self.status = OutboxStatus(database)
        self.sent = OutboxSent(database)
        self.reach = OutboxReach(database, self.items)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, on disk when it ends. After a failure the counts are taken anew."""
        try:
            with self.database.transaction():
                yield
        except BaseException:
            self.items.forget_cache()
            raise

    def forget_old(self, now_s: int, keep_bodies_s: int) -> int:
        """Delete published bodies and idempotency keys that are old; how many bodies."""
        with self.transaction():
            self.submissions.forget_old(now_s)
            return self.items.forget_bodies(now_s, keep_bodies_s)

    def close(self) -> None:
        """Close the database; all that was stored is on disk already."""
        self.database.close()


def open_outbox(
    folder: Path,
    storage_key: bytes,
    originator: bytes,
    bounds: Bounds | None = None,
    *,
    read_only: bool = False,
) -> Outbox:
    """The outbox of `originator` (participant id) in `folder`, made if it is not there.

    Raises StorageError, KeyUnusableError. The caller holds the home's `outbox` lock to write.
    """
    path = folder / FILE_NAME
    database = Database.open(path, storage_key, KEY_LABEL, MIGRATIONS, read_only=read_only)
    return Outbox(database, originator, bounds or Bounds())
