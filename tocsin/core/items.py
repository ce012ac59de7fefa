"""Law: rungs 17 to 20: each item of an opened record is judged alone, and one bad item spoils no other.

It guarantees that a body is decoded only under a schema of the directory that the audience allows,
and that the first bytes under an (originator, report, version) stay. Source: wire format, "Ladder".
"""

from __future__ import annotations

from tocsin.core import wire
from tocsin.core.audiences import Audience
from tocsin.core.directory import Directory
from tocsin.core.errors import InvalidReportError, MalformedError, UntrustedError
from tocsin.core.ids import is_uuid7
from tocsin.core.letters import why_not
from tocsin.core.outcomes import ItemFate, Outcome, Reason, Step
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
    seen: dict[tuple[bytes, int], bytes] = {}
    fates = []
    for item in items:
        digest = item_digest(item)
        place = (item.report_id, item.version)
        known = seen.get(place) or reader.item_digest(header.originator, *place)
        outcome, step, reason = _judge(item, known, digest, header, audience, reader, domain_check)
        if outcome is Outcome.ACCEPTED:
            seen[place] = digest
        fates.append(ItemFate(outcome, step, reason, item, digest))
    return tuple(fates)


_Verdict = tuple[Outcome, Step, Reason]


def _judge(  # noqa: PLR0913 - the rungs need all of it, and a bundle would only rename it
    item: wire.Item,
    known: bytes | None,
    digest: bytes,
    header: wire.Header,
    audience: Audience,
    reader: Reader,
    domain_check: DomainCheck,
) -> _Verdict:
    if not is_uuid7(item.report_id) or item.version < 1:
        return Outcome.QUARANTINED, Step.INNER, Reason.OUT_OF_BOUNDS
    schema = reader.schema(item.schema)
    if schema is None:
        return Outcome.PARKED, Step.SCHEMA, Reason.UNKNOWN_SCHEMA
    name, codec = schema
    listed = audience.schemas is None or item.schema in audience.schemas
    if not listed or why_not(name, header.originator, audience, reader.directory):
        return Outcome.QUARANTINED, Step.SCHEMA, Reason.SCHEMA_NOT_ALLOWED
    if not approved(item, header.originator, header.time, audience, reader.directory):
        return Outcome.QUARANTINED, Step.SCHEMA, Reason.APPROVALS
    if known is not None:
        if known == digest:
            return Outcome.DUPLICATE, Step.STORE, Reason.KNOWN
        return Outcome.QUARANTINED, Step.STORE, Reason.OTHER_BYTES
    if reader.withdrawn(header.originator, item.report_id):
        return Outcome.SKIPPED, Step.STORE, Reason.WITHDRAWN
    try:
        body = codec.decode(item.body)
    except MalformedError:
        return Outcome.QUARANTINED, Step.BODY, Reason.MALFORMED
    try:
        domain_check(name, body)
    except InvalidReportError:
        return Outcome.QUARANTINED, Step.DOMAIN, Reason.DOMAIN
    return Outcome.ACCEPTED, Step.STORE, Reason.WHOLE


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
