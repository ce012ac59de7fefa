"""A reader's memory in dictionaries: what the consumer's database must do, in forty lines."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from tests.support.parties import Party
from tocsin.core import wire
from tocsin.core.attachments import Attachment
from tocsin.core.avro import Codec
from tocsin.core.directory import Directory
from tocsin.core.key_schedule import GenerationId
from tocsin.core.ladder import examine, resume
from tocsin.core.manifests import judge_manifest, open_wrap, verified_statement
from tocsin.core.outcomes import (
    Alarm,
    AlarmKind,
    KnownLeaf,
    LogHead,
    LogId,
    Outcome,
    RecordFate,
)
from tocsin.core.streams import Place


@dataclass(frozen=True)
class Kept:
    """A value that waits for a key, a directory, a schema or its time."""

    value: bytes
    place: Place
    fate: RecordFate


def no_domain_rules(_name: str, _body: dict[str, Any]) -> None:
    """A domain check that lets everything pass."""


@cache
def _codec(schema: bytes) -> Codec:
    return Codec(schema)


class MemoryReader:
    """Implements `core.reader.Reader` for `party`; `read` examines and stores in one step."""

    def __init__(self, party: Party, directory: Directory, domain_check: Any = no_domain_rules) -> None:
        self.party, self.directory, self.domain_check = party, directory, domain_check
        self.me = party.id
        self.heads: dict[LogId, LogHead] = {}
        self.leaves: dict[tuple[LogId, int, int], KnownLeaf] = {}
        self.manifests: dict[GenerationId, wire.Manifest] = {}
        self.secrets: dict[GenerationId, bytes] = {}
        self.digests: dict[tuple[bytes, bytes, int], bytes] = {}
        self.attachments: dict[tuple[bytes, bytes], Attachment] = {}
        self.parts: dict[tuple[bytes, bytes], dict[int, bytes]] = {}
        self.room_bytes = 1 << 30
        self.taken_back: set[tuple[bytes, bytes]] = set()
        self.accepted: list[wire.Item] = []
        self.alarms: list[Alarm] = []
        self.parked: list[Kept] = []

    def head(self, log: LogId) -> LogHead | None:
        return self.heads.get(log)

    def known_leaf(self, log: LogId, session: int, counter: int) -> KnownLeaf | None:
        return self.leaves.get((log, session, counter))

    def manifest(self, generation: GenerationId) -> wire.Manifest | None:
        return self.manifests.get(generation)

    def secret(self, generation: GenerationId) -> bytes | None:
        return self.secrets.get(generation)

    def item_digest(self, originator: bytes, report_id: bytes, version: int) -> bytes | None:
        return self.digests.get((originator, report_id, version))

    def withdrawn(self, originator: bytes, report_id: bytes) -> bool:
        return (originator, report_id) in self.taken_back

    def attachment(self, originator: bytes, attachment_id: bytes) -> tuple[Attachment, int] | None:
        key = (originator, attachment_id)
        return (self.attachments[key], len(self.parts[key])) if key in self.parts else None

    def pieces(self, originator: bytes, attachment_id: bytes) -> dict[int, bytes]:
        return self.parts.get((originator, attachment_id), {})

    def has_room(self, _originator: bytes, content_bytes: int) -> bool:
        held = sum(len(one) for parts in self.parts.values() for one in parts.values())
        return held + content_bytes <= self.room_bytes

    def schema(self, schema: bytes) -> tuple[str, Codec] | None:
        data = self.directory.schemas.get(schema)
        if data is None:
            return None
        codec = _codec(data)
        return f"{codec.schema.get('namespace', '')}.{codec.schema['name']}", codec

    def read(self, value: bytes | None, place: Place, now_s: int) -> RecordFate:
        """Examine a Kafka value and store what became of it."""
        fate = examine(value, place, self, now_s, self.domain_check)
        self.apply(fate, value, place)
        return fate

    def apply(self, fate: RecordFate, value: bytes | None, place: Place) -> None:
        """Store a fate whole: leaf, head, items, alarms, and the value where it waits."""
        self.alarms += fate.alarms
        if fate.log is not None and fate.header is not None and fate.leaf is not None:
            at = (fate.log, fate.header.session, fate.header.counter)
            leaf16 = fate.leaf[:16]
            if self.leaves.get(at, KnownLeaf(leaf16, settled=False)).leaf16 == leaf16:
                self.leaves[at] = KnownLeaf(leaf16, fate.settled)
            if fate.new_head is not None:
                self.heads[fate.log] = fate.new_head
        for one in fate.items:
            if one.outcome is Outcome.ACCEPTED and fate.header is not None:
                key = (fate.header.originator, one.item.report_id, one.item.version)
                self.digests[key] = one.digest
                if one.part is not None:
                    self.attachments.setdefault(key[:2], one.part.attachment)
                    self.parts.setdefault(key[:2], {})[one.part.number] = one.part.content
                self.accepted.append(one.item)
        if fate.waits and value is not None and value not in [kept.value for kept in self.parked]:
            self.parked.append(Kept(value, place, fate))

    def resume_parked(self, now_s: int) -> list[RecordFate]:
        """Climb again with all that waits, in order; what still waits stays."""
        waiting, self.parked = self.parked, []
        fates = []
        for kept in waiting:
            again = examine if kept.fate.log is None else resume
            fate = again(kept.value, kept.place, self, now_s, self.domain_check)
            self.apply(fate, kept.value, kept.place)
            fates.append(fate)
        return fates

    def take_manifest(self, value: bytes, now_s: int) -> tuple[AlarmKind, ...]:
        """Read a manifest's Kafka value; the alarms that it raises."""
        body = verified_statement(value, self.directory).body
        assert isinstance(body, wire.Manifest)
        generation = GenerationId(body.originator, body.audience, body.generation)
        believed, alarms = judge_manifest(body, self.manifests.get(generation), self.directory, now_s)
        if believed:
            self.manifests[generation] = body
        return alarms

    def take_wrap(self, value: bytes) -> None:
        """Open a wrap under the manifest that is held. Raises what `open_wrap` raises."""
        wrap = wire.decode_wrap(value)
        generation = GenerationId(wrap.originator, wrap.audience, wrap.generation)
        secret = open_wrap(wrap, self.manifests[generation], self.party.kem)
        self.secrets[generation] = secret
