"""One command's worth of publishing: rounds until nothing more can leave, in bounded time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from services.producer.producing import Producing
from tocsin.adapters.kafka.errors import DeliveryFailedError
from tocsin.core.errors import OutsideFault, StorageError
from tocsin.runtime import console

MAX_TRIES = 3
CHECKPOINT_NEWS_S = 60


async def drain(
    producing: Producing, max_s: float, look_in: Callable[[], Awaitable[None]] | None = None
) -> None:
    """Publish what waits, at most `max_s` seconds, and say what is in the way. Raises StorageError.

    Whatever does not leave stays in the outbox. `look_in` looks into our inbox; what it queues leaves too.
    """
    try:
        async with asyncio.timeout(max_s):
            await _rounds(producing)
            if look_in is not None:
                await look_in()
                await _rounds(producing)
            await producing.checkpoint(CHECKPOINT_NEWS_S)
    except TimeoutError:
        console.warn(f"Kafka did not acknowledge within {max_s:.0f} s")
    except StorageError:
        raise
    except OutsideFault as error:
        if str(error) not in producing.troubles.values():
            console.warn(str(error))
    finally:
        await producing.stop()
    for sentence in producing.own_alarms():
        console.warn(sentence)
    for trouble in dict.fromkeys(producing.troubles.values()):
        console.warn(trouble)
    if producing.waiting:
        console.warn("what is not published waits in the outbox for `tocsin send` or the producer service")


async def _rounds(producing: Producing) -> None:
    """A delivery that failed half-way is worth another try; a broker that is not there is not."""
    for left in reversed(range(MAX_TRIES)):
        try:
            await producing.round()
            while producing.unfinished:
                await producing.round()
        except DeliveryFailedError:
            if not left:
                raise
        else:
            return
