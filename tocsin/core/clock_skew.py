"""Law: whether this machine's clock is wrong or the directory is old, as far as signed times can tell.

Each signed time is a lower bound of the true one, if its signer's clock is right. The authority's alone
shows that our clock is behind. That it is ahead shows only when several signers agree with each other and
not with us, and never for certain: a broker that withholds everything from us looks the same. So nothing
here admits or prolongs anything, and nobody is told to set a clock by it, only to compare it.
Collecting the times and verifying who signed them is left to the caller.
Source: wire format, "Directory".
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from tocsin.core.spans import span

TOLERANCE_S = 300
# The authority signs hourly, and so does every originator: older news is late.
LATE_S = 2 * 3_600
VOICES = 2


class Clock(StrEnum):
    """What the signed times say."""

    FITS = "fits"
    BEHIND = "behind"
    AHEAD = "ahead"
    AUTHORITY_LATE = "authority late"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Finding:
    """`by_s`: how far the clock is off, at least (BEHIND) or about (AHEAD); else the timestamp's age."""

    clock: Clock
    by_s: int

    @property
    def is_wrong(self) -> bool:
        """Whether the clock must be looked at before anything else."""
        return self.clock in (Clock.BEHIND, Clock.AHEAD)

    def words(self) -> str:
        """What was found and what to do, one sentence."""
        return _WORDS[self.clock].format(span=span(self.by_s))


_WORDS = {
    Clock.FITS: "this machine's clock agrees with the directory",
    Clock.BEHIND: (
        "this machine's clock is behind by at least {span}: others signed later than it shows; compare it "
        "with another clock and set it"
    ),
    Clock.AHEAD: (
        "this machine's clock seems to be ahead by about {span}: the authority and others agree on an "
        "earlier time; compare it with another clock and set it; where it is right, the broker withholds "
        "all news"
    ),
    Clock.AUTHORITY_LATE: (
        "the authority has not signed for {span}, or the broker withholds it; this machine's clock agrees "
        "with other participants: tell the authority"
    ),
    Clock.UNCLEAR: (
        "by this machine's clock the authority has not signed for {span}: it stands still, the broker "
        "withholds it, or the clock is ahead: compare it with another clock, then ask the authority"
    ),
}


def judge_clock(now_s: int, signed_at_s: int, others: Collection[int]) -> Finding:
    """What `now_s`, our clock, is worth.

    `signed_at_s`: of the newest timestamp of the directory; `others`: the newest signed time of each
    other originator, both from the broker just now. One originator alone proves nothing: it may lie.
    """
    agreed_s = sorted(others)[-VOICES] if len(others) >= VOICES else None
    newest_s = signed_at_s if agreed_s is None else max(signed_at_s, agreed_s)
    if newest_s > now_s + TOLERANCE_S:
        return Finding(Clock.BEHIND, newest_s - now_s)
    age_s = now_s - signed_at_s
    if age_s <= LATE_S:
        return Finding(Clock.FITS, age_s)
    if agreed_s is None:
        return Finding(Clock.UNCLEAR, age_s)
    if now_s - agreed_s <= LATE_S:
        return Finding(Clock.AUTHORITY_LATE, age_s)
    if abs(agreed_s - signed_at_s) <= LATE_S:
        return Finding(Clock.AHEAD, now_s - newest_s)
    return Finding(Clock.UNCLEAR, age_s)
