"""Makes a participant's keys: all of them under one passphrase, or none."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tocsin.adapters import passphrase
from tocsin.adapters.home import REQUEST_FILE, ParticipantHome
from tocsin.adapters.key_files import KeyFolder
from tocsin.adapters.machine import check_machine
from tocsin.adapters.passphrase import Passphrase
from tocsin.adapters.private_files import make_private_folder, storage_errors, sync_folder
from tocsin.adapters.whole_files import write_whole
from tocsin.core import enrolment
from tocsin.core.enrolment import Request
from tocsin.core.errors import KeyUnusableError, MalformedError, SettingsError
from tocsin.core.ids import key_id
from tocsin.core.primitives import (
    CompositePrivate,
    Ed25519Private,
    XWingPrivate,
    random_bytes,
)
from tocsin.core.public_keys import PURPOSES, PublicKey

HOUR_S, DAY_S = 3_600, 86_400
MAX_PERSON_CHARACTERS = 64
_UNFINISHED = "keys.unfinished"


@dataclass(frozen=True)
class KeyTerms:
    """What the keys shall say: whose they are, and for how long."""

    name: str
    country: str
    person: str | None
    valid_days: int

    def check(self) -> None:
        """Raises SettingsError."""
        try:
            enrolment.check_name(self.name)
            enrolment.check_country(self.country)
        except MalformedError as error:
            raise SettingsError(str(error)) from error
        person = self.person
        if person is not None and not (0 < len(person) <= MAX_PERSON_CHARACTERS and person.isprintable()):
            raise SettingsError(f"a person's handle has 1 to {MAX_PERSON_CHARACTERS} printable characters")


def make_keys(
    home_path: Path,
    terms: KeyTerms,
    passphrase_file: Path | None,
    clock: Callable[[], float] = time.time,
) -> Request:
    """Make the home and its keys; the application that they sign.

    Raises SettingsError, KeyUnusableError where keys exist or the passphrase is too short,
    HeldElsewhereError, StorageError. Then no key was made.
    """
    terms.check()
    now_s = int(clock())
    check_machine(clock)
    home = ParticipantHome.create(home_path)
    with home.hold("keys"):
        if home.keys.exists():
            raise KeyUnusableError(f"{home.keys} exists, and keys are never overwritten")
        return _make(home, terms, passphrase.new(passphrase_file), now_s)


def _make(home: ParticipantHome, terms: KeyTerms, words: Passphrase, now_s: int) -> Request:
    # Built beside their place and moved there at the end: keys are there whole or not at all.
    unfinished = home.path / _UNFINISHED
    with storage_errors(unfinished):
        shutil.rmtree(unfinished, ignore_errors=True)
        make_private_folder(unfinished)
        try:
            data = _fill(KeyFolder.create(unfinished, words), terms, now_s)
            write_whole(unfinished / REQUEST_FILE, data)
            unfinished.rename(home.keys)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
        sync_folder(home.path)
    return enrolment.read_request(data)


def _fill(folder: KeyFolder, terms: KeyTerms, now_s: int) -> bytes:
    record, release = Ed25519Private.generate(), Ed25519Private.generate()
    statement, kem = CompositePrivate.generate(), XWingPrivate.generate()
    for purpose, key in (
        ("record", record),
        ("release", release),
        ("statement", statement),
        ("kem", kem),
    ):
        folder.write(f"{purpose}.pem", key)
    folder.create_storage_key()
    handle = terms.person or f"person-{random_bytes(4).hex()}"
    begins_s = now_s - now_s % HOUR_S
    ends_s = begins_s + terms.valid_days * DAY_S

    def public(purpose: str, data: bytes, person: str | None = None) -> PublicKey:
        return PublicKey(key_id(PURPOSES[purpose], data), purpose, data, begins_s, ends_s, person)

    keys = (
        public("record", record.public),
        public("release", release.public, handle),
        public("statement", statement.public),
        public("kem", kem.public),
    )
    return enrolment.write_request(terms.name, terms.country, keys, statement)
