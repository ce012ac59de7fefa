"""Keys that do not come: records that wait for one for an hour, though their sender was asked for it.

A broker that keeps a manifest or a wrap from us lets us see the records, and the log is whole: only the
wait shows it. Source: wire format, "Keys".
"""

from __future__ import annotations

from tocsin.adapters.inbox.causes import Cause
from tocsin.adapters.inbox.store import Inbox
from tocsin.core import wire
from tocsin.core.outcomes import Alarm, AlarmKind
from tocsin.core.streams import INBOX

PATIENCE_S = 3_600
MAX_TOLD = 10_000


class MissingKeys:
    """Raises one alarm for each generation and partition, about the first record that waits there."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._told: set[tuple[bytes, str, int]] = set()

    def note(self, now_s: int) -> None:
        """Look; inside the caller's transaction."""
        since = self._inbox.waiting.oldest(Cause.KEY, now_s - PATIENCE_S)
        self._told &= since.keys()
        for wait, value in since.items():
            if wait not in self._told and len(self._told) < MAX_TOLD:
                self._told.add(wait)
                self._inbox.alarms.note(_alarm(value), now_s)


def _alarm(value: bytes) -> Alarm:
    header = wire.decode_header(wire.decode_envelope(value).header)
    scope = header.audience.hex() if header.stream == INBOX else header.region
    place = (header.originator, header.stream, scope, header.session, header.counter)
    return Alarm(AlarmKind.MISSING_KEY, *place)
