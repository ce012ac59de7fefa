"""Logins at the broker: a new secret goes to one private file, and nowhere else."""

from __future__ import annotations

import asyncio
from base64 import urlsafe_b64encode
from pathlib import Path

from tocsin.adapters.kafka.logins import read_logins, remove_logins, set_login
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.adapters.private_files import destroy_private, write_new
from tocsin.core.broker_access import Declaration, login_of
from tocsin.core.directory import Directory
from tocsin.core.errors import RefusedByRuleError, TocsinError
from tocsin.core.primitives import random_bytes

SECRET_BYTES = 32


def check_name(name: str, directory: Directory, declaration: Declaration, now_s: int) -> str:
    """`name`, if it is a lasting participant's or a declared login's. Raises RefusedByRuleError."""
    ended = {login_of(one): one.ended for one in directory.participants.values()}
    if name in declaration.logins or (name in ended and ended[name] is None):
        return name
    if name in ended and (end := ended[name]) is not None:
        when = "has ended" if now_s >= end.at_s else "is about to end"
        raise RefusedByRuleError(f"the part of {name} {when}: it gets no login")
    others = ", ".join(sorted(declaration.logins))
    raise RefusedByRuleError(
        f"{name} is neither the id of a participant (tocsin authority participant list) nor one of {others}"
    )


def add(access: KafkaAccess, name: str, out: Path, *, renew: bool) -> None:
    """Make a login with a fresh secret in the new private file `out`.

    `renew`: it is there already, and gets another. Raises RefusedByRuleError, KeyUnusableError (the file
    is there), BrokerUnavailableError, BrokerRefusedError; then no login and no file was made.
    """
    there = name in asyncio.run(read_logins(access))
    if there and not renew:
        raise RefusedByRuleError(f"{name} has a login: --renew gives it another secret and ends the old")
    if renew and not there:
        raise RefusedByRuleError(f"{name} has no login to renew: leave out --renew")
    secret = urlsafe_b64encode(random_bytes(SECRET_BYTES)).decode().rstrip("=")
    write_new(out, secret.encode() + b"\n")
    try:
        asyncio.run(set_login(access, name, secret))
    except TocsinError:
        destroy_private(out)
        raise


def remove(access: KafkaAccess, name: str) -> None:
    """End a login. Raises RefusedByRuleError where there is none."""
    if name not in asyncio.run(read_logins(access)):
        raise RefusedByRuleError(f"{name} has no login")
    asyncio.run(remove_logins(access, [name]))
