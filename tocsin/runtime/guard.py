"""What stands before every request: known host, bounded body, headers that keep browsers careful.

Bodies are taken whole before the application runs, so that one that is too large is refused alike with
and without a Content-Length, and nothing of it is stored. Memory is bounded by `max_body_bytes` times
the connections that the server allows.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tocsin.runtime.problems import problem

LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")
MAX_BODY_BYTES = 262_144
MAX_BODY_WAIT_S = 30.0
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What a service admits. `hosts`: names that its Host header may carry, without port."""

    max_body_bytes: int = MAX_BODY_BYTES
    max_body_wait_s: float = MAX_BODY_WAIT_S
    hosts: tuple[str, ...] = LOOPBACK_HOSTS


class Guard:
    """ASGI middleware around a whole application."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app, self._limits = app, limits

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

        refusal = self._refusal(Headers(scope=scope))
        body = b"" if refusal else await self._body(receive)
        if body is None:
            return  # the client went away
        if isinstance(body, tuple):
            refusal = body
        if refusal:
            await problem(*refusal, headers={"Connection": "close"})(scope, receive, careful)
            return
        assert isinstance(body, bytes)
        await self._app(scope, _replay(body, receive), careful)

    def _refusal(self, headers: Headers) -> tuple[int, str] | None:
        hosts = headers.getlist("host")
        if len(hosts) != 1 or _without_port(hosts[0]) not in self._limits.hosts:
            return 421, "this service does not answer to that host name: set its allowed hosts"
        length = headers.get("content-length", "0")
        if length.isdecimal() and int(length) > self._limits.max_body_bytes:
            return self._too_large()
        return None

    async def _body(self, receive: Receive) -> bytes | tuple[int, str] | None:
        parts: list[bytes] = []
        size_bytes = 0
        try:
            async with asyncio.timeout(self._limits.max_body_wait_s):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return None
                    parts.append(message.get("body", b""))
                    size_bytes += len(parts[-1])
                    if size_bytes > self._limits.max_body_bytes:
                        return self._too_large()
                    if not message.get("more_body", False):
                        return b"".join(parts)
        except TimeoutError:
            return 408, f"the body did not arrive within {self._limits.max_body_wait_s:.0f} s"

    def _too_large(self) -> tuple[int, str]:
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
