"""Whether a broker answers now, asked by a connection of its own: what tells waiting from being stuck."""

from __future__ import annotations

from aiokafka.client import AIOKafkaClient

from tocsin.adapters.kafka.closing import close_client
from tocsin.adapters.kafka.connecting import connect
from tocsin.adapters.kafka.security import KafkaAccess, as_access
from tocsin.core.errors import OutsideFault

PROBE_TIMEOUT_S = 5.0


async def broker_trouble(access: KafkaAccess | str) -> str | None:
    """Why none of the addresses lets us in and gives its metadata within 5 s; None where one does."""
    try:
        await ask_broker(access)
    except OutsideFault as error:
        return str(error)
    return None


async def ask_broker(access: KafkaAccess | str) -> None:
    """Be let in by any of the addresses and take its metadata, within 5 s.

    Raises BrokerUnavailableError, BrokerRefusedError with the broker's own reason.
    """
    access = as_access(access)
    client = AIOKafkaClient(**access.client_options(), request_timeout_ms=int(PROBE_TIMEOUT_S * 1_000))
    try:
        await connect(client.bootstrap, "connecting", access.bootstrap, PROBE_TIMEOUT_S)
    finally:
        await close_client(client)
