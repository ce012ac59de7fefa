"""A whole network behind a guarded broker: everybody has a login, and what the declaration gives it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.support.secure_kafka import SecureKafka
from tests.support.stage import AUTHORITY, COURIER, Said, Stage, build_stage
from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.adapters.kafka.topics import TopicWish
from tocsin.adapters.kafka.topics import apply as apply_topics
from tocsin.adapters.kafka.topics import plan as plan_topics
from tocsin.core.streams import inbox_topic

STANDBY = "standby"
LOGINS = {AUTHORITY: "tocsin-authority", STANDBY: "tocsin-standby"}
ADMIN = "tocsin-admin"


@dataclass
class Door:
    """A way into the broker that homes are told of."""

    bootstrap: str


@dataclass
class GuardedStage:
    """`refused`: what `acl apply` said where nobody could be asked; `applied`: what it said with --yes."""

    stage: Stage
    broker: SecureKafka
    refused: Said
    applied: Said

    def access(self, name: str) -> KafkaAccess:
        """The way to the broker with the login of `name`."""
        return ParticipantHome(self.stage.home(name)).access(None)

    def inbox(self, name: str) -> str:
        """The topic of what is for `name` alone."""
        return inbox_topic(bytes.fromhex(self.stage.ids[name]), firm=name == COURIER)


def guard(broker: SecureKafka, people: Iterable[str], *more_topics: str) -> GuardedStage:
    """The network is founded through the open door, then all get a login, then the ACLs are applied."""
    people = tuple(people)
    stage = build_stage(broker.folder / "homes", Door(broker.operator), people)
    wishes = [TopicWish(name, 1) for name in more_topics]
    asyncio.run(apply_topics(broker.operator, asyncio.run(plan_topics(broker.operator, wishes))))
    stage.tocsin(AUTHORITY, "authority", "standby", "new", *_standby(stage, "--out", "standby.json"))
    root = stage.folder / "1.root.json"
    stage.tocsin(AUTHORITY, "authority", "standby", "admit", stage.folder / "standby.json", "--out", root)
    stage.tocsin(AUTHORITY, "authority", "publish")
    stage.tocsin(STANDBY, "authority", "standby", "accept", root, "--home", stage.home(STANDBY))
    logins = {name: stage.ids[name] for name in people} | LOGINS
    for name, login in logins.items():
        _add_login(stage, login, stage.home(name) / f"{name}.secret")
    _add_login(stage, ADMIN, stage.home(AUTHORITY) / f"{ADMIN}.secret")
    for name, login in logins.items():
        _enter(stage, broker, name, login)
    stage.kafka = Door(broker.bootstrap)
    refused = stage.tocsin(AUTHORITY, "authority", "acl", "apply", expect=2)
    return GuardedStage(
        stage, broker, refused, stage.tocsin(AUTHORITY, "authority", "acl", "apply", "--yes")
    )


def _standby(stage: Stage, option: str, file: str) -> tuple[object, ...]:
    return ("--home", stage.home(STANDBY), "--name", "Vienna", option, stage.folder / file)


def _enter(stage: Stage, broker: SecureKafka, name: str, login: str) -> None:
    settings = (
        f'[kafka]\nbootstrap = "{broker.bootstrap}"\nsecurity_protocol = "SASL_SSL"\n'
        f'ca_file = "{broker.ca_file}"\nuser = "{login}"\npassword_file = "{name}.secret"\n'
    )
    if name == AUTHORITY:
        settings += f'[kafka_admin]\nuser = "{ADMIN}"\npassword_file = "{ADMIN}.secret"\n'
    (stage.home(name) / "settings.toml").write_text(settings)


def _add_login(stage: Stage, login: str, out: Path) -> None:
    said = stage.tocsin(AUTHORITY, "authority", "login", "add", login, "--out", out)
    assert out.read_text().strip() not in said.out + said.err
