"""`tocsin subscribe … --sink`: reads Kafka and brings what comes to sinks, in one process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from services.consumer.assignment import ALL
from services.consumer.participant import Participant, open_participant
from services.consumer.running import Asked, begin_consumption, told
from services.consumer.settings import ConsumerSettings
from services.consumer.sinks.lines import Lines, SinksAsked, mail_server, opened
from services.consumer.sinks.plans import Given, named_on_the_line
from services.consumer.subscribe import follow
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.runtime import console
from tocsin.runtime.exits import Exit


def bring_to_sinks(asked: Asked, sinks: Sequence[str], given: Given, *, until_end: bool) -> Exit:
    """Read and deliver; the exit code says whether all is whole. Raises TocsinError."""
    participant = open_participant(asked.home, asked.passphrase_file)
    settings = ConsumerSettings.load(participant.home.settings("consumer"))
    names = () if asked.streams == ALL else tuple(one.strip() for one in asked.streams.split(","))
    plans = named_on_the_line(sinks, given, names, settings.sinks)
    wanted = SinksAsked(plans, asked.regions, mail_server(settings.smtp, plans))
    access = participant.access(asked.bootstrap)
    return told(asyncio.run(_bring(participant, access, asked, wanted, until_end=until_end)))


async def _bring(
    participant: Participant, access: KafkaAccess, asked: Asked, wanted: SinksAsked, *, until_end: bool
) -> list[str]:
    with participant.inbox() as inbox:
        async with opened(participant, wanted, console.say) as lines:
            await lines.begin()
            async with _running(lines):
                consumption = await begin_consumption(participant, access, inbox, asked)
                lines.directory = lambda: consumption.reading.reader.directory
                try:
                    sentences = await follow(consumption, _Bringing(lines), until_end=until_end)
                finally:
                    await consumption.stop()
            await lines.settle()
            return [*sentences, *lines.sentences()]


class _Bringing:
    """Rings the sinks' bell where printing would print."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines

    def print_new(self, count: int = 0) -> None:
        """News, if the step brought any."""
        if count:
            self._lines.ring()

    def caught_up(self) -> None:
        """From now on sinks take."""
        self._lines.caught_up()


@asynccontextmanager
async def _running(lines: Lines) -> AsyncIterator[None]:
    """The sinks deliver while the block runs."""
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(lines.run())
        try:
            yield
        finally:
            running.cancel()
