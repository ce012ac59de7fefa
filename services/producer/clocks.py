"""The two clocks of this process, handed in, and the watch that notices when they part."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

PARTED_S = 5.0


@dataclass(frozen=True)
class Clocks:
    """`wall`: seconds since 1970 UTC; `monotonic`: seconds that never go back."""

    wall: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic

    def now_s(self) -> int:
        """The wall clock, whole seconds."""
        return int(self.wall())

    def now_ms(self) -> int:
        """The wall clock, milliseconds."""
        return int(self.wall() * 1_000)


class ClockWatch:
    """Notices that somebody set the wall clock, or that the machine was asleep or restored."""

    def __init__(self, clocks: Clocks) -> None:
        self._clocks = clocks
        self._distance_s = self._now()

    def parted(self) -> bool:
        """Whether the clocks parted by 5 s or more since the last time that this was true."""
        distance_s = self._now()
        if abs(distance_s - self._distance_s) < PARTED_S:
            return False
        self._distance_s = distance_s
        return True

    def _now(self) -> float:
        return self._clocks.wall() - self._clocks.monotonic()
