"""Replaces keys in two steps, so that nothing is lost on the way.

`rotate` makes new keys and a change for the authority; both keys stand in the directory for a while.
`finish` retires what newer keys have replaced, a record key with the final heads of its logs. A stolen
key goes at once, in the first step. Files are written before the change that names them, so that a
crash leaves nothing that was announced and is not there. Source: wire format, "Key changes".
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tocsin.adapters import passphrase
from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.key_files import KeyFolder, Private
from tocsin.adapters.outbox.cutting import Cut, cut_off
from tocsin.adapters.outbox.store import FILE_NAME, LOCK_NAME, Outbox, open_outbox
from tocsin.adapters.own_keys import OwnKeys, file_of, own_keys
from tocsin.adapters.private_files import destroy_private
from tocsin.adapters.tuf_client import DirectoryClient
from tocsin.core.directory import Directory
from tocsin.core.errors import RefusedByRuleError, SettingsError
from tocsin.core.generations import Why
from tocsin.core.ids import key_id
from tocsin.core.key_changes import PLANNED, STOLEN, KeyChange, Retirement, write_key_change
from tocsin.core.participants import Participant
from tocsin.core.primitives import CompositePrivate, Ed25519Private, XWingPrivate
from tocsin.core.public_keys import PURPOSES, PublicKey

HOUR_S, DAY_S = 3_600, 86_400
ROTATED = ("record", "release", "statement", "kem")
_MAKE: dict[str, Callable[[], Private]] = {
    "record": Ed25519Private.generate,
    "release": Ed25519Private.generate,
    "statement": CompositePrivate.generate,
    "kem": XWingPrivate.generate,
}


@dataclass(frozen=True)
class OpenHome:
    """A home with open keys, and what the directory says of it."""

    home: ParticipantHome
    folder: KeyFolder
    keys: OwnKeys
    directory: Directory
    entry: Participant
    now_s: int

    def person(self) -> str | None:
        """Whose release key this home holds, by the directory; None where it holds none of it."""
        held = self.keys.held("release")
        return next((k.person for k in self.entry.keys if k.purpose == "release" and k.id in held), None)

    def purposes(self) -> tuple[str, ...]:
        """Of which this home has keys."""
        return tuple(one for one in ROTATED if one != "release" or self.person() is not None)

    @contextmanager
    def outbox(self) -> Iterator[Outbox | None]:
        """The outbox, held so that nothing is sealed meanwhile; None where nothing was published yet.

        Raises HeldElsewhereError while the producer runs.
        """
        with self.home.hold(LOCK_NAME):
            if not (self.home.outbox / FILE_NAME).exists():
                yield None
                return
            outbox = open_outbox(self.home.outbox, self.folder.storage_key(), self.entry.id)
            try:
                yield outbox
            finally:
                outbox.close()


def open_home(path: Path, passphrase_file: Path | None, clock: Callable[[], float] = time.time) -> OpenHome:
    """Raises SettingsError before the home was admitted and read the directory, KeyUnusableError."""
    home = ParticipantHome.open(path)
    me = home.participant_id()
    folder = KeyFolder.open(home.keys, passphrase.existing(passphrase_file))
    directory = DirectoryClient(home.directory, home.pinned_root()).load()
    entry = None if directory is None else directory.participants.get(me)
    if directory is None or entry is None:
        raise SettingsError(
            f"{home.path} has not read a directory that names it: run tocsin send once, with Kafka there"
        )
    return OpenHome(home, folder, own_keys(folder), directory, entry, int(clock()))


def rotate(one: OpenHome, purposes: Sequence[str], valid_days: int) -> bytes:
    """New keys for `purposes`, and the change that names them. Raises StorageError."""
    with one.home.hold("keys"):
        return signed_change(one, tuple(_new_key(one, purpose, valid_days) for purpose in purposes), ())


@dataclass(frozen=True)
class Stolen:
    """A change after a theft, and how many items will leave again or are too old to."""

    change: bytes
    again: int
    lost: int


def rotate_stolen(one: OpenHome, purposes: Sequence[str], valid_days: int, since_s: int) -> Stolen:
    """New keys, the old ones revoked: what a record key signed from `since_s` on is not ours.

    What we sealed since then waits to be sealed again; every audience gets a new secret; the old record
    keys are destroyed here, so that nothing more is signed with them. Raises HeldElsewhereError while
    the producer runs, StorageError. Done again after a crash it gives the same.
    """
    with one.home.hold("keys"), one.outbox() as outbox:
        new = tuple(_new_key(one, purpose, valid_days) for purpose in purposes)
        lasting = [key for key in one.entry.keys if key.in_use and key.not_after_s >= one.now_s]
        person = one.person()
        ours = [key for key in lasting if key.purpose != "release" or key.person == person]
        old = [key for key in ours if key.purpose in purposes]
        record = next((key for key in old if key.purpose == "record"), None)
        cut = _cut(outbox, since_s, record)
        retire = tuple(
            Retirement(key.id, one.now_s, STOLEN, cut.final if key.purpose == "record" else None)
            for key in old
        )
        change = signed_change(one, new, retire)
        held = one.keys.held("record")
        for key in old:
            if key.purpose == "record" and key.id in held:
                destroy_private(file_of(one.folder, "record", held[key.id]))
    return Stolen(change, cut.again, cut.lost)


def _cut(outbox: Outbox | None, since_s: int, record: PublicKey | None) -> Cut:
    if outbox is None:
        return Cut({}, 0, 0)
    with outbox.transaction():
        outbox.keys.end(None, Why.COMPROMISE)
        return Cut({}, 0, 0) if record is None else cut_off(outbox, since_s, record.id)


def finish(one: OpenHome, purposes: Sequence[str]) -> bytes:
    """The change that retires every key that a newer one in force has replaced.

    Raises RefusedByRuleError where there is none, HeldElsewhereError while the producer runs.
    """
    with one.outbox() as outbox:
        old = [key for purpose in purposes for key in _replaced(one, purpose)]
        if not old:
            raise RefusedByRuleError(
                "no key that a newer one has replaced is in force: after tocsin keys rotate the authority "
                "takes up the change, and tocsin send or subscribe reads its directory"
            )
        retire = tuple(_retirement(key, one.now_s, outbox) for key in old)
    return signed_change(one, (), retire)


def _replaced(one: OpenHome, purpose: str) -> tuple[PublicKey, ...]:
    """All but the newest; of release keys those of this home's person: others have their own."""
    keys = one.entry.keys_for(purpose, one.now_s)
    if purpose == "release":
        person = one.person()
        keys = tuple(key for key in keys if key.person == person)
    return keys[1:]


def _retirement(key: PublicKey, now_s: int, outbox: Outbox | None) -> Retirement:
    if key.purpose != "record":
        return Retirement(key.id, now_s, PLANNED)
    return Retirement(key.id, now_s, PLANNED, {} if outbox is None else outbox.logs.finals(key.id))


def _new_key(one: OpenHome, purpose: str, valid_days: int) -> PublicKey:
    """A key that was made before and never reached the directory is taken up again. Raises
    RefusedByRuleError for a release key where this home holds nobody's.
    """
    person = one.person() if purpose == "release" else None
    if purpose == "release" and person is None:
        raise RefusedByRuleError("this home holds no release key of a person that the directory names")
    known = {key.id for key in one.entry.keys}
    held = one.keys.held(purpose)
    waiting = sorted(id_ for id_ in held if id_ not in known)
    if waiting:
        id_, private = waiting[0], held[waiting[0]]
    else:
        private = _MAKE[purpose]()
        id_ = key_id(PURPOSES[purpose], private.public)
        one.folder.write(f"{purpose}.{id_.hex()}.pem", private)
    begins = [key.not_before_s for key in one.entry.keys if key.purpose == purpose]
    # The newest is the one that begins last.
    begin_s = max(one.now_s - one.now_s % HOUR_S, max(begins, default=0) + 1)
    return PublicKey(id_, purpose, private.public, begin_s, begin_s + valid_days * DAY_S, person)


def signed_change(one: OpenHome, new: tuple[PublicKey, ...], retire: tuple[Retirement, ...]) -> bytes:
    """The change for the authority. Raises RefusedByRuleError without a statement key in force."""
    for key in one.entry.keys_for("statement", one.now_s):
        if (private := one.keys.statement.get(key.id)) is not None:
            change = KeyChange(one.entry.id, one.now_s, key.id, new, retire)
            return write_key_change(change, private)
    raise RefusedByRuleError(
        "no statement key of this home is in force in the directory: apply anew, with a new folder"
    )
