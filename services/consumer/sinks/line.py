"""One sink's way: take what is new, deliver what is due, note what became of it, wait.

Every sink has its own way, so that one that hangs holds up no other and not the reading of Kafka. What
was handed over is noted after it was: a crash between the two repeats it, under the same idempotency key.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from typing import Protocol

from services.consumer.news import News, rang
from services.consumer.sinks.events import Event, Events
from services.consumer.sinks.plans import SinkPlan
from services.consumer.sinks.taking import AT_WHAT_COMES, Taking
from services.consumer.threads import OneAtATime
from tocsin.adapters.inbox.sink_items import SinkItem
from tocsin.adapters.inbox.sinks import SinkState
from tocsin.adapters.inbox.store import Inbox
from tocsin.core.errors import DeliveryFailedError, OutsideFault
from tocsin.core.retry_schedule import LONGEST_SINK_PAUSE_S, next_try_s, pause_s
from tocsin.runtime import crash

LONGEST_WAIT_S = 60.0
LOCAL_PAUSE_S = 60


class Sink(Protocol):
    """Where events go. `batch_events` at most at once; `gives_up`: dead after 72 hours, else never;
    `counts_only`: it is given events without what they say, so that many at once take no room.
    """

    batch_events: int
    spacing_s: int
    gives_up: bool
    counts_only: bool

    async def begin(self, *, first: bool) -> None:
        """Before the first delivery of this process; `first`: of all."""
        ...

    async def deliver(self, events: Sequence[Event]) -> None:
        """Hand them over, all of them. Raises DeliveryFailedError."""
        ...

    async def close(self) -> None:
        """Let go of what is held."""
        ...


class Line:
    """Brings one sink what is its own."""

    def __init__(
        self,
        plan: SinkPlan,
        sink: Sink,
        inbox: Inbox,
        asking: OneAtATime,
        clock: Callable[[], float],
        regions: Sequence[str] = (),
    ) -> None:
        self.plan, self._sink, self._inbox, self._ask = plan, sink, inbox, asking.ask
        self._clock = clock
        self._taking, self._events = Taking(inbox, plan, regions), Events(inbox)
        self._now_was_s = 0
        self.clock_holds: Callable[[], bool] = lambda: True
        self.open = False
        self.trouble: str | None = None

    async def begin(self) -> None:
        """Take up the sink where it was left. Raises StorageError."""
        first = await self._ask(self._inbox.sinks.find, self.plan.name) is None
        await self._sink.begin(first=first)
        await self._ask(self._begin)

    async def run(self, news: News) -> None:
        """Until it is cancelled: when the bell rings, when something is due, and once a minute."""
        # Python 3.11's wait_for, in the library that mails, may swallow a cancellation; the count stays.
        while not _current().cancelling():
            bell = news.listen()
            wait_s = LONGEST_WAIT_S
            try:
                wait_s = await self.turn()
            except OutsideFault as error:
                self.trouble = str(error)
            await rang(bell, wait_s)

    async def turn(self) -> float:
        """Take and deliver all that is due now; the seconds until something is. Raises StorageError.

        Nothing by a clock that does not hold: what it gives up or puts off would stay so.
        """
        if not self.clock_holds():
            self.trouble = "waits until this machine's clock and the directory agree"
            return LONGEST_WAIT_S
        if self.open:
            await self._ask(self._taking.take, self._now_s())
        while True:
            state, items, wait_s = await self._ask(self._due)
            if not items:
                break
            if not await self._deliver(state, items):
                break
        self.trouble = "its queue is full: see `tocsin sinks dead list`" if self._taking.full else None
        return wait_s

    async def close(self) -> None:
        """Let go of the connection."""
        await self._sink.close()

    def _begin(self) -> None:
        cursor = 0 if self.plan.from_earliest else AT_WHAT_COMES
        with self._inbox.transaction():
            self._inbox.sinks.begin(self.plan.name, self.plan.kind.value, cursor, self._now_s())
        self._now_was_s = self._inbox.sink_items.newest_came_s(self.plan.name)

    def _due(self) -> tuple[SinkState, list[SinkItem], float]:
        """The sink, what to deliver now, and how long to wait where that is nothing."""
        state = self._inbox.sinks.find(self.plan.name)
        assert state is not None
        now_s = self._now_s()
        if now_s < max(self._now_was_s, state.error_at_s or 0, state.delivered_at_s or 0):
            self._clock_was_set_back(now_s)
            state = self._inbox.sinks.find(self.plan.name) or state
        self._now_was_s = now_s
        if state.disabled is not None:
            return state, [], LONGEST_WAIT_S
        free_s = state.paused_until_s
        if self._sink.spacing_s and state.delivered_at_s is not None:
            free_s = max(free_s, state.delivered_at_s + self._sink.spacing_s)
        if free_s > now_s:
            return state, [], min(LONGEST_WAIT_S, free_s - now_s)
        # Where nothing is ever given up, one that cannot be written must not hold those behind it.
        alone = state.failures and not self._sink.gives_up
        limit = 1 if alone else self._sink.batch_events
        items = self._inbox.sink_items.due(self.plan.name, now_s, limit)
        due_s = self._inbox.sink_items.next_due_s(self.plan.name)
        wait_s = LONGEST_WAIT_S if due_s is None else min(LONGEST_WAIT_S, max(0.0, due_s - now_s))
        return state, items, wait_s

    def _clock_was_set_back(self, now_s: int) -> None:
        """Nothing that was put off by the clock as it was waits until it has come there again."""
        with self._inbox.transaction():
            self._inbox.sinks.clock_was_set_back(self.plan.name, now_s)
            self._inbox.sink_items.clock_was_set_back(self.plan.name, now_s)

    async def _deliver(self, state: SinkState, items: list[SinkItem]) -> bool:
        """Whether it went well."""
        whole, events = await self._ask(self._events_of, items)
        try:
            if events:
                await self._sink.deliver(events)
        except Exception as error:  # noqa: BLE001 - a fault with one sink must not stop the others
            await self._ask(self._note_failure, state, whole, _failure(error))
            return False
        await self._ask(self._note_delivery, whole, len(events))
        return True

    def _events_of(self, items: list[SinkItem]) -> tuple[list[SinkItem], list[Event]]:
        """The items that can be told, and the events of those of which something is left to tell.

        One that cannot be told is a bug of ours: it is put off alone.
        """
        whole, events = [], []
        for item in items:
            try:
                event = self._events.of(item)
            except Exception as error:  # noqa: BLE001 - the ones behind it are told
                self._put_off(item, _failure(error))
                continue
            whole.append(item)
            if event is not None:
                events.append(event.bare() if self._sink.counts_only else event)
        return whole, events

    def _put_off(self, item: SinkItem, error: DeliveryFailedError) -> None:
        now_s = self._now_s()
        first_s = now_s if item.first_try_s is None else item.first_try_s
        again_s = next_try_s(first_s, now_s, item.failures + 1, _spread())
        with self._inbox.transaction():
            self._inbox.sink_items.failed(item, str(error), again_s, now_s)

    def _note_delivery(self, items: list[SinkItem], count: int) -> None:
        with self._inbox.transaction():
            self._inbox.sink_items.done(items)
            if count:
                self._inbox.sinks.delivered(self.plan.name, count, self._now_s())

    def _note_failure(self, state: SinkState, items: list[SinkItem], error: DeliveryFailedError) -> None:
        now_s, name = self._now_s(), self.plan.name
        with self._inbox.transaction():
            for item in items:
                again_s = self._next_try_s(item, error, now_s)
                self._inbox.sink_items.failed(item, str(error), again_s, now_s)
            longest_s = LONGEST_SINK_PAUSE_S if self._sink.gives_up else LOCAL_PAUSE_S
            paused_s = pause_s(state.failures + 1, _spread(), longest_s)
            if error.retry_after_s is not None:
                paused_s = max(paused_s, min(error.retry_after_s, LONGEST_SINK_PAUSE_S))
            self._inbox.sinks.failed(name, str(error), now_s + paused_s, now_s)
            if error.gone:
                self._inbox.sinks.disable(name, str(error))

    def _next_try_s(self, item: SinkItem, error: DeliveryFailedError, now_s: int) -> int | None:
        if error.gone:
            return now_s
        if not self._sink.gives_up:
            return now_s + pause_s(item.failures + 1, _spread(), LOCAL_PAUSE_S)
        first_s = now_s if item.first_try_s is None else item.first_try_s
        return next_try_s(first_s, now_s, item.failures + 1, _spread(), error.retry_after_s)

    def _now_s(self) -> int:
        """While the clock does not hold, the last time at which it did: a delivery may be under way."""
        return int(self._clock()) if self.clock_holds() else self._now_was_s


def _current() -> asyncio.Task[object]:
    task = asyncio.current_task()
    assert task is not None
    return task


def _failure(error: Exception) -> DeliveryFailedError:
    if isinstance(error, DeliveryFailedError):
        return error
    if isinstance(error, OutsideFault):
        return DeliveryFailedError(str(error))
    # Its message could quote what was delivered.
    return DeliveryFailedError(f"a bug, please report it: {type(error).__name__} at {crash.place(error)}")


def _spread() -> float:
    return random.random()  # noqa: S311 - no secret
