"""Backs a home up: what is encrypted stays so, and custodians together hold what opens it.

A backup is a folder of copies: key files and databases as they lie at rest, the databases copied while
services run; `backup.json` lists every file with its SHA-256, and seals what opens the keys under a
secret that is split among the custodians and kept nowhere else. Source: wire format, "At rest".
"""

from __future__ import annotations

import json
import shutil
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path

from tocsin.adapters import custodians, drafts, passphrase, watch_lists
from tocsin.adapters.database import Database
from tocsin.adapters.desk import store as desk
from tocsin.adapters.desk import tables as desk_tables
from tocsin.adapters.desk.audit_log import FILE_NAME as AUDIT_FILE
from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.inbox import store as inbox
from tocsin.adapters.inbox import tables as inbox_tables
from tocsin.adapters.key_files import KeyFolder
from tocsin.adapters.outbox import store as outbox
from tocsin.adapters.outbox import tables as outbox_tables
from tocsin.adapters.private_files import make_private_folder, storage_errors, sync_folder
from tocsin.adapters.screening import store as screening
from tocsin.adapters.screening import tables as screening_tables
from tocsin.adapters.whole_files import file_digest, write_whole
from tocsin.core import canonical_json
from tocsin.core.errors import RefusedByRuleError
from tocsin.core.primitives import random_bytes, seal_bytes, sha256

BACKUP_FILE = "backup.json"
LABEL = b"tocsin/1/backup\0"
AUDIT = f"{desk.FOLDER}/{AUDIT_FILE}"
COPIED = ("keys", "people", "directory", "participant.json", "settings.toml", "tokens.json", AUDIT)
DATABASES = {
    "outbox": (outbox.FILE_NAME, outbox.KEY_LABEL, outbox_tables.MIGRATIONS),
    "inbox": (inbox.FILE_NAME, inbox.KEY_LABEL, inbox_tables.MIGRATIONS),
    desk.FOLDER: (desk.FILE_NAME, desk.KEY_LABEL, desk_tables.MIGRATIONS),
    drafts.FOLDER: (drafts.FILE_NAME, drafts.KEY_LABEL, drafts.MIGRATIONS),
    watch_lists.FOLDER: (watch_lists.FILE_NAME, watch_lists.KEY_LABEL, watch_lists.MIGRATIONS),
    screening.FOLDER: (screening.FILE_NAME, screening.KEY_LABEL, screening_tables.MIGRATIONS),
}


def back_up(
    home_path: Path,
    out: Path,
    rule: custodians.Rule,
    passphrase_file: Path | None,
    clock: Callable[[], float] = time.time,
) -> list[str]:
    """Write the backup into the new folder `out`; the custodians' shares, which are nowhere else.

    Raises RefusedByRuleError where `out` exists, KeyUnusableError, SettingsError, StorageError; then
    `out` is not there.
    """
    rule.check()
    out = out.expanduser().absolute()
    if out.exists():
        raise RefusedByRuleError(f"{out} exists, and a backup is never written over anything")
    home = ParticipantHome.open(home_path)
    folder = KeyFolder.open(home.keys, passphrase.existing(passphrase_file))
    unfinished = out.with_name(f".{out.name}.unfinished")
    with storage_errors(unfinished):
        shutil.rmtree(unfinished, ignore_errors=True)
        make_private_folder(unfinished)
        try:
            # The audit log and the head of it are copied at one moment.
            with home.hold(desk.LOCK_NAME):
                shares = _fill(home, folder, unfinished, rule, int(clock()))
            unfinished.rename(out)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
        sync_folder(out.parent)
    return shares


def _fill(
    home: ParticipantHome, folder: KeyFolder, target: Path, rule: custodians.Rule, now_s: int
) -> list[str]:
    storage_key = folder.storage_key()
    for source in files_of(home.path, COPIED):
        make_private_folder((target / source.relative_to(home.path)).parent)
        write_whole(target / source.relative_to(home.path), source.read_bytes())
    for name, (file, label, migrations) in DATABASES.items():
        path = home.path / name / file
        if path.exists():
            make_private_folder(target / name)
            database = Database.open(path, storage_key, label, migrations, read_only=True)
            try:
                database.copy_to(target / name / file, storage_key, label)
            finally:
                database.close()
    secret = random_bytes(custodians.SECRET_BYTES)
    listing = {
        "tocsin_backup": 1,
        "participant": home.participant_id().hex(),
        "made_at_s": now_s,
        "needed": rule.needed,
        "custodians": rule.custodians,
        "files": {str(one.relative_to(target)): file_digest(one) for one in files_of(target, ("",))},
    }
    sealed = seal_bytes(secret, context_of(listing), folder.recovery())
    record = listing | {"sealed": b64encode(sealed).decode()}
    write_whole(target / BACKUP_FILE, json.dumps(record, indent=1).encode() + b"\n")
    return custodians.split(secret, rule)


def context_of(listing: dict[str, object]) -> bytes:
    """What the seal is bound to: one changed file, and it does not open."""
    return LABEL + sha256(canonical_json.dump(listing))


def files_of(folder: Path, names: tuple[str, ...]) -> Iterator[Path]:
    """The files of `names` in `folder`, those in folders with them, in order."""
    for name in names:
        one = folder / name
        if one.is_file():
            yield one
        elif one.is_dir():
            yield from sorted(each for each in one.rglob("*") if each.is_file())
