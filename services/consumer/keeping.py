"""The service's loop: reads for ever; starts with the broker down, says so, goes on when it returns.

A transient failure is waited out and tried again from what is stored; nothing is ever skipped. What
cannot pass by itself (a key, a setting, a bug) ends the service.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress

from services.consumer.agreements import agreement_sentences
from services.consumer.assignment import parse_wanted
from services.consumer.consume import Consumption
from services.consumer.intake import Tally
from services.consumer.participant import Participant
from services.consumer.subscribe import Showing
from services.consumer.waiting import latest_missing, silent_sentences, waiting_sentences
from tocsin.adapters.inbox.causes import Cause
from tocsin.adapters.inbox.store import Inbox
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.adapters.tuf_topic import DirectoryFollower
from tocsin.core.directory import Directory
from tocsin.core.errors import OutsideFault
from tocsin.core.pauses import has_passed

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0
SILENCE_S = 30
COUNT_PAUSE_S = 30
STUCK_S = 120
MISSING_SHOWN_S = 7 * 86_400


class Health:
    """What is wrong now, one sentence each; written by the loop, read by `/readyz` and `/healthz`."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.broker: str | None = "no broker was reached yet"
        self.directory: str | None = None
        self.clock: str | None = None
        self.history: str | None = "history is not read to its end yet"
        self.turned_at_s = 0.0
        self.waiting: dict[Cause, int] = {}
        self.warnings: list[str] = []
        self.silent = 0

    def stuck(self) -> str | None:
        """Why the process should be restarted: the loop turns also while the broker is away."""
        silent_s = self._clock() - self.turned_at_s
        if self.turned_at_s and silent_s > STUCK_S:
            return f"the loop has not turned for {silent_s:.0f} s"
        return None

    def troubles(self) -> list[str]:
        """All that is wrong; empty when the service is ready."""
        found = (self.broker, self.directory, self.clock, self.history)
        return [one for one in found if one is not None]


class Keeping:
    """Keeps the inbox up to date until it is told to stop."""

    def __init__(
        self, participant: Participant, inbox: Inbox, access: KafkaAccess, shown: Showing, health: Health
    ) -> None:
        self._participant, self._inbox, self._access = participant, inbox, access
        self._shown, self._health = shown, health
        self.tally = Tally()
        self._counted_at_s = 0
        self._follower = participant.follower(access)
        self.consumption: Consumption | None = None

    async def run(
        self, streams: str, regions: list[str], stop: asyncio.Event, tell: Callable[[str], None]
    ) -> None:
        """Read `streams` and `regions` until `stop`. Raises OurFault and bugs."""
        pause_s = FIRST_PAUSE_S
        while not stop.is_set():
            try:
                await self._read(streams, regions, stop, tell)
            except OutsideFault as error:
                if not self._health.broker:
                    pause_s = FIRST_PAUSE_S
                self._health.broker = str(error)
                tell(f"reading stopped, trying again: {error}")
            finally:
                await self._leave()
            await _pause(stop, pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    def directory(self) -> Directory | None:
        """The directory that is read by; None before the first."""
        return self._follower.directory

    async def _read(
        self, streams: str, regions: list[str], stop: asyncio.Event, tell: Callable[[str], None]
    ) -> None:
        self._turned()
        directory = await self._follower.refresh(self._now_s(), forced=True)
        own = directory.participants.get(self._participant.identity.me)
        wanted = parse_wanted(streams, regions, directory.layout, own).with_attachments(directory.layout)
        consumption = self._participant.consumption(self._inbox, wanted, self._follower, self._access, tell)
        consumption.reading.use_tally(self.tally)
        self.consumption = consumption
        await consumption.start()
        self._health.broker = None
        await consumption.until_end(self._each_step)
        self._health.history = None
        self._shown.caught_up()
        while not stop.is_set():
            self._each_step(await consumption.step())

    def _each_step(self, count: int) -> None:
        self._turned()
        self._shown.print_new(count)
        self._health.directory, self._health.clock = _trouble(self._follower), self._follower.clock_trouble
        if self.consumption is not None:
            self._health.broker = _silence(self.consumption)

        self._count_waiting()

    def _count_waiting(self) -> None:
        now_s = self._now_s()
        if not has_passed(self._counted_at_s, COUNT_PAUSE_S, now_s):
            return
        self._counted_at_s = now_s
        waiting = dict.fromkeys(Cause, 0)
        for one in self._inbox.waiting.summary():
            waiting[one.cause] += one.records
        self._health.waiting = waiting
        directory, me = self.directory(), self._participant.identity.me
        silent = [] if self._health.history else silent_sentences(self._inbox, now_s, directory)
        self._health.silent = len(silent)
        late = [self._follower.late] if self._follower.late else []
        ends = agreement_sentences(directory, me, now_s) if directory else []
        strange = self._participant.strange_keys(directory)
        missing = latest_missing(self._inbox, now_s - MISSING_SHOWN_S)
        waits = waiting_sentences(self._inbox, now_s)
        self._health.warnings = [*late, *ends, *strange, *missing, *waits, *silent]

    def _turned(self) -> None:
        self._health.turned_at_s = self._participant.clock()

    def _now_s(self) -> int:
        return int(self._participant.clock())

    async def _leave(self) -> None:
        consumption, self.consumption = self.consumption, None
        if consumption is not None:
            await consumption.stop()


def _trouble(follower: DirectoryFollower) -> str | None:
    return None if follower.trouble is None else f"the directory: {follower.trouble}"


def _silence(consumption: Consumption) -> str | None:
    answered_ms = consumption.last_answer_ms()
    if answered_ms is None or consumption.now_s() - answered_ms // 1_000 < SILENCE_S:
        return None
    return f"the broker at {consumption.access.bootstrap} has been silent for over {SILENCE_S} s"


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    """With jitter, so that many readers do not come back at once; cut short by `stop`."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds * random.uniform(0.5, 1.0)):  # noqa: S311 - no secret
            await stop.wait()
