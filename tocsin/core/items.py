"""Law: rungs 17 to 20: each item of an opened record is judged alone, and one bad item spoils no other.

It guarantees that a body is decoded only under a schema of the directory that the audience allows,
and that the first bytes under an (originator, report, version) stay. Source: wire format, "Ladder".
"""

from __future__ import annotations

from tocsin.core import wire
from tocsin.core.attachments import PART_SCHEMA, Part, part_of
from tocsin.core.audiences import Audience
from tocsin.core.errors import InvalidReportError, MalformedError
from tocsin.core.ids import is_uuid7
from tocsin.core.letters import why_not
from tocsin.core.outcomes import ItemFate, Outcome, Reason, Step
from tocsin.core.part_rules import PartsOfRecord
from tocsin.core.primitives import sha256
from tocsin.core.reader import DomainCheck, Reader
from tocsin.core.releases import (
    Addressed,
    approvals_needed,
    approving_persons,
    check_addressed,
    fewest_approvals,
    sectors_reached,
)


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
        persons = self._persons(item)
        if persons is None or persons < fewest_approvals(schema[0], self._audience, reader.directory):
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
        # Only the body says whether it is a safety notice, which fewer may release.
        needed = approvals_needed(name, body, self._audience, self._reader.directory)
        if needed and (self._persons(item) or 0) < needed:
            return (Outcome.QUARANTINED, Step.SCHEMA, Reason.APPROVALS), None
        try:
            self._domain_check(name, body)
            check_addressed(name, body, item.version, self._way())
        except InvalidReportError:
            return (Outcome.QUARANTINED, Step.DOMAIN, Reason.DOMAIN), None
        if name != PART_SCHEMA:
            return _ACCEPTED, None
        part = part_of(item, body)
        return self._parts.judge(part), part

    def _persons(self, item: wire.Item) -> int | None:
        header, directory = self._header, self._reader.directory
        return approving_persons(item, header.originator, header.time, self._audience.id, directory)

    def _way(self) -> Addressed:
        people = self._reader.directory.participants
        us = people.get(self._reader.me)
        sectors = sectors_reached(self._audience, [us] if us is not None else [])
        prefixes = us.prefixes if us is not None and self._audience.is_own else ()
        return Addressed(people.get(self._header.originator), self._audience, sectors, prefixes)
