"""When what records waited for has come: which waits end, what resumes, where reading goes back to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from services.consumer.intake import Intake, directory_waits
from tocsin.adapters.inbox.causes import Cause, Wait
from tocsin.adapters.inbox.keys import generation_from
from tocsin.adapters.inbox.reader import InboxReader
from tocsin.adapters.inbox.store import Inbox
from tocsin.adapters.kafka.records import IncomingRecord
from tocsin.core.attachments import MAX_ATTACHMENT_BYTES
from tocsin.core.streams import Place

_ABOUT_GENERATIONS = (Cause.KEY, Cause.MANIFEST, Cause.MEMBERSHIP)


class Waking:
    """Ends waits. Each method returns the places to which the subscription must go back."""

    def __init__(self, inbox: Inbox, reader: InboxReader, intake: Intake) -> None:
        self._inbox, self._reader, self._intake = inbox, reader, intake

    def take(self, records: Sequence[IncomingRecord], now_s: int) -> list[Place]:
        """Store a poll, and end the waits that it ends.

        What waited is taken up before the records behind what it waited for, so that nothing overtakes
        another record of its log. Of a partition that goes back the rest comes again.
        """
        back: list[Place] = []
        while records:
            taken = self._intake.take(records, now_s)
            back += self.end(self._intake.take_woken(), now_s)
            gone = {(one.topic, one.partition) for one in back}
            records = [one for one in records[taken:] if (one.topic, one.partition) not in gone]
        return back

    def end(self, waits: Iterable[Wait], now_s: int) -> list[Place]:
        """End those of `waits` whose subject is here: resume what has its bytes, go back for the rest.

        The offsets move back in the transaction that forgets the positions: no crash loses them.
        """
        back: list[Place] = []
        for wait in waits:
            if self._satisfied(wait):
                self._intake.resume(wait, now_s)
                back += self._go_back(wait)
        return back

    def all(self, now_s: int) -> list[Place]:
        """At the start: whatever could have ended while we were not there."""
        waiting = self._inbox.waiting
        waits = [Wait(cause, one) for cause in _ABOUT_GENERATIONS for one in waiting.subjects(cause)]
        waits += [Wait(Cause.SUITE), Wait(Cause.TIME), *self._room_waits()]
        waits += directory_waits(self._inbox, self._reader)
        return self.end(waits, now_s)

    def newer_directory(self, now_s: int) -> list[Place]:
        """After the directory changed."""
        return self.end(directory_waits(self._inbox, self._reader), now_s)

    def passed_time(self, now_s: int) -> int:
        """Resume what was dated ahead and whose time has come; how many."""
        return self._intake.resume(Wait(Cause.TIME), now_s)

    def positions_of_time(self) -> list[Place]:
        """Where records dated ahead lie that had no room: now and then they are read again."""
        return self._go_back(Wait(Cause.TIME))

    def room(self, now_s: int) -> list[Place]:
        """Attachments that had no room, where there is room again."""
        return self.end(self._room_waits(), now_s)

    def _room_waits(self) -> list[Wait]:
        return [Wait(Cause.ROOM, one) for one in self._inbox.waiting.subjects(Cause.ROOM)]

    def _satisfied(self, wait: Wait) -> bool:
        if wait.cause is Cause.ROOM:
            return self._reader.has_room(wait.subject, MAX_ATTACHMENT_BYTES)
        if wait.cause not in _ABOUT_GENERATIONS or not wait.subject:
            return True
        generation = generation_from(wait.subject)
        manifest = self._inbox.keys.manifest(generation)
        if manifest is None or wait.cause is Cause.MANIFEST:
            return manifest is not None
        held = self._inbox.keys.secret(generation) is not None
        return held and self._reader.me in manifest.members

    def _go_back(self, wait: Wait) -> list[Place]:
        with self._inbox.transaction():
            places = self._inbox.waiting.wake(wait)
            for place in places:
                self._inbox.offsets.go_back(place)
        return places
