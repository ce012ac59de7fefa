"""What a reader does now and then between polls: time that passed, a newer directory, lifetimes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from services.consumer.agreements import due_reminders, sentence
from services.consumer.reading import Reading
from services.consumer.threads import in_thread
from tocsin.adapters.kafka.errors import DeliveryRefusedError
from tocsin.adapters.kafka.publisher import Publisher
from tocsin.adapters.kafka.records import OutgoingRecord
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.core.clock_skew import Clock, Finding
from tocsin.core.directory import Directory, Freshness
from tocsin.core.errors import DirectoryStaleError, OutsideFault, TocsinError
from tocsin.core.pauses import has_passed
from tocsin.core.streams import Place

DIRECTORY_WISH_PAUSE_S = 60
DIRECTORY_PAUSE_S = 300
TIDY_PAUSE_S = 3_600
ASKING_PAUSE_S = 60
REMIND_PAUSE_S = 600

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

    @property
    def clock(self) -> Finding | None:
        """What that look says of our clock; None where it says nothing."""
        ...

    @property
    def clock_trouble(self) -> str | None:
        """What is wrong with our clock, unless `trouble` says it."""
        ...


class Sender(Protocol):
    """Statements to other participants: `key_requests.KeyRequests`, `withdrawal_receipts`."""

    what: str
    """In the plural, for people."""

    def due(self, now_s: int) -> Mapping[Any, OutgoingRecord]:
        """What is to be sent now, bounded, each under what it is about."""
        ...

    def sent(self, about: list[Any], now_s: int) -> None:
        """Remember that the broker has them."""
        ...


@dataclass(frozen=True)
class Letters:
    """What is written to other participants, and the way to send it."""

    senders: tuple[Sender, ...]
    access: KafkaAccess


class Upkeep:
    """Chores with their pauses in seconds. `tell` gets sentences for people."""

    def __init__(
        self,
        reading: Reading,
        directories: Directories,
        tell: Told,
        now_s: int,
        letters: Letters | None = None,
    ) -> None:
        self._reading, self._directories, self._tell = reading, directories, tell
        self._letters = letters
        self._refreshed_at_s = self._tidied_at_s = self._looked_at_s = self._asked_at_s = now_s
        self._wish = False
        self._reminded: set[str] = set()
        self._reminded_at_s = 0

    async def do(self, now_s: int) -> list[Place]:
        """Whatever is due at `now_s`; the places to go back to. Raises DirectoryStaleError."""
        back: list[Place] = []
        if has_passed(self._reminded_at_s, REMIND_PAUSE_S, now_s):
            self.remind(now_s)
        if now_s != self._looked_at_s:
            self._looked_at_s = now_s
            await in_thread(self._reading.waking.passed_time, now_s)
        self._wish |= self._reading.take_wish_for_directory()
        pause_s = DIRECTORY_WISH_PAUSE_S if self._wish else DIRECTORY_PAUSE_S
        if has_passed(self._refreshed_at_s, pause_s, now_s):
            back += await self.renew_directory(now_s)
        if has_passed(self._asked_at_s, ASKING_PAUSE_S, now_s):
            await self.write_letters(now_s)
        if has_passed(self._tidied_at_s, TIDY_PAUSE_S, now_s):
            self._tidied_at_s = now_s
            back += await in_thread(self._tidy, now_s)
        return back

    def remind(self, now_s: int) -> None:
        """Say once of each agreement that a mark before its end, or its end, has passed."""
        self._reminded_at_s = now_s
        me = self._reading.identity.me
        for one in due_reminders(self._reading.reader.directory, me, now_s):
            if one.key not in self._reminded:
                self._reminded.add(one.key)
                self._tell(sentence(one, me, now_s))

    async def renew_directory(self, now_s: int) -> list[Place]:
        """Ask for a newer directory; the one that we hold stays where none can be had."""
        self._wish, self._refreshed_at_s = False, now_s
        directory = await self._directories.refresh(now_s)
        if self._directories.trouble is not None:
            self._tell(f"the directory could not be renewed: {self._directories.trouble}")
        if self._directories.clock_trouble is not None:
            self._tell(self._directories.clock_trouble)
        # Before it wakes what waited: by the one that is held the clock may have seemed right.
        self._go_by(directory, now_s)
        back = await in_thread(self._reading.believe, directory, now_s)
        if self._directories.trouble is None:
            await in_thread(self._reading.judge_ahead, now_s)
        return back

    async def write_letters(self, now_s: int) -> None:
        """Ask for keys, confirm withdrawals. A broker that refuses or is away is no reason to stop."""
        self._asked_at_s = now_s
        await in_thread(self._reading.inbox.withdrawals.settle)
        if self._letters is None:
            return
        for sender in self._letters.senders:
            if due := await in_thread(sender.due, now_s):
                await self._send(self._letters.access, sender, due, now_s)

    async def _send(
        self, access: KafkaAccess, sender: Sender, due: Mapping[Any, OutgoingRecord], now_s: int
    ) -> None:
        try:
            async with Publisher(access) as publisher:
                await publisher.publish(list(due.values()))
        except OutsideFault as error:
            closed = error.topics if isinstance(error, DeliveryRefusedError) else frozenset()
            rest = {about: one for about, one in due.items() if one.topic not in closed}
            self._tell(f"{len(due) - len(rest) or len(due)} {sender.what} could not be sent: {error}")
            if rest and closed:  # one inbox that is closed to us keeps nothing from the others
                await self._send(access, sender, rest, now_s)
            return
        await in_thread(sender.sent, list(due), now_s)
        self._tell(f"{len(due)} {sender.what} were sent")

    def check_freshness(self, now_s: int) -> None:
        """Say that the directory has expired. Raises DirectoryStaleError as `check_clock` does."""
        self._go_by(self._reading.reader.directory, now_s)

    def check_clock(self, now_s: int) -> None:
        """Raises DirectoryStaleError where clock and directory are too far apart to judge anything by.

        What is judged by a clock that is years off is refused, or expired, for good.
        """
        self._freshness(self._reading.reader.directory, now_s)

    def _go_by(self, directory: Directory, now_s: int) -> None:
        if self._freshness(directory, now_s) is Freshness.STALE:
            self._tell("by this machine's clock the directory has expired: 72 hours more are read at most")

    def _freshness(self, directory: Directory, now_s: int) -> Freshness:
        match freshness := directory.freshness(now_s):
            case Freshness.TOO_OLD:
                raise DirectoryStaleError(
                    "by this machine's clock the directory expired over 72 hours ago, and nothing is read: "
                    + self._why_old()
                )
            case Freshness.AHEAD:
                behind = Finding(Clock.BEHIND, directory.signed_at_s - now_s)
                raise DirectoryStaleError(f"{behind.words()}; nothing is read until then")
            case Freshness.STALE | Freshness.FRESH:
                return freshness

    def _why_old(self) -> str:
        clock, trouble = self._directories.clock, self._directories.trouble
        if clock is not None and clock.clock is Clock.FITS:
            return "it agreed when the directory was read last: it was set since, or the machine slept"
        return clock.words() if clock is not None else str(trouble or "the authority has not signed since")

    def _tidy(self, now_s: int) -> list[Place]:
        inbox = self._reading.inbox
        if ended := inbox.forget_old(now_s):
            self._tell(f"{ended} records that waited have expired unread")
        self._reading.check_finals(now_s)
        waking = self._reading.waking
        return [*waking.positions_of_time(), *waking.room(now_s)]
