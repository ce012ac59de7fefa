"""Makes an empty home of a backup, and never one that goes on as if nothing had happened.

All of it is written beside the home and checked there; then the home is there at once, or not at all. A
restored outbox begins new generations and a new session, and reads its own logs back at its next start.
"""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from services.recovery.backing_up import Told
from services.recovery.containers import Container, opened
from services.recovery.manifest import Manifest, read_manifest
from tocsin.adapters import locks, passphrase
from tocsin.adapters.key_files import KDF_FILE, KeyFolder
from tocsin.adapters.log_owner import SIDE_FILES
from tocsin.adapters.outbox import store as outbox_store
from tocsin.adapters.outbox.restored import begin_anew
from tocsin.adapters.private_files import make_private_folder, storage_errors, sync_folder
from tocsin.adapters.whole_files import writing_whole
from tocsin.core.errors import RefusedByRuleError, StorageError, UntrustedError
from tocsin.core.ids import parse_id

CHUNK_BYTES = 1_048_576
SPARE_BYTES = 67_108_864
_KEYS = "keys/"


@dataclass(frozen=True)
class Restoring:
    """What is asked for: `source` becomes `home`; with `dry_run` everything is checked and nothing made."""

    source: Path
    home: Path
    passphrase_file: Path | None = field(repr=False)
    dry_run: bool = False
    told: Told = lambda *_: None
    clock: Callable[[], float] = time.time

    def run(self) -> Manifest:
        """Do it; what the backup says of itself.

        Raises RefusedByRuleError where the home is not empty or the backup is of a newer release,
        MalformedError and UntrustedError for one that is damaged, cut off or changed, KeyUnusableError,
        SettingsError, StorageError. Then the home is what it was.
        """
        home = self.home.expanduser().absolute()
        _refuse(home)
        unfinished = home.with_name(f".{home.name}.unfinished")
        with opened(self.source.expanduser().absolute()) as container, storage_errors(unfinished):
            manifest = read_manifest(container.manifest, str(self.source))
            shutil.rmtree(unfinished, ignore_errors=True)
            make_private_folder(unfinished)
            try:
                self._fill(container, manifest, unfinished)
                self._check(container.manifest, manifest, unfinished)
                if not self.dry_run:
                    _put(unfinished, home)
            finally:
                shutil.rmtree(unfinished, ignore_errors=True)
        return manifest

    def _fill(self, container: Container, manifest: Manifest, target: Path) -> None:
        """Every part to its place, counted and hashed; of a dry run only what opens the keys."""
        if not self.dry_run:
            _refuse_full_disk(target, manifest.size_bytes)
        missing = dict(manifest.parts)
        for name, stream in container.parts():
            part = missing.pop(name, None)
            if part is None:
                raise UntrustedError(_strange(self.source, name))
            self.told(name, len(manifest.parts) - len(missing), len(manifest.parts))
            keep = not self.dry_run or name.startswith(_KEYS)
            if _copied(stream, target / name if keep else None, part.size_bytes) != part.sha256:
                raise UntrustedError(f"{name} in {self.source} is damaged, cut off, or was changed")
        for name in missing:
            raise UntrustedError(f"{name} is missing in {self.source}: it is not whole")
        for one in target.rglob("*"):
            if one.is_dir():
                sync_folder(one)

    def _check(self, sealed: bytes, manifest: Manifest, home: Path) -> None:
        """That it was made with this passphrase, and opens; the outbox begins anew."""
        if f"{_KEYS}{KDF_FILE}" not in manifest.parts:
            raise UntrustedError(f"{self.source} holds no keys: it is no backup of a home")
        keys = KeyFolder.open(home / _KEYS, passphrase.existing(self.passphrase_file))
        manifest.check_seal(sealed, keys.recovery())
        folder = home / outbox_store.FOLDER
        if manifest.participant is not None and (folder / outbox_store.FILE_NAME).exists():
            outbox = outbox_store.open_outbox(folder, keys.storage_key(), parse_id(manifest.participant))
            try:
                begin_anew(outbox, self.clock())
            finally:
                outbox.close()


def _refuse(home: Path) -> None:
    """Raises RefusedByRuleError unless nothing is at `home`, HeldElsewhereError where a service runs."""
    if not home.exists():
        return
    for lock in sorted(home.glob("*.lock")):
        with locks.hold(lock):
            pass
    if any(home.iterdir()):
        raise RefusedByRuleError(
            f"{home} is not empty: a backup is restored into an empty folder only. Move all that is there "
            "aside, and keep it until the restored home has published"
        )


def _refuse_full_disk(folder: Path, size_bytes: int) -> None:
    free_bytes = shutil.disk_usage(folder).free
    if free_bytes < size_bytes + SPARE_BYTES:
        wanted_mb, free_mb = size_bytes // 1_000_000 + 1, free_bytes // 1_000_000
        raise StorageError(
            f"{wanted_mb} MB are to be restored, and {free_mb} MB are free at {folder.parent}: make room"
        )


def _strange(source: Path, name: str) -> str:
    if name.endswith(SIDE_FILES):
        return f"{name} in {source} was left beside a database: it is no part of the backup, take it away"
    return f"{name} in {source} is no part of the backup: it was added, or is there twice"


def _copied(stream: BinaryIO, target: Path | None, size_bytes: int) -> str:
    """The SHA-256 of what was copied; at most one byte more than `size_bytes` is read."""
    if target is None:
        return _hashed(stream, size_bytes, lambda _chunk: None)
    make_private_folder(target.parent)
    with writing_whole(target) as file:
        return _hashed(stream, size_bytes, file.write)


def _hashed(stream: BinaryIO, size_bytes: int, write: Callable[[bytes], object]) -> str:
    digest, left = hashlib.sha256(), size_bytes + 1
    while left and (chunk := stream.read(min(CHUNK_BYTES, left))):
        digest.update(chunk)
        write(chunk)
        left -= len(chunk)
    return digest.hexdigest()


def _put(unfinished: Path, home: Path) -> None:
    unfinished.rename(home)  # also in the place of an empty folder
    sync_folder(home.parent)
