"""The publisher service's settings: [producer] of settings.toml, and `TOCSIN_PRODUCER_…`."""

from __future__ import annotations

from pydantic import Field

from tocsin.adapters.outbox.items import Bounds
from tocsin.runtime.disk_space import MIN_FREE_BYTES
from tocsin.runtime.guard import LOOPBACK_HOSTS, Limits
from tocsin.runtime.pulse import MAX_TURN_S
from tocsin.runtime.settings import ServiceSettings, service_config


class ProducerSettings(ServiceSettings):
    """Each field's description stands in docs/operations.md."""

    model_config = service_config("PRODUCER")

    host: str = Field("127.0.0.1", description="Address to answer HTTP on.")
    port: int = Field(8801, ge=1, le=65_535, description="Port to answer HTTP on.")
    allowed_hosts: list[str] = Field(
        list(LOOPBACK_HOSTS), description="Names that a request's Host header may carry."
    )
    max_body_bytes: int = Field(
        262_144, ge=1_024, le=1_048_576, description="Largest report that is taken over HTTP."
    )
    max_waiting_items: int = Field(
        1_000_000, ge=1, description="Items that may wait to be published; then 507."
    )
    max_waiting_bytes: int = Field(
        2_147_483_648, ge=1_048_576, description="Bytes of bodies that may wait; then 507."
    )
    max_turn_s: int = Field(
        MAX_TURN_S, ge=60, description="How long the loop may stand still; then /healthz is 503."
    )
    min_free_bytes: int = Field(
        MIN_FREE_BYTES, ge=0, description="With less room on the disk /readyz says so."
    )
    keep_bodies_days: int = Field(
        90, ge=1, description="How long the outbox keeps the bodies of what is published."
    )

    def bounds(self) -> Bounds:
        """The outbox's bounds."""
        return Bounds(self.max_waiting_items, self.max_waiting_bytes)

    def limits(self) -> Limits:
        """What the web server admits."""
        return Limits(max_body_bytes=self.max_body_bytes, hosts=tuple(self.allowed_hosts))
