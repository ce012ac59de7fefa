"""Who publishes: a participant's id, and which of its keys sign now."""

from __future__ import annotations

from typing import TypeVar

from tocsin.adapters.own_keys import KeyRing
from tocsin.core.directory import Directory
from tocsin.core.primitives import CompositePrivate, Ed25519Private

T = TypeVar("T", Ed25519Private, CompositePrivate)


class Originator:
    """The keys in use are the newest ones that the directory has in force and this home holds.

    Until `follow` was asked there are none. `repr` shows no key.
    """

    def __init__(
        self, id_: bytes, records: KeyRing[Ed25519Private], statements: KeyRing[CompositePrivate]
    ) -> None:
        self.id = id_
        self._records, self._statements = records, statements
        self._record: tuple[bytes, Ed25519Private] | None = None
        self._statement: tuple[bytes, CompositePrivate] | None = None

    def follow(self, directory: Directory, now_s: int) -> bool:
        """Take up the keys of `directory`; whether records are signed by another key than before."""
        before = self._record
        self._record = _newest(self._records, directory, self.id, "record", now_s)
        self._statement = _newest(self._statements, directory, self.id, "statement", now_s)
        return before is not None and self._record is not None and before[0] != self._record[0]

    @property
    def missing(self) -> str | None:
        """The purpose of which no key is in use, if any."""
        return "record" if self._record is None else "statement" if self._statement is None else None

    @property
    def can_state(self) -> bool:
        """Whether a statement key is in use."""
        return self._statement is not None

    @property
    def record(self) -> Ed25519Private:
        """Signs records. LookupError where `missing` names it."""
        return _held(self._record)[1]

    @property
    def record_id(self) -> bytes:
        """The id of the key that signs records."""
        return _held(self._record)[0]

    @property
    def statement(self) -> CompositePrivate:
        """Signs manifests and checkpoints. LookupError where `missing` names it."""
        return _held(self._statement)[1]

    @property
    def statement_id(self) -> bytes:
        """The id of the key that signs manifests and checkpoints."""
        return _held(self._statement)[0]

    def record_public(self, id_: bytes) -> bytes | None:
        """The public half of any record key that we hold; None for another's."""
        key = self._records.get(id_)
        return None if key is None else key.public

    def __repr__(self) -> str:
        return f"Originator({self.id.hex()})"


def _newest(
    ring: KeyRing[T], directory: Directory, me: bytes, purpose: str, now_s: int
) -> tuple[bytes, T] | None:
    participant = directory.participants.get(me)
    for key in () if participant is None else participant.keys_for(purpose, now_s):
        if (held := ring.get(key.id)) is not None:
            return key.id, held
    return None


def _held(key: tuple[bytes, T] | None) -> tuple[bytes, T]:
    if key is None:
        raise LookupError("no key is in use")
    return key
