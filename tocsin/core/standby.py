"""Law: when a standby signs the directory's timestamp in the authority's place, and when it must not.

It stands in for a silence, never for a decision: the entries it prolongs are those that the authority
signed last, the newest that it ever saw, and for no longer than 72 hours after that signature. So a broker
that withholds the authority's news from a standby gains no more than that. Verifying signatures, signing
and remembering are left to the caller. Source: wire format, "Directory".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from tocsin.core.clock_skew import TOLERANCE_S
from tocsin.core.spans import span

STANDS_IN_AFTER_S = 3 * 3_600
SIGNS_AGAIN_AFTER_S = 3_600
STANDS_IN_AT_MOST_S = 72 * 3_600


@dataclass(frozen=True, slots=True)
class Stamp:
    """A timestamp that verified. `ours`: signed by the standby. `ends_at_s`: when the first of the
    metadata that it rests on ends, by role.
    """

    version: int
    snapshot: int
    signed_at_s: int
    ours: bool
    ends_at_s: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Memory:
    """The newest that was ever seen or signed, and when the authority itself signed last."""

    version: int = 0
    snapshot: int = 0
    authority_signed_at_s: int = 0


class Turn(StrEnum):
    """What a standby does."""

    WAIT = "wait"
    SIGN = "sign"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Choice:
    """`reason`: one sentence for people."""

    turn: Turn
    reason: str


def remember(memory: Memory, stamp: Stamp) -> Memory:
    """What is known after `stamp`; no version ever goes back.

    Of the authority the later signature counts, not the later date: its clock may have been wrong once.
    """
    is_newer = not stamp.ours and stamp.version >= memory.version and stamp.snapshot >= memory.snapshot
    return Memory(
        max(memory.version, stamp.version),
        max(memory.snapshot, stamp.snapshot),
        stamp.signed_at_s if is_newer else memory.authority_signed_at_s,
    )


def choose(stamp: Stamp, memory: Memory, now_s: int) -> Choice:
    """What to do about `stamp`, the topic's timestamp now; `memory` is of before it."""
    if reason := _refusal(stamp, memory, now_s):
        return Choice(Turn.REFUSE, reason)
    silent_s = now_s - remember(memory, stamp).authority_signed_at_s
    age_s = now_s - stamp.signed_at_s
    if -TOLERANCE_S <= age_s < (SIGNS_AGAIN_AFTER_S if stamp.ours else STANDS_IN_AFTER_S):
        who = "this standby" if stamp.ours else "the authority"
        return Choice(Turn.WAIT, f"{who} signed {span(age_s)} ago")
    if silent_s > STANDS_IN_AT_MOST_S:
        return Choice(
            Turn.REFUSE,
            f"the authority has not signed for {span(silent_s)}, and a standby stands in for 72 hours "
            "only: bring the authority back",
        )
    return Choice(Turn.SIGN, f"the authority has not signed for {span(silent_s)}")


def _refusal(stamp: Stamp, memory: Memory, now_s: int) -> str | None:
    if stamp.version < memory.version or stamp.snapshot < memory.snapshot:
        return (
            f"the topic holds timestamp {stamp.version} of snapshot {stamp.snapshot}, and "
            f"{memory.version} of {memory.snapshot} was seen before: the broker shows an old state"
        )
    # Our own that lies ahead was signed by a clock that was wrong, and stops everybody: it is signed anew.
    if stamp.signed_at_s > now_s + TOLERANCE_S and not stamp.ours:
        ahead_s = stamp.signed_at_s - now_s
        return f"this machine's clock is {span(ahead_s)} behind the last signature: compare it and set it"
    ended = sorted(role for role, end_s in stamp.ends_at_s.items() if end_s <= now_s)
    if ended:
        return f"the {ended[0]} metadata has ended, and only the authority signs it: tocsin authority renew"
    return None
