"""The tap: what is in the inbox as Parquet files for analysts, each report version once.

A batch's end is announced in the inbox before its files are written, and file names come from the
batch's cursors: after `kill -9` a rerun writes the same rows to the same names and goes on.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from services.consumer.tap_rows import Row, flat_row, partition_of
from services.consumer.views import Views
from tocsin.adapters.inbox.reports import Filter, StoredReport
from tocsin.adapters.inbox.store import Inbox
from tocsin.adapters.inbox.taps import InboxTaps
from tocsin.adapters.parquet import write_reports
from tocsin.adapters.whole_files import read_whole, write_whole
from tocsin.core.errors import RefusedByRuleError
from tocsin.core.withdrawals import KIND

MARKER = "_tocsin_tap.json"
MAX_MARKER_BYTES = 4_096
MAX_BATCH_REPORTS = 20_000


@dataclass(frozen=True, slots=True)
class Terms:
    """What a tap takes; a folder keeps the terms that it began with. No regions means all."""

    streams: tuple[str, ...]
    regions: tuple[str, ...] = ()
    exercise: bool = False

    def text(self) -> str:
        """One line of JSON."""
        terms = {"streams": self.streams, "regions": self.regions, "exercise": self.exercise}
        return json.dumps(terms, separators=(",", ":"))

    def filter(self, order: Sequence[str]) -> Filter:
        """As the inbox asks it; real reports only, unless exercises are wanted too."""
        mask = sum(1 << bit for bit, region in enumerate(order) if region in self.regions)
        return Filter(self.streams, mask, exercise=None if self.exercise else False)


class Tap:
    """One folder of files that follows the inbox."""

    def __init__(self, inbox: Inbox, views: Views, folder: Path, terms: Terms) -> None:
        self._inbox, self._views, self._folder, self._terms = inbox, views, folder, terms
        self._taps = InboxTaps(inbox.database)
        self._id = ""

    def open(self) -> None:
        """Take up the folder where it was left, or begin it.

        Raises RefusedByRuleError for a folder that belongs to something else, StorageError.
        """
        marker = read_whole(self._folder / MARKER, MAX_MARKER_BYTES)
        if marker is None:
            self._begin()
            return
        self._id = str(json.loads(marker)["tap"])
        state = self._taps.find(self._id)
        if state is None:
            raise RefusedByRuleError(
                f"{self._folder} was filled from another inbox: choose an empty folder"
            )
        if state.terms != self._terms.text():
            raise RefusedByRuleError(
                f"{self._folder} was begun with {state.terms}: use the same, or an empty folder"
            )
        for left_over in self._folder.glob("stream=*/region=*/month=*/.part-*"):
            left_over.unlink(missing_ok=True)

    def write_new(self) -> int:
        """Write all that the inbox has beyond the cursor; how many rows. Raises StorageError."""
        rows = 0
        while (last := self._next_end()) is not None:
            rows += self._write(last)
        return rows

    def _begin(self) -> None:
        if self._folder.exists() and any(self._folder.iterdir()):
            raise RefusedByRuleError(f"{self._folder} is not empty and no tap's: choose an empty folder")
        self._id = str(uuid4())
        self._taps.begin(self._id, self._terms.text())
        write_whole(self._folder / MARKER, json.dumps({"tap": self._id}).encode())

    def _next_end(self) -> int | None:
        """The end of the next batch: one that was announced and not finished comes first."""
        state = self._taps.find(self._id)
        assert state is not None
        if state.pending is not None:
            return state.pending
        last = min(self._inbox.reports.last_seq(), state.cursor + MAX_BATCH_REPORTS)
        if last <= state.cursor:
            return None
        self._taps.announce(self._id, last)
        return last

    def _write(self, last: int) -> int:
        state = self._taps.find(self._id)
        assert state is not None
        wanted = self._terms.filter(self._inbox.known.regions())
        reports = self._inbox.reports.between(state.cursor, last, wanted)
        files = self._files(reports)
        name = f"part-{state.cursor + 1:012d}-{last:012d}.parquet"
        for partition, rows in files.items():
            write_reports(self._folder / partition / name, rows)
        withdrawn = [one for one in reports if one.kind == KIND]
        self._forget(withdrawn)
        self._taps.written(self._id)
        return sum(map(len, files.values()))

    def _files(self, reports: Sequence[StoredReport]) -> dict[str, list[Row]]:
        files: defaultdict[str, list[Row]] = defaultdict(list)
        for report in reports:
            row = flat_row(report, self._views)
            files[partition_of(report, row)].append(row)
        return files

    def _forget(self, withdrawn: Sequence[StoredReport]) -> None:
        """Write anew, from what the inbox still has, every file that held a version of these."""
        gone = {
            seq for one in withdrawn for seq in self._inbox.reports.places(one.originator, one.report_id)
        }
        if not gone:
            return
        stale: set[str] = set()
        for path in self._folder.glob("stream=*/region=*/month=*/part-*.parquet"):
            first, last = map(int, path.stem.split("-")[1:])
            if any(first <= seq <= last for seq in gone):
                stale.add(path.name)
        for name in sorted(stale):
            self._write_anew(name)

    def _write_anew(self, name: str) -> None:
        first, last = map(int, name.removesuffix(".parquet").split("-")[1:])
        wanted = self._terms.filter(self._inbox.known.regions())
        files = self._files(self._inbox.reports.between(first - 1, last, wanted))
        for partition, rows in files.items():
            write_reports(self._folder / partition / name, rows)
        for path in self._folder.glob(f"stream=*/region=*/month=*/{name}"):
            if path.parent.relative_to(self._folder).as_posix() not in files:
                path.unlink()
