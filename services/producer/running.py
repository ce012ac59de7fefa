"""The service's loop: publishes for ever; starts with the broker down, says so, recovers alone.

A transient failure is waited out with growing, jittered pauses. What cannot pass by itself (a key, a
setting, a bug) ends the service. Accepting goes on beside it, whatever happens here.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import astuple
from typing import Any

from services.producer.clocks import Clocks
from services.producer.producing import Producing
from tocsin.core.errors import OutsideFault
from tocsin.runtime.logs import get_log
from tocsin.runtime.pulse import MAX_TURN_S, Pulse

IDLE_S = 5.0
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
SLOW_ROUND_S = 15.0
_log = get_log("producer")


class Running:
    """Runs rounds until it is told to stop. `news()` ends a pause for lack of work at once."""

    def __init__(
        self,
        producing: Producing,
        clocks: Clocks,
        also: Callable[[], Awaitable[None]] | None = None,
        max_turn_s: float = MAX_TURN_S,
    ) -> None:
        self._producing, self._clocks = producing, clocks
        self._also = also
        self.pulse = Pulse("the publishing loop", max_turn_s, clocks.monotonic)
        self._turning: asyncio.Future[Any] | None = None
        self._news = asyncio.Event()
        self._round_since: float | None = None
        self._told: str | None = None

    def news(self) -> None:
        """Something was accepted."""
        self._news.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Publish until `stop`. Raises OurFault and bugs."""
        pause_s = FIRST_PAUSE_S
        stopping: asyncio.Future[Any] = asyncio.ensure_future(stop.wait())
        try:
            while not stop.is_set():
                self.pulse.beat()
                self._turning = turn = asyncio.ensure_future(self._turn())
                # A round waits for as long as the broker is away: stopping must not.
                await asyncio.wait({turn, stopping}, return_when=asyncio.FIRST_COMPLETED)
                if await _ended(turn):
                    pause_s = FIRST_PAUSE_S
                    await self._rest(stopping)
                elif not stop.is_set():
                    # Jitter of scheduling, no secret.
                    await asyncio.wait({stopping}, timeout=pause_s * random.uniform(0.5, 1.0))  # noqa: S311
                    pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
        finally:
            stopping.cancel()
            await self._producing.stop()

    def renew(self) -> None:
        """End the round that hangs; the next one connects anew, by the addresses that are set.

        What was in flight may be stored: the next round reads our logs back first.
        """
        if self._turning is not None:
            self._turning.cancel()

    def progress(self) -> object:
        """Something that changes while a long round gets on."""
        return astuple(self._producing.totals)

    def trouble(self) -> str | None:
        """A round that hangs: the broker took a connection and then went away."""
        since = self._round_since
        if since is None or self._clocks.monotonic() < since + SLOW_ROUND_S:
            return None
        waited_s = self._clocks.monotonic() - since
        why = f" ({self.pulse.waits_for})" if self.pulse.waits_for else ""
        return f"broker: it has not acknowledged for {waited_s:.0f} s{why}: what waits is in the outbox"

    async def _turn(self) -> bool:
        """One round; whether it went well. Raises OurFault and bugs."""
        self._news.clear()
        self._round_since = self._clocks.monotonic()
        try:
            published = await self._producing.round()
            await self._producing.checkpoint()
            if self._also is not None:
                await self._also()
        except OutsideFault as error:
            self._tell(error)
            return False
        finally:
            self._round_since = None
        self._told = None
        if published:
            _log.info("records.published", count=published)
        return True

    def _tell(self, error: OutsideFault) -> None:
        """Log a trouble once, not at every try."""
        if str(error) != self._told:
            _log.warning("publishing.interrupted", reason=str(error), kind=type(error).__name__)
        self._told = str(error)

    async def _rest(self, stopping: asyncio.Future[Any]) -> None:
        news: asyncio.Future[Any] = asyncio.ensure_future(self._news.wait())
        await asyncio.wait({news, stopping}, timeout=IDLE_S, return_when=asyncio.FIRST_COMPLETED)
        news.cancel()


async def _ended(turn: asyncio.Future[Any]) -> bool:
    """Whether the turn went well; one that is under way when we stop is ended, as one that hung was."""
    if not turn.done():
        turn.cancel()
        with suppress(asyncio.CancelledError):
            await turn
    if turn.cancelled():
        return False
    return bool(turn.result())
