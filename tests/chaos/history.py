"""What a round leaves for its judge: what was answered, what was shown, what was explained.

No module of Tocsin is imported here nor in `checker`: the judge knows HTTP answers and printed lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a lane was told about a report. `lane` and `order`: when it was sent, and by whom.

    `asked_s`, `answered_s`: monotonic, when it was first handed in and when it was acknowledged.
    """

    reference: str
    report_id: str
    lane: int
    order: int
    originator: str = ""
    asked_s: float = 0.0
    answered_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Refusal:
    """A report that was not accepted: the status, and the reasons that were given."""

    reference: str
    status: int
    reasons: tuple[str, ...]


class Shown(NamedTuple):
    """One line of what a reader shows, in its order."""

    cursor: int
    report_id: str
    version: int
    reference: str
    stream: str
    regions: frozenset[str]


class Copy(NamedTuple):
    """Where a report went, as `status` says: one for each region. `reason`: why it did not leave."""

    report_id: str
    stream: str
    region: str
    state: str
    topic: str | None
    partition: int | None
    offset: int | None
    reason: str | None


class Gap(NamedTuple):
    """Offsets from `begin` up to, not with, `end` that the reader announced as gone."""

    topic: str
    partition: int
    begin: int
    end: int

    def covers(self, copy: Copy) -> bool:
        """Whether a copy lay in it."""
        here = (self.topic, self.partition) == (copy.topic, copy.partition)
        return here and copy.offset is not None and self.begin <= copy.offset < self.end


class Alarm(NamedTuple):
    """A log of which the reader says that something is missing."""

    stream: str
    region: str


class Membership(NamedTuple):
    """A reader for part of the time; times are monotonic, as receipts'.

    `since_s`: it is given what was handed in from then on. `asked_s`: its suspension was asked for;
    `suspended_s`: the sender was seen to know; None: never.
    """

    since_s: float
    asked_s: float | None = None
    suspended_s: float | None = None


@dataclass
class History:
    """All that the judge is handed. `copies` is asked only of what was not shown."""

    receipts: Sequence[Receipt] = ()
    refusals: Sequence[Refusal] = ()
    shown: Sequence[Shown] = ()
    copies: Sequence[Copy] = ()
    gaps: Sequence[Gap] = ()
    alarms: Sequence[Alarm] = ()


def shown_of(rendered: dict[str, Any]) -> Shown:
    """From the documented JSON of a report."""
    return Shown(
        rendered["cursor"],
        rendered["report_id"],
        rendered["version"],
        rendered["report"]["national_reference"],
        rendered["stream"],
        frozenset(rendered["regions"]),
    )


def copies_of(record: dict[str, Any]) -> list[Copy]:
    """From the documented JSON of `status`."""
    fields = ("stream", "region", "state", "topic", "partition", "offset", "reason")
    return [Copy(record["report_id"], *(one[name] for name in fields)) for one in record["destinations"]]
