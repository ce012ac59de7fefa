"""TUF metadata as signed bytes: the four roles, how long each lasts, which keys each takes.

Root and targets are held by people, each with an Ed25519 and an ML-DSA-65 key, and both must sign: who
breaks one algorithm has signed nothing. Snapshot and timestamp are signed by a machine, with Ed25519.
Source: wire format, "Directory"; The Update Framework 1.0; TAP 21 for ML-DSA.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from securesystemslib.signer import CryptoSigner, Key, SSlibKey
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import (
    Metadata,
    MetaFile,
    Root,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)
from tuf.api.serialization.json import JSONSerializer

from tocsin.core.errors import UntrustedError
from tocsin.core.primitives import CompositePrivate, Ed25519Private

ROLES = ("root", "targets", "snapshot", "timestamp")
DAY_S = 86_400
LIFETIME_S: Mapping[str, int] = {
    "root": 365 * DAY_S,
    "targets": 30 * DAY_S,
    "snapshot": 7 * DAY_S,
    "timestamp": DAY_S,
}

RoleKey = Ed25519Private | CompositePrivate
KeyOf = Callable[[str], RoleKey]
"""Gives the private key of a role; asked only when something of that role is signed."""
HELD_BY_PEOPLE = ("root", "targets")

T = TypeVar("T", Root, Targets, Snapshot, Timestamp)


def new_root(public: Mapping[str, Sequence[Key]], version: int, now_s: int) -> Root:
    """A root that gives each role its keys, all of which must sign, with consistent snapshots."""
    root = Root(version=version, expires=expiry("root", now_s), consistent_snapshot=True)
    for role, keys in public.items():
        for key in keys:
            root.add_key(key, role)
        root.roles[role].threshold = len(keys)
    return root


def new_targets(version: int, files: Mapping[str, TargetFile], now_s: int) -> Targets:
    """The list of all target files, name -> length and SHA-256."""
    return Targets(version=version, expires=expiry("targets", now_s), targets=dict(files))


def new_snapshot(version: int, targets_version: int, now_s: int) -> Snapshot:
    """Names the version of the targets."""
    meta = {"targets.json": MetaFile(version=targets_version)}
    return Snapshot(version=version, expires=expiry("snapshot", now_s), meta=meta)


def new_timestamp(version: int, snapshot_version: int, now_s: int) -> Timestamp:
    """Names the version of the snapshot, for 24 hours."""
    meta = MetaFile(version=snapshot_version)
    return Timestamp(version=version, expires=expiry("timestamp", now_s), snapshot_meta=meta)


def expiry(role: str, now_s: int) -> datetime:
    """When something of `role` signed now ends."""
    return datetime.fromtimestamp(now_s + LIFETIME_S[role], UTC)


def target_file(name: str, data: bytes) -> TargetFile:
    """Length and SHA-256 of a target."""
    return TargetFile.from_data(name, data, ["sha256"])


def new_key(role: str) -> RoleKey:
    """A fresh private key for a role."""
    return CompositePrivate.generate() if role in HELD_BY_PEOPLE else Ed25519Private.generate()


def tuf_keys(key: RoleKey) -> list[Key]:
    """The public halves as TUF writes them: one, or two of different algorithms."""
    return [SSlibKey.from_crypto(part.public_key()) for part in key.parts()]


def sign(signed: T, key: RoleKey) -> bytes:
    """The metadata file: `signed` and a signature by each part of `key`, compact JSON."""
    metadata = Metadata(signed)
    for part in key.parts():
        metadata.sign(CryptoSigner(part), append=True)
    return metadata.to_bytes(JSONSerializer(compact=True))


def read(kind: type[T], data: bytes) -> T:
    """What a metadata file says, unverified. Raises UntrustedError for what is none."""
    try:
        metadata = Metadata[T].from_bytes(data)
    except (RepositoryError, ValueError) as error:
        raise UntrustedError(f"not TUF's {kind.type} metadata: {error}") from error
    if not isinstance(metadata.signed, kind):
        raise UntrustedError(f"not TUF's {kind.type} metadata but {metadata.signed.type}")
    return metadata.signed


def read_verified(kind: type[T], data: bytes, root: Root) -> T:
    """As `read`, signed by the role's key in `root`. Raises UntrustedError."""
    signed = read(kind, data)
    metadata = Metadata[T].from_bytes(data)
    try:
        root.verify_delegate(kind.type, metadata.signed_bytes, metadata.signatures)
    except (RepositoryError, ValueError) as error:
        raise UntrustedError(f"{kind.type} is not signed by the root's key: {error}") from error
    return signed


def expires_at_s(signed: Root | Targets | Snapshot | Timestamp) -> int:
    """When the metadata ends, in seconds since 1970."""
    return int(signed.expires.timestamp())
