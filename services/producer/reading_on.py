"""Reads partitions up to where they ended when asked, handing on what comes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tocsin.adapters.kafka.patience import PatientPolls
from tocsin.adapters.kafka.records import IncomingRecord, Place
from tocsin.adapters.kafka.subscriber import Subscriber


async def read_on(
    subscriber: Subscriber,
    ends: Mapping[Place, int],
    take: Callable[[Sequence[IncomingRecord]], None],
) -> None:
    """Give `take` every record before `ends`, some later ones too.

    Raises BrokerUnavailableError when the broker is silent for 15 s before that.
    """
    polls = PatientPolls(subscriber, "the broker went silent while our partitions were read")
    lagging = set(ends)
    while lagging := {one for one in lagging if await subscriber.position(one) < ends[one]}:
        if records := await polls.poll():
            take(records)
