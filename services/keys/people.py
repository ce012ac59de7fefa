"""`tocsin people`: local accounts, and the change of release keys that the authority must take up.

A release officer's key counts once the directory has it. What the directory is to be told follows from who
is there: new keys are added, those of disabled people retired; with the first release officer the home's
own release key goes, since whoever knows the home's passphrase could use it alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from services.keys.rotating import OpenHome, signed_change
from tocsin.adapters import passphrase
from tocsin.adapters.desk.store import Desk, open_desk
from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.key_files import KeyFolder
from tocsin.adapters.person_keys import make_person_key, public_key
from tocsin.core.audit_chain import BY_THE_HOME, Deed, check_reason
from tocsin.core.errors import RefusedByRuleError
from tocsin.core.key_changes import PLANNED, STOLEN, Retirement
from tocsin.core.people import (
    Deed as PeopleDeed,
)
from tocsin.core.people import (
    Person,
    Role,
    check_display_name,
    check_handle,
    check_may,
    read_roles,
)
from tocsin.core.primitives import random_bytes
from tocsin.core.public_keys import PublicKey


@dataclass(frozen=True)
class Administrator:
    """Who manages people, and where the passphrase comes from (None: asked)."""

    handle: str | None
    passphrase_file: Path | None


@dataclass(frozen=True)
class NewPerson:
    """Whom to add."""

    handle: str
    name: str
    roles: tuple[str, ...]
    valid_days: int
    passphrase_file: Path | None


def storage_key_of(home: ParticipantHome, passphrase_file: Path | None) -> bytes:
    """What opens the home's databases. Raises KeyUnusableError, SettingsError."""
    return KeyFolder.open(home.keys, passphrase.existing(passphrase_file)).storage_key()


def add_person(home: ParticipantHome, storage_key: bytes, by: Administrator, new: NewPerson) -> Person:
    """Make an account with its own passphrase. The first one must be an administrator's.

    Raises RefusedByRuleError, NotThisPersonError, KeyUnusableError, StorageError; then nothing changed.
    """
    opaque = f"person-{random_bytes(8).hex()}"
    roles, name = read_roles(new.roles), check_display_name(new.name)
    with open_desk(home, storage_key) as desk:
        person = Person(check_handle(new.handle), name, roles, opaque, desk.now_s)
        who = administrator(desk, by, person)
        _check_free(desk, person.handle)
        words = passphrase.new(new.passphrase_file, f"New passphrase of {person.handle}")
        deed = Deed(who, "added", person.handle, details=(person.opaque, *sorted(roles)))
        with desk.deed(deed):
            desk.people.add(person)
            make_person_key(home, person, words, desk.now_s, new.valid_days)
    return person


def disable_person(
    home: ParticipantHome, storage_key: bytes, by: Administrator, handle: str, reason: str
) -> Person:
    """From now on this account does nothing here. Raises as `add_person` does."""
    kept = check_reason(reason)
    with open_desk(home, storage_key) as desk:
        person = desk.people.get(handle)
        who = administrator(desk, by)
        if person.disabled_at_s is not None:
            raise RefusedByRuleError(f"{handle} is disabled already")
        _keep_an_administrator(desk, person)
        with desk.deed(Deed(who, "disabled", handle, kept)):
            desk.people.disable(handle, desk.now_s)
        return person


def everybody(home: ParticipantHome, storage_key: bytes) -> list[Person]:
    """All accounts, by handle. Raises StorageError, KeyUnusableError."""
    with open_desk(home, storage_key) as desk:
        return desk.people.all()


def change_for_authority(one: OpenHome, people: Iterable[Person], stolen: frozenset[str]) -> bytes | None:
    """The key change that makes the directory's release keys those of `people`; None where they are.

    `stolen`: handles whose keys are revoked, whatever they have signed; others only end.
    """
    there = {key.id: key for key in one.entry.keys if key.purpose == "release" and key.in_use}
    wanted: dict[bytes, PublicKey] = {}
    gone: dict[bytes, str] = {}
    for person in people:
        key = public_key(one.home, person)
        if key is None:
            continue
        if person.may_release:
            wanted[key.id] = key
        else:
            gone[key.id] = STOLEN if person.handle in stolen else PLANNED
    if wanted:
        gone |= {id_: PLANNED for id_ in there if id_ not in wanted and id_ not in gone}
    known = {key.id for key in one.entry.keys}
    new = tuple(key for id_, key in wanted.items() if id_ not in known)
    ended = {id_: why for id_, why in gone.items() if id_ in there and _lasts(there[id_], one.now_s, why)}
    retire = tuple(Retirement(id_, one.now_s, why) for id_, why in ended.items())
    return signed_change(one, new, retire) if new or retire else None


def _lasts(key: PublicKey, now_s: int, why: str) -> bool:
    return why == STOLEN or key.not_after_s > now_s


def administrator(desk: Desk, by: Administrator, first: Person | None = None) -> str:
    """The handle of who manages people, who is there in person; the home itself while there is nobody.

    Raises NotThisPersonError, RefusedByRuleError, KeyUnusableError.
    """
    if not desk.people.all():
        if first is None or Role.ADMINISTRATOR not in first.roles:
            raise RefusedByRuleError("the first account must be an administrator's: --role administrator")
        return BY_THE_HOME
    if by.handle is None:
        raise RefusedByRuleError(
            "there are accounts: name the administrator who does this with --as HANDLE"
        )
    person = desk.people.get(by.handle)
    check_may(person, PeopleDeed.MANAGE_PEOPLE)
    words = passphrase.existing(by.passphrase_file, f"Passphrase of {person.handle}")
    desk.key_of(person, words, PeopleDeed.MANAGE_PEOPLE)
    return person.handle


def _check_free(desk: Desk, handle: str) -> None:
    if any(one.handle == handle for one in desk.people.all()):
        raise RefusedByRuleError(f"{handle} is taken: handles are never used twice")


def _keep_an_administrator(desk: Desk, leaving: Person) -> None:
    others = [one for one in desk.people.all() if one.handle != leaving.handle]
    if not any(one.disabled_at_s is None and Role.ADMINISTRATOR in one.roles for one in others):
        raise RefusedByRuleError(f"{leaving.handle} is the last administrator: add another one first")
