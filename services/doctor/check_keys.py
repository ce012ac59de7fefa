"""Opens the key files and compares them with what the directory says of us."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from services.doctor.case import Case, Kind
from services.doctor.check_standby import check_standing_by
from tocsin.adapters import passphrase
from tocsin.adapters.database import Database
from tocsin.adapters.home_contents import DATABASES
from tocsin.adapters.key_files import KeyFolder
from tocsin.adapters.own_keys import own_keys
from tocsin.adapters.standby_home import KEY_FILE
from tocsin.adapters.tuf_signing import HELD_BY_PEOPLE, ROLES
from tocsin.core.diagnosis import judge_database, judge_metadata
from tocsin.core.errors import KeyUnusableError, OutsideFault, SettingsError
from tocsin.core.findings import Finding, ill, skipped, well
from tocsin.core.own_standing import judge_entry, judge_keys
from tocsin.core.symptoms import Check, Symptom

_HELD = ("record", "statement", "kem", "release")


async def check_passphrase(case: Case) -> list[Finding]:
    """Whether the passphrase opens the keys, and the keys the databases."""
    try:
        words = passphrase.existing(case.asked.passphrase_file)
    except SettingsError as error:
        return [skipped(Check.PASSPHRASE, str(error))]
    except KeyUnusableError as error:
        return [ill(Symptom.LOCKED_KEYS, str(case.asked.passphrase_file), str(error))]
    try:
        folder = KeyFolder.open(case.home.path / "keys", words)
        count = _OPENED[case.kind](case, folder)
    except KeyUnusableError as error:
        return [ill(Symptom.LOCKED_KEYS, str(case.home.keys), str(error))]
    found = [well(Check.PASSPHRASE, f"{count} private keys open", str(case.home.keys))]
    return [*found, *_databases(case)]


def _open_own(case: Case, folder: KeyFolder) -> int:
    case.keys = own_keys(folder)
    case.storage_key = folder.storage_key()
    return sum(len(case.keys.held(purpose)) for purpose in _HELD)


def _open_roles(_case: Case, folder: KeyFolder) -> int:
    there = [role for role in ROLES if (folder.path / f"{role}.pem").exists()]
    for role in there:
        load = folder.composite if role in HELD_BY_PEOPLE else folder.ed25519
        load(f"{role}.pem")
    return len(there)


def _open_standby(case: Case, folder: KeyFolder) -> int:
    case.standby_key = folder.ed25519(KEY_FILE)
    return 1


_OPENED: Mapping[Kind, Callable[[Case, KeyFolder], int]] = {
    Kind.PARTICIPANT: _open_own,
    Kind.AUTHORITY: _open_roles,
    Kind.STANDBY: _open_standby,
}


def _databases(case: Case) -> list[Finding]:
    found = []
    for one in DATABASES:
        path = case.home.path / one.name
        if case.storage_key is None or not path.exists():
            continue
        try:
            version = Database.version_of(path, case.storage_key, one.label)
            found.append(judge_database(version, len(one.migrations), str(path)))
        except (KeyUnusableError, OutsideFault) as error:
            found.append(ill(Symptom.LOCKED_KEYS, str(path), str(error)))
    return found


async def check_entry(case: Case) -> list[Finding]:
    """What the directory says of us."""
    if case.kind is not Kind.PARTICIPANT:
        count = len(case.known_directory().participants)
        return [
            well(Check.ENTRY, f"the directory names {count} participants; the {case.kind} is none of them")
        ]
    found = judge_entry(case.known_directory(), case.me, case.now_s)
    case.entry = case.known_directory().participants.get(case.me)
    return [found]


async def check_keys(case: Case) -> list[Finding]:
    """Purposes and ends of our keys; of the authority, the ends of what it signed; of a standby, whether
    it may sign.
    """
    if case.kind is Kind.AUTHORITY:
        return judge_metadata(case.repository().standing().ends_at_s, case.now_s)
    if case.kind is Kind.STANDBY:
        return [await check_standing_by(case)]
    assert case.keys is not None
    assert case.entry is not None
    held = {purpose: case.keys.held(purpose) for purpose in _HELD}
    return judge_keys(case.entry, held, case.now_s)
