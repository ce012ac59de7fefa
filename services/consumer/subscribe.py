"""`tocsin subscribe`: brings the inbox up to date and prints from it by cursor.

There is one inbox a home. What is printed comes from it in the order of storage, so that nothing is
printed twice in a run and a second run with `earliest` prints all again without asking Kafka.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from services.consumer.agreements import ended_sentences
from services.consumer.assignment import stream_partitions
from services.consumer.consume import Consumption
from services.consumer.reading import Reading
from services.consumer.views import Views
from services.consumer.waiting import (
    coming_sentences,
    missing_sentences,
    waiting_sentences,
    withheld_sentences,
)
from tocsin.adapters.inbox.reports import Filter
from tocsin.core.errors import SettingsError
from tocsin.core.report import ALERT_SCHEMA, ALERTS_STREAM
from tocsin.runtime.times import read_time

EARLIEST, LATEST = "earliest", "latest"

Print = Callable[[dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Begin:
    """Where printing begins: `cursor` None means at what is news to this inbox."""

    cursor: int | None = None
    since_s: int | None = None


def parse_begin(text: str) -> Begin:
    """From `--from`: `earliest`, `latest`, or a time (ISO 8601; UTC where no zone is named).

    Raises SettingsError.
    """
    if text == EARLIEST:
        return Begin(0)
    if text == LATEST:
        return Begin()
    try:
        return Begin(0, read_time(text))
    except ValueError as error:
        raise SettingsError(
            f"--from {text!r}: use earliest, latest, or a time such as 2026-01-01 or 2026-01-01T09:30Z"
        ) from error


class Showing(Protocol):
    """What follows a reading."""

    def print_new(self, count: int = 0) -> None:
        """A step of the reading brought `count` records."""
        ...

    def caught_up(self) -> None:
        """What was there when the reading began is read."""
        ...


class Printing:
    """Prints what the inbox holds behind a cursor and matches what is wanted, once each."""

    def __init__(self, consumption: Consumption, begin: Begin, out: Print) -> None:
        inbox = consumption.reading.inbox
        self._reports, self._views, self._out = inbox.reports, Views(inbox), out
        self._wanted = _filter(consumption.reading, inbox.known.regions(), begin.since_s)
        self._cursor = begin.cursor
        if begin.cursor is None and not _is_new(consumption):
            self._cursor = inbox.reports.last_seq()
        self.printed = 0

    def print_new(self, _count: int = 0) -> None:
        """Print what came since the last call; before history is caught up with, maybe nothing."""
        while self._cursor is not None:
            page = self._reports.after(self._cursor, self._wanted)
            for report in page:
                self._out(self._views.render(report))
                self._cursor = report.seq
            self.printed += len(page)
            if not page:
                return

    def caught_up(self) -> None:
        """History is behind us: in an inbox that was new, only what comes from now on is news."""
        if self._cursor is None:
            self._cursor = self._reports.last_seq()


async def follow(consumption: Consumption, printing: Showing, *, until_end: bool) -> list[str]:
    """Read and print: to the end as it was at the start, or for ever.

    Nothing is printed before that end is reached: what was withdrawn on the way is not shown at all.
    Returns, at the end, one sentence for each thing that is not whole.
    """
    began_s = consumption.now_s()
    await consumption.start()
    await consumption.until_end()
    printing.print_new()
    printing.caught_up()
    while not until_end:
        printing.print_new(await consumption.step())
    reading, now_s = consumption.reading, consumption.now_s()
    return [
        *waiting_sentences(reading.inbox, now_s),
        *withheld_sentences(reading.inbox, reading.checkpoints.behind()),
        *missing_sentences(reading.inbox, began_s),
        *coming_sentences(reading.inbox, now_s),
        *ended_sentences(reading.reader.directory, reading.identity.me, now_s),
    ]


def _filter(reading: Reading, order: tuple[str, ...], since_s: int | None) -> Filter:
    """Alerts to us alone come by our inbox: they are wanted wherever alerts are."""
    wanted, reader = reading.wanted, reading.reader
    schemas = reader.directory.schemas if ALERTS_STREAM in wanted.streams else ()
    alerts = tuple(one for one in schemas if (found := reader.schema(one)) and found[0] == ALERT_SCHEMA)
    return Filter(wanted.streams, wanted.mask(order), since_s=since_s, inbox_schemas=alerts)


def _is_new(consumption: Consumption) -> bool:
    """Whether none of the partitions that are wanted was ever read into this inbox."""
    reading = consumption.reading
    offsets = reading.inbox.offsets.all()
    partitions = stream_partitions(reading.wanted, reading.reader.directory.layout)
    return not any(one in offsets for one in partitions)
