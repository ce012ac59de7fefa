"""Law: how whole a log is, by what its originator stated, what came, and what was wrong on the way.

It guarantees that a log is called complete only up to a checkpoint that names a record which we hold with
that very leaf, with no hole before it, and that silence is never taken for completeness. A beginning that
is missing may be retention or a lie: it is said, and is no fault. Gathering the evidence is left to the
caller. Source: wire format, "Completeness".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from tocsin.core.outcomes import Alarm, AlarmKind, KnownLeaf, LogHead, LogId

SILENCE_S = 2 * 3_600
PATIENCE_S = 600
_HOLES = frozenset({AlarmKind.GAP, AlarmKind.WRONG_PREVIOUS, AlarmKind.FINAL_HEAD})
_CONTRADICTIONS = frozenset(
    {AlarmKind.FORK, AlarmKind.CHECKPOINT, AlarmKind.OTHER_BYTES, AlarmKind.SESSION_BACK}
)


class Standing(StrEnum):
    """What may be said of a log, best first."""

    COMPLETE = "complete"
    PAST = "older than what is kept"
    COMING = "still coming"
    UNSTATED = "not stated yet"
    SILENT = "its originator is silent"
    BEHIND = "its end is missing"
    HOLES = "records are missing"
    CONTRADICTS = "contradicts itself"

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left to be asked."""
        return self in (Standing.COMPLETE, Standing.PAST)


@dataclass(frozen=True, slots=True)
class Stated:
    """The last checkpoint on the log's topic: its date, when we saw it (Unix seconds), and its head of
    the log; None where it names none.
    """

    time_s: int
    seen_at_s: int
    head: LogHead | None

    @property
    def until_s(self) -> int:
        """Up to when it says anything: dated ahead by a clock that was wrong, only until it was seen."""
        return min(self.time_s, self.seen_at_s)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a log. `head`: how far it was read, None where nothing came; `since_s`: since when
    (Unix seconds, 0 if unknown); `kept_s`: how long the broker keeps it; `known`: what we hold at a session
    and counter; `held`: how far another reading of ours came; `alarms`: what was raised about it.
    """

    log: LogId
    head: LogHead | None
    since_s: int
    begins_later: bool
    kept_s: int
    stated: Stated | None
    known: Callable[[int, int], KnownLeaf | None]
    held: LogHead | None = None
    alarms: tuple[Alarm, ...] = ()


@dataclass(frozen=True, slots=True)
class LogStanding:
    """The verdict. `complete_until_s`: up to when a checkpoint shows it complete;
    `holes` and `contradictions`: the alarms behind them; `missing`: records known to be missing.
    """

    evidence: Evidence
    standing: Standing
    complete_until_s: int | None
    missing: int
    holes: tuple[Alarm, ...]
    contradictions: tuple[Alarm, ...]


def judge(evidence: Evidence, now_s: int, patience_s: int = PATIENCE_S) -> LogStanding:
    """How whole the log is at `now_s`. `patience_s`: how long what was stated may take to come; 0 where
    the log was read to an end that was asked after the checkpoint's.
    """
    holes = tuple(one for one in evidence.alarms if one.kind in _HOLES and not _filled(one, evidence))
    wrong = tuple(one for one in evidence.alarms if one.kind in _CONTRADICTIONS)
    standing = _standing(evidence, holes, wrong, now_s - patience_s, now_s)
    agreed = standing in (Standing.COMPLETE, Standing.SILENT) and evidence.stated is not None
    until_s = evidence.stated.until_s if agreed and evidence.stated and evidence.stated.head else None
    missing = sum(one.missing for one in holes) or sum(
        _beyond(one, evidence.head) for one in _ends(evidence)
    )
    return LogStanding(evidence, standing, until_s, missing, holes, wrong)


def _standing(
    evidence: Evidence, holes: tuple[Alarm, ...], wrong: tuple[Alarm, ...], patient_since_s: int, now_s: int
) -> Standing:
    stated = evidence.stated
    if wrong or any(_differs(one, evidence) for one in _ends(evidence)):
        return Standing.CONTRADICTS
    if holes:
        return Standing.HOLES
    if any(_beyond(one, evidence.head) for one in _ends(evidence)):
        early = stated is not None and stated.seen_at_s > patient_since_s
        return Standing.COMING if early else Standing.BEHIND
    unstated = stated is None or stated.head is None
    if unstated and 0 < evidence.since_s < now_s - evidence.kept_s:
        return Standing.PAST
    if now_s > (stated.until_s if stated else evidence.since_s) + SILENCE_S:
        return Standing.SILENT
    return Standing.COMPLETE if stated is not None and stated.head is not None else Standing.UNSTATED


def _ends(evidence: Evidence) -> Iterator[LogHead]:
    """Every head that the log is known to have reached."""
    if evidence.stated is not None and evidence.stated.head is not None:
        yield evidence.stated.head
    if evidence.held is not None:
        yield evidence.held


def _beyond(end: LogHead, head: LogHead | None) -> int:
    """How many records, at least, lie between `head` and `end`."""
    if head is not None and end.place <= head.place:
        return 0
    return end.counter - head.counter if head is not None and head.session == end.session else end.counter


def _differs(end: LogHead, evidence: Evidence) -> bool:
    """Whether we hold another record where `end` is."""
    if evidence.head is not None and evidence.head.place == end.place:
        return evidence.head.leaf != end.leaf
    known = evidence.known(end.session, end.counter)
    return known is not None and known.leaf16 != end.leaf[:16]


def _filled(hole: Alarm, evidence: Evidence) -> bool:
    """Whether all that was missing came later."""
    if not 0 < hole.missing < hole.counter:
        return False
    counters = range(hole.counter - hole.missing, hole.counter)
    return all(evidence.known(hole.session, counter) is not None for counter in counters)
