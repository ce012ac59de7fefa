"""Law: from when to when a participant takes no part: suspended for a while, or ended for good.

It guarantees that what parses has times in order and a reason of the closed lists; a reason that names
a person or a case has no field here, and stays in the authority's own record. What follows for
audiences and streams is left to `directory`. Source: wire format, "Directory".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tocsin.core import json_fields
from tocsin.core.errors import MalformedError, RefusedByRuleError

MAX_SUSPENSIONS = 64
NO_DAY = 2**53
SUSPENSION_REASONS = frozenset({"agreement", "inquiry", "own-request", "security"})
END_REASONS = frozenset({"agreement-ended", "expelled", "withdrew"})


@dataclass(frozen=True, slots=True)
class Suspension:
    """Takes no part from `from_s` on, until `until_s` (not included; NO_DAY: until told otherwise)."""

    from_s: int
    until_s: int
    reason: str

    def covers(self, time_s: int) -> bool:
        """Whether `time_s` lies within."""
        return self.from_s <= time_s < self.until_s


@dataclass(frozen=True, slots=True)
class Ended:
    """Takes no part any more from `at_s` on. The entry stays, so that old records can be verified."""

    at_s: int
    reason: str


def read_suspensions(record: Mapping[str, Any]) -> tuple[Suspension, ...]:
    """From a participant's entry; absent means none. Raises MalformedError."""
    if record.get("suspensions") is None:
        return ()
    found = json_fields.objects(record, "suspensions", MAX_SUSPENSIONS)
    return tuple(_suspension(one) for one in found)


def _suspension(record: Mapping[str, Any]) -> Suspension:
    begin = json_fields.moment(record, "from_s")
    end = NO_DAY if record.get("until_s") is None else json_fields.moment(record, "until_s")
    if begin >= end:
        raise MalformedError("a suspension ends before it begins")
    return Suspension(begin, end, _reason(record, SUSPENSION_REASONS))


def read_ended(record: Mapping[str, Any]) -> Ended | None:
    """From a participant's entry; absent means that it goes on. Raises MalformedError."""
    ended = json_fields.optional_object(record, "ended")
    if ended is None:
        return None
    return Ended(json_fields.moment(ended, "at_s"), _reason(ended, END_REASONS))


def _reason(record: Mapping[str, Any], known: frozenset[str]) -> str:
    reason = json_fields.text(record, "reason")
    if reason not in known:
        raise MalformedError(f"a reason is one of {', '.join(sorted(known))}")
    return reason


def standing_record(suspensions: tuple[Suspension, ...], ended: Ended | None) -> dict[str, Any]:
    """Inverse of both; what is absent is left out, so that entries without keep their bytes."""
    record: dict[str, Any] = {}
    if suspensions:
        record["suspensions"] = [
            {
                "from_s": one.from_s,
                "until_s": None if one.until_s == NO_DAY else one.until_s,
                "reason": one.reason,
            }
            for one in suspensions
        ]
    if ended is not None:
        record["ended"] = {"at_s": ended.at_s, "reason": ended.reason}
    return record


def day_end_s(text: str) -> int:
    """The end of a day `YYYY-MM-DD` in UTC, in seconds. Raises RefusedByRuleError."""
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise RefusedByRuleError(f"{text} is no date: write it as 2027-12-31") from None
    end_s = int(day.timestamp()) + 86_400
    if end_s > json_fields.LAST_S:
        raise RefusedByRuleError(f"{text} is no end: name a day before 9999-12-31")
    return end_s
