"""The inbox as one thing: its parts over one encrypted database, and how a fate is written.

All fates of a poll, the offsets and the heads go into one transaction: after a crash either all of it
is there or none. Source: wire format, "Ladder of a reader".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tocsin.adapters.database import Database
from tocsin.adapters.inbox.alarms import InboxAlarms
from tocsin.adapters.inbox.attachments import InboxAttachments
from tocsin.adapters.inbox.causes import Cause, wait_of
from tocsin.adapters.inbox.keys import InboxKeys
from tocsin.adapters.inbox.known import InboxKnown
from tocsin.adapters.inbox.logs import InboxLogs
from tocsin.adapters.inbox.offsets import InboxOffsets
from tocsin.adapters.inbox.quarantine import Quarantine
from tocsin.adapters.inbox.reports import InboxReports, NewReport
from tocsin.adapters.inbox.sink_items import InboxSinkItems
from tocsin.adapters.inbox.sink_secrets import InboxSinkSecrets
from tocsin.adapters.inbox.sinks import InboxSinks
from tocsin.adapters.inbox.tables import MIGRATIONS
from tocsin.adapters.inbox.waiting import InboxWaiting
from tocsin.adapters.inbox.withdrawals import InboxWithdrawals, Withdrawn
from tocsin.core.outcomes import Outcome, RecordFate
from tocsin.core.streams import Place

KEY_LABEL = b"tocsin/1/inbox"
FOLDER = LOCK_NAME = "inbox"
FILE_NAME = "inbox.db"


class Inbox:
    """A reader's memory. One process writes; others may open it to read."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.offsets = InboxOffsets(database)
        self.logs = InboxLogs(database)
        self.keys = InboxKeys(database)
        self.reports = InboxReports(database)
        self.attachments = InboxAttachments(database)
        self.withdrawals = InboxWithdrawals(database)
        self.waiting = InboxWaiting(database)
        self.quarantine = Quarantine(database)
        self.alarms = InboxAlarms(database)
        self.known = InboxKnown(database)
        self.sinks = InboxSinks(database)
        self.sink_items = InboxSinkItems(database)
        self.sink_secrets = InboxSinkSecrets(database)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, on disk when it ends. After a failure the caches are forgotten."""
        try:
            with self.database.transaction():
                yield
        except BaseException:
            self.forget_caches()
            raise

    def forget_caches(self) -> None:
        """What is cached may say more than the database after a rollback."""
        for part in (self.logs, self.keys, self.waiting, self.quarantine, self.attachments):
            part.forget_cache()

    def keep(
        self,
        fate: RecordFate,
        value: bytes | None,
        place: Place,
        reports: Sequence[NewReport],
        now_s: int,
    ) -> None:
        """Write all that `fate` says of a record, inside a transaction. `reports`: what it brought."""
        self.logs.note(fate, now_s)
        for alarm in fate.alarms:
            self.alarms.note(alarm, now_s)
        for report in reports:
            self._keep_report(report, now_s)
        self._keep_parts(fate, now_s)
        self._refuse(fate, value, place, now_s)
        wait = wait_of(fate)
        if wait is None or value is None or fate.header is None:
            return
        if wait.cause in {Cause.MEMBERSHIP, Cause.ROOM}:
            self.waiting.note(wait, place, fate.header.expires_at, now_s)
        else:
            self.waiting.park(value, place, fate.header, wait, now_s)

    def _keep_report(self, report: NewReport, now_s: int) -> None:
        self.reports.add(report)
        if report.withdrawal is not None:
            one = Withdrawn(report.report_id, report.originator, report.withdrawal)
            self.withdrawals.take(one, report.version, now_s)
            self.attachments.forget_report(report.originator, report.report_id)

    def _keep_parts(self, fate: RecordFate, now_s: int) -> None:
        for one in fate.items:
            if fate.header is not None and one.part is not None and one.outcome is Outcome.ACCEPTED:
                self.attachments.add(fate.header, one.part, one.digest, now_s)

    def _refuse(self, fate: RecordFate, value: bytes | None, place: Place, now_s: int) -> None:
        # Only past rung 10 did the originator's signature hold.
        who = fate.log.originator if fate.log else None
        refused = [one for one in fate.items if one.outcome is Outcome.QUARANTINED]
        reasons = [(one.step, one.reason) for one in refused]
        if not fate.items and fate.outcome is Outcome.QUARANTINED:
            reasons = [(fate.step, fate.reason)]
        for why in reasons:
            self.quarantine.add(value, place, why, who, now_s)

    def forget_old(self, now_s: int) -> int:
        """Drop what has passed its lifetime; how many parked records ended unread."""
        with self.transaction():
            self.logs.forget_expired(now_s)
            self.alarms.forget_old(now_s)
            self.quarantine.forget_old(now_s)
            self.keys.forget_requests(now_s - 86_400)
            self.attachments.forget_expired(now_s)
            self.sinks.forget_old(now_s)
            self.sink_secrets.forget_old(now_s)
            return self.waiting.forget_expired(now_s)

    def close(self) -> None:
        """Close the database; all that was stored is on disk already."""
        self.database.close()


def open_inbox(folder: Path, storage_key: bytes, *, read_only: bool = False) -> Inbox:
    """The inbox in `folder`, made if it is not there. `storage_key`: the home's 32 bytes.

    Raises StorageError, KeyUnusableError. The caller holds the home's `inbox` lock to write.
    """
    if not read_only:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / FILE_NAME
    return Inbox(Database.open(path, storage_key, KEY_LABEL, MIGRATIONS, read_only=read_only))
