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
from collections.abc import Callable
from pathlib import Path

from tocsin.adapters import custodians, passphrase
from tocsin.adapters.desk import store as desk
from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.home_contents import DATABASES, files_of, files_to_copy
from tocsin.adapters.key_files import KeyFolder
from tocsin.adapters.private_files import make_private_folder, storage_errors, sync_folder
from tocsin.adapters.whole_files import file_digest, write_whole
from tocsin.core import canonical_json
from tocsin.core.errors import RefusedByRuleError
from tocsin.core.primitives import random_bytes, seal_bytes, sha256

BACKUP_FILE = "backup.json"
LABEL = b"tocsin/1/backup\0"


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
    for source in files_to_copy(home.path):
        make_private_folder((target / source.relative_to(home.path)).parent)
        write_whole(target / source.relative_to(home.path), source.read_bytes())
    for one in DATABASES:
        if (home.path / one.name).exists():
            make_private_folder((target / one.name).parent)
            one.copy(home.path, target, storage_key)
    secret = random_bytes(custodians.SECRET_BYTES)
    listing = {
        "tocsin_backup": 1,
        "participant": home.participant_id().hex(),
        "made_at_s": now_s,
        "needed": rule.needed,
        "custodians": rule.custodians,
        "files": {str(one.relative_to(target)): file_digest(one) for one in files_of(target)},
    }
    sealed = seal_bytes(secret, context_of(listing), folder.recovery())
    record = listing | {"sealed": b64encode(sealed).decode()}
    write_whole(target / BACKUP_FILE, json.dumps(record, indent=1).encode() + b"\n")
    return custodians.split(secret, rule)


def context_of(listing: dict[str, object]) -> bytes:
    """What the seal is bound to: one changed file, and it does not open."""
    return LABEL + sha256(canonical_json.dump(listing))
