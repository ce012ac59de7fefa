"""A poll becomes facts: each value climbs the ladder, and all of it is stored in one transaction.

Guarantee: fates, heads, leaves, reports and offsets of a poll are on disk together or not at all, so
that a crash repeats a poll and never loses or doubles a report. No await, no clock: see `consume`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from services.consumer.harvest import Harvest
from services.consumer.keys_intake import KeysIntake
from tocsin.adapters.inbox.causes import Cause, Wait
from tocsin.adapters.inbox.reader import InboxReader
from tocsin.adapters.inbox.store import Inbox
from tocsin.adapters.kafka.records import IncomingRecord
from tocsin.core import wire
from tocsin.core.ladder import examine, resume
from tocsin.core.outcomes import Outcome, RecordFate
from tocsin.core.streams import CHECKPOINTS_TOPIC, MANIFESTS_TOPIC, Place

MAX_POLL_RECORDS = 50
_NO_RECORDS = frozenset({MANIFESTS_TOPIC, CHECKPOINTS_TOPIC})


@dataclass(slots=True)
class Tally:
    """Counts since the start, for metrics and the closing sentence: records and their items."""

    records: Counter[Outcome] = field(default_factory=Counter)
    items: Counter[Outcome] = field(default_factory=Counter)


class Intake:
    """Takes polls, and takes again what was parked when its cause goes."""

    def __init__(
        self, inbox: Inbox, reader: InboxReader, keys: KeysIntake, harvest: Harvest, tally: Tally
    ) -> None:
        self._inbox, self._reader, self._keys = inbox, reader, keys
        self._harvest, self.tally = harvest, tally
        self.wants_directory = False

    def take(self, records: Sequence[IncomingRecord], now_s: int) -> int:
        """Store what became of the first of at most 50 `records`, and the offsets behind them, all or
        nothing; how many. Behind what may end waits no record is taken: it would overtake what waited.
        """
        seen: list[RecordFate | Outcome] = []
        values = [(Place(one.topic, one.partition, one.offset), one.value) for one in records]
        with self._inbox.transaction():
            for place, value in values:
                about_keys = _is_about_keys(value, place)
                if seen and self._keys.woken and not about_keys:
                    break
                seen.append(self._one(value, place, now_s, about_keys=about_keys))
            self._inbox.offsets.took(values[: len(seen)])
        self._count(seen)
        return len(seen)

    def take_woken(self) -> list[Wait]:
        """The waits that may end by what was taken since the last call."""
        woken, self._keys.woken = self._keys.woken, set()
        return sorted(woken)

    def resume(self, wait: Wait, now_s: int) -> int:
        """Climb again with all that was parked for `wait`, in the order of its logs; how many."""
        resumed, after = 0, None
        while parked := self._inbox.waiting.due(wait, now_s, after, MAX_POLL_RECORDS):
            seen: list[RecordFate | Outcome] = []
            with self._inbox.transaction():
                for one in parked:
                    self._inbox.waiting.drop(one.place)
                    fate = resume(one.value, one.place, self._reader, now_s, self._harvest.check)
                    seen.append(self._keep(fate, one.value, one.place, now_s))
            self._count(seen)
            resumed += len(parked)
            after = parked[-1].place
        return resumed

    def retry(self, value: bytes, place: Place, now_s: int, *, past_log: bool) -> RecordFate:
        """Climb again with a quarantined value that was read again from `place`."""
        climb = resume if past_log else examine
        with self._inbox.transaction():
            self._inbox.quarantine.drop(place)
            fate = climb(value, place, self._reader, now_s, self._harvest.check)
            self._keep(fate, value, place, now_s)
        return fate

    def _one(
        self, value: bytes | None, place: Place, now_s: int, *, about_keys: bool
    ) -> RecordFate | Outcome:
        if about_keys:
            return self._keys.take(value, place, now_s)
        fate = examine(value, place, self._reader, now_s, self._harvest.check)
        return self._keep(fate, value, place, now_s)

    def _keep(self, fate: RecordFate, value: bytes | None, place: Place, now_s: int) -> RecordFate:
        order = {region: bit for bit, region in enumerate(self._reader.directory.layout.regions)}
        self._inbox.keep(fate, value, place, self._harvest.reports(fate, order, now_s), now_s)
        if fate.waits:
            self.wants_directory = True
        return fate

    def _count(self, seen: Sequence[RecordFate | Outcome]) -> None:
        for one in seen:
            if isinstance(one, Outcome):
                self.tally.records[one] += 1
                continue
            self.tally.records[one.outcome] += 1
            for item in one.items:
                self.tally.items[item.outcome] += 1


def _is_about_keys(value: bytes | None, place: Place) -> bool:
    inbox_talk = place.inbox_of is not None and wire.kind_of(value or b"") in ("wrap", "statement")
    return place.topic in _NO_RECORDS or inbox_talk


def directory_waits(inbox: Inbox, reader: InboxReader) -> list[Wait]:
    """The waits that a newer directory may end: unknown signers that it knows now, and the rest."""
    signers = inbox.waiting.subjects(Cause.SIGNER) & set(reader.directory.keys)
    return [Wait(Cause.DIRECTORY), Wait(Cause.SIGNER), *(Wait(Cause.SIGNER, one) for one in signers)]
