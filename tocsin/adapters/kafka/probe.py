"""Whether a broker answers now, asked by a connection of its own: what tells waiting from being stuck."""

from __future__ import annotations

from aiokafka.client import AIOKafkaClient

from tocsin.adapters.kafka.closing import close_client
from tocsin.adapters.kafka.connecting import connect
from tocsin.adapters.kafka.security import KafkaAccess, as_access
from tocsin.core.errors import LoginUnusableError, OutsideFault

PROBE_TIMEOUT_S = 5.0


async def broker_trouble(access: KafkaAccess | str) -> str | None:
    """Why none of the addresses lets us in and gives its metadata within 5 s; None where one does."""
    access = as_access(access)
    try:
        options = access.client_options()
    except LoginUnusableError as error:
        return str(error)
    client = AIOKafkaClient(**options, request_timeout_ms=int(PROBE_TIMEOUT_S * 1_000))
    try:
        await connect(client.bootstrap, "connecting", access.bootstrap, PROBE_TIMEOUT_S)
    except OutsideFault as error:
        return str(error)
    finally:
        await close_client(client)
    return None
