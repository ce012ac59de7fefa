"""Law: what the ladder asks of the reader's memory, and nothing more.

The ladder never writes: it returns a `RecordFate`, and the shell stores all of it in one transaction.
Answers must reflect every fate stored before, also those of the same poll.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from tocsin.core import wire
from tocsin.core.avro import Codec
from tocsin.core.directory import Directory
from tocsin.core.key_schedule import GenerationId
from tocsin.core.outcomes import KnownLeaf, LogHead, LogId
from tocsin.core.part_rules import HeldParts

DomainCheck = Callable[[str, dict[str, Any]], None]


class Reader(HeldParts, Protocol):
    """A reader's memory and keys, as the ladder sees them."""

    @property
    def me(self) -> bytes:
        """Our participant id."""
        ...

    @property
    def directory(self) -> Directory:
        """The directory that we hold."""
        ...

    def head(self, log: LogId) -> LogHead | None:
        """Where the log stands for us; None before its first record."""
        ...

    def known_leaf(self, log: LogId, session: int, counter: int) -> KnownLeaf | None:
        """What passed rung 10 at this session and counter, until it expires."""
        ...

    def manifest(self, generation: GenerationId) -> wire.Manifest | None:
        """The manifest that we believe."""
        ...

    def secret(self, generation: GenerationId) -> bytes | None:
        """The generation's secret, if a wrap of ours brought it."""
        ...

    def item_digest(self, originator: bytes, report_id: bytes, version: int) -> bytes | None:
        """SHA-256(schema, body) of an item that we accepted."""
        ...

    def schema(self, schema: bytes) -> tuple[str, Codec] | None:
        """(full name, codec) of a schema of the directory; None while it is unknown."""
        ...
