"""Law: what the directory says of a participant and of an audience, and its one JSON form.

It guarantees that an entry that parses has ids that match its keys, keys that are safe, and times in
order. Who signed the directory is left to TUF; who belongs to what at a time, to `directory`.
Source: wire format, "Directory".
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tocsin.core import canonical_json
from tocsin.core.errors import MalformedError, UntrustedError
from tocsin.core.ids import Algorithm, audience_id, key_id, parse_id
from tocsin.core.primitives import (
    check_composite_public,
    check_ed25519_public,
    check_xwing_public,
    verify_composite,
)
from tocsin.core.signatures import PARTICIPANT_LABEL

MAX_TARGET_BYTES = 65_536
MAX_KEYS = 64
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


@dataclass(frozen=True, slots=True)
class PublicKey:
    """One key of a participant. `final` is set when a record key is retired: log -> last head."""

    id: bytes
    purpose: str
    public: bytes = field(repr=False)
    not_before_s: int
    not_after_s: int
    person: str | None = None
    final: Mapping[tuple[str, str], tuple[int, int, bytes]] | None = None

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


@dataclass(frozen=True, slots=True)
class Audience:
    """A named membership rule, with what may be sent to it. Empty fields of the rule mean any."""

    name: str
    roles: frozenset[str] = frozenset()
    sectors: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    exclude: frozenset[bytes] = frozenset()
    schemas: frozenset[bytes] | None = None
    approvals: int = 0
    history: str = "generation"
    max_age_s: int = 30 * 86_400

    @property
    def id(self) -> bytes:
        """16 bytes, recomputed from the name."""
        return audience_id(self.name)

    def wants(self, participant: Participant) -> bool:
        """Whether the rule names `participant`, agreement aside."""
        return (
            participant.id not in self.exclude
            and (not self.roles or not self.roles.isdisjoint(participant.roles))
            and (not self.sectors or participant.sector in self.sectors)
            and (not self.regions or not self.regions.isdisjoint(participant.regions))
        )


def read_participant(data: bytes) -> Participant:
    """The participant of a directory target. Raises MalformedError or UntrustedError."""
    record = _target(data, "participant")
    keys = tuple(read_key(key) for key in _list(record, "keys", MAX_KEYS))
    if len({key.id for key in keys}) != len(keys):
        raise MalformedError("a participant names one key twice")
    agreement = record.get("agreement") or {}
    sponsor = record.get("sponsor")
    return Participant(
        id=parse_id(_text(record, "id")),
        name=_text(record, "name"),
        country=_text(record, "country"),
        regions=_texts(record, "regions"),
        roles=_texts(record, "roles"),
        sector=record.get("sector"),
        sponsor=parse_id(sponsor) if sponsor else None,
        agreement=agreement.get("reference"),
        agreement_ends_s=_number(agreement, "expires_at_s") if agreement else _without(sponsor),
        keys=keys,
    )


def _without(sponsor: object) -> int:
    # A firm without an agreement has no stream; a government needs none.
    return 0 if sponsor else NO_DAY


def read_key(record: Mapping[str, Any]) -> PublicKey:
    """One key of a participant or request, checked. Raises MalformedError or UntrustedError."""
    purpose = _text(record, "purpose")
    if purpose not in PURPOSES:
        raise MalformedError("a key has an unknown purpose")
    algorithm = PURPOSES[purpose]
    public = _base64(_text(record, "public"))
    _CHECKS[algorithm](public)
    if key_id(algorithm, public) != parse_id(_text(record, "id")):
        raise UntrustedError("a key's id is not the hash of the key")
    begin, end = _number(record, "not_before_s"), _number(record, "not_after_s")
    if begin >= end:
        raise MalformedError("a key ends before it begins")
    return PublicKey(
        key_id(algorithm, public),
        purpose,
        public,
        begin,
        end,
        record.get("person"),
        _final(record),
    )


def _final(
    record: Mapping[str, Any],
) -> Mapping[tuple[str, str], tuple[int, int, bytes]] | None:
    heads = record.get("final")
    if heads is None:
        return None
    return {
        (_text(head, "stream"), _text(head, "region")): (
            _number(head, "session"),
            _number(head, "counter"),
            _base64(_text(head, "leaf")),
        )
        for head in _list(record, "final", 4_096)
    }


def request_bytes(request: Mapping[str, Any]) -> bytes:
    """What an applicant signs: canonical JSON of name, country and keys."""
    return canonical_json.dump({name: request.get(name) for name in ("name", "country", "keys")})


def verify_request(request: Mapping[str, Any]) -> tuple[PublicKey, ...]:
    """The keys of an application that its own statement key signed. Raises MalformedError or
    UntrustedError."""
    keys = tuple(read_key(key) for key in _list(request, "keys", MAX_KEYS))
    signers = [key for key in keys if key.purpose == "statement"]
    if len(signers) != 1:
        raise MalformedError("an application has exactly one statement key")
    message = PARTICIPANT_LABEL + request_bytes(request)
    signature = _base64(_text(request, "self_signature"))
    verify_composite(signers[0].public, signature, PARTICIPANT_LABEL, message)
    return keys


def key_record(key: PublicKey) -> dict[str, Any]:
    """Inverse of `read_key`, for a request or a directory entry (without `final`)."""
    return {
        "purpose": key.purpose,
        "algorithm": int(PURPOSES[key.purpose]),
        "id": key.id.hex(),
        "public": b64encode(key.public).decode(),
        "not_before_s": key.not_before_s,
        "not_after_s": key.not_after_s,
        "person": key.person,
    }


def read_audience(data: bytes) -> Audience:
    """The audience of a directory target. Raises MalformedError."""
    record = _target(data, "audience")
    rule = record.get("rule") or {}
    schemas = record.get("schemas")
    name = _text(record, "name")
    approvals = _number(record, "approvals")
    if name.startswith("to.") or approvals > 2:
        raise MalformedError("an audience begins with 'to.' or asks for more than 2 approvals")
    return Audience(
        name=name,
        roles=frozenset(_texts(rule, "roles")),
        sectors=frozenset(_texts(rule, "sectors")),
        regions=frozenset(_texts(rule, "regions")),
        exclude=frozenset(parse_id(one) for one in _texts(rule, "exclude")),
        schemas=None if schemas is None else frozenset(map(_hash, _texts(record, "schemas"))),
        approvals=approvals,
        history=_text(record, "history"),
        max_age_s=_number(record, "max_age_s"),
    )


def _target(data: bytes, kind: str) -> dict[str, Any]:
    if len(data) > MAX_TARGET_BYTES:
        raise MalformedError(f"a {kind} of {len(data)} bytes is over {MAX_TARGET_BYTES}")
    record = canonical_json.load(data)
    if not isinstance(record, dict):
        raise MalformedError(f"a {kind} is a JSON object")
    return record


def _text(record: Mapping[str, Any], name: str) -> str:
    value = record.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= 8_192:
        raise MalformedError(f"{name} is missing or no text")
    return value


def _texts(record: Mapping[str, Any], name: str) -> tuple[str, ...]:
    values = record.get(name) or []
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise MalformedError(f"{name} is no list of texts")
    return tuple(values)


def _list(record: Mapping[str, Any], name: str, limit: int) -> list[Any]:
    values = record.get(name)
    if not isinstance(values, list) or len(values) > limit:
        raise MalformedError(f"{name} is no list of at most {limit}")
    if not all(isinstance(value, dict) for value in values):
        raise MalformedError(f"{name} holds something else than objects")
    return values


def _number(record: Mapping[str, Any], name: str) -> int:
    value = record.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**63:
        raise MalformedError(f"{name} is missing or no whole number of at least 0")
    return value


def _base64(text: str) -> bytes:
    try:
        data = b64decode(text, validate=True)
    except ValueError as error:
        raise MalformedError("a value is not base64") from error
    if b64encode(data).decode() != text:
        raise MalformedError("a value is not canonical base64")
    return data


def _hash(text: str) -> bytes:
    if len(text) != 64 or text.strip("0123456789abcdef"):
        raise MalformedError("a schema is named by 64 hex digits")
    return bytes.fromhex(text)
