"""Law: what the directory says of a participant, and its one JSON form.

It guarantees that an entry that parses has ids that match its keys, keys that are safe, and times in
order, and that an application was signed by its own statement key. Who signed the directory is left
to TUF; who belongs to what at a time, to `directory`.
Source: wire format, "Directory".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.core import canonical_json, json_fields
from tocsin.core.errors import MalformedError, RefusedByRuleError
from tocsin.core.ids import parse_id
from tocsin.core.primitives import verify_composite
from tocsin.core.public_keys import PublicKey, key_record, read_key
from tocsin.core.signatures import PARTICIPANT_LABEL
from tocsin.core.standing import (
    NO_DAY,
    Ended,
    Suspension,
    read_ended,
    read_suspensions,
    standing_record,
)

MAX_KEYS = 64
MAX_CONTACT_CHARACTERS = 200
MAX_PREFIXES = 64
_PREFIX = re.compile(r"awb:[0-9]{3}|s10:[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class Participant:
    """An organisation. Without an agreement in force (firms) it gets no stream.

    `prefixes`: how numbers of a firm's own begin (an S10: end), as `awb:020` and `s10:CH`; none where
    nobody said.
    """

    id: bytes
    name: str
    country: str
    regions: tuple[str, ...]
    roles: tuple[str, ...]
    sector: str | None
    sponsor: bytes | None
    agreement: str | None
    agreement_ends_s: int
    keys: tuple[PublicKey, ...]
    suspensions: tuple[Suspension, ...] = ()
    ended: Ended | None = None
    contact: str | None = None
    prefixes: tuple[str, ...] = ()

    @property
    def is_firm(self) -> bool:
        """Firms have a sponsor; governments and the secretariat have none."""
        return self.sponsor is not None

    def in_force(self, time_s: int) -> bool:
        """Whether the participant takes part at `time_s`: its agreement runs, nothing stopped it."""
        stopped = self.ended is not None and time_s >= self.ended.at_s
        suspended = any(one.covers(time_s) for one in self.suspensions)
        return time_s < self.agreement_ends_s and not stopped and not suspended

    def keys_for(self, purpose: str, time_s: int) -> tuple[PublicKey, ...]:
        """The keys of a purpose that are valid at `time_s` and neither retired nor revoked,
        newest first.
        """
        keys = [key for key in self.keys if key.purpose == purpose and key.valid_at(time_s) and key.in_use]
        return tuple(sorted(keys, key=lambda key: (-key.not_before_s, key.id)))


def read_participant(data: bytes) -> Participant:
    """The participant of a directory target. Raises MalformedError or UntrustedError."""
    record = json_fields.load_object(data, "participant")
    keys = tuple(read_key(key) for key in json_fields.objects(record, "keys", MAX_KEYS))
    if len({key.id for key in keys}) != len(keys):
        raise MalformedError("a participant names one key twice")
    agreement = json_fields.optional_object(record, "agreement")
    sponsor = json_fields.optional_text(record, "sponsor")
    return Participant(
        id=parse_id(json_fields.text(record, "id")),
        name=json_fields.line(record, "name"),
        country=json_fields.text(record, "country"),
        regions=json_fields.texts(record, "regions"),
        roles=json_fields.texts(record, "roles"),
        sector=json_fields.optional_text(record, "sector"),
        sponsor=None if sponsor is None else parse_id(sponsor),
        agreement=None if agreement is None else json_fields.line(agreement, "reference"),
        agreement_ends_s=_agreement_ends_s(agreement, sponsor),
        keys=keys,
        suspensions=read_suspensions(record),
        prefixes=_prefixes(record),
        ended=read_ended(record),
        contact=_contact(record),
    )


def _contact(record: Mapping[str, Any]) -> str | None:
    contact = json_fields.optional_text(record, "contact")
    if contact is not None and not is_contact(contact):
        raise MalformedError(f"a contact is printable text of at most {MAX_CONTACT_CHARACTERS} characters")
    return contact


def is_contact(text: str) -> bool:
    """Whether `text` can be shown as how to reach a participant: an office's, never a person's."""
    return len(text) <= MAX_CONTACT_CHARACTERS and text.isprintable()


def _prefixes(record: Mapping[str, Any]) -> tuple[str, ...]:
    found = json_fields.texts(record, "prefixes")
    if len(found) > MAX_PREFIXES:
        raise MalformedError(f"a participant has over {MAX_PREFIXES} prefixes")
    return tuple(map(check_prefix, found))


def check_prefix(text: str) -> str:
    """`text`, if it is a type of target and how numbers of that type begin. Raises MalformedError."""
    if _PREFIX.fullmatch(text) is None:
        raise MalformedError(
            "a prefix is awb: and 3 digits, or s10: and 2 letters of a country: awb:020, s10:CH"
        )
    return text


def check_agreement(reference: str) -> None:
    """Raises RefusedByRuleError unless an agreement's `reference` is a line that can be shown as it is."""
    if not json_fields.is_line(reference):
        raise RefusedByRuleError(f"the reference of an agreement is {json_fields.LINE}")


def _agreement_ends_s(agreement: Mapping[str, Any] | None, sponsor: str | None) -> int:
    if agreement is not None:
        return json_fields.moment(agreement, "expires_at_s")
    # A firm without an agreement has no stream; a government needs none.
    return NO_DAY if sponsor is None else 0


def write_participant(participant: Participant) -> bytes:
    """Inverse of `read_participant`."""
    agreement = None
    if participant.agreement is not None:
        agreement = {"reference": participant.agreement, "expires_at_s": participant.agreement_ends_s}
    return canonical_json.dump(
        {
            "id": participant.id.hex(),
            "name": participant.name,
            "country": participant.country,
            "regions": list(participant.regions),
            "roles": list(participant.roles),
            "sector": participant.sector,
            "sponsor": participant.sponsor.hex() if participant.sponsor else None,
            "agreement": agreement,
            "keys": [key_record(key) for key in participant.keys],
        }
        | ({"prefixes": list(participant.prefixes)} if participant.prefixes else {})
        | standing_record(participant.suspensions, participant.ended)
        | ({} if participant.contact is None else {"contact": participant.contact})
    )


def request_bytes(request: Mapping[str, Any]) -> bytes:
    """What an applicant signs: canonical JSON of name, country and keys."""
    return canonical_json.dump({name: request.get(name) for name in ("name", "country", "keys")})


def verify_request(request: Mapping[str, Any]) -> tuple[PublicKey, ...]:
    """The keys of an application that its own statement key signed. Raises MalformedError or
    UntrustedError.
    """
    keys = tuple(read_key(key) for key in json_fields.objects(request, "keys", MAX_KEYS))
    signers = [key for key in keys if key.purpose == "statement"]
    if len(signers) != 1:
        raise MalformedError("an application has exactly one statement key")
    message = PARTICIPANT_LABEL + request_bytes(request)
    signature = json_fields.base64_bytes(request, "self_signature")
    verify_composite(signers[0].public, signature, PARTICIPANT_LABEL, message)
    return keys
