"""Judges a round from outside: it knows the receipts and what the reader shows, nothing else."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

from tests.chaos.feeder import Receipt, Refusal

MAX_TOLD = 5


class Shown(NamedTuple):
    """One line of what a reader shows, in its order."""

    cursor: int
    report_id: str
    version: int
    reference: str
    stream: str
    regions: frozenset[str]


@dataclass
class Verdict:
    """What a round came to; `faults` empty means that every promise was kept."""

    acknowledged: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    disordered: list[str] = field(default_factory=list)
    unexplained: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        """A sentence for each promise that was broken."""
        named = {
            "acknowledged but not shown": self.lost,
            "shown twice": self.doubled,
            "shown but never acknowledged so": self.strange,
            "out of order": self.disordered,
            "refused without a reason": self.unexplained,
        }
        return [f"{len(those)} {what}: {those[:MAX_TOLD]}" for what, those in named.items() if those]


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


def judge(receipts: Iterable[Receipt], refusals: Iterable[Refusal], shown: Sequence[Shown]) -> Verdict:
    """Nothing lost, nothing doubled, order kept, every refusal explained."""
    verdict = Verdict()
    known: dict[str, Receipt] = {}
    for receipt in receipts:
        first = known.setdefault(receipt.reference, receipt)
        if first.report_id != receipt.report_id:
            verdict.doubled.append(f"{receipt.reference} has two ids")
    verdict.acknowledged = len(known)
    _count(known, shown, verdict)
    verdict.disordered = [*_cursors(shown), *_order(known, shown)]
    verdict.unexplained = [one.reference for one in refusals if not all(one.reasons) or not one.reasons]
    return verdict


def _count(known: dict[str, Receipt], shown: Sequence[Shown], verdict: Verdict) -> None:
    times = Counter((one.report_id, one.version) for one in shown)
    verdict.doubled += [report_id for (report_id, _), count in times.items() if count > 1]
    ids = {one.report_id for one in shown}
    verdict.lost = [one.reference for one in known.values() if one.report_id not in ids]
    promised = {(one.reference, one.report_id, 1) for one in known.values()}
    verdict.strange = [
        one.reference for one in shown if (one.reference, one.report_id, one.version) not in promised
    ]


def _cursors(shown: Sequence[Shown]) -> list[str]:
    """Cursors only grow along what a reader shows."""
    return [
        f"cursor {after.cursor} behind {before.cursor}"
        for before, after in pairwise(shown)
        if after.cursor <= before.cursor
    ]


def _order(known: dict[str, Receipt], shown: Sequence[Shown]) -> list[str]:
    """Within a stream, a report of one region alone stands behind all that its lane sent there before.

    One of several regions may come early through another of them, so it is judged by none.
    """
    highest: defaultdict[tuple[int, str, str], int] = defaultdict(lambda: -1)
    late: list[str] = []
    for one in shown:
        receipt = known.get(one.reference)
        if receipt is None:
            continue
        logs = [(receipt.lane, one.stream, region) for region in one.regions]
        if any(receipt.order < highest[log] for log in logs):
            late.append(one.reference)
        if len(logs) == 1:
            highest[logs[0]] = max(highest[logs[0]], receipt.order)
    return late
