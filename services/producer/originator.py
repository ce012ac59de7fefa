"""Who publishes: a participant's id and the private keys that a publisher needs."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.core.ids import Algorithm, key_id
from tocsin.core.primitives import CompositePrivate, Ed25519Private


@dataclass(frozen=True)
class Originator:
    """`repr` shows ids only: private keys never show themselves."""

    id: bytes
    record: Ed25519Private
    statement: CompositePrivate

    @property
    def record_id(self) -> bytes:
        """The id of the key that signs records."""
        return key_id(Algorithm.ED25519, self.record.public)

    @property
    def statement_id(self) -> bytes:
        """The id of the key that signs manifests and checkpoints."""
        return key_id(Algorithm.COMPOSITE, self.statement.public)
