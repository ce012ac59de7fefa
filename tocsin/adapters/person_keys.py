"""A person's own key file: opens with that person's passphrase, at that moment, and for nobody else.

`people/<handle>/` in the home: `kdf.json` and one key, `release.pem` of a release officer or `login.pem` of
anybody else, as the participant's own key files are, under another passphrase. `public.json` beside a
release key says what the directory is told of it. Source: architecture, "People".
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.kdf_parameters import read_object
from tocsin.adapters.key_files import KeyFolder
from tocsin.adapters.passphrase import Passphrase
from tocsin.adapters.private_files import make_private_folder, read_private, storage_errors, sync_folder
from tocsin.adapters.whole_files import write_whole
from tocsin.core.errors import KeyUnusableError, TheirFault
from tocsin.core.ids import Algorithm, key_id
from tocsin.core.people import Person, Role, check_handle
from tocsin.core.primitives import Ed25519Private
from tocsin.core.public_keys import PublicKey, key_record, read_key

FOLDER = "people"
PUBLIC_FILE = "public.json"
HOUR_S, DAY_S = 3_600, 86_400


def make_person_key(
    home: ParticipantHome, person: Person, words: Passphrase, now_s: int, valid_days: int
) -> None:
    """Make the key of a new account, whole or not at all. What an earlier try left behind goes first.

    Raises KeyUnusableError, StorageError.
    """
    folder = _folder(home, person.handle)
    unfinished = folder.with_name(f".{folder.name}.unfinished")
    with storage_errors(folder):
        make_private_folder(folder.parent)
        for left in (unfinished, folder):
            shutil.rmtree(left, ignore_errors=True)
        make_private_folder(unfinished)
        try:
            key = Ed25519Private.generate()
            KeyFolder.create(unfinished, words).write(f"{_purpose(person)}.pem", key)
            if Role.RELEASE_OFFICER in person.roles:
                begins_s = now_s - now_s % HOUR_S
                id_ = key_id(Algorithm.ED25519, key.public)
                ends_s = begins_s + valid_days * DAY_S
                public = PublicKey(id_, "release", key.public, begins_s, ends_s, person.opaque)
                write_whole(unfinished / PUBLIC_FILE, json.dumps(key_record(public)).encode())
            unfinished.rename(folder)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
        sync_folder(folder.parent)


def open_person_key(home: ParticipantHome, person: Person, words: Passphrase) -> Ed25519Private:
    """The key of `person`, opened: it is that person. Raises KeyUnusableError."""
    folder = _folder(home, person.handle)
    try:
        return KeyFolder.open(folder, words).ed25519(f"{_purpose(person)}.pem")
    except KeyUnusableError as error:
        raise KeyUnusableError(
            f"not the passphrase of {person.handle}, or the key is damaged: {error}"
        ) from None


def public_key(home: ParticipantHome, person: Person) -> PublicKey | None:
    """What the directory is told of a release officer's key; None for anybody else. KeyUnusableError."""
    if Role.RELEASE_OFFICER not in person.roles:
        return None
    file = _folder(home, person.handle) / PUBLIC_FILE
    try:
        return read_key(read_object(file, read_private(file)))
    except TheirFault as error:
        raise KeyUnusableError(f"{file} is damaged: {error}") from error


def _folder(home: ParticipantHome, handle: str) -> Path:
    return home.path / FOLDER / check_handle(handle)


def _purpose(person: Person) -> str:
    return "release" if Role.RELEASE_OFFICER in person.roles else "login"
