"""Why what was accepted has not left, what it waits for, and what to do: for `tocsin status`.

Asked anew each time, since the answer of a minute ago is worth nothing: the home, the directory that it
read last, and the broker, 5 s at most. Nothing is sent and nothing is changed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from services.producer.participant import Participant
from tocsin.adapters import locks
from tocsin.adapters.kafka.probe import ask_broker
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.adapters.outbox.status import ItemStatus, State
from tocsin.adapters.outbox.store import LOCK_NAME
from tocsin.core.clock_skew import TOLERANCE_S
from tocsin.core.errors import BrokerUnavailableError, OutsideFault, SettingsError
from tocsin.core.ids import audience_id
from tocsin.core.spans import span

UNSENT = (State.ACCEPTED, State.SEALED)


class Why(StrEnum):
    """What is in the way; a closed list, for programs."""

    NO_BROKER_NAMED = "no-broker-named"
    BROKER_UNREACHABLE = "broker-unreachable"
    BROKER_REFUSES = "broker-refuses"
    NO_DIRECTORY = "no-directory"
    DIRECTORY_EXPIRED = "directory-expired"
    CLOCK_BEHIND = "clock-behind"
    NO_MEMBERS = "no-members"
    BEING_SENT = "being-sent"
    NOT_SENT = "not-sent"


_DO = {
    Why.NO_BROKER_NAMED: "name it, then tocsin send",
    Why.BROKER_UNREACHABLE: "nothing is lost. See whether the broker runs and this machine reaches it "
    "(tocsin doctor); the service goes on by itself when it is back; without the service: tocsin send",
    Why.BROKER_REFUSES: "nothing is lost. tocsin doctor says which login or right is missing",
    Why.NO_DIRECTORY: "tocsin send reads it",
    Why.DIRECTORY_EXPIRED: "tocsin send reads a newer one; where there is none, tell the authority",
    Why.CLOCK_BEHIND: "compare it with another clock and set it; then tocsin send",
    Why.NO_MEMBERS: "the authority admits somebody, or changes the audience; then tocsin send",
    Why.BEING_SENT: "wait a moment; /readyz of the service says what is in its way",
    Why.NOT_SENT: "tocsin send, or keep tocsin producer serve running",
}


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What is in the way, and the sentence about it."""

    why: Why
    said: str

    def record(self) -> dict[str, str]:
        """The documented JSON: `why` of the closed list, what is the case, what to do."""
        return {"why": self.why.value, "said": self.said, "do": self.do}

    @property
    def do(self) -> str:
        """What to do."""
        return _DO[self.why]


def find_obstacle(
    participant: Participant, bootstrap: str | None, audiences: Iterable[str], now_s: int
) -> Obstacle:
    """What keeps that which waits for `audiences` from leaving: the broker, the directory, nobody there, or
    that nobody sends. Raises KeyUnusableError, StorageError.
    """
    try:
        access = participant.home.access(bootstrap)
    except SettingsError as error:
        return Obstacle(Why.NO_BROKER_NAMED, str(error))
    return _of_broker(access) or _of_directory(participant, audiences, now_s) or _of_sender(participant)


def waits(item: ItemStatus, now_s: int) -> bool:
    """Whether something of it has not left, though no time holds it, or holds it any more."""
    if any(one.state in UNSENT for one in item.attachments):
        return True
    return any(one.state in UNSENT and (one.held_until_s or 0) <= now_s for one in item.destinations)


def _of_broker(access: KafkaAccess) -> Obstacle | None:
    try:
        asyncio.run(ask_broker(access))
    except BrokerUnavailableError as error:
        return Obstacle(Why.BROKER_UNREACHABLE, str(error))
    except OutsideFault as error:
        return Obstacle(Why.BROKER_REFUSES, str(error))
    return None


def _of_directory(participant: Participant, audiences: Iterable[str], now_s: int) -> Obstacle | None:
    directory = participant.directory_client().load()
    if directory is None:
        return Obstacle(Why.NO_DIRECTORY, "the directory was never read here")
    if (over_s := now_s - directory.expires_at_s) >= 0:
        sentence = f"the directory that was read last expired {span(over_s)} ago by this machine's clock"
        return Obstacle(Why.DIRECTORY_EXPIRED, sentence)
    if (behind_s := directory.signed_at_s - now_s) > TOLERANCE_S:
        sentence = f"this machine's clock is at least {span(behind_s)} behind the authority's"
        return Obstacle(Why.CLOCK_BEHIND, sentence)
    me = participant.originator.id
    empty = [one for one in audiences if not directory.members(audience_id(one), me, now_s)]
    if empty:
        return Obstacle(Why.NO_MEMBERS, f"nobody else is in {', '.join(sorted(empty))} yet")
    return None


def _of_sender(participant: Participant) -> Obstacle:
    if holder := locks.holder_of(participant.home.path / f"{LOCK_NAME}.lock"):
        return Obstacle(Why.BEING_SENT, f"the broker answers, and {holder}")
    return Obstacle(Why.NOT_SENT, "the broker answers, and nobody sends")
