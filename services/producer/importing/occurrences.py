"""Counts how often each row came before, in little memory: 32 bytes for each distinct row at most.

A dictionary takes ten times that. Most rows come once, so only which digests were seen is kept densely
(open addressing over a power of two of slots, at most half of them taken); the few that repeat have
their counts beside.
"""

from __future__ import annotations

from array import array

MAX_DISTINCT_ROWS = (
    2_000_000  # at most 32 MiB of slots, and for a moment half as much again while they grow
)
_FIRST_SLOTS = 1 << 12
_FREE = 0


class TooManyRowsError(Exception):
    """More distinct rows than can be told apart."""


class Occurrences:
    """How often each digest (64 bits) was counted."""

    def __init__(self) -> None:
        self._slots = _free_slots(_FIRST_SLOTS)
        self._distinct = 0
        self._repeated: dict[int, int] = {}

    def count(self, digest: int) -> int:
        """1 for a digest that comes for the first time, else one more than before.

        Raises TooManyRowsError.
        """
        digest = digest or 1  # 0 marks a free slot; that two of 2^64 fall together harms nothing
        if self._add(digest):
            return 1
        self._repeated[digest] = times = self._repeated.get(digest, 1) + 1
        return times

    def _add(self, digest: int) -> bool:
        """Whether it was not there."""
        slots, mask = self._slots, len(self._slots) - 1
        at = digest & mask
        while (held := slots[at]) != _FREE:
            if held == digest:
                return False
            at = (at + 1) & mask
        if self._distinct == MAX_DISTINCT_ROWS:
            raise TooManyRowsError
        slots[at] = digest
        self._distinct += 1
        if 2 * self._distinct > len(slots):
            self._grow()
        return True

    def _grow(self) -> None:
        before = self._slots
        self._slots = slots = _free_slots(2 * len(before))
        mask = len(slots) - 1
        for digest in before:
            if digest != _FREE:
                at = digest & mask
                while slots[at] != _FREE:
                    at = (at + 1) & mask
                slots[at] = digest


def _free_slots(count: int) -> array[int]:
    return array("Q", [_FREE]) * count
