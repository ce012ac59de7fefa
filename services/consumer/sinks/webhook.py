"""A webhook: each event posted and signed after the Standard Webhooks specification."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence

from services.consumer.sinks.events import Event
from services.consumer.sinks.plans import SinkPlan
from tocsin.adapters.webhooks import Poster
from tocsin.core.outward import read_receiver
from tocsin.core.webhook_signing import headers

Secrets = Callable[[], Awaitable[list[bytes]]]


class Webhook:
    """One receiver. `secrets` gives those in use, the newest first; they may change while it runs."""

    batch_events = 1
    spacing_s = 0
    gives_up = True
    counts_only = False

    def __init__(self, plan: SinkPlan, secrets: Secrets, poster: Poster | None = None) -> None:
        settings = plan.settings
        self._secrets = secrets
        self._poster = poster or Poster(
            read_receiver(plan.target), own_network=settings.own_network, ca_file=settings.ca_file
        )

    async def begin(self, *, first: bool) -> None:
        """Nothing is made."""

    async def deliver(self, events: Sequence[Event]) -> None:
        """Post them. Raises DeliveryFailedError."""
        secrets = await self._secrets()
        for event in events:
            signed = headers(secrets, event.id, int(time.time()), event.body)
            await self._poster.post(signed, event.body)

    async def close(self) -> None:
        """Close the connection."""
        await self._poster.close()
