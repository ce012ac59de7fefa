"""A folder of files: one pair for each version, named by it, whole or not there; pictures beside it.

Pictures, then `NAME.txt` for people are there before `NAME.json` for programs. A rerun writes the same
bytes to the same names. A folder that is missing later is never made: what should be mounted there may be
away.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

from services.consumer.sinks.events import WITHDRAWN, Event
from services.consumer.sinks.plans import SinkPlan
from services.consumer.threads import in_thread
from tocsin.adapters.private_files import FOLDER_MODE, storage_errors
from tocsin.adapters.whole_files import write_together
from tocsin.core.errors import DeliveryFailedError, StorageError

BATCH_EVENTS = 64
LEFT_OVER_S = 3_600
# A file that is being written has a hidden name that begins with the name it will have.
_UNFINISHED = (".alert-*", ".report-*", ".EXERCISE-*", ".agreement-*", ".heartbeat*")
OWNER_ONLY, WITH_GROUP = 0o600, 0o640


class Spool:
    """One folder."""

    batch_events = BATCH_EVENTS
    spacing_s = 0
    gives_up = False
    counts_only = False

    def __init__(self, plan: SinkPlan) -> None:
        self._folder = Path(plan.target)
        self._mode = WITH_GROUP if plan.settings.group_readable else OWNER_ONLY

    async def begin(self, *, first: bool) -> None:
        """Make the folder at the very first start; clear what a crash left. Raises StorageError."""
        await in_thread(self._begin, first)

    async def deliver(self, events: Sequence[Event]) -> None:
        """Put their files there. Raises DeliveryFailedError."""
        await in_thread(self._write, events)

    async def close(self) -> None:
        """Nothing is held."""

    def _begin(self, first: bool) -> None:
        if self._folder.exists() and not self._folder.is_dir():
            raise StorageError(f"{self._folder} is no folder: choose another for the spool")
        with storage_errors(self._folder):
            if first:
                self._folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            old_s = time.time() - LEFT_OVER_S
            for left_over in chain.from_iterable(map(self._folder.glob, _UNFINISHED)):
                if left_over.stat().st_mtime < old_s:
                    left_over.unlink(missing_ok=True)

    def _write(self, events: Sequence[Event]) -> None:
        if not self._folder.is_dir():
            raise DeliveryFailedError(f"the folder {self._folder} is missing: make it, or mount it")
        try:
            self._take_back(events)
            write_together(self._files(events), self._mode)
        except StorageError as error:
            raise DeliveryFailedError(str(error)) from None

    def _take_back(self, events: Sequence[Event]) -> None:
        with storage_errors(self._folder):
            for event in events:
                if event.type == WITHDRAWN:
                    for file in self._folder.glob(f"{event.stem}-v*"):
                        file.unlink(missing_ok=True)

    def _files(self, events: Sequence[Event]) -> Iterator[tuple[Path, bytes]]:
        for event in events:
            for ending, content in event.images:
                yield self._folder / f"{event.name}{ending}", content
            yield self._folder / f"{event.name}.txt", event.text.encode()
            yield self._folder / f"{event.name}.json", event.body
