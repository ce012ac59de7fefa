"""People who hold the root: each in a folder of its own, on a machine that needs no network.

A holder remembers the newest root that it signed, and signs nothing older: a stick with an old state is
seen. What a draft says is shown before it is signed.
"""

from __future__ import annotations

import json
from pathlib import Path

from tocsin.adapters import passphrase
from tocsin.adapters.key_files import KeyFolder
from tocsin.adapters.machine import check_machine
from tocsin.adapters.private_files import make_private_folder
from tocsin.adapters.tuf_holders import (
    MAX_DRAFT_BYTES,
    MAX_HOLDER_BYTES,
    DraftShown,
    Holder,
    read_holder,
    show_draft,
    signatures,
    write_holder,
)
from tocsin.adapters.tuf_signing import Seats, add_signatures, new_key, tuf_keys
from tocsin.adapters.whole_files import read_whole, write_whole
from tocsin.core import json_fields
from tocsin.core.enrolment import fingerprint
from tocsin.core.errors import MalformedError, RefusedByRuleError, SettingsError

KEY_FILE, PUBLIC_FILE, SIGNED_FILE = "holder.pem", "holder.json", "signed.json"
PUBLIC_FILE_MODE = 0o644


def new_holder(home: Path, name: str, passphrase_file: Path | None) -> bytes:
    """Make a holder's keys in a new folder; its public file. Raises SettingsError where one is there,
    MalformedError for a name that is none, KeyUnusableError, StorageError.
    """
    check_machine()
    if (home / PUBLIC_FILE).exists():
        raise SettingsError(f"{home} holds a holder already, and keys are never overwritten")
    key = new_key("root")
    public = write_holder(name, key)
    make_private_folder(home)
    folder = KeyFolder.create(home, passphrase.new(passphrase_file))
    folder.write(KEY_FILE, key)
    write_whole(home / PUBLIC_FILE, public)
    return public


def sign_draft(home: Path, draft: Path, passphrase_file: Path | None) -> DraftShown:
    """Add a holder's signatures to the draft in its file; what it says now.

    Raises RefusedByRuleError for a root older than one that was signed here before, UntrustedError for
    what is no draft, KeyUnusableError.
    """
    data = _read(draft, MAX_DRAFT_BYTES, "the draft")
    shown = show_draft(data)
    if shown.version < (last := _last_signed(home)):
        raise RefusedByRuleError(
            f"this is root {shown.version}, and root {last} was signed here before: the stick holds an "
            "old state"
        )
    check_machine()
    key = KeyFolder.open(home, passphrase.existing(passphrase_file)).composite(KEY_FILE)
    signed = add_signatures(data, key)
    write_whole(home / SIGNED_FILE, json.dumps({"version": shown.version}).encode())
    write_whole(draft, signed, PUBLIC_FILE_MODE)
    missing = {one.keyid for one in tuf_keys(key)} - set(signatures(signed))
    assert not missing
    return show_draft(signed)


def seats_of(files: list[Path], quorum: int) -> Seats:
    """The holders in `files`. Raises SettingsError, MalformedError."""
    held = Seats([read_holder_file(file).keys for file in files], quorum)
    held.check()
    return held


def read_holder_file(file: Path) -> Holder:
    """Raises SettingsError, MalformedError."""
    return read_holder_aloud(file)[0]


def read_holder_aloud(file: Path) -> tuple[Holder, str]:
    """A holder, and the fingerprint of the very bytes that named it. Raises as `read_holder_file`."""
    data = _read(file, MAX_HOLDER_BYTES, "the holder's file")
    return read_holder(data), fingerprint(data)


def _last_signed(home: Path) -> int:
    data = read_whole(home / SIGNED_FILE, MAX_HOLDER_BYTES)
    if data is None:
        return 0
    try:
        return json_fields.number(json_fields.load_object(data, "memory of signing"), "version")
    except MalformedError as error:
        raise MalformedError(f"{home / SIGNED_FILE} is damaged") from error


def _read(file: Path, max_bytes: int, what: str) -> bytes:
    data = read_whole(file, max_bytes)
    if data is None:
        raise SettingsError(f"there is no {what} {file}")
    return data
