"""SCRAM-SHA-512 logins that the broker keeps: who has one, new secrets, and their end.

The secret itself never leaves this machine: the broker is given a salt and what PBKDF2 makes of both.
Source: RFC 5802; KIP-554.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from tocsin.adapters.kafka.access_requests import AlterScramRequest, Asked, DescribeScramRequest
from tocsin.adapters.kafka.acls import read_acls
from tocsin.adapters.kafka.admin import administration, answer, require
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.core.primitives import random_bytes

SHA_512 = 2
ITERATIONS = 16_384
SALT_BYTES = 32


async def read_logins(access: KafkaAccess | str) -> frozenset[str]:
    """The names of all SCRAM-SHA-512 logins. Raises BrokerUnavailableError, BrokerRefusedError."""
    # Kafka 4.4 never answers this question from somebody who may not ask it. ACLs need the same right.
    await read_acls(access)
    async with administration(access) as (admin, bootstrap):
        asked = Asked(DescribeScramRequest, None, {})
        found = await answer(admin._send_request(asked), bootstrap, "reading logins")  # noqa: SLF001
    require(found.error_code, found.error_message, "reading logins")
    return frozenset(
        user
        for user, _code, _message, credentials, _tags in found.results
        if any(mechanism == SHA_512 for mechanism, *_ in credentials)
    )


async def set_login(access: KafkaAccess | str, name: str, secret: str) -> None:
    """Make a login, or give it another secret. Raises BrokerUnavailableError, BrokerRefusedError."""
    salt = random_bytes(SALT_BYTES)
    salted = hashlib.pbkdf2_hmac("sha512", secret.encode(), salt, ITERATIONS)
    await _alter(access, [], [(name, SHA_512, ITERATIONS, salt, salted, {})])


async def remove_logins(access: KafkaAccess | str, names: Sequence[str]) -> None:
    """End logins; open connections end when they must log in anew (`connections.max.reauth.ms`)."""
    await _alter(access, [(name, SHA_512, {}) for name in names], [])


async def _alter(access: KafkaAccess | str, gone: list[Any], new: list[Any]) -> None:
    async with administration(access) as (admin, bootstrap):
        asked = Asked(AlterScramRequest, gone, new, {})
        done = await answer(admin._send_request(asked), bootstrap, "changing logins")  # noqa: SLF001
    for user, code, message, _tags in done.results:
        require(code, message, f"changing login {user}")
