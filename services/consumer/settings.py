"""The reader service's settings: [consumer] of settings.toml, and `TOCSIN_CONSUMER_…`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from services.consumer.sinks.settings import MAX_SINKS, NAME_PATTERN, SinkSettings, SmtpSettings
from tocsin.runtime.disk_space import MIN_FREE_BYTES
from tocsin.runtime.guard import LOOPBACK_HOSTS, Limits
from tocsin.runtime.pulse import MAX_TURN_S
from tocsin.runtime.settings import ServiceSettings, service_config

MAX_BODY_BYTES = 1_024


class ConsumerSettings(ServiceSettings):
    """Each field's description stands in docs/operations.md."""

    model_config = service_config("CONSUMER")

    streams: str = Field("all", description="Streams to read, by comma, or `all`.")
    regions: list[str] = Field(default_factory=list, description="Regions to read; none means all.")
    host: str = Field("127.0.0.1", description="Address to answer HTTP on.")
    port: int = Field(8802, ge=1, le=65_535, description="Port to answer HTTP on.")
    allowed_hosts: list[str] = Field(
        list(LOOPBACK_HOSTS), description="Names that a request's Host header may carry."
    )
    max_turn_s: int = Field(
        MAX_TURN_S, ge=60, description="How long a loop may stand still; then /healthz is 503."
    )
    min_free_bytes: int = Field(
        MIN_FREE_BYTES, ge=0, description="With less room on the disk /readyz says so."
    )
    sinks: dict[Annotated[str, StringConstraints(pattern=NAME_PATTERN)], SinkSettings] = Field(
        default_factory=dict, max_length=MAX_SINKS, description="Where alerts go: see receiving.md."
    )
    smtp: SmtpSettings | None = Field(None, description="The mail server of sinks that ping.")

    def limits(self) -> Limits:
        """What the web server admits: a reader is asked, and given no bodies."""
        return Limits(max_body_bytes=MAX_BODY_BYTES, hosts=tuple(self.allowed_hosts))
