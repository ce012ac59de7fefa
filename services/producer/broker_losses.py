"""Finds what a broker no longer holds of what it acknowledged to us: it was restored, or made anew.

A backup is a beginning of the log, so what is left is a beginning of ours too: the first record that is
gone is found by halving. What retention took is not lost: who should have read it has had its time.
"""

from __future__ import annotations

from tocsin.adapters.kafka.reading import record_at
from tocsin.adapters.kafka.records import Place
from tocsin.adapters.kafka.subscriber import Subscriber
from tocsin.adapters.outbox.lost import Acknowledged, OutboxLost
from tocsin.core import wire
from tocsin.core.errors import TheirFault
from tocsin.core.ids import leaf_of


async def first_loss(
    subscriber: Subscriber, lost: OutboxLost, place: Place, begin: int, end: int
) -> int | None:
    """The offset from which on all of ours is gone; None where the newest is still there.

    `begin`, `end`: what the broker says of the partition. `subscriber` may stand anywhere afterwards.
    Raises BrokerUnavailableError, BrokerRefusedError.
    """

    async def holds(known: Acknowledged) -> bool:
        if known.offset < begin:
            return True
        record = await record_at(subscriber, place, known.offset) if known.offset < end else None
        return record is not None and _leaf(record.value) == known.leaf

    newest = lost.newest([place]).get(place)
    if newest is None or await holds(newest):
        return None
    low, high = 0, lost.count(*place) - 1  # all before `low` is there, all from `high` on is not
    while low < high:
        middle = (low + high) // 2
        if await holds(lost.nth(*place, middle)):
            low = middle + 1
        else:
            high = middle
    return lost.nth(*place, high).offset


def _leaf(value: bytes | None) -> bytes | None:
    try:
        envelope = wire.decode_envelope(value or b"")
    except TheirFault:
        return None
    return leaf_of(envelope.header, envelope.ciphertext)
