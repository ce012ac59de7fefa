"""What a record waits for: the cause, and the subject whose arrival ends the wait."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tocsin.adapters.inbox.keys import subject_of
from tocsin.core import wire
from tocsin.core.key_schedule import GenerationId
from tocsin.core.outcomes import Outcome, Reason, RecordFate

ANY = b""
SKEW_S = 300


class Cause(StrEnum):
    """Why something waits. The comment names the subject."""

    KEY = "a key"  # generation
    SIGNER = "the signer's directory entry"  # id of the signing key
    DIRECTORY = "a newer directory"  # none
    TIME = "its time"  # none
    SUITE = "a newer Tocsin"  # none
    MEMBERSHIP = "a revision that adds us"  # generation
    MANIFEST = "the manifest of a wrap"  # generation
    ROOM = "room for attachments"  # originator


@dataclass(frozen=True, slots=True, order=True)
class Wait:
    """A cause and its subject (`ANY` where it has none); `wakes_at_s` only for TIME."""

    cause: Cause
    subject: bytes = ANY
    wakes_at_s: int = 0


def wait_of(fate: RecordFate) -> Wait | None:
    """What the record of `fate` waits for; None where it waits for nothing."""
    header = fate.header
    if header is None:
        return None
    if fate.outcome is Outcome.SKIPPED and fate.reason is Reason.NOT_A_MEMBER:
        return Wait(Cause.MEMBERSHIP, subject_of(_generation(header)))
    if not fate.waits:
        return None
    match _parking_reason(fate):
        case Reason.NO_KEY:
            return Wait(Cause.KEY, subject_of(_generation(header)))
        case Reason.UNKNOWN_KEY:
            return Wait(Cause.SIGNER, header.signing_key)
        case Reason.UNKNOWN_SUITE:
            return Wait(Cause.SUITE)
        case Reason.NO_ROOM:
            return Wait(Cause.ROOM, header.originator)
        case Reason.FROM_THE_FUTURE:
            return Wait(Cause.TIME, wakes_at_s=header.time - SKEW_S)
        case _:
            return Wait(Cause.DIRECTORY)


def _parking_reason(fate: RecordFate) -> Reason:
    if fate.outcome is Outcome.PARKED:
        return fate.reason
    return next(item.reason for item in fate.items if item.outcome is Outcome.PARKED)


def _generation(header: wire.Header) -> GenerationId:
    return GenerationId(header.originator, header.audience, header.generation)
