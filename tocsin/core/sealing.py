"""Law: items become records here, and only here; a process that reads others' reports cannot import it.

It guarantees that a record fits the wire, that its header says what was sealed, and that nothing of
the items is readable without the generation's secret. When to seal, for whom and under which
generation is left to `generations` and the producer. Source: wire format, "Record".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tocsin.core import padding, wire
from tocsin.core.errors import RefusedByRuleError
from tocsin.core.ids import leaf_of
from tocsin.core.primitives import Ed25519Private, seal_bytes
from tocsin.core.signatures import sign_record

HOUR_S = 3_600
ITEM_OVERHEAD_BYTES = 80
APPROVAL_BYTES = 80
MAX_ITEM_BYTES = padding.MAX_PLAINTEXT_BYTES - 16


@dataclass(frozen=True, slots=True)
class Sealed:
    """A record ready for Kafka: its value, its leaf and its header."""

    value: bytes = field(repr=False)
    leaf: bytes
    header: wire.Header


def expires_at_s(now_s: int, max_age_s: int) -> int:
    """When a record of `now_s` ends: its age limit, rounded up to the hour."""
    return -(-(now_s + max_age_s) // HOUR_S) * HOUR_S


def seal(
    header: wire.Header, record_key: bytes, signer: Ed25519Private, items: tuple[wire.Item, ...]
) -> Sealed:
    """The record of `items` under `header`: encode, pad, encrypt, sign. Raises MalformedError."""
    header_bytes = wire.encode_header(header)
    plaintext = padding.pad(wire.encode_inner(items))
    ciphertext = seal_bytes(record_key, header_bytes, plaintext)
    leaf = leaf_of(header_bytes, ciphertext)
    envelope = wire.Envelope(header_bytes, ciphertext, sign_record(signer, leaf))
    return Sealed(wire.encode_envelope(envelope), leaf, header)


def item_bytes(item: wire.Item) -> int:
    """An upper bound of the item's share of a record's plaintext."""
    return len(item.body) + ITEM_OVERHEAD_BYTES + APPROVAL_BYTES * len(item.approvals)


def check_size(item: wire.Item) -> None:
    """Raises RefusedByRuleError for an item that fits in no record."""
    if item_bytes(item) > MAX_ITEM_BYTES:
        raise RefusedByRuleError(
            f"a report of {len(item.body)} bytes does not fit in a record of {MAX_ITEM_BYTES}; "
            "shorten its texts"
        )


def pack(items: Iterable[wire.Item], max_items: int = wire.MAX_ITEMS) -> Iterator[tuple[wire.Item, ...]]:
    """`items` in order, as tuples that each fit in one record. Sizes were checked on acceptance."""
    batch: list[wire.Item] = []
    used_bytes = 0
    for item in items:
        size = item_bytes(item)
        if batch and (len(batch) == max_items or used_bytes + size > MAX_ITEM_BYTES):
            yield tuple(batch)
            batch, used_bytes = [], 0
        batch.append(item)
        used_bytes += size
    if batch:
        yield tuple(batch)
