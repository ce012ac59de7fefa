"""What originators state about their logs, against what we read of them.

A checkpoint that disagrees is an alarm; a log that stays behind its checkpoint for ten minutes was
withheld; who is silent is said in `waiting`. Source: wire format, "Completeness".
"""

from __future__ import annotations

from collections.abc import Callable

from tocsin.adapters.inbox.statements import InboxStatements
from tocsin.adapters.inbox.store import Inbox
from tocsin.core import wire
from tocsin.core.checkpoints import Behind, check_checkpoint, compare
from tocsin.core.outcomes import Alarm, AlarmKind, LogHead, LogId, Outcome

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
        self._behind: dict[LogId, tuple[LogHead, int]] = {}

    def take(self, checkpoint: wire.Checkpoint, topic: str, now_s: int) -> Outcome:
        """Compare and keep a verified checkpoint read on `topic`, inside the caller's transaction."""
        check_checkpoint(checkpoint)
        held = self._statements.checkpoint(checkpoint.originator, topic)
        logs = self._inbox.logs
        oldest_s = now_s - OLDEST_S
        alarms, behind = compare(checkpoint, held, self._head, logs.known_leaf, oldest_s)
        for alarm in alarms:
            self._inbox.alarms.note(alarm, now_s)
        if alarms:
            return Outcome.QUARANTINED
        for one in behind:
            self._await(one, now_s)
        self._statements.keep_checkpoint(checkpoint, topic, now_s)
        return Outcome.ACCEPTED

    def late(self, now_s: int) -> list[Behind]:
        """Logs that still lie behind a checkpoint seen `PATIENCE_S` ago. Raises an alarm for each."""
        late = []
        for log, (stated, since_s) in list(self._behind.items()):
            head = self._inbox.logs.head(log)
            if head is not None and head.place >= stated.place:
                del self._behind[log]
            elif now_s >= since_s + PATIENCE_S:
                late.append(Behind(log, stated))
                self._alarm(log, stated, head, now_s)
        return late

    def _head(self, log: LogId) -> LogHead | None:
        """For `compare`: None for what we do not read, the start of a log of which nothing came."""
        if not self._reads(log):
            return None
        return self._inbox.logs.head(log) or LogHead(0, 0, bytes(32))

    def _await(self, one: Behind, now_s: int) -> None:
        held = self._behind.get(one.log)
        if held is None and len(self._behind) >= MAX_BEHIND_LOGS:
            return
        head = self._inbox.logs.head(one.log)
        reached = held is None or (head is not None and head.place >= held[0].place)
        self._behind[one.log] = (one.head, now_s if reached or held is None else held[1])

    def _alarm(self, log: LogId, stated: LogHead, head: LogHead | None, now_s: int) -> None:
        same_session = head is not None and head.session == stated.session
        missing = stated.counter - head.counter if head is not None and same_session else 0
        place = (log.originator, log.stream, log.scope, stated.session, stated.counter)
        self._inbox.alarms.note(Alarm(AlarmKind.GAP, *place, missing), now_s)
