"""A mail that says that something is there: how many, and not one word of what."""

from __future__ import annotations

from collections.abc import Sequence

from services.consumer.sinks.events import Event
from services.consumer.sinks.plans import SinkPlan
from tocsin.adapters.mail import MailServer, send
from tocsin.core.webhook_signing import event_id

BATCH_EVENTS = 1_000
SUBJECT = "Tocsin: something is waiting for you"
TEXT = """{count} in your organisation's inbox of Tocsin.

Please look where you always look at them. This mail says nothing of what they are, on purpose: mail is
read on its way. It holds no link and no file; a mail that does is not from Tocsin.
"""


class Ping:
    """One mailbox. At most one mail in `spacing_s`; what comes meanwhile is counted in the next."""

    batch_events = BATCH_EVENTS
    gives_up = True
    counts_only = True

    def __init__(self, plan: SinkPlan, server: MailServer) -> None:
        self._mailbox, self._server = plan.target, server
        self.spacing_s = plan.settings.every_minutes * 60

    async def begin(self, *, first: bool) -> None:
        """Nothing is made."""

    async def deliver(self, events: Sequence[Event]) -> None:
        """Send one mail for all of them. Raises DeliveryFailedError."""
        count = "1 notice is waiting" if len(events) == 1 else f"{len(events)} notices are waiting"
        # The same events make the same id, so that a repeated mail can be known.
        id_ = event_id(b"ping", *(event.id.encode() for event in events))
        await send(self._server, self._mailbox, SUBJECT, TEXT.format(count=count), id_)

    async def close(self) -> None:
        """Nothing is held."""
