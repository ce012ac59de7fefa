"""Opens what a publisher needs from its home: keys, outbox, directory, and the way to Kafka."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from services.producer.originator import Originator
from tocsin.adapters import passphrase
from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.adapters.key_files import KeyFolder
from tocsin.adapters.machine import check_machine
from tocsin.adapters.outbox.items import Bounds
from tocsin.adapters.outbox.store import LOCK_NAME, Outbox, open_outbox
from tocsin.adapters.own_keys import own_keys
from tocsin.adapters.private_files import make_private_folder
from tocsin.adapters.tokens import Tokens
from tocsin.adapters.tuf_client import DirectoryClient
from tocsin.adapters.tuf_topic import DirectoryFollower
from tocsin.adapters.watch_lists import watch_lists_of
from tocsin.core.errors import RefusedByRuleError
from tocsin.core.ids import Algorithm, key_id
from tocsin.core.primitives import Ed25519Private
from tocsin.core.signatures import approve
from tocsin.core.watch_lists import WatchLists
from tocsin.core.wire import Approval, Item

TOKENS_FILE = "tokens.json"


class ReleaseKey:
    """The release key of one person, open for one command."""

    def __init__(self, key: Ed25519Private) -> None:
        self._key = key

    def __call__(self, audience: bytes, item: Item, /) -> Approval:
        """This person's approval of `item` for `audience`."""
        return approve(self._key, key_id(Algorithm.ED25519, self._key.public), audience, item)


@dataclass(frozen=True)
class Participant:
    """A home whose keys are open. `repr` shows no key."""

    home: ParticipantHome
    keys: KeyFolder
    storage_key: bytes = field(repr=False)
    originator: Originator = field(repr=False)

    @contextmanager
    def outbox(self, bounds: Bounds | None = None) -> Iterator[Outbox]:
        """The outbox, to write, under the home's lock. Raises HeldElsewhereError, StorageError."""
        make_private_folder(self.home.outbox)
        with self.home.hold(LOCK_NAME):
            outbox = open_outbox(self.home.outbox, self.storage_key, self.originator.id, bounds)
            try:
                yield outbox
            finally:
                outbox.close()

    @contextmanager
    def outbox_to_read(self) -> Iterator[Outbox]:
        """The outbox, to look at, also beside a service that writes. Raises StorageError."""
        outbox = open_outbox(self.home.outbox, self.storage_key, self.originator.id, read_only=True)
        try:
            yield outbox
        finally:
            outbox.close()

    def release_key(self) -> ReleaseKey:
        """The release key of the person whose home this is. Raises KeyUnusableError."""
        return ReleaseKey(self.keys.ed25519("release.pem"))

    def watch_lists(self) -> WatchLists:
        """The country's own lists. Raises StorageError."""
        return watch_lists_of(self.home, self.storage_key)

    def directory_client(self) -> DirectoryClient:
        """The directory that is kept in the home."""
        return DirectoryClient(self.home.directory, self.home.pinned_root())

    def follower(self, access: KafkaAccess, client: DirectoryClient) -> DirectoryFollower:
        """What follows the directory on its topic."""
        return DirectoryFollower(access, client)


def check_is(home_path: Path, expected: str | None) -> None:
    """Where one machine holds several homes: that this is the participant `expected` (32 hex digits).

    Raises RefusedByRuleError where it is another; None expects nothing.
    """
    if expected is None:
        return
    found = ParticipantHome.open(home_path).participant_id().hex()
    if found != expected.lower():
        raise RefusedByRuleError(f"{home_path} is participant {found}, not {expected}: give its --home")


def tokens_of(home_path: Path) -> Tokens:
    """The tokens of the home's HTTP interfaces; no passphrase is needed for them."""
    return Tokens(ParticipantHome.open(home_path).path / TOKENS_FILE)


def open_participant(home_path: Path, passphrase_file: Path | None) -> Participant:
    """Open the keys of the home at `home_path`. Raises KeyUnusableError, SettingsError."""
    check_machine()
    home = ParticipantHome.open(home_path)
    me = home.participant_id()
    keys = KeyFolder.open(home.keys, passphrase.existing(passphrase_file))
    rings = own_keys(keys)
    for ring in (rings.record, rings.statement):
        ring.all()  # a damaged file is said now, not after reports were accepted
    return Participant(home, keys, keys.storage_key(), Originator(me, rings.record, rings.statement))
