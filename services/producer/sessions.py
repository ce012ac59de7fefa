"""The session in which our logs grow: a new one at each start, after a fork, when the clocks part."""

from __future__ import annotations

from services.producer.clocks import Clocks, ClockWatch
from tocsin.adapters.outbox.store import Outbox
from tocsin.core.clock_skew import TOLERANCE_S
from tocsin.core.log_heads import SESSION_RANDOM_BITS, next_session, session_ahead_s
from tocsin.core.primitives import random_bytes
from tocsin.core.spans import span

_SESSION, _SEALED_AT = "session", "sealed_at_s"


class Sessions:
    """Sessions only grow: the last one is kept in the outbox."""

    def __init__(self, outbox: Outbox, clocks: Clocks) -> None:
        self._outbox, self._clocks = outbox, clocks
        self._watch = ClockWatch(clocks)
        self._current: int | None = None

    def renew(self) -> None:
        """The next record begins a new session."""
        self._current = None

    def not_before(self, session: int) -> None:
        """Somebody used `session` under our key: ours must be greater. Call inside a transaction."""
        if session > self._outbox.logs.number(_SESSION):
            self._outbox.logs.keep_number(_SESSION, session)

    def waits(self, now_s: int) -> str | None:
        """Why nothing can be sealed now: readers refuse a session that lies ahead of its record's time, and
        let wait what is dated ahead, so that a record dated before it would overtake it.
        """
        numbers = self._outbox.logs
        ahead_s = max(session_ahead_s(numbers.number(_SESSION), now_s), numbers.number(_SEALED_AT) - now_s)
        if ahead_s < TOLERANCE_S:
            return None
        return (
            f"this machine's clock is {span(ahead_s)} behind the time under which we published last: "
            "publishing waits until then, accepting goes on; was it set back after it was wrong?"
        )

    def note_sealed(self, now_s: int) -> None:
        """Records dated `now_s` were sealed. Call inside a transaction."""
        if now_s > self._outbox.logs.number(_SEALED_AT):
            self._outbox.logs.keep_number(_SEALED_AT, now_s)

    def current(self, now_s: int) -> int:
        """The session of the next record, whose time is `now_s`. Call inside a transaction."""
        if self._watch.parted():
            self._current = None
        if self._current is None:
            last = self._outbox.logs.number(_SESSION)
            bits = int.from_bytes(random_bytes(3), "big") >> (24 - SESSION_RANDOM_BITS)
            # The clock may have been set ahead since `now_s` was taken from it.
            now_ms = min(self._clocks.now_ms(), now_s * 1_000 + 999)
            self._current = next_session(last, now_ms, bits)
            self._outbox.logs.keep_number(_SESSION, self._current)
        return self._current
