"""What originators state about their logs, against what we read of them.

A checkpoint that disagrees is an alarm; a log that stays behind its checkpoint for ten minutes was
withheld, also across a restart; who is silent is said in `waiting`. Source: wire format, "Completeness".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tocsin.adapters.inbox.statements import InboxStatements
from tocsin.adapters.inbox.store import Inbox
from tocsin.core import wire
from tocsin.core.checkpoints import (
    Awaited,
    Behind,
    await_further,
    check_checkpoint,
    compare,
    waits_since,
    withheld,
)
from tocsin.core.outcomes import Alarm, LogHead, LogId, Outcome

PATIENCE_S = 600
OLDEST_S = 30 * 86_400
MAX_BEHIND_LOGS = 10_000


class CheckpointWatch:
    """Compares checkpoints as they come; `late` says which logs were withheld since.

    `reads` answers whether we read a log at all: what we do not read says nothing.
    """

    def __init__(self, inbox: Inbox, reads: Callable[[LogId], bool]) -> None:
        self._inbox, self._reads = inbox, reads
        self._statements = InboxStatements(inbox.database)
        self._behind: dict[LogId, Awaited] = {}
        for checkpoint, seen_at_s in self._statements.all():
            self._await_all(self._compare(checkpoint, None, seen_at_s)[1], seen_at_s)

    def take(self, checkpoint: wire.Checkpoint, topic: str, now_s: int) -> Outcome:
        """Compare and keep a verified checkpoint read on `topic`, inside the caller's transaction."""
        check_checkpoint(checkpoint)
        held = self._statements.checkpoint(checkpoint.originator, topic)
        alarms, behind = self._compare(checkpoint, held, now_s)
        self._await_all(behind, now_s)
        for alarm in alarms:
            self._inbox.alarms.note(alarm, now_s)
        if alarms:
            return Outcome.QUARANTINED
        self._statements.keep_checkpoint(checkpoint, topic, now_s)
        return Outcome.ACCEPTED

    def late(self, now_s: int) -> list[Behind]:
        """Logs that still lie behind a checkpoint seen `PATIENCE_S` ago; an alarm for each, once. Call
        inside a transaction.
        """
        late = []
        for one in self.behind():
            awaited = self._behind[one.log] = waits_since(self._behind[one.log], now_s)
            if now_s < awaited.since_s + PATIENCE_S:
                continue
            late.append(one)
            alarm = withheld(one.log, awaited, self._inbox.logs.head(one.log))
            if alarm is not None:
                self._inbox.alarms.note(alarm, now_s)
                self._behind[one.log] = replace(awaited, told=awaited.head)
        return late

    def behind(self) -> list[Behind]:
        """Logs of which a checkpoint states more than came, however long ago."""
        for log in [one for one in self._behind if self._reached(one)]:
            del self._behind[log]
        return [Behind(log, awaited.head) for log, awaited in self._behind.items()]

    def _compare(
        self, checkpoint: wire.Checkpoint, held: wire.Checkpoint | None, now_s: int
    ) -> tuple[list[Alarm], list[Behind]]:
        return compare(checkpoint, held, self._head, self._inbox.logs.known_leaf, now_s - OLDEST_S)

    def _head(self, log: LogId) -> LogHead | None:
        """For `compare`: None for what we do not read, the start of a log of which nothing came."""
        if not self._reads(log):
            return None
        return self._inbox.logs.head(log) or LogHead(0, 0, bytes(32))

    def _await_all(self, behind: list[Behind], now_s: int) -> None:
        for one in behind:
            held = None if self._reached(one.log) else self._behind.get(one.log)
            if held is not None or len(self._behind) < MAX_BEHIND_LOGS:
                self._behind[one.log] = await_further(held, one.head, now_s)

    def _reached(self, log: LogId) -> bool:
        """Whether all that was awaited of `log` came."""
        awaited, head = self._behind.get(log), self._inbox.logs.head(log)
        return awaited is not None and head is not None and head.place >= awaited.head.place
