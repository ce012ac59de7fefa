"""The producer's round: look at the directory, read back, send what is sealed, seal what waits.

Accepting never waits for it. Whatever is in the way is said in `troubles` and tried again with a
growing pause; nothing is skipped. Source: architecture, "Rules that hold everywhere".
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Protocol

from services.producer.checkpoint import NEWS_WAITS_S, Checkpoints
from services.producer.clocks import Clocks
from services.producer.deliver import Deliver
from services.producer.originator import Originator
from services.producer.own_logs import OwnLogs, own_alarms
from services.producer.seal_next import SealNext
from services.producer.sealing_pass import SealedPass
from services.producer.sessions import Sessions
from tocsin.adapters.kafka.publisher import Publisher
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.adapters.outbox.store import Outbox
from tocsin.core.directory import Directory
from tocsin.core.errors import (
    BrokerRefusedError,
    BrokerUnavailableError,
    DirectoryStaleError,
    OutsideFault,
    TocsinError,
)
from tocsin.core.pauses import has_passed
from tocsin.core.streams import MANIFESTS_TOPIC
from tocsin.runtime.logs import get_log

READ_BACK_EVERY_S = 3_600
READ_REFUSED_AGAIN_AFTER_S = 60
UPKEEP_EVERY_S = 3_600
KEEP_BODIES_S = 90 * 86_400
MAX_ROUND_S = 60.0
"""So long at most, while more is accepted all the time: then the directory is looked at."""
_log = get_log("producer")


class DirectorySource(Protocol):
    """What `DirectoryFollower` is."""

    trouble: TocsinError | None

    @property
    def clock_trouble(self) -> str | None:
        """What is wrong with our clock, unless `trouble` says it."""
        ...

    @property
    def directory(self) -> Directory | None:
        """The last good one."""
        ...

    async def refresh(self, now_s: int, *, forced: bool = False) -> Directory:
        """The newest good one; raises DirectoryStaleError where none was ever held."""
        ...


@dataclass(slots=True)
class Totals:
    """Counts since the start, for metrics."""

    sealed_items: int = 0
    sealed_records: int = 0
    published_records: int = 0
    refused_items: int = 0
    found_again: int = 0
    foreign_records: int = 0
    went_back_partitions: int = 0
    sent_again_items: int = 0
    checkpoints: int = 0


@dataclass(slots=True)
class Parts:
    """What a producer is made of; see `build`."""

    outbox: Outbox
    source: DirectorySource
    publisher: Publisher
    seal: SealNext
    deliver: Deliver
    logs: OwnLogs
    checkpoints: Checkpoints
    clocks: Clocks


def build(
    outbox: Outbox,
    originator: Originator,
    source: DirectorySource,
    access: KafkaAccess,
    clocks: Clocks,
    keep_bodies_s: int = KEEP_BODIES_S,
) -> Producing:
    """A producer over `outbox`. Nothing is opened yet."""
    publisher = Publisher(access)
    sessions = Sessions(outbox, clocks)
    return Producing(
        Parts(
            outbox,
            source,
            publisher,
            SealNext(outbox, originator, sessions),
            Deliver(outbox, publisher),
            OwnLogs(outbox, originator, sessions, access),
            Checkpoints(outbox, originator, publisher),
            clocks,
        ),
        keep_bodies_s,
    )


@dataclass(slots=True)
class _Due:
    """When things were last done; None means now."""

    read_back_s: int | None = None
    upkeep_s: int | None = None
    directory_version: int = field(default=-1)


class Producing:
    """One live publisher. `troubles`: what is in the way now, by subject; empty if nothing is.

    `unfinished`: the last round ended for its time, and the next one should begin at once.
    """

    def __init__(self, parts: Parts, keep_bodies_s: int = KEEP_BODIES_S) -> None:
        self._parts, self._keep_bodies_s = parts, keep_bodies_s
        self._due, self._began_s = _Due(), parts.clocks.now_s()
        self.totals = Totals()
        self.unfinished = False
        self.troubles: dict[str, str] = {"broker": "no broker was reached yet"}

    async def round(self) -> int:
        """Do once all that can be done; how many records were acknowledged.

        Raises BrokerUnavailableError (try again), StorageError, DirectoryStaleError (none held).
        """
        parts, self.unfinished = self._parts, False
        try:
            directory = await parts.source.refresh(parts.clocks.now_s(), forced=self._wants_directory())
            self._say("directory", str(parts.source.trouble) if parts.source.trouble else None)
            self._say_clock(parts.source.clock_trouble)
            await parts.publisher.start()
            parts.seal.follow(directory, parts.clocks.now_s())
            await self._read_back(directory)
            published = await self._send_all(directory)
            self._say("broker", None)
        except DirectoryStaleError as error:
            self._say("directory", str(error))
            raise
        except asyncio.CancelledError:
            self._due.read_back_s = None  # what was in flight may be stored
            raise
        except (BrokerUnavailableError, BrokerRefusedError) as error:
            self._due.read_back_s = None
            self._say("broker", str(error))
            raise
        return published

    async def checkpoint(self, news_waits_s: int = NEWS_WAITS_S) -> None:
        """State our heads if that is due. By a clock that the directory contradicts nothing is dated."""
        parts, now_s = self._parts, self._parts.clocks.now_s()
        directory = parts.source.directory
        if directory is None or not directory.is_near(now_s):
            return
        if not parts.checkpoints.is_due(now_s, news_waits_s):
            return
        try:
            self.totals.checkpoints += await parts.checkpoints.publish(directory, now_s)
            self._say("checkpoints", None)
        except BrokerRefusedError as error:
            self._say("checkpoints", str(error))

    def own_alarms(self) -> list[str]:
        """What was found amiss in our own logs since this producer began, a sentence for each kind."""
        return own_alarms(self._parts.outbox, self._began_s)

    async def stop(self) -> None:
        """Leave the broker, in bounded time. What was pending is in the outbox."""
        await self._parts.publisher.stop()

    @property
    def waiting(self) -> int:
        """Items not sealed, records not acknowledged, manifests and wraps not acknowledged."""
        outbox = self._parts.outbox
        sealed = outbox.records.unsent_count() + outbox.keys.queued_count()
        return outbox.items.waiting_items + sealed

    def _wants_directory(self) -> bool:
        """Whether to look at once: none is held, or the broker was away at the last look."""
        source = self._parts.source
        return source.directory is None or isinstance(source.trouble, OutsideFault)

    async def _read_back(self, directory: Directory) -> None:
        now_s, last_s = self._parts.clocks.now_s(), self._due.read_back_s
        # A topic that could not be read is closed until it can: it may be back soon.
        pause_s = READ_REFUSED_AGAIN_AFTER_S if self._parts.logs.refused else READ_BACK_EVERY_S
        if last_s is not None and not has_passed(last_s, pause_s, now_s):
            return
        found = await self._parts.logs.read_back(directory, now_s)
        self.totals.found_again += found.found
        self.totals.foreign_records += found.foreign
        self.totals.went_back_partitions += found.went_back
        self.totals.sent_again_items += found.again
        self._due.read_back_s = now_s

    async def _send_all(self, directory: Directory) -> int:
        """Sealed records first; then seal, and send, until all that waits must wait."""
        parts, published = self._parts, 0
        waits = self._closed(directory)
        parts.deliver.refused.clear()
        end_s = parts.clocks.monotonic() + MAX_ROUND_S
        while not waits:
            if self.unfinished:
                return published
            published += await self._send_sealed()
            if parts.deliver.went_back:
                parts.deliver.went_back, self._due.read_back_s, self.unfinished = False, None, True
                return published
            closed = {*parts.logs.refused, *parts.deliver.refused}
            if MANIFESTS_TOPIC in closed:
                break
            sealed = parts.seal.run(directory, parts.clocks.now_s(), closed)
            self._count(sealed)
            if sealed.did_nothing:
                waits = sealed.waits
                break
            self.unfinished = parts.clocks.monotonic() >= end_s
        self._say_all("sealing", waits)
        self._say_all("topic", _once({**parts.logs.refused, **parts.deliver.refused}))
        return published

    def _closed(self, directory: Directory) -> dict[str, str]:
        now_s = self._parts.clocks.now_s()
        reason = self._parts.seal.closed(directory, now_s)
        if reason is None:
            self._do_upkeep(directory, now_s)
            return {}
        return {"all": reason}

    def _count(self, sealed: SealedPass) -> None:
        self.totals.sealed_items += sealed.items
        self.totals.sealed_records += sealed.records
        self.totals.refused_items += sealed.refused

    async def _send_sealed(self) -> int:
        parts, published = self._parts, 0
        if not await parts.deliver.keys(parts.clocks.now_s()):
            return 0
        while count := await parts.deliver.records():
            published += count
            self.totals.published_records += count
        return published

    def _do_upkeep(self, directory: Directory, now_s: int) -> None:
        """Hourly, and when the directory changed: wraps for new keys; what is old is forgotten, by the very
        time at which the directory was found fresh.
        """
        due = self._due
        fresh = due.upkeep_s is not None and not has_passed(due.upkeep_s, UPKEEP_EVERY_S, now_s)
        if fresh and due.directory_version == directory.version:
            return
        self._parts.seal.wrap_to_new_keys(directory, now_s)
        self._parts.outbox.forget_old(now_s, self._keep_bodies_s)
        due.upkeep_s, due.directory_version = now_s, directory.version

    def _say(self, subject: str, trouble: str | None) -> None:
        if trouble:
            self.troubles[subject] = trouble
        else:
            self.troubles.pop(subject, None)

    def _say_clock(self, trouble: str | None) -> None:
        if trouble and "clock" not in self.troubles:
            _log.warning("clock.wrong", reason=trouble)
        self._say("clock", trouble)

    def _say_all(self, kind: str, troubles: dict[str, str]) -> None:
        for subject in [one for one in self.troubles if one.startswith(f"{kind} ")]:
            del self.troubles[subject]
        for subject, trouble in troubles.items():
            self.troubles[f"{kind} {subject}"] = trouble


def _once(troubles: dict[str, str]) -> dict[str, str]:
    """Each text under the first of its subjects: thousands of missing inboxes are one trouble."""
    first = {text: subject for subject, text in reversed(troubles.items())}
    return {subject: text for text, subject in first.items()}
