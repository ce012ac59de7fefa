"""What is wrong with a reader now: written by its loops, read by `/readyz`, `/healthz` and the metrics."""

from __future__ import annotations

from collections.abc import Callable

from tocsin.adapters.inbox.causes import Cause
from tocsin.core.outcomes import Reason
from tocsin.runtime.pulse import MAX_TURN_S, Pulse


class Health:
    """One sentence for each thing that is wrong, under its subject; None where nothing is."""

    def __init__(self, clock: Callable[[], float], max_turn_s: float = MAX_TURN_S) -> None:
        self._clock = clock
        self.pulse = Pulse("the reading loop", max_turn_s)
        self.sinks = Pulse("the loop of sinks", max_turn_s)
        self.broker: str | None = "no broker was reached yet"
        self.directory: str | None = None
        self.clock: str | None = None
        self.inbox: str | None = None
        self.history: str | None = "not read to its end yet"
        self.disk: Callable[[], str | None] = lambda: None
        self.turned_at_s = 0.0
        self.waiting: dict[Cause, int] = {}
        self.refused: dict[Reason, int] = {}
        self.warnings: list[str] = []
        self.silent = 0
        self.gone = 0

    def turned(self) -> None:
        """The loop that reads has turned."""
        self.turned_at_s = self._clock()
        self.pulse.beat()

    @property
    def reads(self) -> bool:
        """Whether nothing was in the way of reading, as of the last turn."""
        return self.broker is None and self.directory is None and self.inbox is None

    def stuck(self) -> str | None:
        """Why the process should be restarted: the loops turn also while the broker is away."""
        return self.pulse.stuck() or self.sinks.stuck()

    def troubles(self) -> list[str]:
        """All that is wrong; empty when the service is ready."""
        subjects = {
            "broker": self.broker or self.pulse.waits_for,
            "directory": self.directory,
            "clock": self.clock,
            "inbox": self.inbox,
            "history": self.history,
        }
        found = [f"{subject}: {said}" for subject, said in subjects.items() if said is not None]
        disk = self.disk()
        return found if disk is None else [*found, disk]
