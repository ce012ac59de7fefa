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
from tocsin.runtime import console


@dataclass(frozen=True)
class Desk:
    """One home's alerts and hits."""

    alerts: Alerts
    screening: Screening
    clock: Callable[[], float] = time.time

    def now_s(self) -> int:
        """Unix seconds."""
        return int(self.clock())

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
        desk = Desk(Alerts(inbox), screening, participant.clock)
        screening.forget_old(desk.now_s())
        yield desk
