"""Homes of the small world around one guarded broker, and what the doctor finds in them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from services.doctor.case import Asked, case_of
from services.doctor.examining import examine
from tests.support.homes import LivingDirectory, publish, write_home
from tests.support.parties import Party
from tests.support.secure_kafka import SecureKafka
from tests.support.world import COURIER, NEIGHBOUR, ORIGINATOR
from tocsin.adapters.access_declaration import declaration
from tocsin.adapters.kafka.topics import apply, plan
from tocsin.adapters.wished_topics import wishes
from tocsin.core.broker_access import AccessRule, access_rules, rules_of
from tocsin.core.findings import Finding
from tocsin.core.streams import DIRECTORY_TOPIC
from tocsin.core.symptoms import Check, Level

PLENTY_BYTES = 2**40
PATIENTS = {"originator": ORIGINATOR, "neighbour": NEIGHBOUR, "courier": COURIER}
PASSWORD = "a password that only tests use"


class Clinic:
    """A directory on the broker; its ACLs as the shipped declaration asks; a home for each of `PATIENTS`.

    `nobody` has a login and no rights.
    """

    def __init__(self, folder: Path, kafka: SecureKafka) -> None:
        self.folder, self.kafka = folder, kafka
        self.living = LivingDirectory(folder / "repository")
        asyncio.run(self._build())

    async def _build(self) -> None:
        directory, address = self.living.directory, self.kafka.operator
        await apply(address, await plan(address, wishes(directory, declaration())))
        await publish(address, DIRECTORY_TOPIC, self.living.repository.files())
        await self.kafka.allow(access_rules(directory, declaration(), self.living.now_s))
        await self.kafka.add_login("nobody", PASSWORD)
        for name, party in PATIENTS.items():
            await self.kafka.add_login(party.id.hex(), PASSWORD)
            self.make_home(self.home(name), party)

    async def allow_as(self, user: str, party: Party, *more: AccessRule) -> None:
        """A login `user` with the rights of `party`, and `more`."""
        directory = self.living.directory
        rules = rules_of(directory.participants[party.id], directory, declaration(), self.living.now_s)
        await self.kafka.add_login(user, PASSWORD)
        await self.kafka.allow({*(replace(one, principal=f"User:{user}") for one in rules), *more})

    def home(self, name: str) -> Path:
        """The folder of a patient."""
        return self.folder / name

    def make_home(self, home: Path, party: Party, **kafka: str) -> Path:
        """A home of `party`; `kafka` changes its settings."""
        write_home(home, party, self.living.repository.pinned_root())
        for file in (home / "directory" / "1.root.json", home / "participant.json"):
            file.chmod(0o600)
        for file in (home / "keys").iterdir():
            file.chmod(0o600)
        (home / "password").touch(mode=0o600)
        (home / "password").write_text(PASSWORD + "\n")
        usual = {
            "bootstrap": self.kafka.bootstrap,
            "security_protocol": "SASL_SSL",
            "user": party.id.hex(),
            "password_file": "password",
            "ca_file": str(self.kafka.ca_file),
        }
        lines = [f'{name} = "{value}"' for name, value in (usual | kafka).items() if value]
        (home / "settings.toml").write_text("[kafka]\n" + "\n".join(lines) + "\n")
        return home

    def asked(self, home: Path, **changes: Any) -> Asked:
        """To look at a home with time and room enough."""
        usual = Asked(home, home / "passphrase", wait_s=5.0, free_bytes=lambda _path: PLENTY_BYTES)
        return replace(usual, **changes)


def found_by(asked: Asked, *wanted: Check) -> list[Finding]:
    """All findings, in order; of `wanted` alone where some are named."""

    async def run() -> list[Finding]:
        case = case_of(asked)
        return [one async for one in examine(case, wanted or tuple(Check), lambda _check: None)]

    return asyncio.run(run())


def symptoms(found: Iterable[Finding], *levels: Level) -> set[str]:
    """The stable names of what was found at `levels`."""
    wanted = levels or (Level.FAIL, Level.WARN)
    return {one.symptom.value for one in found if one.level in wanted and one.symptom is not None}


def later(ahead_s: int) -> Any:
    """A clock that is `ahead_s` seconds ahead."""
    return lambda: time.time() + ahead_s
