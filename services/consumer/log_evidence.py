"""Gathers what an inbox knows of each log that it reads, for `tocsin.core.log_standing` to judge."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from tocsin.adapters.inbox.logs import ReadLog
from tocsin.adapters.inbox.statements import InboxStatements
from tocsin.adapters.inbox.store import Inbox
from tocsin.core import wire
from tocsin.core.directory import OWN_AUDIENCE_MAX_AGE_S, Directory
from tocsin.core.ids import audience_id, own_audience
from tocsin.core.log_standing import PATIENCE_S, Evidence, LogStanding, Stated, judge
from tocsin.core.outcomes import Alarm, KnownLeaf, LogHead, LogId
from tocsin.core.streams import INBOX, stream_topic

DAY_S = 86_400
MAX_ALARMS = 100_000
CHECKPOINTS_LOG = "checkpoints"
"""The stream that alarms about an originator's checkpoints themselves carry."""


@dataclass(frozen=True)
class Scope:
    """Which logs are asked about: the streams that are named, or all that `inbox` reads; `me` reads."""

    inbox: Inbox
    directory: Directory
    me: bytes
    streams: tuple[str, ...] = ()
    since_s: int = 0
    held: Mapping[LogId, LogHead] = field(default_factory=dict)
    """How far another reading came, where there is one to compare with."""
    reads: Callable[[LogId], bool] | None = None
    """Whether a log on a stream was read; by the inbox's offsets if not given."""
    patience_s: int = PATIENCE_S
    """How long what was stated may take to come."""

    def holds(self, log: LogId) -> bool:
        """Whether the log is asked about."""
        if self.streams and log.stream not in (*self.streams, CHECKPOINTS_LOG):
            return False
        if log.stream == INBOX:
            return log.scope == audience_id(own_audience(self.me)).hex()
        if log.stream == CHECKPOINTS_LOG:
            return True
        layout = self.directory.layout
        if log.stream not in layout.streams or log.scope not in layout.regions:
            return False
        if self.reads is not None:
            return self.reads(log)
        partition = layout.partition(log.stream, log.scope, log.originator)
        return (stream_topic(log.stream), partition) in self._partitions

    @cached_property
    def _partitions(self) -> frozenset[tuple[str, int]]:
        return frozenset(self.inbox.offsets.all())

    def kept_s(self, log: LogId) -> int:
        """How long the broker keeps the log's records."""
        stream = self.directory.layout.streams.get(log.stream)
        return OWN_AUDIENCE_MAX_AGE_S if stream is None else stream.retention_days * DAY_S


def standings(scope: Scope, alarms: Iterable[Alarm], now_s: int) -> list[LogStanding]:
    """The verdict on every log that is asked about, by originator, stream and region."""
    read = {one.log: one for one in scope.inbox.logs.every()}
    raised = by_log(alarms)
    stated = _stated(scope.inbox)
    logs = {*read, *raised, *scope.held, *_named(stated)}
    asked = sorted(
        (one for one in logs if scope.holds(one)), key=lambda log: (log.originator, *_order(log))
    )
    found = (_evidence(scope, log, read.get(log), stated, tuple(raised.get(log, ()))) for log in asked)
    return [judge(one, now_s, scope.patience_s) for one in found]


def raised_alarms(inbox: Inbox, since_s: int) -> list[Alarm]:
    """What was raised since `since_s`, as the inbox keeps it."""
    return [one.alarm for one in inbox.alarms.since(since_s, MAX_ALARMS)]


def by_log(alarms: Iterable[Alarm]) -> dict[LogId, list[Alarm]]:
    """The alarms of each log."""
    found: dict[LogId, list[Alarm]] = defaultdict(list)
    for one in alarms:
        found[LogId(one.originator, one.stream, one.scope)].append(one)
    return found


_ByTopic = Mapping[tuple[bytes, bool], tuple[wire.Checkpoint, int]]


def _stated(inbox: Inbox) -> _ByTopic:
    """By originator and whether inbox logs are meant: its last checkpoint, and when it was seen."""
    found = {}
    for checkpoint, seen_at_s in InboxStatements(inbox.database).all():
        of_inboxes = any(head.stream == INBOX for head in checkpoint.heads)
        found[checkpoint.originator, of_inboxes] = (checkpoint, seen_at_s)
    return found


def _named(stated: _ByTopic) -> set[LogId]:
    return {
        LogId(checkpoint.originator, head.stream, head.region)
        for checkpoint, _seen_at_s in stated.values()
        for head in checkpoint.heads
    }


def _evidence(
    scope: Scope, log: LogId, read: ReadLog | None, stated: _ByTopic, alarms: tuple[Alarm, ...]
) -> Evidence:
    return Evidence(
        log,
        read.head if read else None,
        read.since_s if read else 0,
        begins_later=bool(read and read.begins_later),
        kept_s=scope.kept_s(log),
        stated=_last(stated.get((log.originator, log.stream == INBOX)), log),
        known=_known(scope.inbox, log),
        held=scope.held.get(log),
        alarms=alarms,
    )


def _last(found: tuple[wire.Checkpoint, int] | None, log: LogId) -> Stated | None:
    if found is None:
        return None
    checkpoint, seen_at_s = found
    heads = [
        LogHead(head.session, head.counter, head.leaf)
        for head in checkpoint.heads
        if (head.stream, head.region) == (log.stream, log.scope)
    ]
    return Stated(checkpoint.time, seen_at_s, heads[0] if heads else None)


def _known(inbox: Inbox, log: LogId) -> Callable[[int, int], KnownLeaf | None]:
    return lambda session, counter: inbox.logs.known_leaf(log, session, counter)


def _order(log: LogId) -> tuple[str, str]:
    return (log.stream, log.scope)
