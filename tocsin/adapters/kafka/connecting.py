"""Connects a client in bounded time and finds out why it could not."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from aiokafka.errors import KafkaError

from tocsin.adapters.kafka.errors import translated

CONNECT_TIMEOUT_S = 10.0
MAX_CAUSES = 8


async def connect(
    start: Callable[[], Awaitable[object]], doing: str, bootstrap: str, timeout_s: float
) -> None:
    """Await `start()`, at most `timeout_s`.

    Raises BrokerUnavailableError or BrokerRefusedError with the broker's own reason.
    """
    with _causes() as causes:
        try:
            async with asyncio.timeout(timeout_s):
                await start()
        except (KafkaError, OSError, TimeoutError) as error:
            # aiokafka says "unable to bootstrap" of a wrong password too; the log knows better.
            raise translated(causes[-1] if causes else error, doing, bootstrap) from error


@contextmanager
def _causes() -> Iterator[list[BaseException]]:
    """Collects the exceptions that aiokafka logs and swallows while it connects."""
    found: list[BaseException] = []

    def note(record: logging.LogRecord) -> bool:
        arguments = record.args if isinstance(record.args, tuple) else ()
        causes = [each for each in arguments if isinstance(each, KafkaError | OSError)]
        found.extend(causes[: MAX_CAUSES - len(found)])
        return not causes  # it is raised, with advice, by `connect`

    logger = logging.getLogger("aiokafka")
    logger.addFilter(note)
    try:
        yield found
    finally:
        logger.removeFilter(note)
