"""A whole network, made by the real commands: a broker, an authority, participants in their folders."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.workshop.local_kafka import LocalKafka

ROOT = Path(__file__).parents[2]
TOCSIN = Path(sys.executable).with_name("tocsin")
PASSPHRASE = "a passphrase that only tests use"
COLOMBIA, NETHERLANDS, ANALYST, COURIER = "colombia", "netherlands", "analyst", "courier"
SECOND_COURIER = "rival"
AUTHORITY = "authority"
_FOCAL_POINT = ("--role", "focal-point")
_FIRM = (
    "--role",
    "courier",
    "--sector",
    "courier",
    "--agreement",
    "MOU-7",
    "--agreement-ends",
    "2035-12-31",
)
_ACTORS = {
    COLOMBIA: ("CO", _FOCAL_POINT),
    NETHERLANDS: ("NL", _FOCAL_POINT),
    ANALYST: ("AT", ("--role", "analyst")),
    COURIER: ("CO", _FIRM),
}
_FIRMS = {SECOND_COURIER: ("CO", _FIRM)}
_OURS = ("TOCSIN_",)


@dataclass(frozen=True)
class Said:
    """What a command ended with."""

    code: int
    out: str
    err: str

    def lines(self) -> list[dict[str, Any]]:
        """Its JSON Lines."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass
class Stage:
    """A folder of homes around one broker."""

    folder: Path
    kafka: LocalKafka
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def passphrase(self) -> Path:
        """The file with everybody's passphrase."""
        return self.folder / "passphrase"

    def home(self, name: str) -> Path:
        """The folder of a participant."""
        return self.folder / name

    def environment(self, home: str, **changes: str) -> dict[str, str]:
        """What a user of `home` would have set, and nothing of ours beside it."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
        return clean | {
            "TOCSIN_HOME": str(self.home(home)),
            "TOCSIN_PASSPHRASE_FILE": str(self.passphrase),
            "TOCSIN_BOOTSTRAP": self.kafka.bootstrap,
            "NO_COLOR": "1",
            **changes,
        }

    def tocsin(self, home: str, *words: object, expect: int | None = 0, **changes: str) -> Said:
        """Run `tocsin WORDS` in `home`; `expect` None takes any exit code. `changes`: environment."""
        return self._run([str(TOCSIN)], home, words, expect, changes)

    def tocsin_later(self, ahead_s: int, home: str, *words: object, expect: int | None = 0) -> Said:
        """The same by a clock that is `ahead_s` seconds ahead."""
        command = [sys.executable, "-m", "tests.support.later", str(ahead_s)]
        return self._run(command, home, words, expect, {})

    def _run(
        self,
        command: list[str],
        home: str,
        words: tuple[object, ...],
        expect: int | None,
        changes: dict[str, str],
    ) -> Said:
        done = subprocess.run(
            [*command, *map(str, words)],
            cwd=ROOT,
            env=self.environment(home, **changes),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert expect in (None, done.returncode), (
            f"tocsin {words} in {home}: {done.returncode}\n{done.stderr}"
        )
        return Said(done.returncode, done.stdout, done.stderr)

    def write(self, name: str, *reports: dict[str, Any]) -> Path:
        """`reports` as a file of JSON Lines."""
        path = self.folder / name
        path.write_text("".join(json.dumps(one) + "\n" for one in reports))
        return path

    def read(self, home: str, streams: str, expect: int = 0) -> list[dict[str, Any]]:
        """What `home` reads of `streams` from their beginning to their end."""
        words = ("subscribe", streams, "--from", "earliest", "--until-end", "--json")
        return self.tocsin(home, *words, expect=expect).lines()


def build_stage(folder: Path, kafka: LocalKafka, actors: tuple[str, ...] = tuple(_ACTORS)) -> Stage:
    """Found an authority and admit `actors`; `kafka` runs. The first is the firms' sponsor."""
    stage = Stage(folder, kafka)
    folder.mkdir(parents=True, exist_ok=True)
    stage.passphrase.touch(mode=0o600)
    stage.passphrase.write_text(PASSPHRASE + "\n")
    stage.tocsin(AUTHORITY, "authority", "init", "--name", "Secretariat of the tests")
    # Two people who release are the subject of the tests of alerts; here one key of the home does.
    one = ("--sector", "courier", "--schema", "alert", "--approvals", 1, "--max-age-days", 90)
    stage.tocsin(AUTHORITY, "authority", "audience", "set", "couriers", *one)
    for actor in actors:
        _admit(stage, actor)
    stage.tocsin(AUTHORITY, "authority", "topics", "apply")
    stage.tocsin(AUTHORITY, "authority", "publish")
    return stage


def _admit(stage: Stage, actor: str) -> None:
    # Who is named by a country's code is its focal point.
    country, terms = (_ACTORS | _FIRMS).get(actor, (actor.upper(), _FOCAL_POINT))
    sponsor = ("--sponsor", next(iter(stage.ids.values()))) if terms is _FIRM else ()
    request, welcome = stage.folder / f"{actor}.request", stage.folder / f"{actor}.welcome"
    stage.tocsin(actor, "keys", "init", "--name", actor.capitalize(), "--country", country)
    stage.tocsin(actor, "keys", "request", "--out", request)
    challenge, answer = stage.folder / f"{actor}.challenge", stage.folder / f"{actor}.answer"
    stage.tocsin(AUTHORITY, "authority", "challenge", request, "--out", challenge)
    stage.tocsin(actor, "keys", "answer", challenge, "--out", answer)
    if terms is _FIRM:
        sponsor = (*sponsor, "--consent", _consent(stage, request))
    words = ("authority", "admit", request, "--answer", answer, *terms, *sponsor, "--out", welcome)
    stage.ids[actor] = stage.tocsin(AUTHORITY, *words).out.strip()
    stage.tocsin(actor, "keys", "accept", welcome)


def _consent(stage: Stage, request: Path) -> Path:
    """Of the first who was admitted, once the directory tells it so."""
    consent, first = request.with_suffix(".consent"), next(iter(stage.ids))
    stage.tocsin(AUTHORITY, "authority", "topics", "apply")
    stage.tocsin(AUTHORITY, "authority", "publish")
    stage.tocsin(first, "send")
    terms = ("--sector", "courier", "--agreement", "MOU-7", "--ends", "2035-12-31")
    stage.tocsin(first, "keys", "sponsor", request, *terms, "--out", consent)
    return consent
