"""A second signer of the timestamp: verifies what the topic holds, and prolongs it by one signature.

Law: it signs nothing but a timestamp, over the snapshot that the last good timestamp named; that one, the
snapshot and the list of entries must verify under the chain of roots from the pinned one, and the root must
give this key the role. What to do is `core.standby`'s to say. The role has two keys at most, so that a
timestamp has one signature and stays under TUF's 16,384 bytes. Source: wire format, "Directory".
"""

from __future__ import annotations

from collections.abc import Mapping

from tuf.api.metadata import Root, Snapshot, Targets, Timestamp

from tocsin.adapters import tuf_signing as signing
from tocsin.adapters.tuf_roots import root_file
from tocsin.core.directory import TIMESTAMP_LIFETIME_S
from tocsin.core.errors import UntrustedError
from tocsin.core.primitives import Ed25519Private
from tocsin.core.standby import Stamp

TIMESTAMP_FILE = "timestamp.json"


def latest_root(files: Mapping[str, bytes], pinned: bytes) -> Root:
    """The newest root on the topic, each signed by the one before. Raises UntrustedError."""
    root = signing.check_root(pinned, None)
    while (data := files.get(root_file(root.version + 1))) is not None:
        root = signing.check_root(data, root)
    return root


def read_stamp(files: Mapping[str, bytes], pinned: bytes, key: Ed25519Private) -> Stamp:
    """The topic's timestamp and what it rests on. Raises UntrustedError where something does not verify,
    or the root does not name `key` for timestamps.
    """
    root = latest_root(files, pinned)
    (own,) = signing.tuf_keys(key)
    if own.keyid not in root.roles[Timestamp.type].keyids:
        raise UntrustedError(
            f"root {root.version} does not name this standby: tocsin authority standby admit, there"
        )
    data = _file(files, TIMESTAMP_FILE)
    timestamp = signing.read_verified(Timestamp, data, root)
    version = timestamp.snapshot_meta.version
    snapshot = signing.read_verified(Snapshot, _file(files, f"{version}.snapshot.json"), root)
    listed = snapshot.meta["targets.json"].version
    targets = signing.read_verified(Targets, _file(files, f"{listed}.targets.json"), root)
    if (snapshot.version, targets.version) != (version, listed):
        raise UntrustedError("the topic's files do not bear the versions of their names")
    ends: dict[str, Root | Snapshot | Targets] = {"root": root, "snapshot": snapshot, "targets": targets}
    return Stamp(
        timestamp.version,
        version,
        signing.expires_at_s(timestamp) - TIMESTAMP_LIFETIME_S,
        own.keyid in signing.timestamp_signers(data, root),
        {role: signing.expires_at_s(one) for role, one in ends.items()},
    )


def next_timestamp(stamp: Stamp, key: Ed25519Private, now_s: int) -> bytes:
    """The timestamp after `stamp`, over the same snapshot."""
    return signing.sign(signing.new_timestamp(stamp.version + 1, stamp.snapshot, now_s), key)


def _file(files: Mapping[str, bytes], name: str) -> bytes:
    if name not in files:
        raise UntrustedError(f"the topic does not hold {name}")
    return files[name]
