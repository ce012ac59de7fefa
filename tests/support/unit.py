"""A focal point's unit for tests: a home with people and their own keys, a directory that knows them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from shutil import copytree
from typing import Any

import schemas
from services.keys.people import Administrator, NewPerson, add_person
from services.producer.accept import Acceptance
from services.producer.alerts.handing_over import hand_over
from services.producer.alerts.room import Room, Who
from services.producer.clocks import Clocks
from services.producer.issuing import issuer_of
from services.producer.participant import open_participant
from services.producer.publishing import Ask
from tests.support.homes import LivingDirectory, write_home
from tests.support.parties import DAY_S
from tests.support.world import COURIER, ORIGINATOR, audience_target
from tocsin.adapters.desk.store import open_desk
from tocsin.adapters.person_keys import public_key
from tocsin.core.audiences import read_audience
from tocsin.core.directory import Directory
from tocsin.core.ids import schema_id
from tocsin.core.participants import Participant
from tocsin.core.people import Person

ALERT = schemas.load("reports/alert.avsc")
PEOPLE = {
    "ana": ("administrator", "officer", "release-officer"),
    "ben": ("release-officer",),
    "carl": ("release-officer",),
    "dora": ("officer",),
    "eve": ("reader",),
}
TEXT: dict[str, Any] = {
    "kind": "suspicious-shipment",
    "sectors": ["courier"],
    "title": "Powder declared as tile glue",
    "advice": "Hold it and ask your national authority.",
    "action": "hold-and-ask",
    "exercise": True,
}


class Unit:
    """People at one home, and the directory that they hold."""

    def __init__(self, folder: Path, people: tuple[str, ...], directory: Directory) -> None:
        """Of a folder that `build_unit` made, or a copy of one."""
        self.folder, self.home = folder, folder / "home"
        self.passphrase = self.home / "passphrase"
        self.ask = Ask(self.home, self.passphrase, None, None)
        self.participant = open_participant(self.home, self.passphrase)
        self.handles, self.directory = people, directory

    def copy(self, folder: Path) -> Unit:
        """The same unit in another folder."""
        copytree(self.folder, folder, dirs_exist_ok=True)
        return Unit(folder, self.handles, self.directory)

    def add(self, handle: str) -> Person:
        """Another person, added by ana, whose key the directory knows."""
        words = self.folder / f"{handle}.words"
        words.touch(mode=0o600)
        words.write_text(f"the very own words of {handle}")
        by = Administrator("ana", self.folder / "ana.words")
        new = NewPerson(handle, handle.title(), PEOPLE[handle], 300, words)
        person = add_person(self.participant.home, self.participant.storage_key, by, new)
        if (key := public_key(self.participant.home, person)) is not None:
            entry = self.directory.participants[ORIGINATOR.id]
            self.change(replace(entry, keys=(*entry.keys, key)))
        return person

    def change(self, participant: Participant) -> None:
        """The directory says this of a participant now."""
        everybody = {**self.directory.participants, participant.id: participant}
        self.directory = replace(self.directory, participants=everybody)

    def who(self, handle: str) -> Who:
        """This person, with the passphrase that is this person's."""
        return Who(handle, self.folder / f"{handle}.words")

    @contextmanager
    def room(self, ahead_s: int = 0) -> Iterator[Room]:
        """The home, open, with a clock that is `ahead_s` seconds ahead."""
        home, client = self.participant.home, self.participant.directory_client()

        def clock() -> float:
            return home.clock() + ahead_s

        with open_desk(home, self.participant.storage_key, clock) as desk:
            yield Room(self.participant, desk, client, self.directory, self.ask)

    def hand_over(self) -> dict[str, Any]:
        """What people released enters the outbox."""
        with self.room() as room, self.participant.outbox() as outbox:
            issuer = issuer_of(self.participant.home)
            acceptance = Acceptance(outbox, ORIGINATOR.id, Clocks(), lambda: self.directory, issuer)
            return hand_over(room.desk, outbox, acceptance, self.directory)

    def end_agreement(self) -> None:
        """The courier takes part in nothing any more."""
        self.change(replace(self.directory.participants[COURIER.id], agreement_ends_s=1))


def build_unit(folder: Path, people: tuple[str, ...] = ("ana", "ben")) -> Unit:
    """A unit whose alerts to couriers two people release, and one person a safety notice."""
    living = LivingDirectory(folder / "repository")
    write_home(folder / "home", ORIGINATOR, living.repository.pinned_root())
    unit = Unit(folder, people, _with_alerts(living.directory))
    courier = unit.directory.participants[COURIER.id]
    unit.change(replace(courier, agreement_ends_s=living.now_s + 200 * DAY_S))
    for handle in people:
        unit.add(handle)
    return unit


def _with_alerts(directory: Directory) -> Directory:
    fields = {"approvals": 2, "safety_approvals": 1, "max_age_s": 90 * DAY_S}
    _name, data = audience_target("couriers", ALERT, sectors=["courier"], **fields)
    couriers = read_audience(data)
    return replace(
        directory,
        audiences={**directory.audiences, couriers.id: couriers},
        schemas={**directory.schemas, schema_id(ALERT): ALERT},
    )
