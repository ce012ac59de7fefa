"""Bounds of a connection that uvicorn leaves open: how many there are, how long one may say nothing, and
how long it may leave unread what it is given.

uvicorn counts connections when a request arrives: one that never sends a request would hold a socket for
ever. Whatever is answered here, before the application is asked, is a problem document (RFC 9457) too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from tocsin.runtime.problems import problem

MAX_CONNECTIONS = 1_000


@dataclass(frozen=True, slots=True)
class ConnectionBounds:
    """`max_header_wait_s`: from the connection, or a request's first byte, to the end of its header.
    `max_unread_s`: how long a client may take nothing of an answer.
    """

    max_connections: int = MAX_CONNECTIONS
    max_header_wait_s: float = 20.0
    max_unread_s: float = 60.0


def bounded_by(bounds: ConnectionBounds) -> type[asyncio.Protocol]:
    """The protocol class that uvicorn shall use."""

    class Bounded(_BoundedProtocol):
        BOUNDS = bounds

    return Bounded


class _BoundedProtocol(H11Protocol):
    BOUNDS = ConnectionBounds()

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._waits: dict[str, asyncio.TimerHandle] = {}

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self.BOUNDS.max_connections:
            self._turn_away(503, "too many connections are open: come back later")
        else:
            self._wait("header", self.BOUNDS.max_header_wait_s, self._no_header)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._answers():
            self._wait_over("header")
        elif "header" not in self._waits:
            self._wait("header", self.BOUNDS.max_header_wait_s, self._no_header)

    def pause_writing(self) -> None:
        """What was given is not taken: the transport's buffer is full."""
        super().pause_writing()
        self._wait("reader", self.BOUNDS.max_unread_s, self.transport.abort)

    def resume_writing(self) -> None:
        """It is taken again."""
        super().resume_writing()
        self._wait_over("reader")

    def connection_lost(self, exc: Exception | None) -> None:
        for name in tuple(self._waits):
            self._wait_over(name)
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP request, or has a header over its bound."""
        self._turn_away(400, msg)

    def _answers(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _no_header(self) -> None:
        seconds = self.BOUNDS.max_header_wait_s
        self._turn_away(408, f"no whole request header arrived within {seconds:.0f} s")

    def _turn_away(self, status: int, detail: str) -> None:
        answer = problem(status, detail, headers={"Connection": "close"})
        lines = [b"HTTP/1.1 %d %s" % (status, HTTPStatus(status).phrase.encode())]
        lines += [b"%s: %s" % one for one in answer.raw_headers]
        self.transport.write(b"\r\n".join([*lines, b"", bytes(answer.body)]))
        self.transport.close()
        # Who does not take even this is let go of.
        self._wait("reader", self.BOUNDS.max_unread_s, self.transport.abort)

    def _wait(self, name: str, seconds: float, then: Callable[[], None]) -> None:
        self._wait_over(name)
        self._waits[name] = self.loop.call_later(seconds, then)

    def _wait_over(self, name: str) -> None:
        if (timer := self._waits.pop(name, None)) is not None:
            timer.cancel()
