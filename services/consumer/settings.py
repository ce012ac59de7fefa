"""The reader service's settings: environment variables `TOCSIN_CONSUMER_…`."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from tocsin.core.errors import SettingsError


class ConsumerSettings(BaseSettings):
    """Each field's description stands in docs/operations.md."""

    model_config = SettingsConfigDict(env_prefix="TOCSIN_CONSUMER_", extra="forbid", frozen=True)

    streams: str = Field("all", description="Streams to read, by comma, or `all`.")
    regions: list[str] = Field(default_factory=list, description="Regions to read; none means all.")
    host: str = Field("127.0.0.1", description="Address to answer HTTP on.")
    port: int = Field(8802, ge=1, le=65_535, description="Port to answer HTTP on.")
    bootstrap: str | None = Field(None, description="Kafka's addresses; else `--bootstrap`.")

    @classmethod
    def load(cls, _home: Path, bootstrap: str | None) -> Self:
        """From the environment; `bootstrap` of the command line wins. Raises SettingsError."""
        given = {} if bootstrap is None else {"bootstrap": bootstrap}
        try:
            return cls(**given)  # type: ignore[arg-type]
        except ValidationError as error:
            found = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
            raise SettingsError("; ".join(found)) from error
