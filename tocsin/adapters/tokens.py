"""Bearer tokens of machines: one purpose each, shown once, stored as SHA-256 in a file of 0600.

A token has 256 random bits, so its plain hash cannot be searched. The file is read again whenever it
changed: a token that was taken away is refused at the next request.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hmac import compare_digest
from pathlib import Path
from typing import Any

from tocsin.adapters.whole_files import read_whole, write_whole
from tocsin.core import canonical_json, json_fields
from tocsin.core.errors import MalformedError, RefusedByRuleError, StorageError
from tocsin.core.primitives import random_bytes, sha256

TOKEN_BYTES = 32
MAX_TOKENS = 1_000
MAX_FILE_BYTES = 262_144
MAX_NAME_CHARACTERS = 64


class Tokens:
    """The tokens of one service in one home. `repr` shows the path only."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._held: dict[str, dict[str, str]] = {}

    def create(self, name: str, purpose: str) -> str:
        """A new token under a name that is free; the only time that it is seen.

        Raises RefusedByRuleError for a name that is taken or too many tokens, StorageError.
        """
        held = self._read()
        if not 0 < len(name) <= MAX_NAME_CHARACTERS or name in held or len(held) >= MAX_TOKENS:
            raise RefusedByRuleError(
                f"no token was made: {name!r} is taken or over {MAX_NAME_CHARACTERS} characters, "
                f"or there are {MAX_TOKENS} tokens already"
            )
        token = f"tocsin-{urlsafe_b64encode(random_bytes(TOKEN_BYTES)).decode().rstrip('=')}"
        self._write(held | {name: {"purpose": purpose, "sha256": _hash(token)}})
        return token

    def remove(self, name: str) -> bool:
        """Take a token away; whether there was one of that name."""
        held = self._read()
        if name not in held:
            return False
        self._write({one: entry for one, entry in held.items() if one != name})
        return True

    def names(self) -> dict[str, str]:
        """Purpose by name."""
        return {name: entry["purpose"] for name, entry in self._read().items()}

    def holder(self, token: str, purpose: str) -> str | None:
        """The name under which `token` serves `purpose`; None if it does not."""
        given, found = _hash(token), None
        for name, entry in self._read().items():
            # All are compared, so that time tells nothing.
            if compare_digest(entry["sha256"], given) and entry["purpose"] == purpose:
                found = name
        return found

    def _read(self) -> dict[str, dict[str, str]]:
        try:
            state = self._path.stat()
        except FileNotFoundError:
            return {}
        stamp = (state.st_mtime_ns, state.st_ino)
        if stamp != self._seen:
            data = read_whole(self._path, MAX_FILE_BYTES) or b"{}"
            try:
                self._held = {name: _entry(one) for name, one in canonical_json.load(data).items()}
            except (MalformedError, AttributeError, TypeError) as error:
                raise StorageError(f"{self._path} is damaged: delete it and make new tokens") from error
            self._seen = stamp
        return self._held

    def _write(self, held: dict[str, dict[str, str]]) -> None:
        write_whole(self._path, json.dumps(held, indent=1).encode() + b"\n")
        self._seen = None

    def __repr__(self) -> str:
        return f"Tokens({str(self._path)!r})"


def _entry(record: Mapping[str, Any]) -> dict[str, str]:
    """Raises MalformedError, AttributeError for what is no entry."""
    entry = {name: json_fields.text(record, name) for name in ("purpose", "sha256")}
    if not entry["sha256"].isascii():  # compare_digest takes no other text
        raise MalformedError("sha256 is no hash")
    return entry


def _hash(token: str) -> str:
    return sha256(token.encode()).hex()
