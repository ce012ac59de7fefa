"""Homes of the small world around one broker, and what the doctor finds in them."""

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
from tests.support.logins import Guarded
from tests.support.parties import Party
from tests.support.world import COURIER, NEIGHBOUR, ORIGINATOR
from tocsin.adapters.kafka.topics import apply, plan
from tocsin.adapters.wished_topics import wishes
from tocsin.core.findings import Finding
from tocsin.core.kafka_rights import must, own_inbox
from tocsin.core.streams import DIRECTORY_TOPIC
from tocsin.core.symptoms import Check, Level

PLENTY_BYTES = 2**40
PATIENTS = {"originator": ORIGINATOR, "neighbour": NEIGHBOUR, "courier": COURIER}


class Clinic:
    """A directory on the broker, a home for each of `PATIENTS`, each with its login and its rights."""

    def __init__(self, folder: Path, kafka: Guarded) -> None:
        self.folder, self.kafka = folder, kafka
        self.living = LivingDirectory(folder / "repository")
        asyncio.run(self._build())

    async def _build(self) -> None:
        directory, address = self.living.directory, self.kafka.open
        await apply(address, await plan(address, wishes(directory)))
        await publish(address, DIRECTORY_TOPIC, self.living.repository.files())
        for name, party in PATIENTS.items():
            entry = directory.participants[party.id]
            await self.kafka.allow(name, [*must(directory, entry), own_inbox(entry)])
            self.make_home(self.home(name), party, name)

    async def allow_all_but_its_inbox(self, user: str, party: Party) -> None:
        """Rights of `party` for `user`, without what only a heartbeat needs."""
        directory = self.living.directory
        await self.kafka.allow(user, must(directory, directory.participants[party.id]))

    def home(self, name: str) -> Path:
        """The folder of a patient."""
        return self.folder / name

    def make_home(self, home: Path, party: Party, user: str, **kafka: str) -> Path:
        """A home of `party` that logs in as `user`; `kafka` changes its settings."""
        write_home(home, party, self.living.repository.pinned_root())
        for file in (home / "directory" / "1.root.json", home / "participant.json"):
            file.chmod(0o600)
        for file in (home / "keys").iterdir():
            file.chmod(0o600)
        (home / "password").touch(mode=0o600)
        (home / "password").write_text((self.kafka.folder / "password").read_text())
        usual = {
            "bootstrap": self.kafka.bootstrap,
            "security_protocol": "SASL_SSL",
            "user": user,
            "password_file": "password",
            "ca_file": str(self.kafka.ca_file),
            "sasl_mechanism": "PLAIN",
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
