"""The authority's service: [authority] of settings.toml, and `TOCSIN_AUTHORITY_…`."""

from __future__ import annotations

from pydantic import Field

from tocsin.runtime.disk_space import MIN_FREE_BYTES
from tocsin.runtime.guard import LOOPBACK_HOSTS, Limits
from tocsin.runtime.pulse import MAX_TURN_S
from tocsin.runtime.settings import ServiceSettings, service_config


class AuthoritySettings(ServiceSettings):
    """Each field's description stands in docs/operations.md."""

    model_config = service_config("AUTHORITY")

    host: str = Field("127.0.0.1", description="Address to answer HTTP on.")
    port: int = Field(8803, ge=1, le=65_535, description="Port to answer HTTP on.")
    allowed_hosts: list[str] = Field(
        list(LOOPBACK_HOSTS), description="Names that a request's Host header may carry."
    )
    sign_every_s: int = Field(3_600, ge=1, le=43_200, description="How often the timestamp is signed.")
    max_turn_s: int = Field(
        MAX_TURN_S, ge=60, description="How long the loop may stand still; then /healthz is 503."
    )
    min_free_bytes: int = Field(
        MIN_FREE_BYTES, ge=0, description="With less room on the disk /readyz says so."
    )

    def limits(self) -> Limits:
        """What the web server admits: no bodies at all."""
        return Limits(max_body_bytes=1_024, hosts=tuple(self.allowed_hosts))
