"""One file of parcels looked through: hits are stored as they are found, patterns judged at its end.

A run that was killed is started again: hits that were stored have their ids, so nothing is repeated. Memory
does not grow with the file: at most 100 hits wait to be stored, and one number is kept for each pattern
that hit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from services.consumer.screening.desk import Desk
from tocsin.adapters.screening.answers import BroadPattern
from tocsin.adapters.screening.hits import NewHit
from tocsin.adapters.tables.rows import BadRow
from tocsin.core.broadness import MAX_KEPT_HITS, is_too_broad
from tocsin.core.parcel_views import View
from tocsin.core.parcels import Parcel
from tocsin.core.screening import Match, Screen
from tocsin.core.screening_hits import evidence, hit_id, parcel_number

MAX_WAITING_HITS = 100
PROGRESS_EVERY_PARCELS = 10_000


@dataclass(slots=True)
class Count:
    """What became of the rows of one file. `new`: hits that no earlier run had stored."""

    read: int = 0
    malformed: int = 0
    exact: int = 0
    pattern: int = 0
    new: int = 0
    broad: int = 0
    """Hits of patterns that muted themselves; they are in no other count."""

    def __str__(self) -> str:
        said = f"{self.read:,} read, {self.malformed:,} malformed, {self.exact:,} exact, "
        said += f"{self.pattern:,} pattern ({self.new:,} new)"
        return said + (f", {self.broad:,} by patterns that are too broad" if self.broad else "")


@dataclass(frozen=True)
class Hooks:
    """Who is told of each malformed row, and of progress (parcels so far)."""

    malformed: Callable[[BadRow], None] = lambda _: None
    progress: Callable[[int], None] = lambda _: None


class FileRun:
    """One pass over the parcels of one file."""

    def __init__(self, desk: Desk, screen: Screen, file_name: str, hooks: Hooks) -> None:
        self._desk, self._screen, self._file_name, self._hooks = desk, screen, file_name, hooks
        self._waiting: list[NewHit] = []
        self._by_pattern: Counter[tuple[int, int]] = Counter()
        self.count = Count()
        self.broad: list[BroadPattern] = []

    def run(self, parcels: Iterable[Parcel | BadRow]) -> Count:
        """Look through all `parcels`. Raises MalformedError, StorageError; what was found stays stored."""
        count, look = self.count, self._screen.look
        try:
            for one in parcels:
                count.read += 1
                if count.read % PROGRESS_EVERY_PARCELS == 0:
                    self._hooks.progress(count.read)
                if isinstance(one, BadRow):
                    count.malformed += 1
                    self._hooks.malformed(one)
                    continue
                view, matches = look(one)
                for match in matches:
                    self._take(match, view)
        finally:
            self._store()
        self._judge()
        return count

    def _take(self, match: Match, view: View) -> None:
        if match.selector is None:
            self.count.exact += 1
        else:
            self._by_pattern[match.alert, match.selector] += 1
            if self._by_pattern[match.alert, match.selector] > MAX_KEPT_HITS:
                return
        self._waiting.append(self._new(match, view))
        if len(self._waiting) >= MAX_WAITING_HITS:
            self._store()

    def _new(self, match: Match, view: View) -> NewHit:
        report, body = self._desk.alerts.load(match.alert)
        return NewHit(
            id=hit_id(self._desk.screening.hit_key, report.originator, body, view),
            alert=self._desk.alerts.version(match.alert),
            status=body["status"],
            selector=match.selector,
            parcel=parcel_number(view),
            exercise=bool(body["exercise"]),
            shown={
                "file": self._file_name,
                "tests": evidence(match, view),
                "originator": self._desk.alerts.name(match.alert),
                **{name: body[name] for name in _OF_ALERT},
            },
        )

    def _store(self) -> None:
        waiting, self._waiting = self._waiting, []
        if waiting:
            self.count.new += self._desk.screening.hits.add(waiting, self._desk.now_s())

    def _judge(self) -> None:
        parcels = self.count.read - self.count.malformed
        for (alert, selector), hits in self._by_pattern.items():
            if not is_too_broad(hits, parcels):
                self.count.pattern += hits
                continue
            self.count.broad += hits
            broad = BroadPattern(self._desk.alerts.version(alert), selector, hits, parcels)
            self._desk.screening.broad.add(broad, self._desk.now_s())
            gone = self._desk.screening.hits.mute(broad.alert, selector)
            self.count.new = max(0, self.count.new - gone)
            self.broad.append(broad)


_OF_ALERT = (*("title", "advice", "action", "answer_by", "valid_until", "tell_customer", "tlp", "pap"),)
