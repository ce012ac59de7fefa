"""The settings of sinks: [consumer.sinks.NAME] and [consumer.smtp] of settings.toml."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

MAX_SINKS = 16
NAME_PATTERN = r"^[a-z][a-z0-9-]{0,31}$"
_STRICT = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class SinkSettings(BaseModel):
    """One sink. Each field stands in docs/receiving.md."""

    model_config = _STRICT

    to: str = Field(description="spool=DIR, webhook=URL or ping=MAILBOX.", repr=False)
    streams: list[str] = Field(default_factory=lambda: ["alerts"], description="Streams to take from.")
    filters: list[str] = Field(default_factory=list, description="FIELD=VALUE,VALUE; all must hold.")
    quiet: str | None = Field(default=None, description="22:00-06:00 Europe/Amsterdam; held until it ends.")
    digest_minutes: int = Field(
        default=0, ge=0, le=1_440, description="Deliver only every so many minutes."
    )
    urgent: list[str] = Field(
        default_factory=list, description="Filters; what passes them all is never held."
    )
    begin: Literal["earliest", "latest"] = Field(
        default="earliest",
        description="Where a new sink begins: at all that the inbox holds, or at what comes.",
    )
    own_network: bool = Field(default=False, description="A webhook may lie in a private network.")
    ca_file: Path | None = Field(
        default=None, description="Certificates to trust beside the system's (PEM)."
    )
    every_minutes: int = Field(
        default=15, ge=0, le=1_440, description="At most one mail in so many minutes."
    )
    group_readable: bool = Field(default=False, description="Spool files with mode 0640 instead of 0600.")


class SmtpSettings(BaseModel):
    """The mail server of sinks that ping."""

    model_config = _STRICT

    host: str = Field(description="Name of the mail server.")
    port: int = Field(default=587, ge=1, le=65_535, description="587 for starttls, 465 for tls.")
    security: Literal["starttls", "tls"] = Field(default="starttls", description="There is no way without.")
    sender: str = Field(description="From whom the mail is.")
    user: str | None = Field(default=None, description="To log in with, if it asks.")
    password_file: Path | None = Field(default=None, description="Its password, mode 0600.")
    ca_file: Path | None = Field(
        default=None, description="Certificates to trust beside the system's (PEM)."
    )
