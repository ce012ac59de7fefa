"""What a reader does now and then between polls: time that passed, a newer directory, lifetimes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from services.consumer.key_requests import KeyRequests
from services.consumer.reading import Reading
from services.consumer.threads import in_thread
from tocsin.adapters.kafka.publisher import Publisher
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.core.directory import Directory, Freshness
from tocsin.core.errors import DirectoryStaleError, OutsideFault, TocsinError
from tocsin.core.streams import Place

DIRECTORY_WISH_PAUSE_S = 60
DIRECTORY_PAUSE_S = 300
TIDY_PAUSE_S = 3_600
ASKING_PAUSE_S = 60

Told = Callable[[str], None]


class Directories(Protocol):
    """Where newer directories come from: `tuf_client.DirectoryFollower`."""

    async def refresh(self, now_s: int) -> Directory:
        """The newest directory that can be believed. Raises DirectoryStaleError if none ever was."""
        ...

    @property
    def trouble(self) -> TocsinError | None:
        """Why the last look brought nothing new; None after a good one."""
        ...


@dataclass(frozen=True)
class Asking:
    """The key requests that are due, and the way to send them."""

    requests: KeyRequests
    access: KafkaAccess


class Upkeep:
    """Chores with their pauses in seconds. `tell` gets sentences for people."""

    def __init__(
        self,
        reading: Reading,
        directories: Directories,
        tell: Told,
        now_s: int,
        asking: Asking | None = None,
    ) -> None:
        self._reading, self._directories, self._tell = reading, directories, tell
        self._asking = asking
        self._refreshed_at_s = self._tidied_at_s = self._looked_at_s = self._asked_at_s = now_s
        self._wish = False

    async def do(self, now_s: int) -> list[Place]:
        """Whatever is due at `now_s`; the places to go back to. Raises DirectoryStaleError."""
        back: list[Place] = []
        if now_s != self._looked_at_s:
            self._looked_at_s = now_s
            await in_thread(self._reading.waking.passed_time, now_s)
        self._wish |= self._reading.take_wish_for_directory()
        pause_s = DIRECTORY_WISH_PAUSE_S if self._wish else DIRECTORY_PAUSE_S
        if now_s >= self._refreshed_at_s + pause_s:
            back += await self.renew_directory(now_s)
        if self._asking is not None and now_s >= self._asked_at_s + ASKING_PAUSE_S:
            self._asked_at_s = now_s
            await self._ask(self._asking, now_s)
        if now_s >= self._tidied_at_s + TIDY_PAUSE_S:
            self._tidied_at_s = now_s
            back += await in_thread(self._tidy, now_s)
        return back

    async def renew_directory(self, now_s: int) -> list[Place]:
        """Ask for a newer directory; the one that we hold stays where none can be had."""
        self._wish, self._refreshed_at_s = False, now_s
        directory = await self._directories.refresh(now_s)
        if self._directories.trouble is not None:
            self._tell(f"the directory could not be renewed: {self._directories.trouble}")
        back = await in_thread(self._reading.believe, directory, now_s)
        self.check_freshness(now_s)
        return back

    async def _ask(self, asking: Asking, now_s: int) -> None:
        """Ask for wraps that did not come. A broker that refuses or is away is no reason to stop."""
        due = await in_thread(asking.requests.due, now_s)
        if not due:
            return
        try:
            async with Publisher(asking.access) as publisher:
                await publisher.publish(list(due.values()))
        except OutsideFault as error:
            self._tell(f"a key could not be asked for: {error}")
            return
        await in_thread(asking.requests.sent, list(due), now_s)
        self._tell(f"{len(due)} keys that did not come were asked for")

    def check_freshness(self, now_s: int) -> None:
        """Raises DirectoryStaleError for a directory that is too old to read by."""
        match self._reading.reader.directory.freshness(now_s):
            case Freshness.TOO_OLD:
                raise DirectoryStaleError(
                    "the directory expired over 72 hours ago: nothing is read until the authority "
                    "publishes a newer one"
                )
            case Freshness.STALE:
                self._tell("the directory has expired: reading goes on for 72 hours at most")
            case Freshness.FRESH:
                pass

    def _tidy(self, now_s: int) -> list[Place]:
        inbox = self._reading.inbox
        if ended := inbox.forget_old(now_s):
            self._tell(f"{ended} records that waited have expired unread")
        with inbox.transaction():
            self._reading.checkpoints.late(now_s)
        self._reading.check_finals(now_s)
        waking = self._reading.waking
        return [*waking.positions_of_time(), *waking.room(now_s)]
