"""Accepts what arrives at the same moment under one fsync; one that fails spoils no other.

Whoever waits is answered, also where a report brings up a bug.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from services.producer.accept import Acceptance, Prepared, Submission
from services.producer.clocks import Clocks
from services.producer.importing.run_import import Fate
from services.producer.receipts import Accepted
from services.producer.withdrawing import withdraw
from tocsin.adapters.outbox.store import Outbox
from tocsin.core.errors import InvalidReportError

MAX_BATCH_REPORTS = 500
MAX_KEY_CHARACTERS = 255


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """What a client calls its request, and the SHA-256 of the request."""

    key: str = field(repr=False)
    request: bytes


@dataclass(slots=True)
class _Waiting:
    prepared: Prepared
    key: IdempotencyKey | None
    answer: asyncio.Future[Accepted]


class GroupCommit:
    """The way into the outbox for concurrent requests. `on_accepted` is called after each commit."""

    def __init__(
        self,
        acceptance: Acceptance,
        outbox: Outbox,
        clocks: Clocks,
        on_accepted: Callable[[], None],
    ) -> None:
        self._acceptance, self._outbox = acceptance, outbox
        self._clocks, self._on_accepted = clocks, on_accepted
        # Bounded by the connections that the web server allows.
        self._waiting: deque[_Waiting] = deque()

    async def accept(self, submission: Submission, key: IdempotencyKey | None) -> Accepted:
        """The answer, once it is on disk. Raises InvalidReportError (also for a key that was used for
        another request), RefusedByRuleError, OutboxFullError, StorageError, and bugs.
        """
        prepared = self._acceptance.prepare(submission)
        loop = asyncio.get_running_loop()
        waiting = _Waiting(prepared, key, loop.create_future())
        self._waiting.append(waiting)
        if len(self._waiting) == 1:
            loop.call_soon(self._commit)
        return await waiting.answer

    def withdraw(self, name: str, reason: str) -> Accepted:
        """Take back the report of that reference or id; the answer is on disk.

        Raises InvalidReportError, RefusedByRuleError, StorageError.
        """
        answer = withdraw(self._outbox, self._clocks, name, reason)
        self._on_accepted()
        return answer

    def _commit(self) -> None:
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(MAX_BATCH_REPORTS, len(self._waiting)))]
            try:
                self._store(batch)
            except Exception:  # noqa: BLE001  also a bug: which report brings it up shows when each is alone
                for one in batch:
                    self._alone(one)
        self._on_accepted()

    def _alone(self, one: _Waiting) -> None:
        try:
            self._store([one])
        except Exception as error:  # noqa: BLE001  raised again where it is waited for
            if not one.answer.done():
                one.answer.set_exception(error)

    def _store(self, batch: list[_Waiting]) -> None:
        with self._outbox.transaction():
            answers = [self._one(one) for one in batch]
        for one, answer in zip(batch, answers, strict=True):
            if not one.answer.done():
                one.answer.set_result(answer)

    def _one(self, one: _Waiting) -> Accepted:
        if one.key is None:
            return self._acceptance.store(one.prepared)
        used = self._outbox.submissions.find(one.key.key)
        if used is not None:
            return self._again(one.key, *used)
        answer = self._acceptance.store(one.prepared)
        if answer.fate in {Fate.ACCEPTED, Fate.KNOWN}:
            self._outbox.submissions.keep(one.key.key, one.key.request, answer.item, self._clocks.now_s())
        return answer

    def _again(self, key: IdempotencyKey, request: bytes, item: int) -> Accepted:
        if request != key.request:
            raise InvalidReportError(
                [("Idempotency-Key", "was used for another request: choose a new key")]
            )
        (held,) = self._outbox.status.of_items([item])
        return Accepted(Fate.KNOWN, item, held.report_id, held.version, held.reference)
