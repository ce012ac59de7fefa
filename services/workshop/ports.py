"""Ports of the local brokers: loopback, below the ephemeral range, free."""

from __future__ import annotations

import secrets
import socket

from tocsin.core.errors import SettingsError

LOOPBACK = "127.0.0.1"
LOWEST, HIGHEST = 1024, 32_767
# Above these the kernel hands out ports itself; a probe of such a port can meet itself.
SEARCH_FROM, SEARCH_TO = 20_000, 32_000
CONTROLLER_DISTANCE = 10


def is_free(port: int) -> bool:
    """Whether nothing listens on `port` of the loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as Java does
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def block(base: int, brokers: int) -> tuple[int, ...]:
    """The ports that a cluster at `base` takes: brokers' first, then controllers'."""
    return tuple(range(base, base + brokers)) + tuple(
        range(base + CONTROLLER_DISTANCE, base + CONTROLLER_DISTANCE + brokers)
    )


def require_free(base: int, brokers: int) -> None:
    """Raises SettingsError naming every port that is taken or out of range."""
    ports = block(base, brokers)
    if ports[0] < LOWEST or ports[-1] > HIGHEST:
        raise SettingsError(f"port {base}: choose one from {LOWEST} to {HIGHEST - 20}")
    if taken := [str(port) for port in ports if not is_free(port)]:
        raise SettingsError(
            f"port {', '.join(taken)} on {LOOPBACK} is in use by another program: "
            "stop it, or choose another with --port"
        )


def find_free(brokers: int) -> int:
    """A base whose whole block is free. Raises SettingsError after 200 tries."""
    for _ in range(200):
        base = SEARCH_FROM + secrets.randbelow((SEARCH_TO - SEARCH_FROM) // 20) * 20
        if all(is_free(port) for port in block(base, brokers)):
            return base
    raise SettingsError(f"no free ports found from {SEARCH_FROM} to {SEARCH_TO}")
