"""Law: what is said of the agreement under which a firm takes part, when, and to whom.

It guarantees that each reminder (30, 10 and 1 days before the end, and the end) is told once for each
end, also to a reader that was away at its day, and that a firm is always told whom to ask. What follows
for streams is left to `directory`. Source: docs/receiving.md, "Agreements".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from tocsin.core.directory import Directory
from tocsin.core.participants import Participant

REMINDERS_DAYS = (30, 10, 1)
TOLD_AFTER_DAYS = 30
DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Reminder:
    """`days`: 30, 10 or 1, the mark that was passed; 0: it has ended. `ends_s` in Unix seconds."""

    firm: Participant
    sponsor: Participant | None
    days: int
    ends_s: int

    @property
    def key(self) -> str:
        """The same for one mark of one end: what was told under it is not told again."""
        return f"agreement-{self.firm.id.hex()[:16]}-{self.ends_s}-{self.days}"

    def to_firm(self, now_s: int) -> str:
        """What the firm is told."""
        with_whom = "" if self.sponsor is None else f" with {_named(self.sponsor)}"
        what = f"{self._what()}{with_whom}"
        ask = "your national authority" if self.sponsor is None else _reached(self.sponsor)
        if self.days == 0:
            return (
                f"{what} ended on {_day(self.ends_s)}: nothing that is sent since then can be read here; "
                f"ask {ask} to prolong it"
            )
        return (
            f"{what} ends {_in_days(self.ends_s - now_s)}, on {_day(self.ends_s)}: ask {ask} to prolong it"
        )

    def to_others(self, now_s: int) -> str:
        """What the sponsor and the authority are told."""
        what = f"{self._what()} of {_named(self.firm)}"
        if self.days == 0:
            return f"{what} ended on {_day(self.ends_s)}: it gets no more alerts"
        return f"{what} ends {_in_days(self.ends_s - now_s)}, on {_day(self.ends_s)}"

    def _what(self) -> str:
        reference = self.firm.agreement
        return "the agreement" if reference is None else f"the agreement {reference}"


def reminder(directory: Directory, firm: Participant, now_s: int) -> Reminder | None:
    """The reminder of a firm's agreement that holds at `now_s`; None while the end is far away."""
    left_s = firm.agreement_ends_s - now_s
    if firm.ended is not None or left_s > REMINDERS_DAYS[0] * DAY_S:
        return None
    passed = [days for days in REMINDERS_DAYS if left_s <= days * DAY_S]
    days = 0 if left_s <= 0 else passed[-1]
    sponsor = None if firm.sponsor is None else directory.participants.get(firm.sponsor)
    return Reminder(firm, sponsor, days, firm.agreement_ends_s)


def reminders(directory: Directory, firms: Iterable[Participant], now_s: int) -> list[Reminder]:
    """Those of `firms` for who stands for them, the earliest end first; for 30 days after it."""
    found = (reminder(directory, one, now_s) for one in firms)
    recent = (one for one in found if one is not None and now_s < one.ends_s + TOLD_AFTER_DAYS * DAY_S)
    return sorted(recent, key=lambda one: (one.ends_s, one.firm.id))


def sponsored_by(directory: Directory, me: bytes) -> list[Participant]:
    """The firms that `me` stands for."""
    return [one for one in directory.participants.values() if one.sponsor == me]


def _named(one: Participant) -> str:
    return f"{one.name} ({one.country})"


def reached(one: Participant) -> str:
    """A participant for people who have to ask it: its name, country, and how its office is reached."""
    return _named(one) if one.contact is None else f"{_named(one)}, {one.contact}"


def own_authority(directory: Directory, me: bytes) -> str | None:
    """The sponsor of `me` and how it is reached; None for a government, and where none is known."""
    own = directory.participants.get(me)
    sponsor = None if own is None else directory.participants.get(own.sponsor or b"")
    return None if sponsor is None else reached(sponsor)


def _reached(one: Participant) -> str:
    return reached(one) if one.contact is None else f"{reached(one)},"


def _day(ends_s: int) -> str:
    # It ends with the last second of a day: that day is the one that people wrote down.
    return datetime.fromtimestamp(ends_s - 1, UTC).strftime("%Y-%m-%d")


def _in_days(left_s: int) -> str:
    days = -(-left_s // DAY_S)
    return "within a day" if days <= 1 else f"in {days} days"
