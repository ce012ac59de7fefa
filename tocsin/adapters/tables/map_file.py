"""`map.toml`, whatever it maps: its tables as texts, everything that is wrong with them listed at once."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from tocsin.adapters.whole_files import read_whole
from tocsin.core.errors import SettingsError

MAX_MAP_BYTES = 1 << 20


def read_tables(path: Path) -> dict[str, Any]:
    """The tables of the file. Raises SettingsError where it is missing or no TOML."""
    content = read_whole(path, MAX_MAP_BYTES)
    if content is None:
        raise SettingsError(f"{path} is not there")
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise SettingsError(f"{path} is no TOML: {error}") from None


def texts(data: dict[str, Any], name: str, wrong: list[str]) -> dict[str, str]:
    """The table `name`; a sentence joins `wrong` where it is no table of texts."""
    table = data.get(name, {})
    if not isinstance(table, dict) or not all(isinstance(one, str) for one in table.values()):
        wrong.append(f"[{name}] must be a table of texts")
        return {}
    return table


def twice(names: list[str]) -> list[str]:
    """The names that come more than once, sorted."""
    return sorted({one for one in names if names.count(one) > 1})
