"""The commands that read Kafka: `subscribe`, `tap`, `quarantine retry`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.consumer.assignment import parse_wanted
from services.consumer.consume import Consumption
from services.consumer.participant import Participant, open_participant
from services.consumer.retrying import retry_refused
from services.consumer.subscribe import EARLIEST, Printing, follow, parse_begin
from services.consumer.tap import Tap, Terms
from services.consumer.views import Views, row_of
from tocsin.adapters.inbox.reports import MAX_PAGE_REPORTS
from tocsin.adapters.inbox.store import Inbox
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.runtime import console
from tocsin.runtime.exits import Exit

LETTERS_ARE_SEEN = "tocsin answers, tips list, request list, feedback list"


@dataclass(frozen=True)
class Asked:
    """What every reading command is given."""

    home: Path
    passphrase_file: Path | None
    bootstrap: str | None
    streams: str
    regions: tuple[str, ...] = ()
    attachments: bool = False
    """Whether to read the files of reports where incident reports are read."""


def subscribe_to(asked: Asked, begin: str, *, until_end: bool, as_json: bool) -> Exit:
    """Print reports; the exit code says whether all is whole. Raises TocsinError."""
    parsed = parse_begin(begin)
    out = console.json_line if console.wants_json(as_json) else _line

    async def run() -> list[str]:
        async with _consumption(asked) as (consumption, inbox):
            before = inbox.reports.last_seq()
            sentences = await follow(consumption, Printing(consumption, parsed, out), until_end=until_end)
            if letters := inbox.reports.letters(before):
                console.say(f"{_some(len(letters))} in the inbox: {LETTERS_ARE_SEEN}")
            return sentences

    return told(asyncio.run(run()))


def tap_into(asked: Asked, folder: Path, *, exercise: bool, until_end: bool) -> Exit:
    """Write Parquet files; the exit code says whether all is whole. Raises TocsinError."""

    async def run() -> list[str]:
        async with _consumption(asked) as (consumption, inbox):
            wanted = consumption.reading.wanted
            tap = Tap(inbox, Views(inbox), folder, Terms(wanted.streams, wanted.regions, exercise))
            tap.open()
            printing = _Writing(consumption, tap)
            whole = await follow(consumption, printing, until_end=until_end)
            console.say(f"{printing.printed:,} rows are new in {folder}, in clear, for you alone")
            if not exercise:
                console.say("reports of exercises are left out: --exercise, with another --to, takes them")
            return whole

    return told(asyncio.run(run()))


def retry(asked: Asked, id_: int | None) -> Exit:
    """Judge refused records again; 5 if some stay refused. Raises TocsinError."""

    async def run() -> int:
        async with _consumption(asked) as (consumption, _inbox):
            return await retry_refused(consumption, id_, console.say)

    return Exit.INCOMPLETE if asyncio.run(run()) else Exit.WHOLE


def _some(count: int) -> str:
    many = f"{count} or more" if count == MAX_PAGE_REPORTS else str(count)
    return f"{many} new letter{'' if count == 1 else 's'}"


class _Writing(Printing):
    """Instead of printing, a tap writes: seldom while history streams by, so that files are large."""

    PAUSE_S = 30.0

    def __init__(self, consumption: Consumption, tap: Tap) -> None:
        super().__init__(consumption, parse_begin(EARLIEST), lambda _rendered: None)
        self._tap, self._written_at = tap, time.monotonic()

    def print_new(self, _count: int = 0) -> None:
        """Write a batch now and then."""
        if time.monotonic() >= self._written_at + self.PAUSE_S:
            self.caught_up()

    def caught_up(self) -> None:
        """Write all that is there."""
        self.printed += self._tap.write_new()
        self._written_at = time.monotonic()


@asynccontextmanager
async def _consumption(asked: Asked) -> AsyncIterator[tuple[Consumption, Inbox]]:
    participant = open_participant(asked.home, asked.passphrase_file)
    access = participant.access(asked.bootstrap)
    with participant.inbox() as inbox:
        consumption = await begin_consumption(participant, access, inbox, asked)
        try:
            yield consumption, inbox
        finally:
            await consumption.stop()


async def begin_consumption(
    participant: Participant, access: KafkaAccess, inbox: Inbox, asked: Asked
) -> Consumption:
    """A reading of what was asked for, by the newest directory that can be had. Raises TocsinError."""
    follower = participant.follower(access)
    directory = await follower.refresh(int(time.time()), forced=True)
    if follower.trouble is not None:
        console.warn(f"the directory could not be renewed: {follower.trouble}")
    if follower.clock_trouble is not None:
        console.warn(follower.clock_trouble)
    if follower.late is not None:
        console.warn(follower.late)
    for sentence in participant.strange_keys(directory):
        console.warn(sentence)
    own = directory.participants.get(participant.identity.me)
    wanted = parse_wanted(asked.streams, asked.regions, directory.layout, own)
    wanted = (
        wanted.with_attachments(directory.layout) if asked.attachments else wanted.without_attachments()
    )
    return participant.consumption(inbox, wanted, follower, access, console.say)


def told(sentences: list[str]) -> Exit:
    """The exit code, after each thing that is not whole was said."""
    for sentence in sentences:
        console.warn(f"incomplete: {sentence}")
    return Exit.INCOMPLETE if sentences else Exit.WHOLE


def _line(rendered: dict[str, Any]) -> None:
    row = row_of(rendered)
    what = ", ".join(row["what"])
    exercise = "EXERCISE " if row["exercise"] else ""
    where = f"{row['stream']}/{row['region']}"
    text = (
        f"{row['time']}  {row['originator_name'] or row['originator']}  {where}  "
        f"{exercise}{row['kind']}: {what}  {row['report_id']} v{row['version']}"
    )
    console.data(console.harmless(text))
