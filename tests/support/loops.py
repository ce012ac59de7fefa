"""The loops of a publisher's and a reader's service, without their web pages, until a block ends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path

from services.consumer.health import Health
from services.consumer.keeping import Keeping
from services.consumer.participant import open_participant
from services.producer.producing import build
from services.producer.running import Running
from tests.support.broker_contents import all_records, items_by_region
from tests.support.publishing import HeldDirectory, Writer
from tocsin.adapters.inbox.store import Inbox
from tocsin.adapters.kafka.probe import broker_trouble
from tocsin.adapters.kafka.records import IncomingRecord
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.core import wire
from tocsin.core.directory import Directory
from tocsin.core.ids import leaf_of
from tocsin.runtime import pulse

MAX_WAIT_S = 90


class Shown:
    """Counts what a reader was shown."""

    def print_new(self, count: int = 0) -> None:
        """Counted in the inbox."""

    def caught_up(self) -> None:
        """Nothing follows."""


async def until(true: Callable[[], object]) -> None:
    """Returns once `true()` is; fails after 90 s."""
    async with asyncio.timeout(MAX_WAIT_S):
        while not true():  # noqa: ASYNC110 - databases send no events
            await asyncio.sleep(0.02)


@contextmanager
def writing(folder: Path, directory: Directory) -> Iterator[Writer]:
    """A publisher's outbox, by the clock of this machine."""
    writer = Writer(folder, directory)
    writer.clock.wall_s = time.time()
    yield writer
    writer.close()


@asynccontextmanager
async def publishing(access: KafkaAccess, writer: Writer) -> AsyncIterator[Running]:
    """The publisher's loop and its watch."""
    producing = build(writer.outbox, writer.originator, HeldDirectory(writer), access, writer.clock.clocks)
    stop, running = asyncio.Event(), Running(producing, writer.clock.clocks)
    running.pulse = pulse.Pulse("the publishing loop")
    watch = pulse.Watch(running.pulse, partial(broker_trouble, access), running.renew, running.progress)
    tasks = [asyncio.ensure_future(running.run(stop)), asyncio.ensure_future(watch.run(stop, 0.2))]
    try:
        yield running
    finally:
        stop.set()
        async with asyncio.timeout(MAX_WAIT_S):
            await asyncio.gather(*tasks)


@asynccontextmanager
async def reading(access: KafkaAccess, home: Path) -> AsyncIterator[tuple[Inbox, Health]]:
    """A reader's loop; gives its inbox and health."""
    participant = open_participant(home, home / "passphrase")
    stop, health = asyncio.Event(), Health(time.time)
    with participant.inbox() as inbox:
        keeping = Keeping(participant, inbox, access, Shown(), health)
        task = asyncio.ensure_future(keeping.run("ion", [], stop, lambda _text: None))
        try:
            yield inbox, health
        finally:
            stop.set()
            async with asyncio.timeout(MAX_WAIT_S):
                await task


def accept(writer: Writer, running: Running, *references: str) -> list[bytes]:
    """Hand in reports; their ids."""
    found = writer.accept(*references)
    running.news()
    return [one.report_id for one in found]


def all_sent(writer: Writer) -> Callable[[], bool]:
    """Whether nothing waits in the outbox."""
    return lambda: writer.outbox.items.waiting_items + writer.outbox.records.unsent_count() == 0


def times_held(inbox: Inbox, ids: list[bytes]) -> list[int]:
    """How often each report lies in an inbox."""
    held = [one.report_id for one in inbox.reports.after(0)]
    return [held.count(one) for one in ids]


async def times_stored(bootstrap: str, writer: Writer, ids: Collection[bytes]) -> set[int]:
    """How often each report lies in each region's log."""
    records = await asyncio.to_thread(all_records, bootstrap, writer.directory.layout, "ion")
    counts = items_by_region([one for one in records if _is_ours(writer, one)], writer.outbox)
    return {count for (report, _region), count in counts.items() if report in ids}


def _is_ours(writer: Writer, record: IncomingRecord) -> bool:
    envelope = wire.decode_envelope(record.value or b"")
    return writer.outbox.records.by_leaf(leaf_of(envelope.header, envelope.ciphertext)) is not None
