"""Opens what a publisher needs from its home: keys, outbox, directory, and the way to Kafka."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from services.producer.originator import Originator
from tocsin.adapters import passphrase
from tocsin.adapters.desk.store import is_there, open_desk
from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.adapters.key_files import KeyFolder
from tocsin.adapters.machine import check_machine
from tocsin.adapters.outbox.items import Bounds
from tocsin.adapters.outbox.store import LOCK_NAME, Outbox, open_outbox
from tocsin.adapters.own_keys import KeyRing, own_keys
from tocsin.adapters.private_files import make_private_folder
from tocsin.adapters.tokens import Tokens
from tocsin.adapters.tuf_client import DirectoryClient
from tocsin.adapters.tuf_topic import DirectoryFollower
from tocsin.adapters.watch_lists import watch_lists_of
from tocsin.core.directory import Directory
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
    release: KeyRing[Ed25519Private] = field(repr=False)

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

    def release_key(self, directory: Directory | None, now_s: int) -> ReleaseKey:
        """The newest release key of the person whose home this is that `directory` has in force; before
        any was read, the only one. Raises KeyUnusableError, RefusedByRuleError where there is none.
        """
        held = self.release.all()
        if directory is None and len(held) == 1:
            return ReleaseKey(*held.values())
        entry = None if directory is None else directory.participants.get(self.originator.id)
        for key in () if entry is None else entry.keys_for("release", now_s):
            if key.id in held:
                return ReleaseKey(held[key.id])
        raise RefusedByRuleError(
            "no release key of this home is in force in the directory that it read last: tocsin send reads "
            "a newer one; tocsin keys rotate --purpose release makes another key"
        )

    def watch_lists(self) -> WatchLists:
        """The country's own lists. Raises StorageError."""
        return watch_lists_of(self.home, self.storage_key)

    def directory_client(self) -> DirectoryClient:
        """The directory that is kept in the home."""
        return DirectoryClient(self.home.directory, self.home.pinned_root())

    def follower(self, access: KafkaAccess, client: DirectoryClient) -> DirectoryFollower:
        """What follows the directory on its topic."""
        return DirectoryFollower(access, client, self.originator.id)


def refuse_where_people_release(participant: Participant) -> None:
    """Raises RefusedByRuleError where release officers have keys of their own: no home releases alone."""
    if not is_there(participant.home):
        return
    with open_desk(participant.home, participant.storage_key) as desk:
        if any(one.may_release for one in desk.people.all()):
            raise RefusedByRuleError(
                "people release here, each with a key of their own: tocsin alert new, then alert approve"
            )


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
    originator = Originator(me, rings.record, rings.statement)
    return Participant(home, keys, keys.storage_key(), originator, rings.release)
