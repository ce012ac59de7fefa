"""The home that is looked at: what was asked, and what the checks found out for those behind them."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.metadata import entry_points
from pathlib import Path

from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.adapters.own_keys import OwnKeys
from tocsin.adapters.tuf_repository import TufRepository
from tocsin.adapters.tuf_signing import RoleKey
from tocsin.core.clock_skew import Finding as ClockFinding
from tocsin.core.directory import Directory
from tocsin.core.errors import RefusedByRuleError
from tocsin.core.participants import Participant
from tocsin.core.primitives import Ed25519Private
from tocsin.runtime.settings import ServiceSettings

SETTINGS_GROUP = "tocsin.settings"
REPOSITORY = "repository"
DEFAULT_WAIT_S = 10.0


class Kind(StrEnum):
    """Whose home it is."""

    PARTICIPANT = "participant"
    AUTHORITY = "authority"
    STANDBY = "standby"


# What serves such a home, by the settings that it reads.
SERVICES: Mapping[Kind, Mapping[str, str]] = {
    Kind.PARTICIPANT: {"producer": "producer", "consumer": "consumer"},
    Kind.AUTHORITY: {"authority": "authority"},
    Kind.STANDBY: {"authority": "standby"},
}


def _free_bytes(path: Path) -> int:
    return shutil.disk_usage(path).free


@dataclass(frozen=True)
class Asked:
    """`wait_s`: how long one question to a name, a port or a broker may take; a check, three times that."""

    home: Path
    passphrase_file: Path | None = None
    bootstrap: str | None = None
    wait_s: float = DEFAULT_WAIT_S
    clock: Callable[[], float] = time.time
    free_bytes: Callable[[Path], int] = _free_bytes


@dataclass
class Case:
    """What is known so far. Each field is set by the check that is named, and asked behind it."""

    asked: Asked
    home: ParticipantHome
    # home
    kind: Kind = Kind.PARTICIPANT
    me: bytes = b""
    access: KafkaAccess = field(default_factory=lambda: KafkaAccess(""))
    admin_access: KafkaAccess | None = None
    """With the login of [kafka_admin], where the authority's home names one."""
    settings: dict[str, ServiceSettings] = field(default_factory=dict)
    # passphrase
    keys: OwnKeys | None = None
    standby_key: Ed25519Private | None = field(default=None, repr=False)
    storage_key: bytes | None = field(default=None, repr=False)
    # names, ports: what is still worth asking
    addresses: list[tuple[str, int]] = field(default_factory=list)
    brokers: int = 0
    # directory
    directory: Directory | None = None
    signed_at_s: int | None = None
    clock: ClockFinding | None = None
    # entry
    entry: Participant | None = None

    @property
    def now_s(self) -> int:
        """The time, in seconds."""
        return int(self.asked.clock())

    def known_directory(self) -> Directory:
        """The directory, which the checks that ask for it stand on."""
        assert self.directory is not None
        return self.directory

    def repository(self) -> TufRepository:
        """The authority's signed files, to look at."""
        return TufRepository(self.home.path / REPOSITORY, _no_key)


def _no_key(role: str) -> RoleKey:
    raise RefusedByRuleError(f"a doctor signs nothing, also not with the key of {role}")


def case_of(asked: Asked) -> Case:
    """Nothing is known yet."""
    return Case(asked, ParticipantHome(asked.home.expanduser().absolute(), asked.clock))


def settings_of(home: ParticipantHome, kind: Kind) -> dict[str, ServiceSettings]:
    """The settings of each service that is installed and serves such a home. Raises SettingsError."""
    found: dict[str, ServiceSettings] = {}
    for entry in entry_points(group=SETTINGS_GROUP):
        if entry.name in SERVICES[kind]:
            shape: type[ServiceSettings] = entry.load()
            found[SERVICES[kind][entry.name]] = shape.load(home.settings(entry.name))
    return found
