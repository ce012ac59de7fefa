"""Reads partitions up to where they ended when asked, handing on what comes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tocsin.adapters.kafka.records import IncomingRecord, Place
from tocsin.adapters.kafka.subscriber import Subscriber
from tocsin.core.errors import BrokerUnavailableError

MAX_POLL_RECORDS = 500
POLL_MS = 250
SILENT_POLLS = 60


async def read_on(
    subscriber: Subscriber,
    ends: Mapping[Place, int],
    take: Callable[[Sequence[IncomingRecord]], None],
) -> None:
    """Give `take` every record before `ends`, some later ones too.

    Raises BrokerUnavailableError when the broker is silent for 15 s before that.
    """
    lagging, silent = set(ends), 0
    while lagging := {one for one in lagging if await subscriber.position(one) < ends[one]}:
        records = await subscriber.poll(MAX_POLL_RECORDS, POLL_MS)
        silent = 0 if records else silent + 1
        if silent > SILENT_POLLS:
            raise BrokerUnavailableError("the broker went silent while our partitions were read")
        if records:
            take(records)
