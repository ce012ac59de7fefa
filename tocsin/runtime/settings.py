"""Settings of a service: a table of settings.toml, over it the environment, over it the command line.

A service derives its own class from `ServiceSettings` and says its prefix:

    class ProducerSettings(ServiceSettings):
        model_config = service_config("PRODUCER")
        max_outbox_bytes: int = Field(2**30, ge=1, description="…")

Secrets are paths, never values. Everything wrong is said at once, and never with its value.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, NamedTuple, Self, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError as ForeignSettingsError

from tocsin.core.errors import SettingsError


class SettingRow(NamedTuple):
    """One setting, as docs/operations.md prints it."""

    name: str
    variable: str
    type: str
    default: str
    description: str


def service_config(service: str) -> SettingsConfigDict:
    """The model configuration of a service's settings: prefix `TOCSIN_<service>_`, nothing unknown."""
    return SettingsConfigDict(
        env_prefix=f"TOCSIN_{service.upper()}_", extra="forbid", frozen=True, hide_input_in_errors=True
    )


class ServiceSettings(BaseSettings):
    """Base of each service's settings."""

    model_config = service_config("")

    @classmethod
    def load(cls, table: Mapping[str, Any], **given: Any) -> Self:
        """From the service's `table` of settings.toml and the environment; `given` (None: not given)
        wins. Raises SettingsError that lists everything wrong.
        """
        problems = cls._unknown_variables()
        try:
            environment = EnvSettingsSource(cls)()
        except ForeignSettingsError as error:
            raise SettingsError(f'{error}: lists are written as JSON, as ["a","b"]') from error
        chosen = {name: value for name, value in given.items() if value is not None}
        try:
            settings = cls(**{**table, **environment, **chosen})
        except ValidationError as error:
            problems += [cls._sentence(one["loc"], one["msg"]) for one in error.errors(include_input=False)]
            raise SettingsError("; ".join(problems)) from None
        if problems:
            raise SettingsError("; ".join(problems))
        return settings

    @classmethod
    def rows(cls) -> Iterator[SettingRow]:
        """Every setting with type, default and description."""
        for name, field in cls.model_fields.items():
            kind = _told_type(field.annotation)
            default = field.get_default(call_default_factory=True)
            shown = "required" if default is PydanticUndefined else f"{default}"
            yield SettingRow(name, cls._variable(name), kind, shown, field.description or "")

    @classmethod
    def _variable(cls, name: str) -> str:
        return f"{cls.model_config['env_prefix']}{name}".upper()

    @classmethod
    def _unknown_variables(cls) -> list[str]:
        prefix = cls.model_config["env_prefix"].upper()
        known = {cls._variable(name) for name in cls.model_fields}
        found = sorted(name for name in os.environ if name.upper().startswith(prefix))
        return [f"{name} is unknown" for name in found if name.upper() not in known]

    @classmethod
    def _sentence(cls, place: tuple[int | str, ...], message: str) -> str:
        name = ".".join(map(str, place))
        known = str(place[0]) in cls.model_fields if place else False
        said = message.removeprefix("Value error, ")
        return f"{name} ({cls._variable(str(place[0]))}): {said}" if known else f"{name} is unknown"


def _told_type(kind: Any) -> str:
    """A type as people write it: without modules and constraints, which the validation's sentence tells."""
    parts = get_args(kind)
    if get_origin(kind) is Annotated:
        return _told_type(parts[0])
    if isinstance(kind, UnionType):
        return " or ".join(map(_told_type, parts))  # a bar would part the cells of a table
    name = "None" if kind is NoneType else getattr(kind, "__name__", str(kind))
    return f"{name}[{', '.join(map(_told_type, parts))}]" if parts else str(name)
