"""The authority's folder: its keys, its TUF repository, and what stands in the directory.

One process at a time changes it (a lock that says who). What lies in the repository reaches the
participants only through `publishing`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from services.authority import regional_office
from services.authority.proposing import write_down
from tocsin.adapters import locks, passphrase
from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.key_files import KeyFolder
from tocsin.adapters.machine import check_machine
from tocsin.adapters.tuf_entries import Edit
from tocsin.adapters.tuf_repository import TufRepository
from tocsin.adapters.tuf_signing import HELD_BY_PEOPLE, RoleKey
from tocsin.core.clock_skew import TOLERANCE_S
from tocsin.core.directory import Directory, participant_target, read_directory
from tocsin.core.errors import RefusedByRuleError, SettingsError
from tocsin.core.spans import span

KEYS, REPOSITORY = "keys", "repository"


@dataclass
class Office:
    """An open authority. `keys` is opened with its passphrase when something is first signed."""

    home: ParticipantHome
    passphrase_file: Path | None
    clock: Callable[[], float] = time.time
    proposed: Path | None = None
    """The proposal that the last change was written down in, where registrars must sign it."""
    regional_list: Path | None = None
    """The list that the last change was signed in, where this folder is a regional registrar's."""
    folder: KeyFolder | None = field(default=None, repr=False)
    """The key files, once they are open; None until then."""
    _keys: dict[str, RoleKey] = field(default_factory=dict)

    @property
    def region(self) -> str | None:
        """The role of the regional registrar whose folder this is; None for the authority's own."""
        return regional_office.region_of(self.home.path)

    @property
    def repository(self) -> TufRepository:
        """The signed files."""
        return TufRepository(self.home.path / REPOSITORY, self.key_of)

    def now_s(self) -> int:
        """The time, in seconds."""
        return int(self.clock())

    def key_of(self, role: str) -> RoleKey:
        """The private key of a TUF role. Raises KeyUnusableError."""
        if role not in self._keys:
            if self.region:
                raise RefusedByRuleError(
                    "this folder is a regional registrar's: it signs its own list only"
                )
            if self.folder is None:
                words = passphrase.existing(self.passphrase_file)
                self.folder = KeyFolder.open(self.home.path / KEYS, words)
            if not (self.home.path / KEYS / f"{role}.pem").exists():
                raise RefusedByRuleError(
                    f"the key of {role} is not in this folder: people hold it, and sign a draft of "
                    "tocsin authority root draft"
                )
            held = role in HELD_BY_PEOPLE
            load = self.folder.composite if held else self.folder.ed25519
            self._keys[role] = load(f"{role}.pem")
        return self._keys[role]

    def directory(self) -> Directory:
        """What the repository says now. Raises StorageError where a file is missing or changed."""
        standing = self.repository.standing()
        return replace(
            self.directory_with({}),
            version=standing.versions["snapshot"],
            expires_at_s=standing.ends_at_s["timestamp"],
        )

    def directory_with(self, changes: Mapping[str, bytes]) -> Directory:
        """What the repository would say with other targets."""
        if self.region:
            return regional_office.directory_with(self, changes)
        lists = self.repository.regional().lists(self.now_s())
        return read_directory(0, 0, self.repository.targets() | dict(changes), regional=lists)

    def put(self, changes: dict[str, bytes], edit: Edit | None = None) -> None:
        """Sign and store targets, or propose them where registrars sign; {} signs the same list anew. A
        regional registrar's folder signs its own list. `edit` changes the list in more than its entries.

        Raises RefusedByRuleError where an entry would refuse itself, and by a clock that is behind the last
        signature: a decision bears its date for good.
        """
        self.refuse_bad(changes)
        behind_s = self.repository.standing().signed_at_s - self.now_s()
        if behind_s > TOLERANCE_S:
            raise RefusedByRuleError(
                f"this machine's clock is {span(behind_s)} behind the last signature: nothing is changed "
                "by it. Compare it and set it; if it is right, tocsin authority timestamp signs anew first"
            )
        if self.region:
            self.regional_list = regional_office.sign(self, changes)
        elif self.repository.needs_registrars:
            self.proposed = write_down(self, changes, edit=edit)
        else:
            self.repository.put_targets(changes, self.now_s(), edit=edit)

    def refuse_bad(self, changes: Mapping[str, bytes]) -> None:
        """Raises RefusedByRuleError where an entry would refuse itself beside those that are there, or
        takes a key that another participant has.
        """
        together = self.directory_with(changes)
        reasons = {name: together.refused.get(regional_office.refused_as(self, name)) for name in changes}
        if bad := sorted(f"{name}: {reason}" for name, reason in reasons.items() if reason):
            raise RefusedByRuleError("; ".join(bad))
        for one in together.participants.values():
            if participant_target(one.id) in changes and any(
                key.id not in together.keys for key in one.keys
            ):
                raise RefusedByRuleError(f"{one.name}: another participant has one of its keys")


def find_office(home: Path, passphrase_file: Path | None) -> Office:
    """The authority of a folder, not held. Raises SettingsError where there is none."""
    check_machine()
    office = Office(ParticipantHome(home.expanduser().absolute()), passphrase_file)
    if not office.repository.exists:
        raise SettingsError(
            f"{office.home.path} holds no authority: make one with tocsin authority init, or give --home"
        )
    ParticipantHome.create(office.home.path)  # checks that it is private and on a local disk
    return office


@contextmanager
def open_office(home: Path, passphrase_file: Path | None) -> Iterator[Office]:
    """The authority of a folder, held. Raises SettingsError, HeldElsewhereError."""
    office = find_office(home, passphrase_file)
    with hold(office.home):
        yield office


def hold(home: ParticipantHome) -> AbstractContextManager[None]:
    """Keep every other process from changing the folder. Raises HeldElsewhereError."""
    return locks.hold(home.path / "authority.lock")


def hold_publishing(home: ParticipantHome) -> AbstractContextManager[None]:
    """Keep every other process from publishing an older state after ours.

    Raises HeldElsewhereError, and RefusedByRuleError in a regional registrar's folder.
    """
    if regional_office.region_of(home.path) is not None:
        raise RefusedByRuleError(
            "a regional registrar's list is published by the authority: registrar take"
        )
    return locks.hold(home.path / "publishing.lock")
