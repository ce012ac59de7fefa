"""The service's loop: reads for ever; starts with the broker down, says so, goes on when it returns.

A transient failure is waited out and tried again from what is stored; nothing is ever skipped. A broker
that has been silent for long is asked anew by the addresses that are set: it may be elsewhere by now, or
the client's own loop may have ended without a word. What cannot pass by itself (a key, a setting, a bug)
ends the service.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from services.consumer.agreements import agreement_sentences
from services.consumer.assignment import parse_wanted
from services.consumer.consume import Consumption
from services.consumer.health import Health
from services.consumer.intake import Tally
from services.consumer.participant import Participant
from services.consumer.retrying import retry_by_itself
from services.consumer.subscribe import Showing
from services.consumer.waiting import latest_missing, silent_sentences, waiting_sentences
from tocsin.adapters.inbox.causes import Cause
from tocsin.adapters.inbox.store import Inbox
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.adapters.tuf_topic import DirectoryFollower
from tocsin.core.directory import Directory
from tocsin.core.errors import (
    BrokerUnavailableError,
    DirectoryStaleError,
    HeldElsewhereError,
    OutsideFault,
    StorageError,
)
from tocsin.core.pauses import has_passed

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0
SILENCE_S = 30
COUNT_PAUSE_S = 30
ASK_ANEW_S = 90
MAX_GOODBYE_S = 10.0
MISSING_SHOWN_S = 7 * 86_400


class Keeping:
    """Keeps the inbox up to date until it is told to stop."""

    def __init__(
        self, participant: Participant, inbox: Inbox, access: KafkaAccess, shown: Showing, health: Health
    ) -> None:
        self._participant, self._inbox, self._access = participant, inbox, access
        self._shown, self._health = shown, health
        self.tally = Tally()
        self._counted_at_s = self._heard_at_s = 0
        self._follower = participant.follower(access)
        self.consumption: Consumption | None = None
        self._reading: asyncio.Future[None] | None = None

    async def run(
        self, streams: str, regions: list[str], stop: asyncio.Event, tell: Callable[[str], None]
    ) -> None:
        """Read `streams` and `regions` until `stop`. Raises OurFault and bugs."""
        pause_s = FIRST_PAUSE_S
        while not stop.is_set():
            try:
                await self._read_until(stop, self._read(streams, regions, stop, tell))
            except OutsideFault as error:
                if self._health.reads:
                    pause_s = FIRST_PAUSE_S
                self._note(error)
                tell(f"reading stopped, trying again: {error}")
            finally:
                await self._leave()
            self._health.pulse.beat(pause_s)
            await _pause(stop, pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    def progress(self) -> object:
        """Something that changes while a long turn gets on."""
        return self.tally.records.total()

    def renew(self) -> None:
        """End a reading that hangs; the next one begins where the inbox is."""
        if self._reading is not None:
            self._reading.cancel()

    async def _read_until(self, stop: asyncio.Event, reading: Coroutine[Any, Any, None]) -> None:
        """Read; a reading that does not end by itself within 10 s of `stop` is ended."""
        self._reading = task = asyncio.ensure_future(reading)
        stopping = asyncio.ensure_future(stop.wait())
        try:
            await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait({task}, timeout=MAX_GOODBYE_S)
        finally:
            stopping.cancel()
            if not task.done():
                task.cancel()
                await asyncio.wait({task})
        if task.cancelled() and not stop.is_set():
            raise BrokerUnavailableError("reading hung though the broker answers: it begins anew")
        if not task.cancelled():
            task.result()

    def _note(self, error: OutsideFault) -> None:
        match error:
            case DirectoryStaleError():
                self._health.directory = str(error)
            case StorageError() | HeldElsewhereError():
                self._health.inbox = str(error)
            case _:
                self._health.broker = str(error)

    def directory(self) -> Directory | None:
        """The directory that is read by; None before the first."""
        return self._follower.directory

    async def _read(
        self, streams: str, regions: list[str], stop: asyncio.Event, tell: Callable[[str], None]
    ) -> None:
        self._health.turned()
        directory = await self._follower.refresh(self._now_s(), forced=True)
        own = directory.participants.get(self._participant.identity.me)
        wanted = parse_wanted(streams, regions, directory.layout, own).with_attachments(directory.layout)
        consumption = self._participant.consumption(self._inbox, wanted, self._follower, self._access, tell)
        consumption.reading.use_tally(self.tally)
        self.consumption = consumption
        await consumption.start()
        self._health.broker = self._health.inbox = None
        await consumption.until_end(self._each_step)
        self._health.history = None
        self._shown.caught_up()
        while not stop.is_set():
            await retry_by_itself(consumption, tell)
            self._each_step(await consumption.step())

    def _each_step(self, count: int) -> None:
        self._health.turned()
        self._shown.print_new(count)
        self._health.directory, self._health.clock = _trouble(self._follower), self._follower.clock_trouble
        now_s = self._now_s()
        self._heard_at_s = now_s if count else min(self._heard_at_s, now_s)
        if self.consumption is not None:
            self._health.broker = _silence(self.consumption, self._heard_at_s)
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
        self._health.refused = self._inbox.quarantine.counts()
        directory, me = self.directory(), self._participant.identity.me
        silent = [] if self._health.history else silent_sentences(self._inbox, now_s, directory)
        self._health.silent = len(silent)
        self._health.gone = len(self._inbox.offsets.gaps(now_s - MISSING_SHOWN_S))
        late = [self._follower.late] if self._follower.late else []
        ends = agreement_sentences(directory, me, now_s) if directory else []
        strange = self._participant.strange_keys(directory)
        missing = latest_missing(self._inbox, now_s - MISSING_SHOWN_S)
        waits = waiting_sentences(self._inbox, now_s)
        self._health.warnings = [*late, *ends, *strange, *missing, *waits, *silent]

    def _now_s(self) -> int:
        return int(self._participant.clock())

    async def _leave(self) -> None:
        consumption, self.consumption = self.consumption, None
        if consumption is not None:
            await consumption.stop()


def _trouble(follower: DirectoryFollower) -> str | None:
    return None if follower.trouble is None else str(follower.trouble)


def _silence(consumption: Consumption, heard_at_s: int) -> str | None:
    """What to say of a broker that has not answered for 30 s. Raises BrokerUnavailableError after 90 s."""
    answered_ms = consumption.last_answer_ms()
    if answered_ms is None:
        return None
    silent_s = consumption.now_s() - max(answered_ms // 1_000, heard_at_s)
    if silent_s < SILENCE_S:
        return None
    said = f"the broker at {consumption.access.bootstrap} has been silent for over {SILENCE_S} s"
    if silent_s < ASK_ANEW_S:
        return said
    raise BrokerUnavailableError(f"{said}, and is asked anew")


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    """With jitter, so that many readers do not come back at once; cut short by `stop`."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds * random.uniform(0.5, 1.0)):  # noqa: S311 - no secret
            await stop.wait()
