"""Law: rungs 11 to 16: whether a record that stands in its log may be read, by us, now; and its items.

Source: wire format, "Ladder of a reader".
"""

from __future__ import annotations

from tocsin.core import wire
from tocsin.core.audiences import Audience
from tocsin.core.climb import HOUR_S, MAX_SUITE, SKEW_S, Climb, Stopped, quarantine
from tocsin.core.errors import CannotOpenError, MalformedError
from tocsin.core.key_schedule import GenerationId
from tocsin.core.opening import open_record, read_items
from tocsin.core.outcomes import Outcome, Reason, Step

AHEAD_LIMIT_S = 24 * 3_600


def suite(header: wire.Header) -> None:
    """Rung 11."""
    if header.suite in (0, MAX_SUITE):
        raise quarantine(Step.SUITE, Reason.NO_SUCH_SUITE)
    if header.suite != wire.SUITE:
        raise Stopped(Outcome.PARKED, Step.SUITE, Reason.UNKNOWN_SUITE)


def role(climb: Climb) -> None:
    """Rung 12."""
    header = climb.header
    if not climb.reader.directory.may_publish(header.originator, header.stream, header.time):
        raise quarantine(Step.ROLE, Reason.ROLE)


def expiry(climb: Climb) -> None:
    """Rung 13, its first part, which is asked again of whatever was parked."""
    if climb.now_s >= climb.header.expires_at:
        raise Stopped(Outcome.SKIPPED, Step.TIME, Reason.EXPIRED)


def time(climb: Climb) -> None:
    """Rung 13."""
    expiry(climb)
    header, now_s = climb.header, climb.now_s
    if header.time > now_s + AHEAD_LIMIT_S:
        raise quarantine(Step.TIME, Reason.FROM_THE_FUTURE)
    if header.time > now_s + SKEW_S:
        raise Stopped(Outcome.PARKED, Step.TIME, Reason.FROM_THE_FUTURE)
    if header.expires_at > header.time + audience(climb).max_age_s + HOUR_S:
        raise quarantine(Step.TIME, Reason.OUT_OF_BOUNDS)


def audience(climb: Climb) -> Audience:
    """The record's audience; parked where a newer directory may know it."""
    audience = climb.reader.directory.audience(climb.header.audience)
    if audience is None:
        raise Stopped(Outcome.PARKED, Step.TIME, Reason.UNKNOWN_AUDIENCE)
    return audience


def for_me(climb: Climb) -> bytes:
    """Rung 14: the generation's secret, or why there is none."""
    header, reader = climb.header, climb.reader
    if header.originator == reader.me:
        raise Stopped(Outcome.SKIPPED, Step.FOR_ME, Reason.OWN_RECORD)
    generation = GenerationId(header.originator, header.audience, header.generation)
    manifest = reader.manifest(generation)
    named = _by_directory(climb) if manifest is None else reader.me in manifest.members
    if not named:
        raise Stopped(Outcome.SKIPPED, Step.FOR_ME, Reason.NOT_A_MEMBER)
    secret = reader.secret(generation)
    if manifest is None or secret is None:
        raise Stopped(Outcome.PARKED, Step.FOR_ME, Reason.NO_KEY)
    if not manifest.not_before - SKEW_S <= header.time <= manifest.not_after + SKEW_S:
        raise quarantine(Step.FOR_ME, Reason.OUTSIDE_WINDOW)
    return secret


def _by_directory(climb: Climb) -> bool:
    header, reader = climb.header, climb.reader
    return reader.directory.is_member(reader.me, header.audience, header.originator, header.time)


def open_items(climb: Climb, secret: bytes) -> tuple[wire.Item, ...]:
    """Rungs 15 and 16."""
    try:
        padded = open_record(climb.envelope, climb.header, secret)
    except CannotOpenError:
        raise quarantine(Step.OPEN, Reason.CANNOT_OPEN) from None
    try:
        return read_items(padded)
    except MalformedError:
        raise quarantine(Step.INNER, Reason.MALFORMED) from None
