"""TUF metadata as signed bytes: the four roles, how long each lasts, which keys each takes.

Root and targets are held by people, each with an Ed25519 and an ML-DSA-65 key, and both must sign: who
breaks one algorithm has signed nothing. Snapshot and timestamp are signed by a machine, with Ed25519.
Source: wire format, "Directory"; The Update Framework 1.0; TAP 21 for ML-DSA.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
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

from tocsin.core.directory import TIMESTAMP_LIFETIME_S
from tocsin.core.enrolment import fingerprint
from tocsin.core.errors import SettingsError, UntrustedError
from tocsin.core.primitives import CompositePrivate, Ed25519Private

ROLES = ("root", "targets", "snapshot", "timestamp")
DAY_S = 86_400
LIFETIME_S: Mapping[str, int] = {
    "root": 365 * DAY_S,
    "targets": 30 * DAY_S,
    "snapshot": 7 * DAY_S,
    "timestamp": TIMESTAMP_LIFETIME_S,
}

RoleKey = Ed25519Private | CompositePrivate
KeyOf = Callable[[str], RoleKey]
"""Gives the private key of a role; asked only when something of that role is signed."""
HELD_BY_PEOPLE = ("root", "targets")

T = TypeVar("T", Root, Targets, Snapshot, Timestamp)


@dataclass(frozen=True)
class Seats:
    """Who holds a role: each holder's public keys, and how many holders must sign (`quorum`)."""

    holders: Sequence[Sequence[Key]]
    quorum: int = 1

    @property
    def threshold(self) -> int:
        """Signatures: all keys of each of `quorum` holders."""
        return self.quorum * len(self.holders[0])

    def check(self) -> None:
        """Raises SettingsError where the quorum cannot be met, one key is held twice, or all keys of one
        algorithm together would be enough.
        """
        count, ids = len(self.holders), [key.keyid for keys in self.holders for key in keys]
        if len(set(ids)) != len(ids):
            raise SettingsError("one key is held twice: each holder makes keys of its own")
        if not 1 <= self.quorum <= count:
            raise SettingsError(f"a quorum of {self.quorum} of {count} holders cannot be met")
        if len(self.holders[0]) > 1 and self.threshold <= count:
            raise SettingsError(
                f"{self.quorum} of {count} holders are too few: who breaks one algorithm has {count} keys, "
                f"and {self.threshold} signatures would do; ask for more than half of the holders"
            )


def new_root(seats: Mapping[str, Seats], version: int, now_s: int) -> Root:
    """A root that gives each role its seats, with consistent snapshots. Raises SettingsError."""
    root = Root(version=version, expires=expiry("root", now_s), consistent_snapshot=True)
    for role, held in seats.items():
        seat(root, role, held)
    return root


def seat(root: Root, role: str, held: Seats) -> None:
    """Give `role` to `held` in the place of whoever has it. Raises SettingsError."""
    held.check()
    for id_ in list(root.roles[role].keyids):
        root.revoke_key(id_, role)
    for key in (key for keys in held.holders for key in keys):
        root.add_key(key, role)
    root.roles[role].threshold = held.threshold


def unsigned(signed: T) -> bytes:
    """A draft, to be signed by its holders one after another."""
    return Metadata(signed).to_bytes(JSONSerializer(compact=True))


def signed_bytes(data: bytes) -> bytes:
    """What signatures of a metadata file are made over."""
    return Metadata[Root].from_bytes(data).signed_bytes


def add_signatures(draft: bytes, key: RoleKey) -> bytes:
    """A draft of a root with signatures by each part of `key` beside those that it has.

    Raises UntrustedError.
    """
    return _added(Root, draft, key)


def add_list_signatures(draft: bytes, key: RoleKey) -> bytes:
    """As `add_signatures`, for a list of entries."""
    return _added(Targets, draft, key)


def _added(kind: type[T], draft: bytes, key: RoleKey) -> bytes:
    read(kind, draft)
    metadata = Metadata[T].from_bytes(draft)
    for part in key.parts():
        metadata.sign(CryptoSigner(part), append=True)
    return metadata.to_bytes(JSONSerializer(compact=True))


def check_root(data: bytes, before: Root | None) -> Root:
    """The root in `data`, signed by its own quorum and by that of the root before it.

    Raises UntrustedError that says how many signatures are missing.
    """
    root = read_verified(Root, data, read(Root, data))
    return root if before is None else read_verified(Root, data, before)


def first_root_fingerprint(data: bytes) -> str:
    """What is read aloud of an authority's first root, which others pin: the same that its holders read.

    Raises UntrustedError where it is no first root that its own holders signed in number.
    """
    if (version := check_root(data, None).version) != 1:
        raise UntrustedError(f"this is root {version}, and the first root of the authority is pinned")
    return fingerprint(signed_bytes(data))


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


def timestamp_signers(data: bytes, root: Root) -> set[str]:
    """The ids of the keys of `root` whose signatures hold on a timestamp that reads."""
    metadata = Metadata[Timestamp].from_bytes(data)
    found = root.get_verification_result(Timestamp.type, metadata.signed_bytes, metadata.signatures)
    return set(found.signed)


def expires_at_s(signed: Root | Targets | Snapshot | Timestamp) -> int:
    """When the metadata ends, in seconds since 1970."""
    return int(signed.expires.timestamp())
