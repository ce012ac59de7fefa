"""A participant is a folder: settings, keys, the directory it trusts, outbox and inbox.

settings.toml      how to reach Kafka ([kafka]) and what its services do ([producer], [consumer])
keys/              key files, kdf.json, and request.json: the public halves, signed
participant.json   id and name, once the authority admitted it
directory/         TUF's metadata; 1.root.json is pinned
outbox/ inbox/     encrypted databases
drafts/            the same, of reports that are being written
watchlists/        the same, of the country's own watch-lists
*.lock             who holds what
"""

from __future__ import annotations

import json
import time
import tomllib
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tocsin.adapters import locks
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.adapters.kdf_parameters import read_object
from tocsin.adapters.private_files import check_private_folder, make_private_folder, read_private
from tocsin.adapters.whole_files import read_whole, write_whole
from tocsin.core.enrolment import MAX_WELCOME_BYTES, Request, Welcome, read_request
from tocsin.core.errors import (
    KeyUnusableError,
    MalformedError,
    RefusedByRuleError,
    SettingsError,
    TheirFault,
)
from tocsin.core.ids import parse_id

MAX_SETTINGS_BYTES = 65_536
ROOT_FILE = "1.root.json"
REQUEST_FILE = "request.json"
_KAFKA_FILES = ("password_file", "ca_file")


@dataclass(frozen=True)
class ParticipantHome:
    """The folder of one participant. Nothing in it is read before it is asked for."""

    path: Path
    clock: Callable[[], float] = time.time

    @classmethod
    def create(cls, path: Path) -> ParticipantHome:
        """Make the folder, private; one that is there and private is taken as it is.

        Raises SettingsError for a network file system, KeyUnusableError, StorageError.
        """
        path = path.expanduser().absolute()
        locks.refuse_network_file_system(path)
        make_private_folder(path)
        return cls(path)

    @classmethod
    def open(cls, path: Path) -> ParticipantHome:
        """The home at `path`. Raises SettingsError where there is none, KeyUnusableError."""
        path = path.expanduser().absolute()
        home = cls(path)
        if not home.keys.is_dir():
            raise SettingsError(
                f"{path} is no participant's folder: make one with tocsin keys init, or give --home"
            )
        check_private_folder(path)
        locks.refuse_network_file_system(path)
        return home

    @property
    def keys(self) -> Path:
        """Folder of the key files."""
        return self.path / "keys"

    @property
    def directory(self) -> Path:
        """Folder of the directory's metadata."""
        return self.path / "directory"

    @property
    def outbox(self) -> Path:
        """Folder of what is to be published."""
        return self.path / "outbox"

    @property
    def inbox(self) -> Path:
        """Folder of what was read."""
        return self.path / "inbox"

    @property
    def settings_file(self) -> Path:
        """TOML, written by people; may be absent."""
        return self.path / "settings.toml"

    def hold(self, name: str) -> AbstractContextManager[None]:
        """Hold `<name>.lock` while the block runs. Raises HeldElsewhereError, saying who does."""
        return locks.hold(self.path / f"{name}.lock", self.clock)

    def request(self) -> tuple[bytes, Request]:
        """The application in `keys/request.json`: its bytes, and what they say.

        Raises KeyUnusableError where it is missing or damaged.
        """
        file = self.keys / REQUEST_FILE
        data = read_private(file)
        try:
            return data, read_request(data)
        except TheirFault as error:
            raise KeyUnusableError(f"{file} is damaged: {error}") from error

    def participant_id(self) -> bytes:
        """16 bytes. Raises SettingsError before the authority's welcome was accepted."""
        file = self.path / "participant.json"
        data = read_whole(file, MAX_WELCOME_BYTES)
        if data is None:
            raise SettingsError(
                f"{self.path} is not admitted yet: hand tocsin keys request to the authority, then "
                "tocsin keys accept its answer"
            )
        try:
            return parse_id(str(read_object(file, data).get("id")))
        except MalformedError as error:
            raise SettingsError(f"{file} is damaged: {error}") from error

    def pinned_root(self) -> bytes:
        """The directory's first root. Raises SettingsError where none is pinned."""
        data = read_whole(self.directory / ROOT_FILE, MAX_WELCOME_BYTES)
        if data is None:
            raise SettingsError(f"{self.directory / ROOT_FILE} is missing: tocsin keys accept brings it")
        return data

    def accept(self, welcome: Welcome, name: str) -> None:
        """Pin the root and note the id. Raises RefusedByRuleError if another was accepted before."""
        root_file = self.directory / ROOT_FILE
        pinned = read_whole(root_file, MAX_WELCOME_BYTES)
        if pinned not in {None, welcome.root}:
            raise RefusedByRuleError(
                f"another root is pinned in {root_file}: a pinned root is never replaced from a file"
            )
        if (self.path / "participant.json").exists() and self.participant_id() != welcome.participant:
            raise RefusedByRuleError(f"{self.path} already belongs to {self.participant_id().hex()}")
        make_private_folder(self.directory)
        write_whole(root_file, welcome.root)
        record = {"id": welcome.participant.hex(), "name": name}
        text = json.dumps(record, ensure_ascii=False, indent=1)
        write_whole(self.path / "participant.json", text.encode() + b"\n")

    def settings(self, table: str) -> dict[str, Any]:
        """One table of settings.toml; empty where it is missing. Raises SettingsError."""
        data = read_whole(self.settings_file, MAX_SETTINGS_BYTES) or b""
        try:
            found = tomllib.loads(data.decode("utf-8-sig")).get(table, {})
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
            raise SettingsError(f"{self.settings_file} is no TOML: {error}") from error
        if not isinstance(found, dict):
            raise SettingsError(f"{self.settings_file}: {table} is no table: write [{table}]")
        return found

    def access(self, bootstrap: str | None, *, admin: bool = False) -> KafkaAccess:
        """The way to Kafka: [kafka] of settings.toml; a `bootstrap` that is given wins.

        `admin`: with what [kafka_admin] says over it, such as another user. Raises SettingsError that
        lists everything wrong.
        """
        wanted: dict[str, Any] = self.settings("kafka")
        if admin:
            wanted |= self.settings("kafka_admin")
        known = set(KafkaAccess.__dataclass_fields__)
        problems = [f"kafka.{name} is unknown" for name in wanted if name not in known]
        problems += [
            f"kafka.{name} is no text"
            for name, value in wanted.items()
            if name in known and not isinstance(value, str)
        ]
        if bootstrap is None and "bootstrap" not in wanted:
            problems.append(
                "Kafka's addresses are missing: give --bootstrap kafka.example:9092, set TOCSIN_BOOTSTRAP, "
                'or write bootstrap = "kafka.example:9092" under [kafka]'
            )
        if problems:
            raise SettingsError(f"{self.settings_file}: " + "; ".join(problems))
        files = {name: self.path / wanted[name] for name in _KAFKA_FILES if name in wanted}
        given = {"bootstrap": bootstrap} if bootstrap is not None else {}
        access = KafkaAccess(**(wanted | files | given))
        if found := access.problems():
            raise SettingsError("Kafka: " + "; ".join(found))
        return access
