"""`tocsin people …`, with what its user must know and do next."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from services.keys.people import (
    Administrator,
    NewPerson,
    add_person,
    change_for_authority,
    disable_person,
    everybody,
    storage_key_of,
)
from services.keys.rotating import OpenHome, open_home
from services.keys.showing import hand_over, told_aloud
from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.person_keys import public_key
from tocsin.adapters.tuf_client import DirectoryClient
from tocsin.core.enrolment import fingerprint
from tocsin.core.key_changes import read_key_change
from tocsin.core.people import Person
from tocsin.runtime import console
from tocsin.runtime.times import iso_time

COLUMNS = ("handle", "name", "roles", "person", "release_key", "disabled")


@dataclass(frozen=True)
class Leaving:
    """Who is disabled, why, and whether somebody else may have the key."""

    handle: str
    reason: str
    stolen: bool


def add_told(
    home: Path, passphrase_file: Path | None, by: Administrator, new: NewPerson, out: Path | None
) -> None:
    """Add somebody; for a release officer hand out the change. Raises TocsinError."""
    opened = open_home(home, passphrase_file)
    storage_key = opened.folder.storage_key()
    person = add_person(opened.home, storage_key, by, new)
    console.say(
        f"added {person.handle}: {', '.join(sorted(person.roles))}; the directory sees {person.opaque}"
    )
    if person.may_release:
        _hand_out(opened, storage_key, out)


def disable_told(
    home: Path, passphrase_file: Path | None, by: Administrator, leaving: Leaving, out: Path | None
) -> None:
    """Disable somebody; for a release officer hand out the change. Raises TocsinError."""
    opened = open_home(home, passphrase_file)
    storage_key = opened.folder.storage_key()
    person = disable_person(opened.home, storage_key, by, leaving.handle, leaving.reason)
    console.say(f"{person.handle} is disabled here")
    if person.may_release:
        stolen = frozenset({person.handle}) if leaving.stolen else frozenset[str]()
        _hand_out(opened, storage_key, out, stolen)


def request_told(home: Path, passphrase_file: Path | None, out: Path | None) -> None:
    """Hand out whatever the directory does not know yet. Raises TocsinError."""
    opened = open_home(home, passphrase_file)
    _hand_out(opened, opened.folder.storage_key(), out)


def _hand_out(
    opened: OpenHome, storage_key: bytes, out: Path | None, stolen: frozenset[str] = frozenset()
) -> None:
    data = change_for_authority(opened, everybody(opened.home, storage_key), stolen)
    if data is None:
        console.say("the directory has every release key, and none too many: there is nothing to hand over")
        return
    hand_over(data, out, "the change is for the authority")
    console.say("it holds all that the directory does not have yet: of several, hand over the newest only")
    told_aloud(fingerprint(read_key_change(data).signed))
    console.say(
        "next: tocsin authority participant change-keys, there; it counts once tocsin send or subscribe "
        "has read the directory"
    )


def list_told(home_path: Path, passphrase_file: Path | None, *, as_json: bool) -> None:
    """Print the accounts. Raises TocsinError."""
    home = ParticipantHome.open(home_path)
    people = everybody(home, storage_key_of(home, passphrase_file))
    known = _keys_in_force(home)
    console.rows((_row(home, one, known) for one in people), COLUMNS, as_json=as_json)


def _keys_in_force(home: ParticipantHome) -> dict[bytes, bool]:
    """Release key -> whether it is in force, as the directory that we hold says."""
    directory = DirectoryClient(home.directory, home.pinned_root()).load()
    entry = None if directory is None else directory.participants.get(home.participant_id())
    now_s = int(home.clock())
    return {} if entry is None else {key.id: key.in_use and key.valid_at(now_s) for key in entry.keys}


def _row(home: ParticipantHome, person: Person, known: dict[bytes, bool]) -> dict[str, object]:
    key = public_key(home, person)
    state = None
    if key is not None:
        state = {True: "in force", False: "ended", None: "not in the directory yet"}[known.get(key.id)]
    return {
        "handle": person.handle,
        "name": person.display_name,
        "roles": sorted(person.roles),
        "person": person.opaque,
        "release_key": state,
        "disabled": None if person.disabled_at_s is None else iso_time(person.disabled_at_s),
    }
