"""Posts to a webhook; the only file that knows `httpcore`.

The name is resolved here and the connection made to the very address that was judged, so that a name
that changes meanwhile (DNS rebinding) leads nowhere else; certificates are checked against the name. No
redirect is followed, no proxy or cookie used, no answer read beyond 64 KiB, and 20 s end it all.
"""

from __future__ import annotations

import asyncio
import email.utils
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import httpcore

from tocsin.adapters.certificates import trusting
from tocsin.core.errors import DeliveryFailedError
from tocsin.core.outward import Receiver, refusal

DEADLINE_S = 20.0
MAX_ANSWER_BYTES = 65_536
IDLE_S = 30.0

Resolve = Callable[[str, int], Awaitable[list[str]]]


async def resolved(host: str, port: int) -> list[str]:
    """The addresses of a name, as the machine resolves it. Raises OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


class Poster:
    """Posts to one receiver over a kept connection."""

    def __init__(
        self,
        receiver: Receiver,
        *,
        own_network: bool = False,
        ca_file: Path | None = None,
        resolve: Resolve = resolved,
        deadline_s: float = DEADLINE_S,
    ) -> None:
        self._receiver, self._deadline_s = receiver, deadline_s
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=trusting(ca_file),
            max_connections=1,
            keepalive_expiry=IDLE_S,
            network_backend=_Judged(receiver, own_network, resolve),
        )

    async def post(self, headers: Mapping[str, str], body: bytes) -> None:
        """Hand `body` (JSON) over; returns after a 2xx. Raises DeliveryFailedError."""
        try:
            async with asyncio.timeout(self._deadline_s):
                status, answered = await self._post(headers, body)
        except TimeoutError:
            raise DeliveryFailedError(f"no answer within {self._deadline_s:g} s") from None
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise DeliveryFailedError(_why(error)) from None
        _judge(status, answered)

    async def close(self) -> None:
        """Close the connection."""
        await self._pool.aclose()

    async def _post(self, headers: Mapping[str, str], body: bytes) -> tuple[int, dict[bytes, bytes]]:
        receiver = self._receiver
        url = httpcore.URL(
            scheme="https" if receiver.secure else "http",
            host=receiver.host,
            port=receiver.port,
            target=receiver.path,
        )
        own = {"host": _host(receiver), "content-type": "application/json", "user-agent": "tocsin/1"}
        sent = {**own, **headers, "content-length": str(len(body))}
        async with self._pool.stream("POST", url, headers=list(sent.items()), content=body) as answer:
            size_bytes = 0
            async for part in answer.aiter_stream():
                size_bytes += len(part)
                if size_bytes > MAX_ANSWER_BYTES:
                    break  # leaving the block closes the connection
            return answer.status, {name.lower(): value for name, value in answer.headers}


class _Judged(httpcore.AsyncNetworkBackend):
    """Connects to judged addresses only."""

    def __init__(self, receiver: Receiver, own_network: bool, resolve: Resolve) -> None:
        self._receiver, self._own_network, self._resolve = receiver, own_network, resolve
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """To the first address that answers, if every one of the name may be connected to."""
        try:
            addresses = await self._resolve(host, port)
        except (OSError, UnicodeError):
            raise DeliveryFailedError("its name cannot be resolved") from None
        for address in addresses:
            why = refusal(address, self._receiver, own_network=self._own_network)
            if why is not None:
                raise DeliveryFailedError(f"not connected: {why}")
        for address in addresses[:-1]:
            try:
                return await self._network.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        if not addresses:
            raise DeliveryFailedError("its name has no address")
        return await self._network.connect_tcp(addresses[-1], port, timeout, local_address, socket_options)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


def _host(receiver: Receiver) -> str:
    host = f"[{receiver.host}]" if ":" in receiver.host else receiver.host
    usual = 443 if receiver.secure else 80
    return host if receiver.port == usual else f"{host}:{receiver.port}"


def _judge(status: int, headers: Mapping[bytes, bytes]) -> None:
    if 200 <= status < 300:
        return
    if 300 <= status < 400:
        raise DeliveryFailedError(
            f"it answered {status}, which leads elsewhere and is never followed: give the last address"
        )
    if status == 410:
        raise DeliveryFailedError("it answered 410: it wants no more", gone=True)
    raise DeliveryFailedError(f"it answered {status}", retry_after_s=_retry_after_s(headers))


def _retry_after_s(headers: Mapping[bytes, bytes]) -> int | None:
    """RFC 9110, 10.2.3: seconds, or a date."""
    text = headers.get(b"retry-after", b"").decode("latin-1").strip()
    if text.isascii() and text.isdigit():
        return min(int(text[:9]), 10**9)
    try:
        return max(0, int(email.utils.parsedate_to_datetime(text).timestamp() - time.time()))
    except (ValueError, OverflowError):
        return None


def _why(error: Exception) -> str:
    """In words, without what the library quotes."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate is not trusted ({cause.verify_message})"
        cause = cause.__cause__ or cause.__context__
    match error:
        case httpcore.ConnectError() | httpcore.ConnectTimeout():
            return "it cannot be connected to"
        case httpcore.ProtocolError():
            return "it broke off, or does not speak HTTP"
        case _:
            return "the connection was lost"
