"""What a restored outbox must do before it is used: never go on as if nothing had happened.

No further record is sealed under the generations that it knows, since the lost folder may have gone further
under them, and references that may have been given since are skipped. Its next start begins a new session
anyway, and reads its own logs back. Source: wire format, "Log".
"""

from __future__ import annotations

from datetime import UTC, datetime

from tocsin.adapters.outbox.store import Outbox
from tocsin.core.generations import Why


def begin_anew(outbox: Outbox, now_s: float) -> None:
    """End all generations, leave a gap in the references of every year that is known, and of this one."""
    with outbox.transaction():
        outbox.keys.end(None, Why.RESTORED)
        outbox.references.leap(datetime.fromtimestamp(now_s, UTC).year)
