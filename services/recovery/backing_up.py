"""Backs a home up while its services run: what is encrypted stays so, under the passphrase that it has.

Databases are copied by SQLite while others write, files as they lie, and a manifest says what all of it is.
Nothing is there under the name that was asked for before all of it is on disk.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path

from services.recovery.containers import ARCHIVE_SUFFIX, pack
from services.recovery.manifest import MANIFEST_FILE, Manifest, Part
from tocsin.adapters import passphrase
from tocsin.adapters.desk import store as desk
from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.home_contents import DATABASES, HomeDatabase, files_of, files_to_copy, left_out
from tocsin.adapters.key_files import KeyFolder
from tocsin.adapters.private_files import make_private_folder, storage_errors, sync_folder
from tocsin.adapters.whole_files import copy_whole, file_digest, write_whole
from tocsin.core.errors import HeldElsewhereError, RefusedByRuleError, SettingsError

# What people hold for moments only, while files of theirs change: (lock, what is there then).
BRIEF_LOCKS = ((desk.LOCK_NAME, desk.FOLDER), ("authority", "repository"))
PATIENCE_S = 10.0
_PAUSE_S = 0.1

Told = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that is on disk."""

    path: Path
    manifest: Manifest


def back_up(
    home_path: Path,
    out: Path,
    passphrase_file: Path | None,
    told: Told = lambda *_: None,
    clock: Callable[[], float] = time.time,
) -> Made:
    """Write a backup of the home into the new folder, or the new file `….tar`, `out`.

    `told` is given (part, done, of how many). Raises RefusedByRuleError where `out` exists,
    HeldElsewhereError, KeyUnusableError, SettingsError, StorageError; then `out` is not there.
    """
    out = out.expanduser().absolute()
    home = _home(home_path)
    _refuse(home.path, out)
    folder = KeyFolder.open(home.keys, passphrase.existing(passphrase_file))
    folder.check_passphrase()
    unfinished = out.with_name(f".{out.name}.unfinished")
    with storage_errors(unfinished):
        shutil.rmtree(unfinished, ignore_errors=True)
        make_private_folder(unfinished)
        try:
            manifest = _fill(home, folder, unfinished, told, int(clock()))
            _put(unfinished, out)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    return Made(out, manifest)


def _home(path: Path) -> ParticipantHome:
    home = ParticipantHome(path.expanduser().absolute())
    if not home.keys.is_dir():
        raise SettingsError(
            f"{home.path} is no folder of a participant, an authority or a standby: give its --home"
        )
    return home


def _refuse(home: Path, out: Path) -> None:
    if out.exists():
        raise RefusedByRuleError(f"{out} exists, and a backup is never written over anything")
    if out.is_relative_to(home):
        raise RefusedByRuleError(f"{out} lies in the home itself, and would be lost with it: another place")


def _fill(home: ParticipantHome, keys: KeyFolder, target: Path, told: Told, now_s: int) -> Manifest:
    with _held_briefly(home):
        for file in files_to_copy(home.path):
            copy = target / file.relative_to(home.path)
            make_private_folder(copy.parent)
            copy_whole(file, copy)
        missed = left_out(home.path)
        # The head of the audit log, in the first database, is of the same moment as its file.
        schemas = dict(_copies(home, keys, target, told, DATABASES[:1]))
    schemas |= _copies(home, keys, target, told, DATABASES[1:])
    parts = {one.relative_to(target).as_posix(): _part(one) for one in files_of(target)}
    me = home.participant_id().hex() if (home.path / "participant.json").exists() else None
    made_by = f"tocsin {version('tocsin')}"
    manifest = Manifest(made_by, now_s, me, parts, schemas, tuple(missed))
    write_whole(target / MANIFEST_FILE, manifest.write(keys.recovery()))
    for one in target.rglob("*"):
        if one.is_dir():
            sync_folder(one)
    sync_folder(target)
    return manifest


def _copies(
    home: ParticipantHome, keys: KeyFolder, target: Path, told: Told, databases: tuple[HomeDatabase, ...]
) -> Iterator[tuple[str, int]]:
    """Copy those of `databases` that are there; (name, schema version) of each."""
    for one in databases:
        if not (home.path / one.name).exists():
            continue
        make_private_folder((target / one.name).parent)
        yield one.name, one.copy(home.path, target, keys.storage_key(), partial(told, one.name))


def _part(file: Path) -> Part:
    return Part(file.stat().st_size, file_digest(file))


def _put(unfinished: Path, out: Path) -> None:
    if out.suffix == ARCHIVE_SUFFIX:
        pack(unfinished, out)
        return
    unfinished.rename(out)
    sync_folder(out.parent)


@contextmanager
def _held_briefly(home: ParticipantHome) -> Iterator[None]:
    """Keep people from changing files meanwhile; whoever works now is waited for, 10 s at most."""
    with ExitStack() as held:
        for name, subject in BRIEF_LOCKS:
            if (home.path / subject).exists():
                _hold(held, home, name)
        yield


def _hold(held: ExitStack, home: ParticipantHome, name: str) -> None:
    end_s = time.monotonic() + PATIENCE_S
    while True:
        try:
            held.enter_context(home.hold(name))
        except HeldElsewhereError:
            if time.monotonic() > end_s:
                raise
            time.sleep(_PAUSE_S)
        else:
            return
