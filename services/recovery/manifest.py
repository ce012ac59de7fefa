"""What a backup says of itself: every part with size and SHA-256, the schemas' versions, who and when.

The manifest is sealed under a key that only the home's passphrase gives, so that whoever keeps the backup
can change nothing in it: not a setting, not a pinned root, not a token. It holds no secret.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from tocsin.adapters.home_contents import DATABASES, may_hold
from tocsin.adapters.log_owner import SIDE_FILES
from tocsin.core import canonical_json
from tocsin.core.errors import CannotOpenError, MalformedError, RefusedByRuleError, UntrustedError
from tocsin.core.primitives import expand_sha512, open_bytes, seal_bytes, sha256

MANIFEST_FILE = "manifest.json"
FORMAT = 1
MAX_MANIFEST_BYTES = 16_777_216
MAX_PARTS = 100_000
MAX_PART_BYTES = 1 << 46
_SEAL_LABEL = b"tocsin/1/service-backup\0"
_KNOWN_SCHEMAS = {one.name: len(one.migrations) for one in DATABASES}


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a backup."""

    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is in a backup. `parts` and `schemas` by name in the home ("outbox/outbox.db")."""

    made_by: str
    made_at_s: int
    participant: str | None
    parts: Mapping[str, Part] = field(repr=False)
    schemas: Mapping[str, int] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()

    @property
    def size_bytes(self) -> int:
        """Of all parts together."""
        return sum(one.size_bytes for one in self.parts.values())

    def write(self, secret: bytes) -> bytes:
        """The file, sealed. `secret`: `KeyFolder.recovery()` of the home."""
        record = self._record()
        seal = seal_bytes(_seal_key(secret), _context(record), b"")
        return json.dumps(record | {"seal": b64encode(seal).decode()}, indent=1).encode() + b"\n"

    def check_seal(self, data: bytes, secret: bytes) -> None:
        """Raises UntrustedError where the file `data` was not written with `secret`."""
        seal = json.loads(data).get("seal", "")
        try:
            open_bytes(_seal_key(secret), _context(self._record()), b64decode(seal, validate=True))
        except (CannotOpenError, ValueError, TypeError):
            raise UntrustedError(
                f"{MANIFEST_FILE} does not hold: the passphrase is not the one that the home had when it "
                "was backed up, or somebody changed the backup"
            ) from None

    def _record(self) -> dict[str, Any]:
        record = asdict(self)
        record["left_out"] = list(self.left_out)
        return {"tocsin_service_backup": FORMAT, **record}


def read_manifest(data: bytes, where: str) -> Manifest:
    """The manifest in the file `data`; its seal is not looked at yet.

    Raises MalformedError, UntrustedError for what no backup of ours names, RefusedByRuleError for a backup
    of a newer release.
    """
    try:
        record = dict(canonical_json.load(data))
        version = record.pop("tocsin_service_backup")
        record.pop("seal")
        if version == FORMAT:
            parts = {str(name): Part(**one) for name, one in record.pop("parts").items()}
            manifest = Manifest(**record | {"parts": parts, "left_out": tuple(record["left_out"])})
            _check_shapes(manifest)
    except (MalformedError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise MalformedError(f"{where} is damaged, or no backup of tocsin backup") from error
    if version != FORMAT:
        raise RefusedByRuleError(f"{where} was made by a newer version of Tocsin: update this one first")
    _check_names(manifest, where)
    _check_schemas(manifest, where)
    return manifest


def _check_shapes(manifest: Manifest) -> None:
    parts = manifest.parts.values()
    sizes = all(type(one.size_bytes) is int and 0 <= one.size_bytes <= MAX_PART_BYTES for one in parts)
    digests = all(isinstance(one.sha256, str) and len(bytes.fromhex(one.sha256)) == 32 for one in parts)
    times = type(manifest.made_at_s) is int and isinstance(manifest.made_by, str)
    schemas = all(type(one) is int and one > 0 for one in manifest.schemas.values())
    names = {*manifest.schemas} <= {*manifest.parts} & {*_KNOWN_SCHEMAS}
    if not (sizes and digests and times and schemas and names and len(parts) <= MAX_PARTS):
        raise ValueError("a field that no backup has")


def _check_names(manifest: Manifest, where: str) -> None:
    for name in manifest.parts:
        if name.endswith(SIDE_FILES):
            raise UntrustedError(f"{name} in {where} was left beside a database: it is no part of a backup")
        if not may_hold(name):
            raise UntrustedError(f"{where} names {name}, which belongs in no home")


def _check_schemas(manifest: Manifest, where: str) -> None:
    for name, schema in manifest.schemas.items():
        known = _KNOWN_SCHEMAS[name]
        if schema > known:
            raise RefusedByRuleError(
                f"{name} in {where} has schema {schema}, and this version of Tocsin knows {known}: update "
                f"it first; the backup was made by {manifest.made_by}"
            )


def _context(record: Mapping[str, object]) -> bytes:
    return _SEAL_LABEL + sha256(canonical_json.dump(record))


def _seal_key(secret: bytes) -> bytes:
    return expand_sha512(secret, _SEAL_LABEL)
