"""An authority in a folder, worked through its commands, and requests with keys that are valid now."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from services.authority.office import Office
from tests.support.parties import DAY_S, Party
from tocsin.adapters.home import ParticipantHome
from tocsin.core import enrolment
from tocsin.core.challenge import answer_challenge, read_challenge, write_answer
from tocsin.core.consents import Consent, write_consent
from tocsin.core.enrolment import application_digest
from tocsin.core.standing import day_end_s
from tocsin.main import main

PASSPHRASE = "correct horse battery staple"


@dataclass(frozen=True)
class Said:
    """What a command ended with."""

    code: int
    out: str
    err: str

    @property
    def record(self) -> dict[str, Any]:
        """Its one JSON line."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Desk:
    """Runs `tocsin authority …` in `home`, in this process."""

    home: Path
    passphrase_file: Path
    capsys: pytest.CaptureFixture[str]

    def run(self, *words: object, code: int = 0, **options: object) -> Said:
        """The command; its exit code is `code`."""
        self.capsys.readouterr()
        more = [text for name, value in options.items() for text in (f"--{name}", str(value))]
        found = main(["authority", *map(str, words), *more])
        said = Said(found, *self.capsys.readouterr())
        assert code == found, said.err
        return said

    def admit(self, file: Path, *words: object, code: int = 0) -> Said:
        """Admit the request in `file`; `answered` beside it, where its party met the challenge."""
        answer, consent = answer_file(file), consent_file(file)
        more = ("--answer", answer) if answer.exists() else ()
        if consent.exists():
            more += ("--consent", consent)
        return self.run("admit", file, *words, *more, code=code)

    def consent(self, file: Path, sponsor: Party, sponsor_id: str, **changes: Any) -> Path:
        """`sponsor` consents to the request in `file`: a courier under MOU-7 until the end of 2099."""
        terms = {
            "sponsor": bytes.fromhex(sponsor_id),
            "application": application_digest(enrolment.read_request(file.read_bytes())),
            "sector": "courier",
            "agreement": "MOU-7",
            "ends_s": day_end_s("2099-12-31"),
            "made_at_s": int(time.time()),
            "signing_key": sponsor.key("statement").id,
        }
        consent_file(file).write_bytes(write_consent(Consent(**terms | changes), sponsor.statement))
        return consent_file(file)

    def challenge(self, file: Path, party: Party) -> Path:
        """Challenge the application in `file`, which `party` answers; the answer's file."""
        asked = read_challenge(self.run("challenge", file).out.encode())
        kem = {party.key("kem").id: party.kem}
        answer_file(file).write_bytes(write_answer(answer_challenge(asked, kem)))
        return answer_file(file)

    @property
    def office(self) -> Office:
        """The authority's folder, as the code sees it."""
        return Office(ParticipantHome(self.home), self.passphrase_file)

    def files(self) -> dict[str, bytes]:
        """Every file of the repository, to see that nothing changed."""
        folder = self.home / "repository"
        return {str(one): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


def answer_file(file: Path) -> Path:
    """Where the answer of an application lies."""
    return file.with_suffix(".answer")


def consent_file(file: Path) -> Path:
    """Where the sponsor's consent to an application lies."""
    return file.with_suffix(".consent")


def write_passphrase(folder: Path) -> Path:
    """The passphrase's file, private."""
    file = folder / "passphrase"
    file.touch(mode=0o600)
    file.write_text(PASSPHRASE)
    return file


def living_keys(party: Party, ends_in_days: int = 100) -> list[Any]:
    """Its public keys, valid now."""
    now_s = int(time.time())
    dates = {"not_before_s": now_s - 300 * DAY_S, "not_after_s": now_s + ends_in_days * DAY_S}
    return [replace(key, **dates) for key in party.keys]


def write_request(
    folder: Path, party: Party, keys: list[Any] | None = None, name: str | None = None
) -> Path:
    """The application of `party`, signed by itself."""
    file = folder / f"{party.name}.request.json"
    keys = living_keys(party) if keys is None else keys
    file.write_bytes(enrolment.write_request(name or party.name, party.country, keys, party.statement))
    return file
