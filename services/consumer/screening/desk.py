"""What every screening command works with: the inbox to look at, and screening's own memory to write."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from services.consumer.participant import open_participant
from services.consumer.screening.alerts import Alerts
from tocsin.adapters.screening.store import Screening, open_screening
from tocsin.core.clock_skew import TOLERANCE_S
from tocsin.core.directory import nearest_time_s
from tocsin.runtime import console
from tocsin.runtime.times import clock_time


@dataclass(frozen=True)
class Desk:
    """One home's alerts and hits."""

    alerts: Alerts
    screening: Screening
    clock: Callable[[], float] = time.time
    directory_ends_at_s: Callable[[], int | None] = lambda: None

    def now_s(self) -> int:
        """Unix seconds: this machine's, or near to the directory's where that contradicts them since today.

        By a clock that is years ahead all alerts have ended: a file would be put away unlooked at.
        """
        now_s, ends_at_s = int(self.clock()), self.directory_ends_at_s()
        near_s = now_s if ends_at_s is None else nearest_time_s(ends_at_s, now_s)
        return now_s if self.screening.clock_doubt.is_over(now_s, apart=near_s != now_s) else near_s

    def take_up_alerts(self) -> int:
        """Read what alerts came and say on old hits what became of theirs; the inbox's cursor."""
        cursor = self.alerts.read_on()
        for alert, status in self.screening.hits.alerts():
            became = self.alerts.became(alert)
            if became is not None and became != status:
                count = self.screening.hits.annotate(alert, became, self.now_s())
                console.say(f"{count} hits of alert {alert[1]} version {alert[2]} are marked: {became}")
        return cursor


@contextmanager
def open_desk(home: Path, passphrase_file: Path | None) -> Iterator[Desk]:
    """The desk of a home. Raises KeyUnusableError, SettingsError, StorageError."""
    participant = open_participant(home, passphrase_file)
    with (
        participant.inbox(read_only=True) as inbox,
        open_screening(participant.home, participant.storage_key) as screening,
    ):
        desk = Desk(Alerts(inbox), screening, participant.clock, participant.directory_ends_at_s)
        now_s = desk.now_s()
        if abs(now_s - participant.clock()) > TOLERANCE_S:
            console.warn(
                "this machine's clock and the directory are too far apart: until tomorrow alerts are "
                f"judged, and old hits forgotten, as of {clock_time(now_s)}. Compare the clock with "
                "another; tocsin subscribe reads a newer directory"
            )
        screening.forget_old(now_s)
        yield desk
