"""Asks an originator for a wrap that did not come: after ten minutes, at most once an hour.

Source: wire format, "KeyRequest".
"""

from __future__ import annotations

from dataclasses import dataclass

from services.consumer.reading import Reading
from tocsin.adapters.inbox.causes import Cause
from tocsin.adapters.inbox.keys import generation_from
from tocsin.adapters.kafka.records import OutgoingRecord
from tocsin.adapters.own_keys import KeyRing
from tocsin.core import wire
from tocsin.core.key_schedule import GenerationId
from tocsin.core.participants import Participant
from tocsin.core.pauses import has_passed
from tocsin.core.primitives import CompositePrivate, XWingPrivate
from tocsin.core.signatures import sign_statement
from tocsin.core.streams import inbox_topic

PATIENCE_S = 600
PAUSE_S = 3_600
MAX_AT_ONCE = 50


@dataclass(frozen=True)
class Asker:
    """What signs a request, and the KEM key that the wrap shall be sealed to."""

    statement: CompositePrivate
    signing_key: bytes
    recipient_key: bytes


def asker(
    me: Participant | None,
    statements: KeyRing[CompositePrivate],
    kems: KeyRing[XWingPrivate],
    now_s: int,
) -> Asker | None:
    """The newest keys of ours that the directory has in force; None where one is missing."""
    if me is None:
        return None
    signing = [
        (key.id, held) for key in me.keys_for("statement", now_s) if (held := statements.get(key.id))
    ]
    receiving = [key.id for key in me.keys_for("kem", now_s) if kems.get(key.id)]
    if not signing or not receiving:
        return None
    return Asker(signing[0][1], signing[0][0], receiving[0])


class KeyRequests:
    """Says which requests are due, and remembers those that were sent."""

    what = "requests for keys that did not come"

    def __init__(self, reading: Reading, statements: KeyRing[CompositePrivate]) -> None:
        self._reading, self._statements = reading, statements

    def due(self, now_s: int) -> dict[GenerationId, OutgoingRecord]:
        """At most 50 requests to send now, by generation."""
        found: dict[GenerationId, OutgoingRecord] = {}
        identity, directory = self._reading.identity, self._reading.reader.directory
        ours = asker(directory.participants.get(identity.me), self._statements, identity.kem_keys, now_s)
        if ours is None:
            return found
        for wait in self._reading.inbox.waiting.summary():
            if wait.cause is not Cause.KEY or not has_passed(wait.since_s, PATIENCE_S, now_s):
                continue
            generation = generation_from(wait.subject)
            if len(found) < MAX_AT_ONCE and self._may_ask(generation, now_s):
                found[generation] = self._request(generation, ours, now_s)
        return found

    def sent(self, generations: list[GenerationId], now_s: int) -> None:
        """Remember that the broker has the requests for `generations`."""
        with self._reading.inbox.transaction():
            for generation in generations:
                self._reading.inbox.keys.note_request(generation, now_s)

    def _may_ask(self, generation: GenerationId, now_s: int) -> bool:
        asked_at_s = self._reading.inbox.keys.asked_at_s(generation)
        known = generation.originator in self._reading.reader.directory.participants
        return known and (asked_at_s is None or has_passed(asked_at_s, PAUSE_S, now_s))

    def _request(self, generation: GenerationId, ours: Asker, now_s: int) -> OutgoingRecord:
        originator = self._reading.reader.directory.participants[generation.originator]
        body = wire.KeyRequest(
            originator=self._reading.identity.me,
            signing_key=ours.signing_key,
            to=originator.id,
            audience=generation.audience,
            generation=generation.generation,
            recipient_key=ours.recipient_key,
            time=now_s,
        )
        topic = inbox_topic(originator.id, originator.is_firm)
        return OutgoingRecord(topic, 0, None, sign_statement(ours.statement, body))
