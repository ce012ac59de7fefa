"""Law: rungs 17 to 20: each item of an opened record is judged alone, and one bad item spoils no other.

It guarantees that a body is decoded only under a schema of the directory that the audience allows,
and that the first bytes under an (originator, report, version) stay. Source: wire format, "Ladder".
"""

from __future__ import annotations

from tocsin.core import wire
from tocsin.core.attachments import PART_SCHEMA, Part, part_of
from tocsin.core.audiences import Audience
from tocsin.core.directory import Directory
from tocsin.core.errors import InvalidReportError, MalformedError, UntrustedError
from tocsin.core.ids import is_uuid7
from tocsin.core.letters import why_not
from tocsin.core.outcomes import ItemFate, Outcome, Reason, Step
from tocsin.core.part_rules import PartsOfRecord
from tocsin.core.primitives import sha256
from tocsin.core.reader import DomainCheck, Reader
from tocsin.core.signatures import verify_approval


def item_digest(item: wire.Item) -> bytes:
    """32 bytes that tell two bodies under one version apart: SHA-256(schema, body)."""
    return sha256(item.schema + item.body)


def judge_items(
    items: tuple[wire.Item, ...],
    header: wire.Header,
    audience: Audience,
    reader: Reader,
    domain_check: DomainCheck,
) -> tuple[ItemFate, ...]:
    """The fate of each item, in order."""
    judging = _Judging(header, audience, reader, domain_check)
    return tuple(judging.fate(item) for item in items)


_Verdict = tuple[Outcome, Step, Reason]
_ACCEPTED: _Verdict = (Outcome.ACCEPTED, Step.STORE, Reason.WHOLE)


class _Judging:
    """One record, item by item; each is judged in the light of those before it."""

    def __init__(
        self, header: wire.Header, audience: Audience, reader: Reader, domain_check: DomainCheck
    ) -> None:
        self._header, self._audience = header, audience
        self._reader, self._domain_check = reader, domain_check
        self._seen: dict[tuple[bytes, int], bytes] = {}
        self._parts = PartsOfRecord(header.originator, reader)

    def fate(self, item: wire.Item) -> ItemFate:
        digest = item_digest(item)
        place = (item.report_id, item.version)
        known = self._seen.get(place) or self._reader.item_digest(self._header.originator, *place)
        part = None
        verdict = self._before_the_body(item, known, digest)
        if verdict is None:
            verdict, part = self._body(item)
        if verdict[0] is Outcome.ACCEPTED:
            self._seen[place] = digest
        return ItemFate(*verdict, item, digest, part)

    def _before_the_body(self, item: wire.Item, known: bytes | None, digest: bytes) -> _Verdict | None:
        reader, header = self._reader, self._header
        if not is_uuid7(item.report_id) or item.version < 1:
            return Outcome.QUARANTINED, Step.INNER, Reason.OUT_OF_BOUNDS
        schema = reader.schema(item.schema)
        if schema is None:
            return Outcome.PARKED, Step.SCHEMA, Reason.UNKNOWN_SCHEMA
        listed = self._audience.schemas is None or item.schema in self._audience.schemas
        if not listed or why_not(schema[0], header.originator, self._audience, reader.directory):
            return Outcome.QUARANTINED, Step.SCHEMA, Reason.SCHEMA_NOT_ALLOWED
        if not approved(item, header.originator, header.time, self._audience, reader.directory):
            return Outcome.QUARANTINED, Step.SCHEMA, Reason.APPROVALS
        if known is not None:
            if known == digest:
                return Outcome.DUPLICATE, Step.STORE, Reason.KNOWN
            return Outcome.QUARANTINED, Step.STORE, Reason.OTHER_BYTES
        if reader.withdrawn(header.originator, item.report_id):
            return Outcome.SKIPPED, Step.STORE, Reason.WITHDRAWN
        return None

    def _body(self, item: wire.Item) -> tuple[_Verdict, Part | None]:
        schema = self._reader.schema(item.schema)
        assert schema is not None, "looked up on the rung before"
        name, codec = schema
        try:
            body = codec.decode(item.body)
        except MalformedError:
            return (Outcome.QUARANTINED, Step.BODY, Reason.MALFORMED), None
        try:
            self._domain_check(name, body)
        except InvalidReportError:
            return (Outcome.QUARANTINED, Step.DOMAIN, Reason.DOMAIN), None
        if name != PART_SCHEMA:
            return _ACCEPTED, None
        part = part_of(item, body)
        return self._parts.judge(part), part


def approved(
    item: wire.Item, originator: bytes, time_s: int, audience: Audience, directory: Directory
) -> bool:
    """Whether `item` carries the approvals that the audience asks for: release keys of the
    originator, valid at `time_s`, of different persons. A wrong approval spoils the item.
    """
    persons = set()
    for approval in item.approvals:
        owner = directory.keys.get(approval.signing_key)
        if owner is None:
            return False
        participant, key = owner
        if participant.id != originator or key.purpose != "release":
            return False
        if not key.valid_at(time_s) or not key.in_use:
            return False
        try:
            verify_approval(key.public, approval, audience.id, item)
        except UntrustedError:
            return False
        persons.add(key.person)
    return len(persons) >= audience.approvals
