"""Law: how a log grows, and what its reader must make of a record that does not continue it.

Every record names its predecessor; counters are dense from 1 in each session; sessions grow. A record
that breaks this is judged on its own, with an alarm: the head moves only forward, whatever follows.
Storing the head is left to the caller. Source: wire format, rung 10 and "Completeness".
"""

from __future__ import annotations

from tocsin.core.ids import NO_LEAF
from tocsin.core.outcomes import AlarmKind, KnownLeaf, LogHead

SESSION_RANDOM_BITS = 20


def next_session(last: int, now_ms: int, random_bits: int) -> int:
    """max(last + 1, unix ms * 2^20) + 20 random bits: two copies of one state part, whatever the clock."""
    return max(last + 1, now_ms << SESSION_RANDOM_BITS) + random_bits


def session_ahead_s(session: int, now_s: int) -> int:
    """By how many seconds a session's time lies ahead of `now_s`; negative where it lies behind."""
    return (session >> SESSION_RANDOM_BITS) // 1_000 - now_s


def judge(
    head: LogHead | None, known: KnownLeaf | None, record: LogHead, previous: bytes
) -> tuple[AlarmKind | None, int]:
    """(alarm or None, number of missing records where known) for `record` on a log at `head`.

    `known` is what was seen at the same session and counter. The first record of a log is its
    baseline and raises nothing.
    """
    if known is not None:
        return (None if known.leaf16 == record.leaf[:16] else AlarmKind.FORK), 0
    if head is None:
        return None, 0
    if record.session < head.session:
        return AlarmKind.SESSION_BACK, 0
    if record.session > head.session:
        return _new_session(head, record, previous)
    if record.counter <= head.counter:
        return AlarmKind.COUNTER_BACK, 0
    if record.counter > head.counter + 1:
        return AlarmKind.GAP, record.counter - head.counter - 1
    return (None if previous == head.leaf else AlarmKind.WRONG_PREVIOUS), 0


def _new_session(head: LogHead, record: LogHead, previous: bytes) -> tuple[AlarmKind | None, int]:
    if record.counter > 1:
        return AlarmKind.GAP, record.counter - 1
    return (None if previous == head.leaf else AlarmKind.WRONG_PREVIOUS), 0


def advance(head: LogHead | None, record: LogHead) -> LogHead | None:
    """The new head, or None where `record` does not lie beyond `head`."""
    return record if head is None or record.place > head.place else None


def previous_of(head: LogHead | None) -> bytes:
    """What the next record of a log names as its predecessor."""
    return NO_LEAF if head is None else head.leaf
