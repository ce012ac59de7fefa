"""Restores a backup into an empty home, under a new passphrase and never as if nothing had happened.

What opens the keys comes from the custodians' shares. The restored home begins new generations and a
new session; its first start reads its own logs back, so that what it published after the backup is
known again. What was accepted after the backup and never published is not in it.
"""

from __future__ import annotations

import shutil
import time
from base64 import b64decode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.keys.backing_up import BACKUP_FILE, context_of
from tocsin.adapters import custodians, passphrase
from tocsin.adapters.home_contents import files_of
from tocsin.adapters.key_files import KDF_FILE, STORAGE_KEY_FILE, KeyFolder, Private
from tocsin.adapters.log_owner import SIDE_FILES
from tocsin.adapters.outbox.restored import begin_anew
from tocsin.adapters.outbox.store import FILE_NAME, open_outbox
from tocsin.adapters.private_files import make_private_folder, storage_errors, sync_folder
from tocsin.adapters.whole_files import copy_whole, file_digest, read_whole, write_whole
from tocsin.core import canonical_json, json_fields
from tocsin.core.errors import (
    CannotOpenError,
    MalformedError,
    RefusedByRuleError,
    SettingsError,
    UntrustedError,
)
from tocsin.core.ids import parse_id
from tocsin.core.primitives import open_bytes

MAX_LISTING_BYTES = 16_777_216
MAX_SHARE_BYTES = 4_096


@dataclass(frozen=True)
class Restored:
    """Whose home it is, and of when."""

    participant: bytes
    made_at_s: int


def restore(
    source: Path,
    shares: Sequence[Path],
    home: Path,
    passphrase_file: Path | None,
    clock: Callable[[], float] = time.time,
) -> Restored:
    """Make `home` of the backup in `source`. Raises RefusedByRuleError where `home` is not empty,
    UntrustedError for shares that do not fit or a changed backup, SettingsError, KeyUnusableError.

    Then `home` is what it was.
    """
    home = home.expanduser().absolute()
    if home.exists() and any(home.iterdir()):
        raise RefusedByRuleError(f"{home} is not empty: a backup is restored into an empty home only")
    listing, recovery = _opened(source, [_share(one) for one in shares])
    words = passphrase.new(passphrase_file)
    unfinished = home.with_name(f".{home.name}.unfinished")
    with storage_errors(unfinished):
        shutil.rmtree(unfinished, ignore_errors=True)
        make_private_folder(unfinished)
        try:
            storage_key = _fill(source, listing, unfinished, KeyFolder(source / "keys", recovery), words)
            _begin_anew(unfinished / "outbox", storage_key, parse_id(listing["participant"]), clock())
            if home.exists():
                home.rmdir()
            unfinished.rename(home)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
        sync_folder(home.parent)
    return Restored(parse_id(listing["participant"]), listing["made_at_s"])


def _share(file: Path) -> str:
    data = read_whole(file, MAX_SHARE_BYTES)
    if data is None:
        raise SettingsError(f"there is no share {file}")
    lines = [line for line in data.decode("utf-8", "replace").splitlines() if line[:1] != "#"]
    return " ".join(" ".join(lines).lower().split())


def _opened(source: Path, shares: Sequence[str]) -> tuple[dict[str, Any], bytes]:
    """(what the backup lists, what opens its keys), every file being what is listed."""
    data = read_whole(source / BACKUP_FILE, MAX_LISTING_BYTES)
    if data is None:
        raise SettingsError(f"{source} holds no {BACKUP_FILE}: it is no backup of tocsin keys backup")
    try:
        record = canonical_json.load(data)
        sealed = b64decode(record.pop("sealed"), validate=True)
        listed, needed = dict(record["files"]), json_fields.number(record, "needed")
    except (MalformedError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise MalformedError(f"{source / BACKUP_FILE} is damaged") from error
    # More than are needed would not combine; the same share twice is one.
    secret = custodians.combine(list(dict.fromkeys(shares))[:needed])
    try:
        recovery = open_bytes(secret, context_of(record), sealed)
    except CannotOpenError:
        raise UntrustedError(
            f"the shares are of another backup, or {source / BACKUP_FILE} was changed"
        ) from None
    _check_files(source, listed)
    return record, recovery


def _check_files(source: Path, listed: dict[str, str]) -> None:
    found = {str(one.relative_to(source)): one for one in files_of(source)}
    del found[BACKUP_FILE]
    if logs := sorted(name for name in found if name.endswith(SIDE_FILES)):
        raise UntrustedError(f"{source / logs[0]} was left beside a database: it is no part of the backup")
    for name in sorted(found.keys() ^ listed.keys()):
        raise UntrustedError(f"{source / name} is missing, or was added")
    for name, file in found.items():
        if file_digest(file) != listed[name]:
            raise UntrustedError(f"{file} was changed since the backup")


def _fill(
    source: Path, listing: dict[str, Any], home: Path, old: KeyFolder, words: passphrase.Passphrase
) -> bytes:
    """The key of the databases that were copied."""
    for name in listing["files"]:
        if not name.startswith("keys/"):
            make_private_folder((home / name).parent)
            copy_whole(source / name, home / name)
    return _keys_anew(old, home / "keys", words)


def _begin_anew(folder: Path, storage_key: bytes, me: bytes, now_s: float) -> None:
    """End the generations of the outbox in `folder`, and skip references that it may have given since."""
    if (folder / FILE_NAME).exists():
        outbox = open_outbox(folder, storage_key, me)
        try:
            begin_anew(outbox, now_s)
        finally:
            outbox.close()


def _keys_anew(old: KeyFolder, target: Path, words: passphrase.Passphrase) -> bytes:
    """The same keys under the new passphrase; the key of the databases."""
    make_private_folder(target)
    new = KeyFolder.create(target, words)
    for file in sorted(old.path.iterdir()):
        if file.suffix == ".pem":
            new.write(file.name, _load(old, file.name))
        elif file.name not in {KDF_FILE, STORAGE_KEY_FILE}:
            write_whole(target / file.name, file.read_bytes())
    return new.write_storage_key(old.storage_key())


def _load(folder: KeyFolder, name: str) -> Private:
    loaders: dict[str, Callable[[str], Private]] = {"statement": folder.composite, "kem": folder.xwing}
    return loaders.get(name.split(".", maxsplit=1)[0], folder.ed25519)(name)
