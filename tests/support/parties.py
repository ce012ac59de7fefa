"""Participants with all their private keys, made from a name, and their directory entries."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tocsin.core import canonical_json
from tocsin.core.ids import Algorithm, key_id
from tocsin.core.primitives import CompositePrivate, Ed25519Private, XWingPrivate, sha256
from tocsin.core.public_keys import PublicKey, key_record

NOW_S = 1_760_000_400  # October 2025, and a whole hour: nothing here reads a clock
DAY_S = 86_400
KEY_BEGINS_S, KEY_ENDS_S = NOW_S - 300 * DAY_S, NOW_S + 300 * DAY_S


def seed(*words: str) -> bytes:
    """32 bytes that depend on the words alone."""
    return sha256(b"test seed\0" + "\0".join(words).encode())


@dataclass(frozen=True)
class Party:
    """A participant and its keys. Two parties of one name are the same."""

    name: str
    roles: tuple[str, ...] = ("focal-point",)
    regions: tuple[str, ...] = ("south-america",)
    sector: str | None = None
    country: str = "CO"
    sponsor: bytes | None = None
    agreement_ends_s: int | None = None
    changes: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def id(self) -> bytes:
        return seed(self.name, "id")[:16]

    @cached_property
    def record(self) -> Ed25519Private:
        return Ed25519Private.from_raw(seed(self.name, "record"))

    @cached_property
    def statement(self) -> CompositePrivate:
        return CompositePrivate.from_seeds(seed(self.name, "dsa"), seed(self.name, "ed"))

    @cached_property
    def kem(self) -> XWingPrivate:
        return XWingPrivate.from_seed(seed(self.name, "kem"))

    def release(self, person: str = "author") -> Ed25519Private:
        """The release key of one of two persons: `author` or `releaser`."""
        return Ed25519Private.from_raw(seed(self.name, "release", person))

    def key(self, purpose: str, person: str | None = None) -> PublicKey:
        """The public half of a key, as the directory lists it."""
        match purpose:
            case "record":
                algorithm, public = Algorithm.ED25519, self.record.public
            case "statement":
                algorithm, public = Algorithm.COMPOSITE, self.statement.public
            case "kem":
                algorithm, public = Algorithm.XWING, self.kem.public
            case _:
                person = person or "author"
                algorithm, public = Algorithm.ED25519, self.release(person).public
        id_ = key_id(algorithm, public)
        return PublicKey(id_, purpose, public, KEY_BEGINS_S, KEY_ENDS_S, person)

    @property
    def keys(self) -> tuple[PublicKey, ...]:
        """All keys, one for each purpose and two for releases."""
        persons = (self.key("release", "author"), self.key("release", "releaser"))
        return (self.key("record"), self.key("statement"), self.key("kem"), *persons)

    def entry(self, **key_changes: dict[str, Any]) -> dict[str, Any]:
        """The directory entry as JSON values; `record={"final": [...]}` changes the record key."""
        agreement = None
        if self.agreement_ends_s is not None:
            agreement = {"reference": "MoU 7", "expires_at_s": self.agreement_ends_s}
        keys = [key_record(key) | key_changes.get(key.purpose, {}) for key in self.keys]
        return {
            "id": self.id.hex(),
            "name": self.name,
            "country": self.country,
            "regions": list(self.regions),
            "roles": list(self.roles),
            "sector": self.sector,
            "sponsor": self.sponsor.hex() if self.sponsor else None,
            "agreement": agreement,
            "keys": keys,
        } | self.changes

    def target(self, **key_changes: dict[str, Any]) -> tuple[str, bytes]:
        """(name, bytes) of the directory target."""
        return f"participants/{self.id.hex()}", canonical_json.dump(self.entry(**key_changes))
