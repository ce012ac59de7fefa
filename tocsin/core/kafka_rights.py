"""Law: what a participant's login must be able to do on the broker, and what it must not.

It guarantees that a missing right is found before a report meets it, and that a firm sees that it cannot
read what governments write, nor another's inbox. What is right stands in `broker_access` alone. These
rights hide traffic from the curious; content is sealed whoever may read it. Which operations the broker
grants is asked by the doctor's shell.
Source: docs/threat-model.md; wire format, "Topics".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

from tocsin.core.broker_access import (
    PREFIXED,
    READ,
    WRITE,
    AccessRule,
    Declaration,
    Login,
    rules_of,
)
from tocsin.core.directory import Directory
from tocsin.core.findings import Finding, ill, well
from tocsin.core.participants import Participant
from tocsin.core.streams import (
    CHECKPOINTS_TOPIC,
    DIRECTORY_TOPIC,
    MANIFESTS_TOPIC,
    inbox_topic,
    stream_topic,
)
from tocsin.core.symptoms import Check, Symptom

MAX_OTHER_INBOXES = 20
AUTHORITY_LOGIN, STANDBY_LOGIN = "tocsin-authority", "tocsin-standby"


class Right(StrEnum):
    """What may be done to a topic."""

    READ = READ
    WRITE = WRITE


class Use(NamedTuple):
    """A right on a topic."""

    right: Right
    topic: str


Granted = Mapping[str, Collection[Right]]
"""topic -> what the login may do there; a topic that is hidden from it is missing."""


def split_uses(
    directory: Directory, declaration: Declaration, me: Participant, now_s: int
) -> tuple[list[Use], list[Use]]:
    """(what the login of `me` must be able to do, what it must not) of all topics; of others' inboxes the
    first 20 are asked about.
    """
    rules = list(rules_of(me, directory, declaration, now_s))
    others = [one for one in directory.participants.values() if one.id != me.id][:MAX_OTHER_INBOXES]
    uses = _each_right([*_shared(directory), own_inbox(me), *map(own_inbox, others)])
    needed = [use for use in uses if any(_covers(rule, use) for rule in rules)]
    return needed, [use for use in uses if use not in needed]


def _covers(rule: AccessRule, use: Use) -> bool:
    fits = use.topic.startswith(rule.name) if rule.pattern == PREFIXED else use.topic == rule.name
    return fits and rule.operation == use.right


def _shared(directory: Directory) -> list[str]:
    streams = map(stream_topic, directory.layout.streams)
    return [DIRECTORY_TOPIC, MANIFESTS_TOPIC, CHECKPOINTS_TOPIC, *streams]


def _each_right(topics: Iterable[str]) -> list[Use]:
    return [Use(right, topic) for topic in topics for right in Right]


def own_inbox(one: Participant) -> str:
    """The topic of what is for a participant alone."""
    return inbox_topic(one.id, one.is_firm)


def login_uses(name: str, directory: Directory, declaration: Declaration) -> tuple[list[Use], list[Use]]:
    """The same for a login that is no participant's, as the authority's: it reads and writes what is
    declared for `name` and nothing of what participants send each other.
    """
    login = declaration.logins.get(name, Login())
    needed = [Use(Right.WRITE, one) for one in login.write] + [Use(Right.READ, one) for one in login.read]
    everyone = list(directory.participants.values())[:MAX_OTHER_INBOXES]
    topics = [*_shared(directory), *map(own_inbox, everyone)]
    return needed, [use for use in _each_right(topics) if use not in needed]


def topics_of(uses: Iterable[Use]) -> list[str]:
    """The topics to ask about, each once."""
    return list(dict.fromkeys(use.topic for use in uses))


def judge_rights(granted: Granted, needed: Iterable[Use], refused: Iterable[Use]) -> list[Finding]:
    """What is missing, what is too much, and one finding for all that is as it should be."""
    needed, refused = list(needed), list(refused)
    missing = [use for use in needed if use.right not in granted.get(use.topic, ())]
    beyond = [use for use in refused if use.right in granted.get(use.topic, ())]
    found = [ill(Symptom.RIGHT_MISSING, use.topic, f"this login may not {use.right} it") for use in missing]
    found += [
        ill(Symptom.RIGHT_TOO_MUCH, use.topic, f"this login may {use.right} it, and should not")
        for use in beyond
    ]
    good = len(needed) - len(missing)
    if good:
        found.append(well(Check.RIGHTS, f"may do {good} of the {len(needed)} things that it must"))
    if refused and not beyond:
        found.append(well(Check.RIGHTS, f"is refused the {len(refused)} things that it should not do"))
    return found
