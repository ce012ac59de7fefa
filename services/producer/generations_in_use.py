"""The generation under which the next record of an audience is sealed.

Whatever makes one new, or wider, queues the manifest and the wraps first; `deliver` has them
acknowledged before the record leaves. Source: wire format, "Keys".
"""

from __future__ import annotations

from services.producer.originator import Originator
from tocsin.adapters.outbox.keys import OutboxKeys
from tocsin.core import wire
from tocsin.core.audiences import Audience
from tocsin.core.clock_skew import TOLERANCE_S
from tocsin.core.directory import Directory
from tocsin.core.generations import (
    NUMBER_RANDOM_BITS,
    Generation,
    Why,
    begin,
    manifest_of,
    next_number,
    number_ahead_s,
    revise,
    why_new,
    wraps_for,
)
from tocsin.core.key_schedule import GenerationId
from tocsin.core.participants import Participant
from tocsin.core.primitives import random_bytes
from tocsin.core.signatures import sign_statement
from tocsin.core.spans import span
from tocsin.core.streams import MANIFESTS_TOPIC, inbox_topic

HOUR_S = 3_600


class CannotServeError(Exception):
    """Nothing can be sealed for the audience now; the message says why. What waits, waits on."""


class GenerationsInUse:
    """One instance for each pass over what waits: members are asked once for each audience.

    All methods write inside the caller's transaction.
    """

    def __init__(self, keys: OutboxKeys, originator: Originator, directory: Directory, now_s: int) -> None:
        self._keys, self._originator = keys, originator
        self._directory, self._now_s = directory, now_s
        self._members: dict[bytes, tuple[bytes, ...]] = {}

    def serve(self, audience: Audience) -> Generation:
        """The generation for the next record. Raises CannotServeError."""
        members = self._members_of(audience)
        current = self._keys.current(audience.id)
        revoked = current is not None and self._went_to_a_revoked_key(current)
        why = why_new(current, members, audience.history, self._now_s, revoked=revoked)
        if why is not None or current is None:
            # One that was ended from outside says why; a manifest never hides a theft as the first.
            ended = self._keys.why_ended(audience.id)
            return self._begin(audience, members, Why(ended or why or Why.FIRST))
        if members != current.members:
            current = revise(current, members)
            self._state(current, Why.JOIN)
        return current

    def wrap_to_new_keys(self, audience: Audience) -> int:
        """Wraps of the current generation for KEM keys that came since it was begun; how many."""
        current = self._keys.current(audience.id)
        return 0 if current is None else self._wrap(current)

    def _went_to_a_revoked_key(self, current: Generation) -> bool:
        revoked = self._directory.revoked_kem_keys
        return bool(revoked) and not revoked.isdisjoint(self._keys.wrapped(current.id))

    def _members_of(self, audience: Audience) -> tuple[bytes, ...]:
        if audience.id not in self._members:
            me = self._originator.id
            members = self._directory.members(audience.id, me, self._now_s)
            if not members:
                raise CannotServeError(f"audience {audience.name} has no members yet")
            if len(members) > wire.MAX_MEMBERS:
                raise CannotServeError(
                    f"audience {audience.name} has over {wire.MAX_MEMBERS} members: use a smaller one"
                )
            self._members[audience.id] = members
        return self._members[audience.id]

    def _begin(self, audience: Audience, members: tuple[bytes, ...], why: Why) -> Generation:
        number = self._next_number(audience)
        self._keys.end(audience.id, why)
        id_ = GenerationId(self._originator.id, audience.id, number)
        generation = begin(id_, random_bytes(32), members, self._now_s)
        self._state(generation, why)
        return generation

    def _next_number(self, audience: Audience) -> int:
        bits = int.from_bytes(random_bytes(NUMBER_RANDOM_BITS // 8), "big")
        number = next_number(self._keys.last_number(audience.id), self._now_s * 1_000, bits)
        if (ahead_s := number_ahead_s(number, self._now_s)) > TOLERANCE_S:
            raise CannotServeError(
                f"this machine's clock is {span(ahead_s)} behind the last secret for {audience.name}: "
                "publishing to it waits until then; was the clock set back after it was wrong?"
            )
        return number

    def _state(self, generation: Generation, why: Why) -> None:
        """Keep it, and queue its manifest and the wraps that are missing."""
        self._keys.keep(generation)
        version = self._directory.version
        manifest = manifest_of(generation, self._originator.statement_id, version, why)
        value = sign_statement(self._originator.statement, manifest)
        owner = self._directory.own_audiences.get(generation.id.audience)
        topic = MANIFESTS_TOPIC if owner is None else _inbox(owner)
        self._keys.queue(topic, value, required=True)
        self._wrap(generation)

    def _wrap(self, generation: Generation) -> int:
        wrapped = self._keys.wrapped(generation.id)
        count = 0
        for id_ in generation.members:
            member = self._directory.participants.get(id_)
            if member is None:
                continue
            new = [key for key in member.keys_for("kem", self._now_s) if key.id not in wrapped]
            # A key to which nothing can be sealed is noted too, and never stops the others.
            made, _failed = wraps_for(generation, new)
            for wrap in made:
                self._keys.queue(_inbox(member), wire.encode_wrap(wrap), required=False)
            for key in new:
                self._keys.note_wrapped(generation.id, key.id)
            count += len(made)
        return count


def _inbox(participant: Participant) -> str:
    return inbox_topic(participant.id, participant.is_firm)
