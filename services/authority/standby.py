"""A standby's folder, on another machine: one key, the pinned first root, what it remembers.

It holds no list of entries and can change none. See `core.standby` for when it signs.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tocsin.adapters import locks, passphrase
from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.kafka.publisher import Publisher
from tocsin.adapters.kafka.records import OutgoingRecord
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.adapters.key_files import KDF_FILE, KeyFolder
from tocsin.adapters.machine import check_machine
from tocsin.adapters.private_files import make_private_folder
from tocsin.adapters.tuf_holders import MAX_HOLDER_BYTES, STANDBY, write_holder
from tocsin.adapters.tuf_roots import MAX_METADATA_BYTES, root_file
from tocsin.adapters.tuf_signing import first_root_fingerprint, new_key
from tocsin.adapters.tuf_standby import TIMESTAMP_FILE, next_timestamp, read_stamp
from tocsin.adapters.tuf_topic import DirectoryTopic
from tocsin.adapters.whole_files import read_whole, write_whole
from tocsin.core import canonical_json, json_fields
from tocsin.core.errors import MalformedError, RefusedByRuleError, SettingsError
from tocsin.core.primitives import Ed25519Private
from tocsin.core.standby import Choice, Memory, Stamp, Turn, choose, remember
from tocsin.core.streams import DIRECTORY_TOPIC

KEYS, KEY_FILE, PUBLIC_FILE, MEMORY_FILE = "keys", "standby.pem", "standby.json", "seen.json"


def new_standby(home: Path, name: str, passphrase_file: Path | None) -> bytes:
    """Make the folder and its key; the public file for the authority. Raises SettingsError where one is
    there, MalformedError for a name that is none, KeyUnusableError, StorageError.
    """
    check_machine()
    opened = ParticipantHome.create(home)
    if (opened.path / PUBLIC_FILE).exists():
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

    def memory(self) -> Memory:
        """What was seen so far. Raises MalformedError for a damaged file: it must not be forgotten."""
        path = self.home.path / MEMORY_FILE
        data = read_whole(path, MAX_HOLDER_BYTES)
        try:
            return Memory() if data is None else _memory(canonical_json.load(data))
        except (MalformedError, TypeError) as error:
            raise MalformedError(
                f"{path} is damaged: delete it only where the topic is known to be whole"
            ) from error

    async def look(self) -> tuple[Stamp, Choice]:
        """The topic's timestamp, and what is to be done about it; remembers it unless it is refused.

        Raises BrokerUnavailableError, BrokerRefusedError, UntrustedError, StorageError.
        """
        await self._topic.read(anew=True)
        stamp, memory = read_stamp(self._topic.files, self.pinned, self.key), self.memory()
        choice = choose(stamp, memory, self.now_s())
        if choice.turn is not Turn.REFUSE:
            self._keep(remember(memory, stamp))
        return stamp, choice

    async def sign(self, stamp: Stamp) -> int:
        """Sign and send the timestamp after `stamp`; its version. Raises BrokerUnavailableError,
        BrokerRefusedError.
        """
        data = next_timestamp(stamp, self.key, self.now_s())
        async with Publisher(self.access) as publisher:
            await publisher.publish([OutgoingRecord(DIRECTORY_TOPIC, 0, TIMESTAMP_FILE.encode(), data)])
        return stamp.version + 1

    def _keep(self, memory: Memory) -> None:
        write_whole(self.home.path / MEMORY_FILE, json.dumps(asdict(memory)).encode())


def open_standby(home: Path, passphrase_file: Path | None, bootstrap: str | None) -> Standby:
    """Raises SettingsError, KeyUnusableError."""
    check_machine()
    path = _standby_folder(home)
    pinned = read_whole(path / root_file(1), MAX_METADATA_BYTES)
    if pinned is None:
        raise SettingsError(f"{path} pins no root yet: tocsin authority standby accept 1.root.json")
    opened = ParticipantHome.create(path)  # checks that it is private and on a local disk
    keys = KeyFolder.open(path / KEYS, passphrase.existing(passphrase_file))
    return Standby(opened, pinned, keys.ed25519(KEY_FILE), opened.access(bootstrap))


def hold_standby(standby: Standby) -> AbstractContextManager[None]:
    """Keep every other process from signing with this folder. Raises HeldElsewhereError."""
    return locks.hold(standby.home.path / "standby.lock")


def _standby_folder(home: Path) -> Path:
    path = home.expanduser().absolute()
    if not (path / PUBLIC_FILE).exists():
        raise SettingsError(f"{path} holds no standby: make one with tocsin authority standby new")
    return path


def _memory(record: Mapping[str, Any]) -> Memory:
    """Raises MalformedError, TypeError for what was never written."""
    return Memory(**{name: json_fields.number(record, name) for name in record})
