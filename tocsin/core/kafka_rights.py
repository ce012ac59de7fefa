"""Law: what a participant's login must be able to do on the broker, and what it must not.

It guarantees that a missing right is found before a report meets it, and that a firm sees that it cannot
read what governments write, nor another's inbox. These rights hide traffic from the curious; content is
sealed whoever may read it. Which operations the broker grants is asked by the doctor's shell.
Source: docs/threat-model.md; wire format, "Topics".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

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

FIRMS_READ = ("alerts",)
MAX_OTHER_INBOXES = 20


class Right(StrEnum):
    """What may be done to a topic."""

    READ = "read"
    WRITE = "write"


class Use(NamedTuple):
    """A right on a topic."""

    right: Right
    topic: str


Granted = Mapping[str, Collection[Right]]
"""topic -> what the login may do there; a topic that is hidden from it is missing."""


def must(directory: Directory, me: Participant) -> list[Use]:
    """What the login of `me` needs; of others' inboxes at most 20 are asked about."""
    streams = directory.layout.streams
    read = [one for one in streams if not me.is_firm or one in FIRMS_READ]
    write = [one for one in streams if not streams[one].publish_roles.isdisjoint(me.roles)]
    shared = (DIRECTORY_TOPIC, MANIFESTS_TOPIC, CHECKPOINTS_TOPIC)
    uses = [Use(Right.READ, topic) for topic in (*shared, _inbox(me), *map(stream_topic, read))]
    uses += [Use(Right.WRITE, stream_topic(one)) for one in write]
    if write:
        uses += [Use(Right.WRITE, MANIFESTS_TOPIC), Use(Right.WRITE, CHECKPOINTS_TOPIC)]
    # Wraps, letters, key requests and receipts go to inboxes. A firm's answers and tips go to its sponsor;
    # whether it may write further is the broker's affair.
    to = [one for one in _others(directory, me) if not me.is_firm or one.id == me.sponsor]
    return uses + [Use(Right.WRITE, _inbox(one)) for one in to[:MAX_OTHER_INBOXES]]


def must_not(directory: Directory, me: Participant) -> list[Use]:
    """What the login of `me` should be refused; of others' inboxes at most 20 are asked about."""
    streams = directory.layout.streams
    others = _others(directory, me)[:MAX_OTHER_INBOXES]
    uses = [Use(Right.WRITE, DIRECTORY_TOPIC), *(Use(Right.READ, _inbox(one)) for one in others)]
    if me.is_firm:
        hidden = [stream_topic(one) for one in streams if one not in FIRMS_READ]
        uses += [Use(Right.READ, topic) for topic in hidden]
    written = [one for one in streams if streams[one].publish_roles.isdisjoint(me.roles)]
    return uses + [Use(Right.WRITE, stream_topic(one)) for one in written]


def authority_must() -> list[Use]:
    """What the authority's login needs besides making topics."""
    read = (DIRECTORY_TOPIC, CHECKPOINTS_TOPIC)
    return [Use(Right.WRITE, DIRECTORY_TOPIC), *(Use(Right.READ, topic) for topic in read)]


def own_inbox(me: Participant) -> Use:
    """What a heartbeat needs, and nothing else does."""
    return Use(Right.WRITE, _inbox(me))


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


def _others(directory: Directory, me: Participant) -> list[Participant]:
    return [one for one in directory.participants.values() if one.id != me.id]


def _inbox(one: Participant) -> str:
    return inbox_topic(one.id, one.is_firm)
