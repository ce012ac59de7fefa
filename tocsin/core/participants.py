"""Law: what the directory says of a participant, and its one JSON form.

It guarantees that an entry that parses has ids that match its keys, keys that are safe, and times in
order. Who signed the directory is left to TUF; who belongs to what at a time, to `directory`.
Source: wire format, "Directory".
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tocsin.core import canonical_json, json_fields
from tocsin.core.audiences import Audience, read_audience
from tocsin.core.errors import MalformedError, UntrustedError
from tocsin.core.ids import Algorithm, key_id, parse_id
from tocsin.core.primitives import (
    check_composite_public,
    check_ed25519_public,
    check_xwing_public,
    verify_composite,
)
from tocsin.core.signatures import PARTICIPANT_LABEL

__all__ = ["Audience", "Participant", "PublicKey", "read_audience", "read_participant"]

MAX_KEYS = 64
MAX_FINAL_HEADS = 4_096
NO_DAY = 2**53
PURPOSES: dict[str, Algorithm] = {
    "record": Algorithm.ED25519,
    "release": Algorithm.ED25519,
    "statement": Algorithm.COMPOSITE,
    "kem": Algorithm.XWING,
}
_CHECKS: dict[Algorithm, Callable[[bytes], None]] = {
    Algorithm.XWING: check_xwing_public,
    Algorithm.ED25519: check_ed25519_public,
    Algorithm.COMPOSITE: check_composite_public,
}


Final = Mapping[tuple[str, str], tuple[int, int, bytes]]
"""(stream, region) -> the last (session, counter, leaf) of that log."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """One key of a participant. `final` is set when a record key is retired: log -> last head."""

    id: bytes
    purpose: str
    public: bytes = field(repr=False)
    not_before_s: int
    not_after_s: int
    person: str | None = None
    final: Final | None = None

    def valid_at(self, time_s: int) -> bool:
        """Whether the key may be used for something dated `time_s`."""
        return self.not_before_s <= time_s <= self.not_after_s


@dataclass(frozen=True, slots=True)
class Participant:
    """An organisation. Without an agreement in force (firms) it gets no stream."""

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

    @property
    def is_firm(self) -> bool:
        """Firms have a sponsor; governments and the secretariat have none."""
        return self.sponsor is not None

    def in_force(self, time_s: int) -> bool:
        """Whether the participant takes part at `time_s`."""
        return time_s < self.agreement_ends_s

    def keys_for(self, purpose: str, time_s: int) -> tuple[PublicKey, ...]:
        """The keys of a purpose that are valid at `time_s` and not retired, newest first."""
        keys = [
            key
            for key in self.keys
            if key.purpose == purpose and key.valid_at(time_s) and key.final is None
        ]
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
        name=json_fields.text(record, "name"),
        country=json_fields.text(record, "country"),
        regions=json_fields.texts(record, "regions"),
        roles=json_fields.texts(record, "roles"),
        sector=json_fields.optional_text(record, "sector"),
        sponsor=None if sponsor is None else parse_id(sponsor),
        agreement=None if agreement is None else json_fields.text(agreement, "reference"),
        agreement_ends_s=_agreement_ends_s(agreement, sponsor),
        keys=keys,
    )


def _agreement_ends_s(agreement: Mapping[str, Any] | None, sponsor: str | None) -> int:
    if agreement is not None:
        return json_fields.number(agreement, "expires_at_s")
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
    )


def read_key(record: Mapping[str, Any]) -> PublicKey:
    """One key of a participant or request, checked. Raises MalformedError or UntrustedError."""
    purpose = json_fields.text(record, "purpose")
    if purpose not in PURPOSES:
        raise MalformedError("a key has an unknown purpose")
    algorithm = PURPOSES[purpose]
    public = json_fields.base64_bytes(record, "public")
    _CHECKS[algorithm](public)
    if key_id(algorithm, public) != parse_id(json_fields.text(record, "id")):
        raise UntrustedError("a key's id is not the hash of the key")
    begin = json_fields.number(record, "not_before_s")
    end = json_fields.number(record, "not_after_s")
    if begin >= end:
        raise MalformedError("a key ends before it begins")
    return PublicKey(
        key_id(algorithm, public),
        purpose,
        public,
        begin,
        end,
        json_fields.optional_text(record, "person"),
        _final(record),
    )


def _final(record: Mapping[str, Any]) -> Final | None:
    if record.get("final") is None:
        return None
    return {
        (json_fields.text(head, "stream"), json_fields.text(head, "region")): (
            json_fields.number(head, "session"),
            json_fields.number(head, "counter"),
            json_fields.base64_bytes(head, "leaf"),
        )
        for head in json_fields.objects(record, "final", MAX_FINAL_HEADS)
    }


def key_record(key: PublicKey) -> dict[str, Any]:
    """Inverse of `read_key`; `final` stands only in a retired key."""
    record: dict[str, Any] = {
        "purpose": key.purpose,
        "algorithm": int(PURPOSES[key.purpose]),
        "id": key.id.hex(),
        "public": b64encode(key.public).decode(),
        "not_before_s": key.not_before_s,
        "not_after_s": key.not_after_s,
        "person": key.person,
    }
    if key.final is None:
        return record
    heads = [
        {
            "stream": stream,
            "region": region,
            "session": session,
            "counter": counter,
            "leaf": b64encode(leaf).decode(),
        }
        for (stream, region), (session, counter, leaf) in sorted(key.final.items())
    ]
    return record | {"final": heads}


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
