"""Law: a public key of a participant, and its one JSON form.

It guarantees that a key that parses is safe to use, has the id that is its hash, and times in order.
Whose it is, is left to `participants`; what a retired key still vouches for, to the ladder (rung 9).
Source: wire format, "Keys" and "Directory".
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tocsin.core import json_fields
from tocsin.core.errors import MalformedError, UntrustedError
from tocsin.core.ids import Algorithm, key_id, parse_id
from tocsin.core.primitives import (
    check_composite_public,
    check_ed25519_public,
    check_xwing_public,
)

MAX_FINAL_HEADS = 4_096
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
    """One key of a participant. `final` is set when a record key is retired: log -> last head.

    `revoked_at_s`: since when somebody else may have it; what was wrapped to it must be replaced.
    """

    id: bytes
    purpose: str
    public: bytes = field(repr=False)
    not_before_s: int
    not_after_s: int
    person: str | None = None
    final: Final | None = None
    revoked_at_s: int | None = None

    @property
    def in_use(self) -> bool:
        """Whether it is neither retired nor revoked."""
        return self.final is None and self.revoked_at_s is None

    def valid_at(self, time_s: int) -> bool:
        """Whether the key may be used for something dated `time_s`."""
        return self.not_before_s <= time_s <= self.not_after_s


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
    begin = json_fields.moment(record, "not_before_s")
    end = json_fields.moment(record, "not_after_s")
    if begin >= end:
        raise MalformedError("a key ends before it begins")
    return PublicKey(
        key_id(algorithm, public),
        purpose,
        public,
        begin,
        end,
        json_fields.optional_line(record, "person"),
        read_final(record),
        None if record.get("revoked_at_s") is None else json_fields.moment(record, "revoked_at_s"),
    )


def read_final(record: Mapping[str, Any]) -> Final | None:
    """The final heads of a retired record key; None where there are none. Raises MalformedError."""
    if record.get("final") is None:
        return None
    return read_heads(json_fields.objects(record, "final", MAX_FINAL_HEADS))


def read_heads(records: Sequence[Mapping[str, Any]]) -> Final:
    """Inverse of `final_records`. Raises MalformedError."""
    return {
        (json_fields.text(head, "stream"), json_fields.text(head, "region")): (
            json_fields.number(head, "session"),
            json_fields.number(head, "counter"),
            json_fields.base64_bytes(head, "leaf"),
        )
        for head in records
    }


def key_record(key: PublicKey) -> dict[str, Any]:
    """Inverse of `read_key`; `final` and `revoked_at_s` stand only in a key that is retired."""
    record: dict[str, Any] = {
        "purpose": key.purpose,
        "algorithm": int(PURPOSES[key.purpose]),
        "id": key.id.hex(),
        "public": b64encode(key.public).decode(),
        "not_before_s": key.not_before_s,
        "not_after_s": key.not_after_s,
        "person": key.person,
    }
    if key.revoked_at_s is not None:
        record["revoked_at_s"] = key.revoked_at_s
    return record if key.final is None else record | {"final": final_records(key.final)}


def final_records(final: Final) -> list[dict[str, Any]]:
    """Inverse of `read_final`."""
    return [
        {
            "stream": stream,
            "region": region,
            "session": session,
            "counter": counter,
            "leaf": b64encode(leaf).decode(),
        }
        for (stream, region), (session, counter, leaf) in sorted(final.items())
    ]
