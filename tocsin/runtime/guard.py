"""What stands before every request: known host, bounded body, headers that keep browsers careful.

Bodies are taken whole before the application runs, so that one that is too large is refused alike with
and without a Content-Length, and nothing of it is stored. Bodies are taken before anybody is asked
for a token, so their memory is bounded by `max_bodies_bytes` in all.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tocsin.runtime.problems import problem

LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")
MAX_BODY_BYTES = 262_144
MAX_LENGTH_DIGITS = 20
MAX_BODIES_BYTES = 67_108_864
MAX_BODY_WAIT_S = 30.0
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}

Refusal = tuple[int, str]
GONE: Refusal = (0, "the client went away")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a service admits. `hosts`: names that its Host header may carry, without port."""

    max_body_bytes: int = MAX_BODY_BYTES
    max_body_wait_s: float = MAX_BODY_WAIT_S
    max_bodies_bytes: int = MAX_BODIES_BYTES
    hosts: tuple[str, ...] = LOOPBACK_HOSTS


class Guard:
    """ASGI middleware around a whole application."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app, self._limits = app, limits
        self._held_bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the request, or pass it on with its body in one piece."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def careful(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        held = bytearray()
        try:
            refusal = self._refusal(Headers(scope=scope)) or await self._take(receive, held)
            if refusal is GONE:
                return
            if refusal is not None:
                await problem(*refusal, headers={"Connection": "close"})(scope, receive, careful)
                return
            await self._app(scope, _replay(bytes(held), receive), careful)
        finally:
            self._held_bytes -= len(held)

    def _refusal(self, headers: Headers) -> Refusal | None:
        hosts = headers.getlist("host")
        if len(hosts) != 1 or _without_port(hosts[0]) not in self._limits.hosts:
            return 421, "this service does not answer to that host name: set its allowed hosts"
        length = headers.get("content-length", "0")
        if length.isdecimal() and (
            len(length) > MAX_LENGTH_DIGITS or int(length) > self._limits.max_body_bytes
        ):
            return self._too_large()
        return None

    async def _take(self, receive: Receive, held: bytearray) -> Refusal | None:
        """Take the body into `held`, which counts towards all bodies until the request is answered."""
        try:
            async with asyncio.timeout(self._limits.max_body_wait_s):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return GONE
                    part = message.get("body", b"")
                    if len(held) + len(part) > self._limits.max_body_bytes:
                        return self._too_large()
                    if self._held_bytes + len(part) > self._limits.max_bodies_bytes:
                        return 503, "too many bodies arrive at once: come back later"
                    held += part
                    self._held_bytes += len(part)
                    if not message.get("more_body", False):
                        return None
        except TimeoutError:
            return 408, f"the body did not arrive within {self._limits.max_body_wait_s:.0f} s"

    def _too_large(self) -> Refusal:
        return 413, f"the body is over {self._limits.max_body_bytes} bytes"


def _replay(body: bytes, receive: Receive) -> Receive:
    given = False

    async def once() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return once


def _without_port(host: str) -> str:
    name, colon, port = host.lower().rpartition(":")
    return name if colon and port.isdecimal() else host.lower()
