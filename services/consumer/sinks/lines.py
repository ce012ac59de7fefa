"""All sinks of a home, side by side over a connection of their own to the inbox.

Nothing is taken from the inbox before the reading has caught up with what was there when it began: a
report that was withdrawn meanwhile must not flash by. What was taken earlier goes on being delivered.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from services.consumer.news import News
from services.consumer.participant import Participant
from services.consumer.sinks.line import Line, Sink
from services.consumer.sinks.notices import Notices
from services.consumer.sinks.ping import Ping
from services.consumer.sinks.plans import Kind, SinkPlan
from services.consumer.sinks.settings import SmtpSettings
from services.consumer.sinks.spool import Spool
from services.consumer.sinks.standing import SinkStanding, standing_of
from services.consumer.sinks.webhook import Webhook
from services.consumer.threads import OneAtATime
from tocsin.adapters.inbox.store import Inbox
from tocsin.adapters.mail import MailServer, check_server
from tocsin.core.directory import Directory
from tocsin.core.errors import SettingsError
from tocsin.core.webhook_signing import new_secret
from tocsin.runtime.pulse import Pulse

NOTICES_PAUSE_S = 600.0
LOOK_PAUSE_S = 1.0

Directories = Callable[[], Directory | None]


@dataclass(frozen=True)
class SinksAsked:
    """Which sinks, of which regions (none: all), and the mail server where one pings."""

    plans: Sequence[SinkPlan]
    regions: tuple[str, ...] = ()
    server: MailServer | None = None


def mail_server(smtp: SmtpSettings | None, plans: Sequence[SinkPlan]) -> MailServer | None:
    """From the settings. Raises SettingsError where a sink pings and there is none, or its files are
    not as they should be; KeyUnusableError.
    """
    if smtp is None:
        if any(plan.kind is Kind.PING for plan in plans):
            raise SettingsError("a sink pings, and there is no mail server: fill [consumer.smtp]")
        return None
    server = MailServer(**smtp.model_dump())
    check_server(server)
    return server


class Lines:
    """The sinks of one process."""

    def __init__(
        self, participant: Participant, inbox: Inbox, asked: SinksAsked, tell: Callable[[str], None]
    ) -> None:
        self._inbox, self._asked, self._tell = inbox, asked, tell
        self._me, self._clock = participant.identity.me, participant.clock
        self._asking, self._news = OneAtATime(), News()
        self._lines = [self._line(plan) for plan in asked.plans]
        self._notices = [Notices(inbox, plan) for plan in asked.plans]
        self.directory: Directories = lambda: None
        self.well: Callable[[], bool] = lambda: True
        self.pulse: Pulse | None = None
        self._caught_up = self._notices_due = False
        self.standing: list[SinkStanding] = []

    async def begin(self) -> None:
        """Take up every sink where it was left. Raises StorageError."""
        for line in self._lines:
            await line.begin()
            self._tell(f"sink {line.plan.name}: {line.plan.shown}")
        await self._look()
        await self._queue_notices()

    def caught_up(self) -> None:
        """The reading has reached what was there when it began: from now on sinks take."""
        for line in self._lines:
            line.open = True
        self._caught_up = self._notices_due = True
        self._news.ring()

    def ring(self) -> None:
        """The inbox has news."""
        self._news.ring()

    async def run(self) -> None:
        """Deliver for ever."""
        async with asyncio.TaskGroup() as tasks:
            for line in self._lines:
                tasks.create_task(line.run(self._news))
            tasks.create_task(self._look_after())

    async def run_until(self, stop: asyncio.Event) -> None:
        """Deliver until `stop`."""
        running = asyncio.ensure_future(self.run())
        stopping = asyncio.ensure_future(stop.wait())
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running

    async def settle(self) -> None:
        """Deliver all that can be delivered now."""
        await self._queue_notices()
        await asyncio.gather(*(line.turn() for line in self._lines))
        await self._look()

    def sentences(self) -> list[str]:
        """One sentence for each sink that something ails, as of the last look."""
        return [said for one in self.standing if (said := one.trouble(int(self._clock()))) is not None]

    async def close(self) -> None:
        """Let go of connections."""
        for line in self._lines:
            await line.close()

    async def _look_after(self) -> None:
        looks = 0
        while True:
            if self.pulse is not None:
                self.pulse.beat()
            await self._look()
            if self._notices_due or looks * LOOK_PAUSE_S >= NOTICES_PAUSE_S:
                looks = 0
                await self._queue_notices()
                self._news.ring()
            looks += 1
            await asyncio.sleep(LOOK_PAUSE_S)

    async def _look(self) -> None:
        names = {line.plan.name: line for line in self._lines}
        found = await self._asking.ask(standing_of, self._inbox)
        before, said = {one.name: one for one in self.standing}, self.sentences()
        self.standing = [one.seen(names[one.name].trouble) for one in found if one.name in names]
        for one in self.standing:
            known = before.get(one.name)
            if known is not None and one.state.delivered > known.state.delivered:
                self._tell(f"sink {one.name}: {one.state.delivered - known.state.delivered} delivered")
        for sentence in self.sentences():
            if sentence not in said:
                self._tell(sentence)

    async def _queue_notices(self) -> None:
        if not self._clock_holds():
            return  # an agreement's end is told once
        self._notices_due = False
        directory, now_s = self.directory(), int(self._clock())
        well = self._caught_up and self.well()
        for one in self._notices:
            await self._asking.ask(one.queue, directory, self._me, now_s, well=well)

    def _line(self, plan: SinkPlan) -> Line:
        sink = self._sink(plan)
        line = Line(plan, sink, self._inbox, self._asking, self._clock, self._asked.regions)
        line.clock_holds = self._clock_holds
        return line

    def _clock_holds(self) -> bool:
        directory = self.directory()
        return directory is None or directory.is_near(int(self._clock()))

    def _sink(self, plan: SinkPlan) -> Sink:
        match plan.kind:
            case Kind.SPOOL:
                return Spool(plan)
            case Kind.WEBHOOK:
                return Webhook(plan, lambda: self._asking.ask(self._secrets, plan.name))
            case Kind.PING:
                assert self._asked.server is not None
                return Ping(plan, self._asked.server)

    def _secrets(self, name: str) -> list[bytes]:
        return secrets_of(self._inbox, name, int(self._clock()))


def secrets_of(inbox: Inbox, name: str, now_s: int) -> list[bytes]:
    """The secrets of a webhook, the newest first; the first is made where there is none."""
    if not inbox.sink_secrets.in_use(name, now_s):
        with inbox.transaction():
            inbox.sink_secrets.add(name, new_secret(), now_s, now_s)
    return inbox.sink_secrets.in_use(name, now_s)


@asynccontextmanager
async def opened(
    participant: Participant, asked: SinksAsked, tell: Callable[[str], None]
) -> AsyncIterator[Lines]:
    """The sinks over a connection of their own, which is closed at the end. `tell`: for people."""
    with participant.inbox_beside() as inbox:
        lines = Lines(participant, inbox, asked, tell)
        try:
            yield lines
        finally:
            await lines.close()
