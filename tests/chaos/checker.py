"""Judges a round from outside, in the way of Jepsen: receipts, what the reader shows, what is explained.

Nothing acknowledged is missing, nothing is shown twice, the order of each originator's lanes in a stream
and region is kept, every refusal has a reason. What is not shown is no loss where `status` says why it
has not left, or where every copy of it lies in a gap that the reader announced.

Who came in the middle is owed what was handed in from then on that its history begins; who was suspended
what others were shown before, and nothing that was handed in after the sender knew.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf

from tests.chaos.history import Copy, Gap, History, Membership, Receipt, Shown

MAX_TOLD = 5


@dataclass
class Verdict:
    """What a round came to; `faults` empty means that every promise was kept."""

    acknowledged: int = 0
    announced: int = 0
    """Not shown, and each copy of it lies in a gap that the reader announced."""
    held: int = 0
    """Not shown, and `status` says why it has not left."""
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    disordered: list[str] = field(default_factory=list)
    order_is_promised: bool = True
    unexplained: list[str] = field(default_factory=list)
    unalarmed: list[str] = field(default_factory=list)
    forbidden: int = 0
    """Handed in after the sender knew that this reader is suspended."""
    leaked: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        """A sentence for each promise that was broken."""
        named = {
            "acknowledged but not shown": self.lost,
            "shown twice": self.doubled,
            "shown but never acknowledged so": self.strange,
            "out of order": self.disordered if self.order_is_promised else [],
            "refused without a reason": self.unexplained,
            "logs lost reports without an alarm": self.unalarmed,
            "shown though the reader is suspended": self.leaked,
        }
        return [f"{len(those)} {what}: {those[:MAX_TOLD]}" for what, those in named.items() if those]


def judge(history: History, *, order_is_promised: bool = True) -> Verdict:
    """Nothing lost, nothing doubled, order kept where it is promised, every refusal explained."""
    verdict, known = Verdict(order_is_promised=order_is_promised), _known(history.receipts)
    verdict.doubled = _two_ids(history.receipts, known)
    verdict.acknowledged = len(known)
    _count(known, history.shown, verdict)
    _account(known, history, verdict)
    verdict.unalarmed = _unalarmed(known, history)
    verdict.disordered = [*_cursors(history.shown), *_order(known, history.shown)]
    refusals = history.refusals
    verdict.unexplained = [one.reference for one in refusals if not all(one.reasons) or not one.reasons]
    return verdict


def judge_member(history: History, membership: Membership, first_shown_s: Mapping[str, float]) -> Verdict:
    """What a reader shows that came or was suspended while reports flowed.

    `history.receipts` are all that there ever were; `first_shown_s`: when a reader of the whole time was
    shown a report, by its id. `acknowledged` of the verdict is what this reader is owed.
    """
    verdict, known = Verdict(), _known(history.receipts)
    _count(known, history.shown, verdict)
    verdict.disordered = [*_cursors(history.shown), *_order(known, history.shown)]
    owed = {one.reference: one for one in known.values() if _is_owed(one, membership, first_shown_s)}
    verdict.acknowledged = len(owed)
    _account(owed, history, verdict)
    if membership.suspended_s is not None:
        late = {one.report_id for one in known.values() if one.asked_s > membership.suspended_s}
        verdict.forbidden = len(late)
        verdict.leaked = [one.reference for one in history.shown if one.report_id in late]
    return verdict


def _is_owed(one: Receipt, membership: Membership, first_shown_s: Mapping[str, float]) -> bool:
    if one.asked_s < membership.since_s:
        return False
    # What nobody was shown before may have been sealed without it.
    return membership.asked_s is None or first_shown_s.get(one.report_id, inf) < membership.asked_s


def _known(receipts: Iterable[Receipt]) -> dict[str, Receipt]:
    known: dict[str, Receipt] = {}
    for receipt in receipts:
        known.setdefault(receipt.reference, receipt)
    return known


def _two_ids(receipts: Iterable[Receipt], known: Mapping[str, Receipt]) -> list[str]:
    return [
        f"{one.reference} has two ids"
        for one in receipts
        if known[one.reference].report_id != one.report_id
    ]


def _count(known: Mapping[str, Receipt], shown: Sequence[Shown], verdict: Verdict) -> None:
    times = Counter((one.report_id, one.version) for one in shown)
    verdict.doubled += [report_id for (report_id, _), count in times.items() if count > 1]
    promised = {(one.reference, one.report_id, 1) for one in known.values()}
    verdict.strange = [
        one.reference for one in shown if (one.reference, one.report_id, one.version) not in promised
    ]


def _account(known: Mapping[str, Receipt], history: History, verdict: Verdict) -> None:
    """What was not shown is held with a reason, announced as gone, or lost."""
    ids = {one.report_id for one in history.shown}
    copies: defaultdict[str, list[Copy]] = defaultdict(list)
    for copy in history.copies:
        copies[copy.report_id].append(copy)
    for receipt in known.values():
        if receipt.report_id in ids:
            continue
        mine = copies[receipt.report_id]
        if mine and all(_is_announced(one, history.gaps) for one in mine):
            verdict.announced += 1
        elif mine and any(one.reason for one in mine) and not any(one.state == "published" for one in mine):
            verdict.held += 1
        else:
            verdict.lost.append(receipt.reference)


def _is_announced(copy: Copy, gaps: Iterable[Gap]) -> bool:
    return any(gap.covers(copy) for gap in gaps)


def _unalarmed(known: Mapping[str, Receipt], history: History) -> list[str]:
    """Logs of which a lost report is followed by a later one of its lane that was shown, and no alarm."""
    missing = {one.report_id: one for one in known.values()}
    last: defaultdict[tuple[int, str, str], int] = defaultdict(lambda: -1)
    for one in history.shown:
        missing.pop(one.report_id, None)
        if (receipt := known.get(one.reference)) and len(one.regions) == 1:
            log = (receipt.lane, one.stream, *one.regions)
            last[log] = max(last[log], receipt.order)
    alarmed = {(one.stream, one.region) for one in history.alarms}
    silent = {
        f"{copy.stream}/{copy.region}"
        for copy in history.copies
        if (receipt := missing.get(copy.report_id))
        and (copy.stream, copy.region) not in alarmed
        and receipt.order < last[receipt.lane, copy.stream, copy.region]
    }
    return sorted(silent)


def _cursors(shown: Sequence[Shown]) -> list[str]:
    """Cursors only grow along what a reader shows."""
    return [
        f"cursor {after.cursor} behind {before.cursor}"
        for before, after in pairwise(shown)
        if after.cursor <= before.cursor
    ]


def _order(known: Mapping[str, Receipt], shown: Sequence[Shown]) -> list[str]:
    """Within a stream, a report of one region alone stands behind all that its lane sent there before.

    One of several regions may come early through another of them, so it is judged by none.
    """
    highest: defaultdict[tuple[str, int, str, str], int] = defaultdict(lambda: -1)
    late: list[str] = []
    for one in shown:
        receipt = known.get(one.reference)
        if receipt is None:
            continue
        logs = [(receipt.originator, receipt.lane, one.stream, region) for region in one.regions]
        if any(receipt.order < highest[log] for log in logs):
            late.append(one.reference)
        if len(logs) == 1:
            highest[logs[0]] = max(highest[logs[0]], receipt.order)
    return late
