"""What a command about alerts works with: the open home, its desk, the directory, the outbox to look at.

Who acts is named and shows it by opening a key with a passphrase of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from services.producer.participant import Participant, open_participant
from services.producer.publishing import Ask
from tocsin.adapters import passphrase
from tocsin.adapters.desk.store import Desk, is_there, open_desk
from tocsin.adapters.outbox.store import FILE_NAME, Outbox
from tocsin.adapters.tuf_client import DirectoryClient
from tocsin.core.directory import Directory
from tocsin.core.errors import RefusedByRuleError, SettingsError
from tocsin.core.ids import Algorithm, key_id
from tocsin.core.people import Deed, Person, check_may
from tocsin.core.primitives import Ed25519Private


@dataclass(frozen=True)
class Who:
    """`--as` and where that person's passphrase comes from (None: asked)."""

    handle: str
    passphrase_file: Path | None


@dataclass(frozen=True)
class Acting:
    """A person who is there, the key opened."""

    person: Person
    key: Ed25519Private = field(repr=False)

    @property
    def key_id(self) -> bytes:
        """As the directory has it, of a release officer."""
        return key_id(Algorithm.ED25519, self.key.public)


@dataclass(frozen=True)
class Room:
    """The open home of one command."""

    participant: Participant
    desk: Desk
    client: DirectoryClient
    directory: Directory
    ask: Ask

    @property
    def now_s(self) -> int:
        """Unix seconds."""
        return self.desk.now_s

    @property
    def me(self) -> bytes:
        """Our participant id."""
        return self.participant.originator.id

    def person(self, who: Who, deed: Deed) -> Person:
        """The account that may do `deed`. Raises RefusedByRuleError, NotThisPersonError."""
        person = self.desk.people.get(who.handle)
        check_may(person, deed)
        return person

    def acting(self, who: Who, deed: Deed) -> Acting:
        """The same, in person. KeyUnusableError for another's passphrase, and the log says so."""
        person = self.person(who, deed)
        words = passphrase.existing(who.passphrase_file, f"Passphrase of {person.handle}")
        return Acting(person, self.desk.key_of(person, words, deed))

    def has_key(self, acting: Acting) -> bool:
        """Whether the directory has this release officer's key in force."""
        entry = self.directory.participants.get(self.me)
        keys = () if entry is None else entry.keys_for("release", self.now_s)
        return any(key.id == acting.key_id and key.person == acting.person.opaque for key in keys)

    @contextmanager
    def outbox_to_read(self) -> Iterator[Outbox | None]:
        """The outbox, to look at; None where nothing was ever published."""
        if not (self.participant.home.outbox / FILE_NAME).exists():
            yield None
            return
        with self.participant.outbox_to_read() as outbox:
            yield outbox


@contextmanager
def open_room(ask: Ask) -> Iterator[Room]:
    """Open the home for one command. Raises TocsinError where there are no accounts or no directory."""
    participant = open_participant(ask.home, ask.passphrase_file)
    if not is_there(participant.home):
        raise SettingsError(
            f"{participant.home.path} has no accounts yet: tocsin people add makes the first, and alerts "
            "are proposed and released by people"
        )
    client = participant.directory_client()
    directory = client.load()
    if directory is None:
        raise RefusedByRuleError("no directory was read yet: run tocsin send once, with Kafka there")
    with open_desk(participant.home, participant.storage_key) as desk:
        yield Room(participant, desk, client, directory, ask)
