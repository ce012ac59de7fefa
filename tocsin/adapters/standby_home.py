"""What a standby's folder holds, for the service that signs with it and for whoever looks at it.

Beside its key file lie the public file for the authority, the pinned first root, and what was seen.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tocsin.adapters.tuf_holders import MAX_HOLDER_BYTES
from tocsin.adapters.tuf_roots import MAX_METADATA_BYTES, root_file
from tocsin.adapters.whole_files import read_whole, write_whole
from tocsin.core import canonical_json, json_fields
from tocsin.core.errors import MalformedError, SettingsError
from tocsin.core.standby import Memory

KEYS, KEY_FILE, PUBLIC_FILE, MEMORY_FILE = "keys", "standby.pem", "standby.json", "seen.json"


def is_standby(home: Path) -> bool:
    """Whether a standby was made in this folder."""
    return (home / PUBLIC_FILE).exists()


def pinned_root(home: Path) -> bytes:
    """The authority's first root. Raises SettingsError before it was pinned."""
    pinned = read_whole(home / root_file(1), MAX_METADATA_BYTES)
    if pinned is None:
        raise SettingsError(f"{home} pins no root yet: tocsin authority standby accept 1.root.json")
    return pinned


def read_memory(home: Path) -> Memory:
    """What was seen so far. Raises MalformedError for a damaged file: it must not be forgotten."""
    path = home / MEMORY_FILE
    data = read_whole(path, MAX_HOLDER_BYTES)
    try:
        return Memory() if data is None else _memory(canonical_json.load(data))
    except (MalformedError, TypeError) as error:
        raise MalformedError(
            f"{path} is damaged: delete it only where the topic is known to be whole"
        ) from error


def write_memory(home: Path, memory: Memory) -> None:
    """Remember it, under fsync. Raises StorageError."""
    write_whole(home / MEMORY_FILE, json.dumps(asdict(memory)).encode())


def _memory(record: Mapping[str, Any]) -> Memory:
    """Raises MalformedError, TypeError for what was never written."""
    return Memory(**{name: json_fields.number(record, name) for name in record})
