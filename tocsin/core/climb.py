"""Law: what is known of a record on its way up the ladder, and how a climb ends.

A climb that ends below rung 10 leaves nothing but its reason.
Source: wire format, "Ladder of a reader".
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tocsin.core import wire
from tocsin.core.outcomes import (
    Alarm,
    AlarmKind,
    ItemFate,
    KnownLeaf,
    LogHead,
    LogId,
    Outcome,
    Reason,
    RecordFate,
    Step,
)
from tocsin.core.reader import Reader
from tocsin.core.streams import Place

SKEW_S = 300
HOUR_S = 3_600
MAX_SUITE = 255


class Stopped(Exception):
    """A rung ended the climb."""

    def __init__(self, outcome: Outcome, step: Step, reason: Reason) -> None:
        super().__init__(reason)
        self.outcome, self.step, self.reason = outcome, step, reason


@dataclass(slots=True)
class Climb:
    """What is known of a record so far; becomes its fate wherever the climb ends."""

    reader: Reader
    place: Place
    now_s: int
    envelope: wire.Envelope
    header: wire.Header
    leaf: bytes
    log: LogId
    known: KnownLeaf | None = None
    new_head: LogHead | None = None
    baseline: bool = False
    past_log: bool = False
    alarms: list[Alarm] = field(default_factory=list)

    def fate(
        self, outcome: Outcome, step: Step, reason: Reason, items: tuple[ItemFate, ...] = ()
    ) -> RecordFate:
        """The record's fate if the climb ends here; without its log where rung 10 was not passed."""
        if not self.past_log:
            return RecordFate(outcome, step, reason, self.header)
        return RecordFate(
            outcome,
            step,
            reason,
            self.header,
            self.log,
            self.leaf,
            self.new_head,
            self.baseline,
            tuple(self.alarms),
            items,
        )


def quarantine(step: Step, reason: Reason) -> Stopped:
    """What to raise where a record is refused for good."""
    return Stopped(Outcome.QUARANTINED, step, reason)


def alarm(climb: Climb, kind: AlarmKind, missing: int = 0) -> Alarm:
    """An alarm about the record's place in its log."""
    log, header = climb.log, climb.header
    return Alarm(kind, log.originator, log.stream, log.scope, header.session, header.counter, missing)
