"""Law: what an originator's checkpoint says of its logs, against what a reader has seen of them.

It guarantees that a head that the reader passed with another leaf is an alarm, and that what lies
beyond the reader's own head is news, not an alarm, until it had time to arrive; then it is one alarm,
however often it is looked for. Heads of regions that are not read, or older than retention, say nothing.
Source: wire format, "Completeness".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from tocsin.core import wire
from tocsin.core.errors import MalformedError
from tocsin.core.outcomes import Alarm, AlarmKind, KnownLeaf, LogHead, LogId
from tocsin.core.public_keys import PublicKey
from tocsin.core.streams import INBOX


@dataclass(frozen=True, slots=True)
class Behind:
    """A log whose checkpoint lies beyond what we read; still missing later, it was withheld."""

    log: LogId
    head: LogHead


@dataclass(frozen=True, slots=True)
class Awaited:
    """What checkpoints stated of a log beyond what we read: the furthest head, since when (Unix seconds),
    and how far an alarm told of it already.
    """

    head: LogHead
    since_s: int
    told: LogHead | None = None


def compare(
    checkpoint: wire.Checkpoint,
    held: wire.Checkpoint | None,
    head_of: Callable[[LogId], LogHead | None],
    known: Callable[[LogId, int, int], KnownLeaf | None],
    oldest_s: int,
) -> tuple[list[Alarm], list[Behind]]:
    """(alarms, logs to wait for). `held` is the originator's checkpoint before this one, on the same
    topic; `head_of` answers None for logs that we do not read; heads dated before `oldest_s` are
    passed over. A checkpoint that goes back is not waited for.
    """
    alarms: list[Alarm] = []
    behind: list[Behind] = []
    goes_back = held is not None and _goes_back(checkpoint, held)
    if goes_back:
        alarms.append(Alarm(AlarmKind.CHECKPOINT, checkpoint.originator, "checkpoints", ""))
    for said in checkpoint.heads:
        log = LogId(checkpoint.originator, said.stream, said.region)
        ours = head_of(log)
        if ours is None or said.time < oldest_s:
            continue
        stated = LogHead(said.session, said.counter, said.leaf)
        if stated.place > ours.place:
            behind.append(Behind(log, stated))
        elif _disagrees(stated, ours, known(log, said.session, said.counter)):
            alarms.append(_alarm(log, stated))
    return alarms, [] if goes_back else behind


def await_further(held: Awaited | None, stated: LogHead, now_s: int) -> Awaited:
    """`held` after one more checkpoint: what waits goes on waiting from its beginning."""
    if held is None:
        return Awaited(stated, now_s)
    return replace(held, head=max(held.head, stated, key=lambda head: head.place))


def waits_since(awaited: Awaited, now_s: int) -> Awaited:
    """`awaited` by a clock that may have been set back: it waits from now on, and not until the clock has
    come there again; nor is it late at once, since how long it waited is not known.
    """
    return replace(awaited, since_s=min(awaited.since_s, now_s))


def withheld(log: LogId, awaited: Awaited, ours: LogHead | None) -> Alarm | None:
    """GAP for what was stated and did not come in time; None where all of it was told already.

    `missing` counts, at least, the records behind our head `ours`, or behind what was told before.
    """
    if awaited.told is not None and awaited.told.place >= awaited.head.place:
        return None
    head, passed = awaited.head, awaited.told or ours
    same_session = passed is not None and passed.session == head.session
    missing = head.counter - passed.counter if passed is not None and same_session else head.counter
    place = (log.originator, log.stream, log.scope, head.session, head.counter + 1)
    return Alarm(AlarmKind.GAP, *place, missing)


def _goes_back(checkpoint: wire.Checkpoint, held: wire.Checkpoint) -> bool:
    if _of_inboxes(checkpoint) != _of_inboxes(held):
        return False
    return checkpoint.time < held.time or (checkpoint.time == held.time and checkpoint.heads != held.heads)


def _of_inboxes(checkpoint: wire.Checkpoint) -> bool:
    # Heads of inbox logs are stated in the inbox, in a statement beside the one of all streams.
    return any(head.stream == INBOX for head in checkpoint.heads)


def _disagrees(stated: LogHead, ours: LogHead, known: KnownLeaf | None) -> bool:
    if stated.place == ours.place:
        return stated.leaf != ours.leaf
    return known is not None and known.leaf16 != stated.leaf[:16]


def _alarm(log: LogId, head: LogHead) -> Alarm:
    return Alarm(AlarmKind.CHECKPOINT, log.originator, log.stream, log.scope, head.session, head.counter)


def unreached_finals(
    originator: bytes, key: PublicKey, head_of: Callable[[LogId], LogHead | None]
) -> list[Alarm]:
    """FINAL_HEAD for each log that a retired `key` ended beyond what we read: to be asked when the
    log's topic was read to its end. `head_of` answers None for logs that we do not read, and a
    head of session 0, counter 0 for one of which nothing came.
    """
    alarms = []
    for (stream, region), (session, counter, _leaf) in (key.final or {}).items():
        log = LogId(originator, stream, region)
        ours = head_of(log)
        if ours is not None and ours.place < (session, counter):
            missing = Alarm(AlarmKind.FINAL_HEAD, originator, stream, region, session, counter)
            alarms.append(missing)
    return alarms


def check_checkpoint(checkpoint: wire.Checkpoint) -> None:
    """Raises MalformedError for heads that name one log twice or are out of range."""
    logs = {(head.stream, head.region) for head in checkpoint.heads}
    if len(logs) != len(checkpoint.heads):
        raise MalformedError("a checkpoint names one log twice")
    if any(head.counter < 1 or head.session < 0 for head in checkpoint.heads):
        raise MalformedError("a checkpoint's head is out of range")
