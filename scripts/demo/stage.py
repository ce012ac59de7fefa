"""Builds the stage: a real Kafka, an authority, two focal points, an analyst and a courier."""

from __future__ import annotations

import secrets
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from scripts.demo.command import Commands
from services.workshop import ports


@dataclass(frozen=True)
class Actor:
    """One participant of the demo."""

    home: str
    name: str
    country: str
    terms: tuple[str, ...]


FOCAL_POINTS = (
    Actor("colombia", "Focal point of Colombia (demo)", "CO", ("--role", "focal-point")),
    Actor("netherlands", "Focal point of the Netherlands (demo)", "NL", ("--role", "focal-point")),
)
ANALYST = Actor("analyst", "Analyst unit (demo)", "AT", ("--role", "analyst"))
COURIER = Actor("courier", "Courier firm (demo)", "CO", ("--role", "courier", "--sector", "courier"))
AUTHORITY = "authority"
# Of the first focal point: who writes its alerts, and who releases them.
PEOPLE = ("ana", "ben")
AGREEMENT = ("--agreement", "MOU-7", "--agreement-ends", "2035-12-31")


def empty(folder: Path) -> None:
    """A fresh private folder with a new passphrase for each home."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "passphrases").mkdir(parents=True, mode=0o700)
    for home in (AUTHORITY, *(actor.home for actor in (*FOCAL_POINTS, ANALYST, COURIER)), *PEOPLE):
        path = folder / "passphrases" / home
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(24) + "\n")


def raise_kafka(folder: Path) -> str:
    """Start one broker; its address. It goes on after this process: `lower_kafka` ends it."""
    port = str(ports.find_free(1))
    return kafka(folder, "up", "--port", port).strip()


def kafka(folder: Path, verb: str, *words: str) -> str:
    """`tocsin dev kafka VERB` for the demo's broker."""
    commands = Commands(folder, "")
    return commands.run(AUTHORITY, "dev", "kafka", verb, "--dir", str(folder / "kafka"), *words)


def found(commands: Commands) -> None:
    """Authority, participants, topics, the published directory."""
    commands.run(AUTHORITY, "authority", "init", "--name", "Demo secretariat")
    actors = (*FOCAL_POINTS, ANALYST, COURIER)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda actor: _make_keys(commands, actor), actors))
    sponsor, *_others = [_admit(commands, actor, actor.terms) for actor in (*FOCAL_POINTS, ANALYST)]
    _publish(commands)
    _admit(commands, COURIER, (*COURIER.terms, "--sponsor", sponsor, *AGREEMENT, *_consent(commands)))
    _give_keys_to_people(commands)
    _publish(commands)
    commands.run(FOCAL_POINTS[0].home, "send")


def acting(commands: Commands, handle: str) -> tuple[str, ...]:
    """The options of who does something in person."""
    return "--as", handle, "--person-passphrase-file", str(commands.folder / "passphrases" / handle)


def _give_keys_to_people(commands: Commands) -> None:
    """Two people of the first focal point get release keys of their own; the authority takes them up."""
    home, change = FOCAL_POINTS[0].home, str(commands.folder / "people.change.json")
    roles = ("--role", "administrator", "--role", "officer", "--role", "release-officer")
    for number, handle in enumerate(PEOPLE):
        words = ("people", "add", handle, "--name", handle.title(), *roles, "--out", change)
        by = acting(commands, PEOPLE[0]) if number else ()
        file = str(commands.folder / "passphrases" / handle)
        commands.run(home, *words, *by, "--new-passphrase-file", file)
    # The newest change holds whatever the directory does not have yet.
    commands.run(AUTHORITY, "authority", "participant", "change-keys", change)


def _publish(commands: Commands) -> None:
    commands.run(AUTHORITY, "authority", "topics", "apply")
    commands.run(AUTHORITY, "authority", "publish")


def _consent(commands: Commands) -> tuple[str, str]:
    """The first focal point, which knows the directory by now, consents to the courier."""
    office = FOCAL_POINTS[0].home
    request, consent = (
        str(commands.folder / f"{COURIER.home}.{one}.json") for one in ("request", "consent")
    )
    commands.run(office, "send")
    terms = ("--sector", "courier", "--agreement", "MOU-7", "--ends", "2035-12-31")
    commands.run(office, "keys", "sponsor", request, *terms, "--out", consent)
    return "--consent", consent


def _make_keys(commands: Commands, actor: Actor) -> None:
    request = str(commands.folder / f"{actor.home}.request.json")
    commands.run(actor.home, "keys", "init", "--name", actor.name, "--country", actor.country)
    commands.run(actor.home, "keys", "request", "--out", request)


def _admit(commands: Commands, actor: Actor, terms: tuple[str, ...]) -> str:
    request = str(commands.folder / f"{actor.home}.request.json")
    welcome = str(commands.folder / f"{actor.home}.welcome.json")
    challenge, answer = (
        str(commands.folder / f"{actor.home}.{one}.json") for one in ("challenge", "answer")
    )
    commands.run(AUTHORITY, "authority", "challenge", request, "--out", challenge)
    commands.run(actor.home, "keys", "answer", challenge, "--out", answer)
    words = ("authority", "admit", request, "--answer", answer, *terms, "--out", welcome)
    id_ = commands.run(AUTHORITY, *words).strip()
    commands.run(actor.home, "keys", "accept", welcome)
    return id_
