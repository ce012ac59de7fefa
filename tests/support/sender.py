"""An originator that seals as the producer does: one log per stream and region, dense counters."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from tests.support.parties import NOW_S, Party
from tocsin.core import wire
from tocsin.core.directory import Directory
from tocsin.core.generations import Generation, Why, begin, manifest_of, next_number, revise, wraps_for
from tocsin.core.ids import audience_id
from tocsin.core.key_schedule import GenerationId, record_key
from tocsin.core.log_heads import next_session, previous_of
from tocsin.core.outcomes import LogHead
from tocsin.core.primitives import random_bytes
from tocsin.core.sealing import Sealed, expires_at_s, seal
from tocsin.core.signatures import sign_statement
from tocsin.core.streams import GLOBAL, INBOX, Place, inbox_topic, stream_topic


@dataclass(frozen=True)
class Sent:
    """A sealed record and where Kafka holds it."""

    value: bytes
    place: Place
    sealed: Sealed

    @property
    def header(self) -> wire.Header:
        return self.sealed.header


class Sender:
    """Seals items of `party` for one audience; starts with a fresh generation and session."""

    def __init__(
        self, party: Party, directory: Directory, audience: str = "focal-points", now_s: int = NOW_S
    ) -> None:
        self.party, self.directory, self.now_s = party, directory, now_s
        self.audience = audience_id(audience)
        self.heads: dict[tuple[str, str], LogHead] = {}
        self.session = next_session(0, now_s * 1_000, 0)
        self.offset = 0
        self.generation = self._begin(0)
        self.reason = Why.FIRST

    def members(self, now_s: int | None = None) -> tuple[bytes, ...]:
        """Who may read, by the sender's directory."""
        return self.directory.members(self.audience, self.party.id, now_s or self.now_s)

    def _begin(self, last: int) -> Generation:
        number = next_number(last, self.now_s * 1_000, 0)
        id_ = GenerationId(self.party.id, self.audience, number)
        return begin(id_, random_bytes(32), self.members(), self.now_s)

    def renew(self, reason: Why = Why.LEAVE) -> None:
        """A new generation for today's members."""
        self.generation, self.reason = self._begin(self.generation.id.generation), reason

    def revise(self) -> None:
        """A new revision of the generation, for today's members."""
        self.generation, self.reason = revise(self.generation, self.members()), Why.JOIN

    def restart(self) -> None:
        """A new session, as after each start of the producer."""
        self.session = next_session(self.session, self.now_s * 1_000, 0)

    def manifest(self, **changes: Any) -> bytes:
        """The Kafka value of the generation's manifest."""
        version = self.directory.version
        body = manifest_of(self.generation, self.party.key("statement").id, version, self.reason)
        return sign_statement(self.party.statement, replace(body, **changes))

    def wraps(self) -> dict[bytes, bytes]:
        """Participant id -> Kafka value of the wrap for its inbox."""
        return {id_: self.wrap(id_) for id_ in self.generation.members}

    def wrap(self, member: bytes) -> bytes:
        """The Kafka value of the wrap for one member's inbox."""
        keys = self.directory.participants[member].keys_for("kem", self.now_s)
        made, _failed = wraps_for(self.generation, keys[:1])
        return wire.encode_wrap(made[0])

    def header(self, stream: str, region: str, now_s: int, **changes: Any) -> wire.Header:
        """The header that the log's next record has."""
        head = self.heads.get((stream, region))
        next_counter = head.counter + 1 if head and head.session == self.session else 1
        audience = self.directory.audience(self.audience)
        assert audience is not None
        header = wire.Header(
            suite=wire.SUITE,
            stream=stream,
            region=region,
            originator=self.party.id,
            signing_key=self.party.key("record").id,
            audience=self.audience,
            generation=self.generation.id.generation,
            session=self.session,
            counter=next_counter,
            previous=previous_of(head),
            time=now_s,
            expires_at=expires_at_s(now_s, audience.max_age_s),
        )
        return replace(header, **changes)

    def send(
        self,
        *items: wire.Item,
        stream: str = "ion",
        region: str = "south-america",
        now_s: int | None = None,
        **changes: Any,
    ) -> Sent:
        """Seal `items` as the log's next record; `changes` falsify header fields before sealing."""
        if stream == INBOX:
            region = GLOBAL
        header = self.header(stream, region, now_s or self.now_s, **changes)
        key = record_key(self.generation.secret, self.generation.id)
        sealed = seal(header, key, self.party.record, items)
        self.heads[stream, region] = LogHead(header.session, header.counter, sealed.leaf)
        self.offset += 1
        return Sent(sealed.value, self.place(stream, region), sealed)

    def place(self, stream: str = "ion", region: str = "south-america") -> Place:
        """Where the log's records lie."""
        if stream == INBOX:
            owner = self.directory.own_audiences[self.audience]
            return Place(inbox_topic(owner.id, owner.is_firm), 0, self.offset)
        partition = self.directory.layout.partition(stream, region, self.party.id)
        return Place(stream_topic(stream), partition, self.offset)
