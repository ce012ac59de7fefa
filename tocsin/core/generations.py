"""Law: who may hold a generation's secret, from its sender's side: when it serves, when it must be
replaced, and the manifest and wraps that say so.

It guarantees that a member who left never gets a later secret, that a revision only adds, and that
one bad key never stops the wraps of the others. Sending them before the first record, and keeping
the secret, are left to the producer. Source: wire format, "Keys".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from tocsin.core import wire
from tocsin.core.errors import UntrustedError
from tocsin.core.key_schedule import GenerationId, commitment, wrap_info
from tocsin.core.primitives import seal_to_xwing
from tocsin.core.public_keys import PublicKey

MAX_AGE_S = 7 * 86_400
MAX_RECORDS = 2**20
NUMBER_RANDOM_BITS = 16
NO_HISTORY = "none"


class Why(StrEnum):
    """Why a generation or revision was made; stands in its manifest."""

    FIRST = "first"
    JOIN = "join"
    LEAVE = "leave"
    AGE = "age"
    RECORDS = "records"
    REVOKED = "revoked"
    COMPROMISE = "compromise"
    RESTORED = "restored"


@dataclass(frozen=True, slots=True)
class Generation:
    """A secret that an originator shares with an audience for a while. `repr` hides the secret."""

    id: GenerationId
    secret: bytes = field(repr=False)
    revision: int
    members: tuple[bytes, ...]
    not_before_s: int
    not_after_s: int
    records: int = 0


def why_new(
    current: Generation | None,
    members: tuple[bytes, ...],
    history: str,
    now_s: int,
    *,
    revoked: bool = False,
) -> Why | None:
    """Why a new generation is needed before the next record, or None while the current one serves
    (perhaps after `revise`). `revoked`: it was wrapped to a key that somebody else may have.
    """
    if current is None:
        return Why.FIRST
    if revoked:
        return Why.REVOKED
    if not set(current.members) <= set(members):
        return Why.LEAVE
    if now_s >= current.not_after_s or now_s < current.not_before_s:
        return Why.AGE
    if current.records >= MAX_RECORDS:
        return Why.RECORDS
    joined = len(members) > len(current.members)
    return Why.JOIN if joined and history == NO_HISTORY else None


def begin(id_: GenerationId, secret: bytes, members: tuple[bytes, ...], now_s: int) -> Generation:
    """A new generation of 7 days from `now_s`, with 32 fresh random bytes."""
    return Generation(id_, secret, 1, members, now_s, now_s + MAX_AGE_S)


def next_number(last: int, now_ms: int, random_bits: int) -> int:
    """max(last + 1, unix ms) + 16 random bits, 66 s at most: two copies of one state part, whatever the
    clock. Readers believe one secret under one number, and would never open what the other copy seals.
    """
    return max(last + 1, now_ms) + random_bits


def number_ahead_s(number: int, now_s: int) -> int:
    """By how many seconds, begun ones counted whole, a number's time lies ahead; negative behind."""
    return -(-number // 1_000) - now_s


def revise(current: Generation, members: tuple[bytes, ...]) -> Generation:
    """The same secret for more members. The caller has asked `why_new` first."""
    return replace(current, revision=current.revision + 1, members=members)


def manifest_of(
    generation: Generation, signing_key: bytes, directory_version: int, reason: Why
) -> wire.Manifest:
    """What the originator states to everybody about the generation."""
    return wire.Manifest(
        originator=generation.id.originator,
        signing_key=signing_key,
        suite=wire.SUITE,
        audience=generation.id.audience,
        generation=generation.id.generation,
        revision=generation.revision,
        commitment=commitment(generation.secret, generation.id),
        members=generation.members,
        directory_version=directory_version,
        not_before=generation.not_before_s,
        not_after=generation.not_after_s,
        reason=reason,
    )


def wraps_for(generation: Generation, keys: Iterable[PublicKey]) -> tuple[list[wire.Wrap], list[bytes]]:
    """(the wraps, the ids of keys to which nothing could be sealed) for members' KEM keys."""
    made: list[wire.Wrap] = []
    failed: list[bytes] = []
    commit = commitment(generation.secret, generation.id)
    for key in keys:
        info = wrap_info(wire.SUITE, generation.id, key.id, commit)
        try:
            sealed = seal_to_xwing(key.public, info, generation.secret)
        except UntrustedError:
            failed.append(key.id)
            continue
        id_ = generation.id
        made.append(wire.Wrap(id_.originator, id_.audience, id_.generation, key.id, sealed))
    return made, failed
