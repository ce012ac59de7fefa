"""The authority's TUF repository: a folder whose files are what the directory topic carries.

Law: `timestamp.json` is written last, and names everything that counts. A crash between two files
leaves the state before; the next command writes the same version again, which nobody has seen,
because only what the timestamp names is ever published. Versions never go back. Where registrars hold
the list of entries, this folder signs none: a root that names other registrars is published with the
first list that they sign, and not before.
Source: wire format, "Directory".
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tuf.api.metadata import MetaFile, Root, Snapshot, TargetFile, Targets, Timestamp

from tocsin.adapters import tuf_signing as signing
from tocsin.adapters.tuf_entries import Edit, listed, stored_name
from tocsin.adapters.tuf_holders import holders_of
from tocsin.adapters.tuf_regional import Registrar, registrars_of
from tocsin.adapters.tuf_regional_files import RegionalFiles
from tocsin.adapters.tuf_roots import MAX_METADATA_BYTES, Roots, root_file
from tocsin.adapters.tuf_standing import StandbySignedError, Standing
from tocsin.adapters.whole_files import read_whole, write_whole
from tocsin.core.clock_skew import TOLERANCE_S
from tocsin.core.errors import RefusedByRuleError, StorageError, UntrustedError
from tocsin.core.primitives import sha256

# One that ends later was signed by a clock that was ahead.
SNAPSHOT_LEFT_S = range(3 * signing.DAY_S, signing.LIFETIME_S["snapshot"] + TOLERANCE_S)
_TIMESTAMP = "timestamp.json"


class TufRepository:
    """The folder and the keys. `key_of` opens the key of a role when something is to be signed.

    One process at a time may change it: the caller holds the lock.
    """

    def __init__(self, folder: Path, key_of: signing.KeyOf) -> None:
        self.folder = folder
        self._key_of = key_of
        self.roots = Roots(folder, key_of)

    @property
    def exists(self) -> bool:
        """Whether the repository was made to its end."""
        return (self.folder / _TIMESTAMP).exists()

    def create(self, targets: Mapping[str, bytes], now_s: int) -> None:
        """Make version 1 of everything. Continues after a crash; RefusedByRuleError if it is there."""
        if self.exists:
            raise RefusedByRuleError(f"{self.folder} holds a directory already")
        if not self.roots.versions():
            self.roots.create(now_s)
        data = signing.sign(listed({}, targets, 1, now_s), self._key_of("targets"))
        self._write_state(targets, data, _Versions(0, 0, 0), now_s)

    def put_targets(
        self,
        changes: Mapping[str, bytes],
        now_s: int,
        remove: Collection[str] = (),
        edit: Edit | None = None,
    ) -> None:
        """Add, replace and remove targets: new versions of targets, snapshot and timestamp.

        Without changes the same targets are signed anew. Raises RefusedByRuleError over 16,384, and where
        registrars sign the list.
        """
        if self.needs_registrars:
            raise RefusedByRuleError("registrars sign the list of entries: this folder proposes only")
        changed = self.next_list(changes, now_s, remove, edit)
        self._write_state(changes, signing.sign(changed, self._key_of("targets")), self._versions(), now_s)

    @property
    def needs_registrars(self) -> bool:
        """Whether the newest root gives the list of entries to people, and not to this folder."""
        return bool(holders_of(self.roots.latest(), "targets"))

    @property
    def root_waits(self) -> bool:
        """Whether the newest root is not published yet: its registrars have signed no list."""
        return len(self._roots_to_publish()) < len(self.roots.versions())

    def next_list(
        self,
        changes: Mapping[str, bytes],
        now_s: int,
        remove: Collection[str] = (),
        edit: Edit | None = None,
    ) -> Targets:
        """The list that follows the one in force. Raises RefusedByRuleError over 16,384 entries."""
        before = self._targets()
        kept = {name: file for name, file in before.targets.items() if name not in remove}
        after = listed(kept, changes, before.version + 1, now_s)
        after.delegations = before.delegations
        if edit is not None:
            edit(after)
        return after

    def list_in_force(self) -> bytes:
        """The list of entries as it was signed."""
        return self._file(f"{self._targets().version}.targets.json")

    def take_list(self, data: bytes, files: Mapping[str, bytes], now_s: int) -> None:
        """Put a list in force that registrars signed. `files`: its entries that are new, by target name.

        Raises UntrustedError where signatures are missing, RefusedByRuleError where it does not follow.
        """
        new = signing.read_verified(Targets, data, self.roots.latest())
        if new.version != (present := self._targets().version) + 1:
            raise RefusedByRuleError(f"this is list {new.version}, and list {present} is in force")
        self._write_state(files, data, self._versions(), now_s)

    def refresh_timestamp(self, now_s: int) -> None:
        """Sign a new timestamp, and a new snapshot where the present one ends within 3 days or too late."""
        now = self._versions()
        snapshot_version = now.snapshot
        if signing.expires_at_s(self._snapshot()) - now_s not in SNAPSHOT_LEFT_S:
            snapshot_version += 1
            self._write_snapshot(snapshot_version, now.targets, now_s)
        self._write_timestamp(now.timestamp + 1, snapshot_version, now_s)

    def targets(self) -> dict[str, bytes]:
        """Every target in force, name -> bytes. StorageError if a file is missing or wrong."""
        return {name: self._target(name, file) for name, file in self._targets().targets.items()}

    def files(self) -> dict[str, bytes]:
        """What the topic carries, file name -> bytes, in publishing order: the timestamp last."""
        found = {name: self._file(name) for name in self._roots_to_publish()}
        for name, file in self._targets().targets.items():
            found[stored_name(name, file.hashes["sha256"])] = self._target(name, file)
        found |= self.regional().files()
        for name in (*self._state_files(), _TIMESTAMP):
            found[name] = self._file(name)
        return found

    def regional(self) -> RegionalFiles:
        """The lists of regional registrars that are in force."""
        return RegionalFiles(self._targets(), self._snapshot(), self._file)

    def registrars(self) -> list[Registrar]:
        """The regional registrars that the list in force names."""
        return registrars_of(self._targets())

    def take_regional(self, meta_name: str, data: bytes, files: Mapping[str, bytes], now_s: int) -> None:
        """Put a regional list in force, judged before. `files`: its entries, by target name."""
        version, now = signing.read(Targets, data).version, self._versions()
        self._write_entries(files)
        self._write(f"{version}.{meta_name}", data)
        self._write_snapshot(now.snapshot + 1, now.targets, now_s, {meta_name: MetaFile(version)})
        self._write_timestamp(now.timestamp + 1, now.snapshot + 1, now_s)

    def pinned_root(self) -> bytes:
        """`1.root.json`, which every participant pins."""
        return self.root(1)

    def root(self, version: int) -> bytes:
        """A version of the root. StorageError where there is none."""
        return self._file(root_file(version))

    def standing(self) -> Standing:
        """Versions and ends of what is in force."""
        signed: dict[str, Root | Targets | Snapshot | Timestamp] = {
            "root": self.roots.latest(),
            "targets": self._targets(),
            "snapshot": self._snapshot(),
            "timestamp": self._timestamp(),
        }
        ends = {role: signing.expires_at_s(one) for role, one in signed.items()}
        return Standing(
            {role: one.version for role, one in signed.items()},
            ends,
            ends["timestamp"] - signing.LIFETIME_S["timestamp"],
        )

    def refuse_if_behind(self, found: Mapping[str, bytes]) -> None:
        """Raises RefusedByRuleError where publishing over `found` would take the directory back.

        Another copy of this folder, newer or parted from it, published what is there. What our keys
        did not sign does not count: clients refuse it too. A standby that prolonged our own state is
        signed over: StandbySignedError says from which version.
        """
        with suppress(UntrustedError):
            data = found.get(_TIMESTAMP, b"")
            theirs = signing.read_verified(Timestamp, data, self.roots.latest())
            root = self.roots.latest()
            ours = signing.timestamp_signers(self._file(_TIMESTAMP), root)
            by_standby = ours.isdisjoint(signing.timestamp_signers(data, root))
            if reason := self._why_behind(theirs, found, by_standby=by_standby):
                raise RefusedByRuleError(
                    f"{reason}: {self.folder} was restored from an older copy, or a second copy is in use. "
                    "Restore the newest one; every participant would refuse this one"
                )
            if by_standby and theirs.version >= self._versions().timestamp:
                raise StandbySignedError(theirs.version)

    def sign_over(self, version: int, now_s: int) -> None:
        """Sign a timestamp that follows `version`, which a standby signed."""
        now = self._versions()
        self._write_timestamp(max(now.timestamp, version) + 1, now.snapshot, now_s)

    def _why_behind(self, theirs: Timestamp, found: Mapping[str, bytes], *, by_standby: bool) -> str | None:
        ours, snapshot = self._versions(), theirs.snapshot_meta.version
        if theirs.version > ours.timestamp and not by_standby:
            return f"the topic holds timestamp {theirs.version}, this folder {ours.timestamp}"
        if snapshot > ours.snapshot:
            return f"the topic holds snapshot {snapshot}, this folder {ours.snapshot}"
        # A restored copy that was changed since has caught up with the number, not with the content.
        name = f"{snapshot}.snapshot.json"
        data = found.get(name, b"")
        with suppress(UntrustedError):
            signing.read_verified(Snapshot, data, self.roots.latest())
            if data != self._file(name):
                return f"the topic holds another snapshot {snapshot} than this folder"
        return None

    def _roots_to_publish(self) -> list[str]:
        """The roots up to the newest whose registrars signed the list: a newer one waits for theirs."""
        names, data = self.roots.versions(), self.list_in_force()
        for last in range(len(names), 1, -1):
            root = signing.read(Root, self._file(names[last - 1]))
            with suppress(UntrustedError):
                signing.read_verified(Targets, data, root)
                return names[:last]
        return names[:1]

    def _write_state(
        self, files: Mapping[str, bytes], signed_list: bytes, before: _Versions, now_s: int
    ) -> None:
        self._write_entries(files)
        version = before.targets + 1
        self._write(f"{version}.targets.json", signed_list)
        self._write_snapshot(before.snapshot + 1, version, now_s)
        self._write_timestamp(before.timestamp + 1, before.snapshot + 1, now_s)

    def _write_entries(self, files: Mapping[str, bytes]) -> None:
        for name, data in files.items():
            write_whole(self.folder / stored_name(name, sha256(data).hex()), data)

    def _write_snapshot(
        self, version: int, targets_version: int, now_s: int, taken: Mapping[str, MetaFile] = {}
    ) -> None:
        snapshot = signing.new_snapshot(version, targets_version, now_s)
        # What a snapshot named once, all later ones name: TUF clients refuse one that forgets a list.
        before = self._snapshot().meta if self.exists else {}
        snapshot.meta = {**before, **taken, **snapshot.meta}
        self._write(f"{version}.snapshot.json", signing.sign(snapshot, self._key_of("snapshot")))

    def _write_timestamp(self, version: int, snapshot_version: int, now_s: int) -> None:
        timestamp = signing.new_timestamp(version, snapshot_version, now_s)
        self._write(_TIMESTAMP, signing.sign(timestamp, self._key_of("timestamp")))

    def _write(self, name: str, data: bytes) -> None:
        write_whole(self.folder / name, data)

    def _file(self, name: str) -> bytes:
        data = read_whole(self.folder / name, MAX_METADATA_BYTES)
        if data is None:
            raise StorageError(
                f"{self.folder / name} is missing: restore the authority's folder from its backup, "
                "or make one with `tocsin authority init`"
            )
        return data

    def _target(self, name: str, file: TargetFile) -> bytes:
        stored = stored_name(name, file.hashes["sha256"])
        data = self._file(stored)
        if sha256(data).hex() != file.hashes["sha256"]:
            raise StorageError(f"{self.folder / stored} was changed: restore it from the backup")
        return data

    def _timestamp(self) -> Timestamp:
        return signing.read(Timestamp, self._file(_TIMESTAMP))

    def _snapshot(self) -> Snapshot:
        version = self._timestamp().snapshot_meta.version
        return signing.read(Snapshot, self._file(f"{version}.snapshot.json"))

    def _targets(self) -> Targets:
        version = self._snapshot().meta["targets.json"].version
        return signing.read(Targets, self._file(f"{version}.targets.json"))

    def _versions(self) -> _Versions:
        return _Versions(self._targets().version, self._snapshot().version, self._timestamp().version)

    def _state_files(self) -> tuple[str, str]:
        now = self._versions()
        return f"{now.targets}.targets.json", f"{now.snapshot}.snapshot.json"


@dataclass(frozen=True)
class _Versions:
    targets: int
    snapshot: int
    timestamp: int
