"""Law: the closed words for what became of a record or item, where on the ladder, and why.

A new word breaks the type check of whoever must handle it. Only facts that may be logged stand here:
no value below holds content. Source: wire format, "Ladder of a reader".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from tocsin.core.attachments import Part
from tocsin.core.wire import Header, Item


class Outcome(StrEnum):
    """The five, best first."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    SKIPPED = "skipped"
    PARKED = "parked"
    QUARANTINED = "quarantined"


RANK: tuple[Outcome, ...] = tuple(Outcome)


class Step(IntEnum):
    """The rungs, with the numbers of the wire format."""

    SIZE = 1
    MAGIC = 2
    ENVELOPE = 3
    HEADER = 4
    PLACE = 5
    SIGNER = 6
    SIGNATURE = 7
    KNOWN = 8
    RETIRED = 9
    LOG = 10
    SUITE = 11
    ROLE = 12
    TIME = 13
    FOR_ME = 14
    OPEN = 15
    INNER = 16
    SCHEMA = 17
    BODY = 18
    DOMAIN = 19
    STORE = 20


class Reason(StrEnum):
    """Why, in words that a metric may carry."""

    WHOLE = "whole"
    EMPTY = "no value"
    TOO_LARGE = "too large"
    NOT_OURS = "not a Tocsin record"
    MALFORMED = "malformed"
    OUT_OF_BOUNDS = "out of bounds"
    WRONG_PLACE = "wrong place"
    UNKNOWN_KEY = "key not in the directory"
    WRONG_KEY = "key of another participant or purpose"
    KEY_NOT_VALID = "key not valid at that time"
    BAD_SIGNATURE = "bad signature"
    KNOWN = "already known"
    RETIRED_KEY = "retired key"
    UNKNOWN_SUITE = "suite not known yet"
    NO_SUCH_SUITE = "no such suite"
    ROLE = "role does not allow the stream"
    EXPIRED = "expired"
    FROM_THE_FUTURE = "dated ahead"
    UNKNOWN_AUDIENCE = "audience not in the directory"
    OWN_RECORD = "own record"
    NOT_A_MEMBER = "not for us"
    NO_KEY = "waits for a key"
    OUTSIDE_WINDOW = "outside its generation's time"
    CANNOT_OPEN = "cannot be opened"
    UNKNOWN_SCHEMA = "schema not in the directory"
    SCHEMA_NOT_ALLOWED = "schema not allowed for the audience"
    APPROVALS = "approvals missing or wrong"
    DOMAIN = "breaks a rule of the domain"
    CONTRADICTS = "contradicts its attachment"
    NO_ROOM = "waits for room"
    WITHDRAWN = "withdrawn"
    OTHER_BYTES = "other bytes under a known version"


class AlarmKind(StrEnum):
    """What stands beside an outcome and wants a person."""

    GAP = "records are missing"
    WRONG_PREVIOUS = "the chain does not join"
    SESSION_BACK = "a session went back"
    COUNTER_BACK = "a counter went back"
    FORK = "two records under one counter"
    OTHER_BYTES = "other bytes under a known version"
    FINAL_HEAD = "the final head is missing or another record"
    MANIFEST_CONFLICT = "two manifests under one revision"
    MEMBER_REMOVED = "a revision that removes a member"
    GHOST_READER = "a manifest names somebody outside the audience"
    CHECKPOINT = "a checkpoint that disagrees"
    MISSING_KEY = "a key does not come"
    NOT_SEALED_BY_ME = "a record under our key that we did not seal"
    BROKER_WENT_BACK = "the broker no longer holds what it acknowledged to us"


@dataclass(frozen=True, slots=True)
class LogId:
    """One log: an originator's records of a stream and region; of an inbox, per audience."""

    originator: bytes
    stream: str
    scope: str


@dataclass(frozen=True, slots=True)
class LogHead:
    """The last record of a log: session, counter and 32-byte leaf."""

    session: int
    counter: int
    leaf: bytes

    @property
    def place(self) -> tuple[int, int]:
        """What orders heads."""
        return (self.session, self.counter)


@dataclass(frozen=True, slots=True)
class KnownLeaf:
    """16 bytes of a leaf that passed rung 10, and whether its items were dealt with for good."""

    leaf16: bytes
    settled: bool


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing for a person to look at. `missing` counts records where that is known."""

    kind: AlarmKind
    originator: bytes
    stream: str
    scope: str
    session: int = 0
    counter: int = 0
    missing: int = 0


@dataclass(frozen=True, slots=True)
class ItemFate:
    """What became of one item. `item` is content: it is never shown in a `repr`. `part`: what an item
    that passed brought of an attachment.
    """

    outcome: Outcome
    step: Step
    reason: Reason
    item: Item = field(repr=False)
    digest: bytes = field(repr=False, default=b"")
    part: Part | None = field(repr=False, default=None)


@dataclass(frozen=True, slots=True)
class RecordFate:
    """What became of a record, and all that the reader's one transaction must write."""

    outcome: Outcome
    step: Step
    reason: Reason
    header: Header | None = None
    log: LogId | None = None
    leaf: bytes | None = None
    new_head: LogHead | None = None
    baseline: bool = False
    alarms: tuple[Alarm, ...] = ()
    items: tuple[ItemFate, ...] = ()

    @property
    def waits(self) -> bool:
        """Whether the record, or one of its items, must be kept until its cause goes."""
        return self.outcome is Outcome.PARKED or any(fate.outcome is Outcome.PARKED for fate in self.items)

    @property
    def settled(self) -> bool:
        """Whether seeing this record again would be a duplicate."""
        return not self.waits and self.reason is not Reason.NOT_A_MEMBER


def best(outcomes: tuple[Outcome, ...]) -> Outcome:
    """The best of several outcomes."""
    return min(outcomes, key=RANK.index)
