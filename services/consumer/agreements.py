"""What a reader says of agreements: a firm of its own, a national authority of those of its firms."""

from __future__ import annotations

from tocsin.core.agreements import Reminder, reminder, reminders, sponsored_by
from tocsin.core.directory import Directory

MAX_SENTENCES = 20


def due_reminders(directory: Directory, me: bytes, now_s: int) -> list[Reminder]:
    """Our own agreement's reminder, then those of the firms that we sponsor, the nearest end first."""
    own = directory.participants.get(me)
    mine = reminder(directory, own, now_s) if own is not None else None
    theirs = reminders(directory, sponsored_by(directory, me), now_s)
    return [*([mine] if mine else []), *theirs]


def sentence(one: Reminder, me: bytes, now_s: int) -> str:
    """As it is told to us."""
    return one.to_firm(now_s) if one.firm.id == me else one.to_others(now_s)


def agreement_sentences(directory: Directory, me: bytes, now_s: int) -> list[str]:
    """One sentence for each agreement that ends within 30 days or has ended; at most 20."""
    found = due_reminders(directory, me, now_s)
    said = [sentence(one, me, now_s) for one in found[:MAX_SENTENCES]]
    more = len(found) - MAX_SENTENCES
    return [*said, f"and {more} more agreements end soon or have ended"] if more > 0 else said


def ended_sentences(directory: Directory, me: bytes, now_s: int) -> list[str]:
    """That our own agreement has ended; empty while it runs."""
    own = directory.participants.get(me)
    mine = reminder(directory, own, now_s) if own is not None else None
    return [mine.to_firm(now_s)] if mine is not None and mine.days == 0 else []
