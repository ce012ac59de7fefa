"""A bounded conversation with the broker's administration, one question after another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError, for_code

from tocsin.adapters.kafka.closing import close_client
from tocsin.adapters.kafka.connecting import CONNECT_TIMEOUT_S, connect
from tocsin.adapters.kafka.errors import translated
from tocsin.adapters.kafka.security import KafkaAccess, as_access
from tocsin.core.errors import BrokerForbidsError, BrokerRefusedError

ANSWER_TIMEOUT_S = 60.0
_NOT_ALLOWED, _NO_AUTHORIZER = {29, 30, 31}, 54


@asynccontextmanager
async def administration(access: KafkaAccess | str) -> AsyncIterator[tuple[AIOKafkaAdminClient, str]]:
    """(client, addresses), closed at the end. Raises BrokerUnavailableError, BrokerRefusedError."""
    where = as_access(access)
    admin = AIOKafkaAdminClient(**where.client_options())
    try:
        await connect(admin.start, "connecting", where.bootstrap, CONNECT_TIMEOUT_S)
        yield admin, where.bootstrap
    finally:
        await close_client(admin._client)  # noqa: SLF001


async def answer(question: Awaitable[Any], bootstrap: str, doing: str) -> Any:
    """What the broker says, within 60 s. Raises BrokerUnavailableError, BrokerRefusedError."""
    try:
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            return await question
    except (KafkaError, OSError, TimeoutError) as error:
        raise translated(error, doing, bootstrap) from error


def require(code: int, message: str | None, doing: str) -> None:
    """Returns for 0. Raises BrokerForbidsError or BrokerRefusedError with the broker's own words."""
    if code in _NOT_ALLOWED:
        raise BrokerForbidsError(
            f"{doing}: not allowed for this login: give one of super.users in [kafka_admin] of "
            "settings.toml"
        )
    if code == _NO_AUTHORIZER:
        raise BrokerRefusedError(
            f"{doing}: this broker has no authorizer: everybody may do everything there. Its operator "
            "sets authorizer.class.name, as deploy/kafka/server.properties does; nothing was changed"
        )
    if code:
        reason = message or for_code(code).__name__
        raise BrokerRefusedError(f"{doing}: {reason} (Kafka's error {code})")
