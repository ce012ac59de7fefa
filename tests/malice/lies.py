"""What a broker may lie about. Each lie says how it answers; the truth is what it leaves alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from tests.malice.frames import Shown

Place = tuple[str, int]


class Lie:
    """Tells the truth. A lie overrides what it falsifies; None means "as it is"."""

    def records(self, _place: Place) -> Sequence[Shown] | None:
        """All records of a partition, in the place of those that it has."""
        return None

    def end(self, place: Place) -> int | None:
        """The offset behind the last record."""
        records = self.records(place)
        return None if records is None else max((one.offset + 1 for one in records), default=0)

    def beginning(self, place: Place) -> int | None:
        """The offset of the first record."""
        records = self.records(place)
        return None if records is None else min((one.offset for one in records), default=0)

    def at_time(self, place: Place, time_ms: int) -> int | None:
        """The first offset stored at or after a time; -1 where there is none."""
        records = self.records(place)
        if records is None:
            return None
        return next((one.offset for one in records if one.timestamp_ms >= time_ms), -1)

    def partitions(self, _topic: str) -> int | None:
        """How many partitions a topic has; 0 where it is not there."""
        return None


class Instead(Lie):
    """Shows other records than those of a partition: fewer, more, others, in another order."""

    def __init__(self, place: Place, records: Iterable[Shown]) -> None:
        self.place, self.shown = place, list(records)

    def records(self, place: Place) -> Sequence[Shown] | None:
        return self.shown if place == self.place else None


class Corrupt(Instead):
    """The same, in batches whose CRC is wrong."""


class Ends(Lie):
    """Says wrong offsets of a partition whose records it shows as they are."""

    def __init__(self, place: Place, *, end: int | None = None, beginning: int | None = None) -> None:
        self.place, self._end, self._beginning = place, end, beginning

    def end(self, place: Place) -> int | None:
        return self._end if place == self.place else None

    def beginning(self, place: Place) -> int | None:
        return self._beginning if place == self.place else None


class NothingSince(Lie):
    """Says that nothing was stored in a partition since whatever time is asked."""

    def __init__(self, place: Place) -> None:
        self.place = place

    def at_time(self, place: Place, time_ms: int) -> int | None:
        return -1 if place == self.place else None


class OldMetadata(Lie):
    """Says of a topic what was true before it had all its partitions."""

    def __init__(self, topic: str, partitions: int) -> None:
        self.topic, self.count = topic, partitions

    def partitions(self, topic: str) -> int | None:
        return self.count if topic == self.topic else None


def numbered(records: Iterable[Shown]) -> list[Shown]:
    """The records with offsets from 0."""
    return [replace(one, offset=offset) for offset, one in enumerate(records)]
