"""Tells a loop that waits from one that is stuck, and renews what hangs before anybody must restart it.

A loop beats whenever it turns. While the broker is away it may stand in the middle of a turn for as long
as that lasts, which is waiting; so a watch beside it asks the broker now and then by a connection of its
own, and beats in the loop's place while nothing answers. A loop that stands still though the broker answers
is renewed first; if that does not help within `max_turn_s`, or if it ended untold, it is stuck.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from tocsin.runtime.logs import get_log

MAX_TURN_S = 300
LOOK_EVERY_S = 15.0
RENEW_AFTER_S = 60.0
_log = get_log("pulse")


class Pulse:
    """The signs of life of one loop. `name`: for people, as "the publishing loop"."""

    def __init__(
        self, name: str, max_turn_s: float = MAX_TURN_S, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.name, self._max_turn_s, self._monotonic = name, max_turn_s, monotonic
        self._expected_s = monotonic()
        self._ended = False
        self.waits_for: str | None = None

    def beat(self, rests_s: float = 0.0) -> None:
        """It turns, and will again within `rests_s` and the time of a turn."""
        self._expected_s, self.waits_for = self._monotonic() + rests_s, None

    def wait_for(self, trouble: str) -> None:
        """It stands still because of `trouble`, which `waits_for` says until it turns again."""
        self.beat()
        self.waits_for = trouble

    @property
    def overdue_s(self) -> float:
        """Since when the next beat has been expected; 0 while it rests."""
        return max(0.0, self._monotonic() - self._expected_s)

    def stuck(self) -> str | None:
        """Why the process should be restarted; None while the loop turns, rests or waits."""
        if self._ended:
            return f"{self.name} has ended"
        if self.overdue_s <= self._max_turn_s:
            return None
        return f"{self.name} has not turned for {self.overdue_s:.0f} s, and nothing is in its way"

    async def over(self, loop: Awaitable[None], stop: asyncio.Event) -> None:
        """Run `loop` to its end; one that ends before `stop` is set has ended quietly, and is stuck."""
        self.beat()
        try:
            await loop
        finally:
            self._ended = not stop.is_set()


class Watch:
    """Looks after one loop. `broker_trouble` asks by a connection of its own; `renew` ends what hangs;
    what `progress` gives changes while a long turn gets on.
    """

    def __init__(
        self,
        pulse: Pulse,
        broker_trouble: Callable[[], Awaitable[str | None]],
        renew: Callable[[], None],
        progress: Callable[[], object] = lambda: None,
    ) -> None:
        self._pulse, self._broker_trouble, self._renew = pulse, broker_trouble, renew
        self._progress, self._seen = progress, progress()

    async def run(self, stop: asyncio.Event, look_every_s: float = LOOK_EVERY_S) -> None:
        """Look until `stop`."""
        stopping = asyncio.ensure_future(stop.wait())
        try:
            while not stop.is_set():
                await asyncio.wait({stopping}, timeout=look_every_s)
                if not stop.is_set():
                    looking = asyncio.ensure_future(self.look())
                    await asyncio.wait({looking, stopping}, return_when=asyncio.FIRST_COMPLETED)
                    looking.cancel()
        finally:
            stopping.cancel()

    async def look(self) -> None:
        """One look at the loop."""
        before, self._seen = self._seen, self._progress()
        if self._pulse.overdue_s < LOOK_EVERY_S:
            return
        if before != self._seen:
            self._pulse.beat()
        elif (trouble := await self._broker_trouble()) is not None:
            self._pulse.wait_for(trouble)
        elif self._pulse.overdue_s >= RENEW_AFTER_S:
            _log.warning(
                "loop.renewed", name=self._pulse.name, duration_ms=int(self._pulse.overdue_s * 1_000)
            )
            self._renew()
