"""A standby's folder, on another machine: one key, the pinned first root, what it remembers.

It holds no list of entries and can change none. See `core.standby` for when it signs.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from tocsin.adapters import locks, passphrase
from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.kafka.publisher import Publisher
from tocsin.adapters.kafka.records import OutgoingRecord
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.adapters.key_files import KDF_FILE, KeyFolder
from tocsin.adapters.machine import check_machine
from tocsin.adapters.private_files import make_private_folder
from tocsin.adapters.standby_home import (
    KEY_FILE,
    KEYS,
    PUBLIC_FILE,
    is_standby,
    pinned_root,
    read_memory,
    write_memory,
)
from tocsin.adapters.tuf_holders import STANDBY, write_holder
from tocsin.adapters.tuf_roots import MAX_METADATA_BYTES, root_file
from tocsin.adapters.tuf_signing import first_root_fingerprint, new_key
from tocsin.adapters.tuf_standby import TIMESTAMP_FILE, next_timestamp, read_stamp
from tocsin.adapters.tuf_topic import DirectoryTopic
from tocsin.adapters.whole_files import read_whole, write_whole
from tocsin.core.errors import RefusedByRuleError, SettingsError
from tocsin.core.primitives import Ed25519Private
from tocsin.core.standby import Choice, Stamp, Turn, choose, remember
from tocsin.core.streams import DIRECTORY_TOPIC


def new_standby(home: Path, name: str, passphrase_file: Path | None) -> bytes:
    """Make the folder and its key; the public file for the authority. Raises SettingsError where one is
    there, MalformedError for a name that is none, KeyUnusableError, StorageError.
    """
    check_machine()
    opened = ParticipantHome.create(home)
    if is_standby(opened.path):
        raise SettingsError(f"{opened.path} holds a standby already, and keys are never overwritten")
    key = new_key("timestamp")
    public = write_holder(name, key, STANDBY)
    folder = opened.path / KEYS
    make_private_folder(folder)
    if (folder / KDF_FILE).exists():
        keys = KeyFolder.open(folder, passphrase.existing(passphrase_file))
    else:
        keys = KeyFolder.create(folder, passphrase.new(passphrase_file))
    if (folder / KEY_FILE).exists():  # a start that was cut off
        public = write_holder(name, keys.ed25519(KEY_FILE), STANDBY)
    else:
        keys.write(KEY_FILE, key)
    write_whole(opened.path / PUBLIC_FILE, public)
    return public


def accept_root(home: Path, file: Path) -> str:
    """Pin the first root; its fingerprint. Raises SettingsError, UntrustedError, RefusedByRuleError for
    another root than the one that is pinned.
    """
    path = _standby_folder(home)
    data = read_whole(file, MAX_METADATA_BYTES)
    if data is None:
        raise SettingsError(f"there is no file {file}: tocsin authority standby admit writes it, there")
    found = first_root_fingerprint(data)
    pinned = read_whole(path / root_file(1), MAX_METADATA_BYTES)
    if pinned is not None and pinned != data:
        raise RefusedByRuleError(f"{path} pins another root: one standby stands in for one authority")
    write_whole(path / root_file(1), data)
    return found


@dataclass
class Standby:
    """An open standby. What it looked at is on disk before it signs over it."""

    home: ParticipantHome
    pinned: bytes = field(repr=False)
    key: Ed25519Private = field(repr=False)
    access: KafkaAccess = field(repr=False)
    clock: Callable[[], float] = time.time
    _topic: DirectoryTopic = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._topic = DirectoryTopic(self.access)

    def now_s(self) -> int:
        """The time, in seconds."""
        return int(self.clock())

    async def look(self) -> tuple[Stamp, Choice]:
        """The topic's timestamp, and what is to be done about it; remembers it unless it is refused.

        Raises BrokerUnavailableError, BrokerRefusedError, UntrustedError, StorageError, MalformedError.
        """
        await self._topic.read(anew=True)
        stamp = read_stamp(self._topic.files, self.pinned, self.key)
        memory = read_memory(self.home.path)
        choice = choose(stamp, memory, self.now_s())
        if choice.turn is not Turn.REFUSE:
            write_memory(self.home.path, remember(memory, stamp))
        return stamp, choice

    async def sign(self, stamp: Stamp) -> int:
        """Sign and send the timestamp after `stamp`; its version. Raises BrokerUnavailableError,
        BrokerRefusedError.
        """
        data = next_timestamp(stamp, self.key, self.now_s())
        async with Publisher(self.access) as publisher:
            await publisher.publish([OutgoingRecord(DIRECTORY_TOPIC, 0, TIMESTAMP_FILE.encode(), data)])
        return stamp.version + 1


def open_standby(home: Path, passphrase_file: Path | None, bootstrap: str | None) -> Standby:
    """Raises SettingsError, KeyUnusableError."""
    check_machine()
    path = _standby_folder(home)
    pinned = pinned_root(path)
    opened = ParticipantHome.create(path)  # checks that it is private and on a local disk
    keys = KeyFolder.open(path / KEYS, passphrase.existing(passphrase_file))
    return Standby(opened, pinned, keys.ed25519(KEY_FILE), opened.access(bootstrap))


def hold_standby(standby: Standby) -> AbstractContextManager[None]:
    """Keep every other process from signing with this folder. Raises HeldElsewhereError."""
    return locks.hold(standby.home.path / "standby.lock")


def _standby_folder(home: Path) -> Path:
    path = home.expanduser().absolute()
    if not is_standby(path):
        raise SettingsError(f"{path} holds no standby: make one with tocsin authority standby new")
    return path
