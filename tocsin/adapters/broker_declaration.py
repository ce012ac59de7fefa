"""The declaration of topics, logins and ACLs: the one that comes with Tocsin, or the operator's own."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path

from tocsin.adapters.whole_files import read_whole
from tocsin.core.broker_access import Declaration, read_declaration
from tocsin.core.errors import MalformedError, SettingsError

MAX_DECLARATION_BYTES = 262_144
SHIPPED = "access.toml"


def declaration(file: Path | None = None) -> Declaration:
    """What `file` declares; None: deploy/kafka/access.toml. Raises SettingsError."""
    if file is None:
        data: bytes | None = (files("deploy.kafka") / SHIPPED).read_bytes()
    else:
        data = read_whole(file, MAX_DECLARATION_BYTES)
    if data is None:
        raise SettingsError(f"there is no file {file}")
    try:
        return read_declaration(tomllib.loads(data.decode("utf-8-sig")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SettingsError(f"{file or SHIPPED} is no TOML: {error}") from error
    except MalformedError as error:
        raise SettingsError(f"{file or SHIPPED}: {error}") from error
