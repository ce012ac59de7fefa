"""A town for end-to-end tests: one broker with a directory on it, one sender, homes of readers."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.support.homes import LivingDirectory, write_home
from tests.support.incidents import incident
from tests.support.parties import Party
from tests.support.sender import Sender
from tests.support.world import NEIGHBOUR, ORIGINATOR, report_id
from tocsin.adapters.kafka.publisher import Publisher
from tocsin.adapters.kafka.records import OutgoingRecord
from tocsin.core.streams import MANIFESTS_TOPIC, inbox_topic

Value = tuple[str, int, bytes]


class Town:
    """Runs `tocsin` in processes of its own, as people do."""

    def __init__(self, folder: Path, bootstrap: str) -> None:
        self.folder, self.bootstrap = folder, bootstrap
        self.living = LivingDirectory(folder / "repository")
        self.sender = Sender(ORIGINATOR, self.living.directory, now_s=self.living.now_s)
        asyncio.run(self.living.publish(bootstrap))

    def home(self, name: str, party: Party = NEIGHBOUR) -> Path:
        """The home of a reader, made at the first call."""
        home = self.folder / name
        if not home.exists():
            write_home(home, party, self.living.repository.pinned_root())
        return home

    def send(self, *records: Value) -> None:
        """Put values on their topics and wait for the broker."""

        async def run() -> None:
            async with Publisher(self.bootstrap) as publisher:
                await publisher.publish([OutgoingRecord(*one[:2], None, one[2]) for one in records])

        asyncio.run(run())

    def report(self, *names: str, **changes: Any) -> Value:
        """One record of incident reports, named by whatever tells them apart."""
        sent = self.sender.send(*(incident(name, **changes) for name in names))
        return (sent.place.topic, sent.place.partition, sent.value)

    def manifest(self) -> Value:
        return (MANIFESTS_TOPIC, 0, self.sender.manifest())

    def wrap(self, party: Party = NEIGHBOUR) -> Value:
        return (inbox_topic(party.id, firm=False), 0, self.sender.wraps()[party.id])

    def keys(self) -> tuple[Value, Value]:
        return self.manifest(), self.wrap()

    def start(self, home: Path, *words: str, **more: str) -> subprocess.Popen[str]:
        """`tocsin WORDS` in `home`; `more` are environment variables."""
        environment = os.environ | {
            "TOCSIN_HOME": str(home),
            "TOCSIN_PASSPHRASE_FILE": str(home / "passphrase"),
            "TOCSIN_BOOTSTRAP": self.bootstrap,
        }
        return subprocess.Popen(
            [sys.executable, "-m", "tocsin.main", *words],
            env=environment | more,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def run(self, home: Path, *words: str, code: int = 0) -> tuple[str, str]:
        """(stdout, stderr) of a command that ends with `code`."""
        process = self.start(home, *words)
        out, err = process.communicate(timeout=60)
        assert code == process.returncode, err
        return out, err

    def ids(self, home: Path, *words: str, code: int = 0) -> list[str]:
        """The report ids that a command prints as JSON Lines."""
        out, _ = self.run(home, *words, code=code)
        return [json.loads(line)["report_id"] for line in out.splitlines()]


def uuid(name: str) -> str:
    """The report id of the incident `name` as it is printed."""
    return str(UUID(bytes=report_id(name)))
