"""Opens what a reader needs from its home: keys, inbox, directory, and the way to Kafka."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from services.consumer.assignment import Wanted
from services.consumer.consume import Consumption
from services.consumer.key_requests import KeyRequests
from services.consumer.reading import Identity, Reading
from services.consumer.upkeep import Letters, Upkeep
from services.consumer.withdrawal_receipts import WithdrawalReceipts
from tocsin.adapters import passphrase
from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.inbox.store import FILE_NAME, LOCK_NAME, Inbox, open_inbox
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.adapters.key_files import KeyFolder
from tocsin.adapters.machine import check_machine
from tocsin.adapters.own_keys import KeyRing, own_keys
from tocsin.adapters.tokens import Tokens
from tocsin.adapters.tuf_client import DirectoryClient
from tocsin.adapters.tuf_topic import DirectoryFollower
from tocsin.core.directory import Directory
from tocsin.core.errors import SettingsError
from tocsin.core.own_entry import strange_keys, strange_words
from tocsin.core.primitives import CompositePrivate
from tocsin.core.report import domain_check


@dataclass(frozen=True)
class Participant:
    """A home whose keys are open. `repr` shows no key."""

    home: ParticipantHome
    storage_key: bytes = field(repr=False)
    identity: Identity = field(repr=False)
    statements: KeyRing[CompositePrivate] = field(repr=False)
    clock: Callable[[], float] = time.time

    @property
    def has_read(self) -> bool:
        """Whether there is an inbox to look into."""
        return (self.home.inbox / FILE_NAME).exists()

    @contextmanager
    def inbox(self, *, read_only: bool = False) -> Iterator[Inbox]:
        """The inbox; to write, the home's lock is held. To read, it must be there.

        Raises HeldElsewhereError, SettingsError where nothing was read yet, StorageError.
        """
        folder = self.home.inbox
        if read_only:
            if not self.has_read:
                raise SettingsError(
                    f"{self.home.path} has read nothing yet: tocsin subscribe all --until-end reads what "
                    "is there, tocsin consumer serve goes on reading"
                )
            inbox = open_inbox(folder, self.storage_key, read_only=True)
            try:
                yield inbox
            finally:
                inbox.close()
            return
        with self.home.hold(LOCK_NAME):
            inbox = open_inbox(folder, self.storage_key)
            try:
                yield inbox
            finally:
                inbox.close()

    @contextmanager
    def inbox_beside(self) -> Iterator[Inbox]:
        """A second connection that writes, beside whoever holds the home's lock: for rows of sinks alone,
        which the database itself keeps whole. Raises StorageError.
        """
        inbox = open_inbox(self.home.inbox, self.storage_key)
        try:
            yield inbox
        finally:
            inbox.close()

    def strange_keys(self, directory: Directory | None) -> list[str]:
        """A sentence for each key in our own entry that is not in this home."""
        entry = None if directory is None else directory.participants.get(self.identity.me)
        if entry is None:
            return []
        held = {*self.identity.kem_keys.all(), *self.statements.all()}
        return [
            strange_words(one) for one in strange_keys(entry, ("kem", "statement"), held, int(self.clock()))
        ]

    def access(self, bootstrap: str | None) -> KafkaAccess:
        """The way to Kafka: as given, else as the home's settings say. Raises SettingsError."""
        return self.home.access(bootstrap)

    def directory_ends_at_s(self) -> int | None:
        """When the timestamp of the directory that was read last ends; None before the first."""
        return self.directory_client().ends_at_s()

    def directory_client(self) -> DirectoryClient:
        """What keeps and verifies the directory in the home. Raises SettingsError."""
        return DirectoryClient(self.home.directory, self.home.pinned_root())

    def follower(self, access: KafkaAccess) -> DirectoryFollower:
        """What follows the directory on its topic and keeps it in the home."""
        return DirectoryFollower(access, self.directory_client(), self.identity.me)

    def consumption(
        self,
        inbox: Inbox,
        wanted: Wanted,
        follower: DirectoryFollower,
        access: KafkaAccess,
        tell: Callable[[str], None],
    ) -> Consumption:
        """A reading of `wanted` into `inbox`; the follower holds a directory already."""
        directory = follower.directory
        assert directory is not None
        reading = Reading(inbox, self.identity, directory, wanted, domain_check)
        requests = KeyRequests(reading, self.statements)
        receipts = WithdrawalReceipts(reading, self.statements)
        letters = Letters((requests, receipts), access)
        upkeep = Upkeep(reading, follower, tell, int(self.clock()), letters)
        return Consumption(reading, access, upkeep, self.clock)


def tokens_of(home_path: Path) -> Tokens:
    """The tokens of the reader's HTTP interface; no passphrase is needed for them."""
    return Tokens(ParticipantHome.open(home_path).path / "tokens.json")


def open_participant(home_path: Path, passphrase_file: Path | None) -> Participant:
    """Open the keys of the home at `home_path`. Raises KeyUnusableError, SettingsError."""
    check_machine()
    home = ParticipantHome.open(home_path)
    keys = KeyFolder.open(home.keys, passphrase.existing(passphrase_file))
    rings = own_keys(keys)
    for ring in (rings.kem, rings.statement):
        ring.all()  # a damaged file is said now, not when a wrap comes
    return Participant(
        home=home,
        storage_key=keys.storage_key(),
        identity=Identity(home.participant_id(), rings.kem),
        statements=rings.statement,
    )
