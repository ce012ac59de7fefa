"""The alerts of the inbox: the newest version of each, what is in force, what became of the others."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from services.consumer.views import Views
from tocsin.adapters.inbox.reports import MAX_PAGE_REPORTS, StoredReport
from tocsin.adapters.inbox.store import Inbox
from tocsin.adapters.screening.hits import OWN_ORIGINATOR, AlertVersion
from tocsin.core.report import ALERT_SCHEMA
from tocsin.core.screening_hits import IN_FORCE, is_in_force

MAX_CACHED_ALERTS = 256
OWN_SEQ = 0
"""The place of the firm's own list; those of the inbox begin at 1."""
OWN_NAME = "your own list"
UPDATED, WITHDRAWN = "updated", "withdrawn"


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest version of an alert: where the inbox holds it, and what it says."""

    seq: int
    version: int
    status: str


class Alerts:
    """Alerts by their `seq` in the inbox. What is held of each is small; bodies are read when asked for."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox, self._views = inbox, Views(inbox)
        self.newest: dict[tuple[bytes, str], Newest] = {}
        self._versions: dict[int, AlertVersion] = {}
        self._read_to = 0
        self._own: tuple[StoredReport, dict[str, Any]] | None = None
        self.exercises_left_out = 0
        """How many the last `in_force` would have had among exercises."""
        self.load = lru_cache(MAX_CACHED_ALERTS)(self._load)

    def read_on(self) -> int:
        """Take up what came into the inbox since the last call; the cursor behind it."""
        last = self._inbox.reports.last_seq()
        for report, body in self._after(self._read_to):
            last = max(last, report.seq)
            about = report.originator, body["alert_id"]
            self._versions[report.seq] = (*about, body["version"])
            known = self.newest.get(about)
            if known is None or body["version"] >= known.version:
                self.newest[about] = Newest(report.seq, body["version"], body["status"])
        self._read_to = last
        return last

    def in_force(self, after: int, now_s: int, *, exercise: bool) -> Iterator[tuple[int, dict[str, Any]]]:
        """(seq, body) of each newest version behind the cursor `after` that is looked for."""
        if self._own is not None:
            yield OWN_SEQ, self._own[1]
        self.exercises_left_out = 0
        wanted = {one.seq for one in self.newest.values() if one.seq > after and one.status in IN_FORCE}
        for report, body in self._after(after, wanted):
            if is_in_force(body, now_s, exercise=exercise):
                yield report.seq, body
            elif is_in_force(body, now_s, exercise=True):
                self.exercises_left_out += 1

    def add_own(self, body: dict[str, Any]) -> None:
        """Take `body` as an alert of the firm's own, at `OWN_SEQ`."""
        about = OWN_ORIGINATOR, body["alert_id"]
        self._own = (
            StoredReport(OWN_SEQ, *(OWN_ORIGINATOR, b"", 1, b"", "", "", 0, None, False, 0, 0, b"")),
            body,
        )
        self._versions[OWN_SEQ] = (*about, 1)
        self.newest[about] = Newest(OWN_SEQ, 1, body["status"])

    def version(self, seq: int) -> AlertVersion:
        """(originator, alert_id, version) of the alert at `seq`."""
        return self._versions[seq]

    def name(self, seq: int) -> str | None:
        """The name of the alert's originator."""
        if seq == OWN_SEQ:
            return OWN_NAME
        return self._views.name(self.load(seq)[0].originator)

    def became(self, alert: AlertVersion) -> str | None:
        """What became of a version of an alert: None if it is still the newest and not taken back."""
        if alert[0] == OWN_ORIGINATOR:
            return None
        newest = self.newest.get(alert[:2])
        if newest is None:
            return WITHDRAWN
        if newest.status not in IN_FORCE:
            return newest.status
        return UPDATED if newest.version > alert[2] else None

    def _load(self, seq: int) -> tuple[StoredReport, dict[str, Any]]:
        if seq == OWN_SEQ:
            assert self._own is not None
            return self._own
        (report,) = self._inbox.reports.between(seq - 1, seq)
        return report, self._views.body(report)

    def _after(
        self, cursor: int, wanted: Container[int] | None = None
    ) -> Iterator[tuple[StoredReport, dict[str, Any]]]:
        while page := self._inbox.reports.after(cursor, limit=MAX_PAGE_REPORTS):
            for report in page:
                if wanted is not None and report.seq not in wanted:
                    continue
                if self._views.schema_name(report) == ALERT_SCHEMA:
                    yield report, self._views.body(report)
            cursor = page[-1].seq
