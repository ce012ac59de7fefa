"""How a passphrase is stretched, as `kdf.json` says it: bounded before any memory is taken for it.

Source: wire format, "At rest"; RFC 9106.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tocsin.core import canonical_json
from tocsin.core.errors import KeyUnusableError, MalformedError

MAX_MEMORY_KIB = 1_048_576
MAX_ITERATIONS = 20
MAX_LANES = 16
MIN_SALT_BYTES, MAX_SALT_BYTES = 16, 64
MIN_MEMORY_KIB_PER_LANE = 8


@dataclass(frozen=True, slots=True)
class KdfParameters:
    """Argon2id's parameters; the defaults take 0.1 s and 64 MiB."""

    salt: bytes = field(repr=False)
    memory_kib: int = 65_536
    iterations: int = 3
    lanes: int = 4

    def to_json(self) -> bytes:
        """The content of `kdf.json`."""
        record = {
            "v": 1,
            "kdf": "argon2id",
            "memory_kib": self.memory_kib,
            "iterations": self.iterations,
            "lanes": self.lanes,
            "salt": b64encode(self.salt).decode(),
        }
        return json.dumps(record, indent=1).encode() + b"\n"


def read(file: Path, data: bytes) -> KdfParameters:
    """The parameters in `data`, the content of `file`. Raises KeyUnusableError naming the fault."""
    record = read_object(file, data)
    if record.get("kdf") != "argon2id" or record.get("v") != 1:
        raise KeyUnusableError(f"{file} does not describe Argon2id, version 1")
    parameters = KdfParameters(
        salt=_salt(file, record.get("salt")),
        memory_kib=_bounded(file, record, "memory_kib", MAX_MEMORY_KIB),
        iterations=_bounded(file, record, "iterations", MAX_ITERATIONS),
        lanes=_bounded(file, record, "lanes", MAX_LANES),
    )
    if parameters.memory_kib < MIN_MEMORY_KIB_PER_LANE * parameters.lanes:
        raise KeyUnusableError(f"{file}: memory_kib is less than {MIN_MEMORY_KIB_PER_LANE} for each lane")
    return parameters


def read_object(file: Path, data: bytes) -> dict[str, Any]:
    """The JSON object in `data`, a byte order mark aside. Raises KeyUnusableError."""
    try:
        record = canonical_json.load(data.removeprefix(b"\xef\xbb\xbf"))
    except MalformedError as error:
        raise KeyUnusableError(f"{file} is damaged: {error}") from error
    if not isinstance(record, dict):
        raise KeyUnusableError(f"{file} is damaged: no JSON object")
    return record


def _bounded(file: Path, record: dict[str, Any], name: str, limit: int) -> int:
    value = record.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= limit:
        raise KeyUnusableError(f"{file}: {name} is not a whole number from 1 to {limit}")
    return value


def _salt(file: Path, text: object) -> bytes:
    try:
        salt = b64decode(text, validate=True) if isinstance(text, str) else b""
    except ValueError:
        salt = b""
    if not MIN_SALT_BYTES <= len(salt) <= MAX_SALT_BYTES:
        raise KeyUnusableError(f"{file}: salt is not {MIN_SALT_BYTES} to {MAX_SALT_BYTES} bytes in base64")
    return salt
