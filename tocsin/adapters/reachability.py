"""What a network shows of an address: whether its name is known, its port open, its certificate good.

Each question ends in bounded time: names are asked for in a thread that nobody waits for at the end,
since a resolver that hangs cannot be interrupted.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

T = TypeVar("T")
_ENDED = {9, 10}  # X509_V_ERR_CERT_NOT_YET_VALID, X509_V_ERR_CERT_HAS_EXPIRED
_OTHER_NAME = {62, 64}  # X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH


class Port(StrEnum):
    """What a port did."""

    OPEN = "open"
    CLOSED = "closed"
    SILENT = "silent"


class Tls(StrEnum):
    """What a certificate, or what came in its place, was worth."""

    GOOD = "good"
    ENDED = "ended"
    OTHER_NAME = "other name"
    NOT_TRUSTED = "not trusted"
    NONE = "none"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Certificate:
    """`ends_s`: its end in Unix seconds, 0 where it was not good; `said`: the library's own words."""

    tls: Tls
    ends_s: int = 0
    said: str = ""


async def addresses_of(host: str, timeout_s: float) -> list[str]:
    """The IP addresses of `host`, sorted; empty where there is none, or no answer in time."""
    try:
        async with asyncio.timeout(timeout_s):
            found = await _unwaited(lambda: socket.getaddrinfo(host, None, type=socket.SOCK_STREAM))
    except (OSError, UnicodeError, TimeoutError):
        return []
    return sorted({str(one[4][0]) for one in found})


async def port_of(host: str, port: int, timeout_s: float) -> Port:
    """What the port does when it is called."""
    try:
        async with asyncio.timeout(timeout_s):
            _reader, writer = await asyncio.open_connection(host, port)
    except TimeoutError:
        return Port.SILENT
    except OSError:
        return Port.CLOSED
    writer.close()
    return Port.OPEN


async def certificate_of(host: str, port: int, context: ssl.SSLContext, timeout_s: float) -> Certificate:
    """The certificate that is shown to `host`, judged by `context`."""
    try:
        async with asyncio.timeout(timeout_s):
            _reader, writer = await asyncio.open_connection(host, port, ssl=context, server_hostname=host)
    except ssl.SSLCertVerificationError as error:
        return Certificate(_why(error), said=error.verify_message)
    except TimeoutError:
        return Certificate(Tls.SILENT)
    except (ssl.SSLError, OSError) as error:
        return Certificate(Tls.NONE, said=type(error).__name__)
    shown: dict[str, Any] = writer.get_extra_info("peercert") or {}
    writer.transport.abort()
    return Certificate(Tls.GOOD, int(ssl.cert_time_to_seconds(shown["notAfter"])))


def is_free(host: str, port: int) -> bool:
    """Whether a service could listen there now. Raises OSError where the address is not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), port))
            probe.listen(1)
        except PermissionError:
            raise
        except OSError as error:
            if error.errno in {98, 48}:  # EADDRINUSE
                return False
            raise
    return True


def _why(error: ssl.SSLCertVerificationError) -> Tls:
    if error.verify_code in _ENDED:
        return Tls.ENDED
    return Tls.OTHER_NAME if error.verify_code in _OTHER_NAME else Tls.NOT_TRUSTED


async def _unwaited(work: Callable[[], T]) -> T:
    """What `work` gives, in a thread that the end of the program does not wait for."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def run() -> None:
        try:
            result, error = work(), None
        except Exception as raised:  # noqa: BLE001 - it is raised again where it is awaited
            result, error = None, raised
        with contextlib.suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(_settle, done, result, error)

    threading.Thread(target=run, daemon=True).start()
    return await done


def _settle(done: asyncio.Future[Any], result: Any, error: Exception | None) -> None:
    if done.done():
        return
    if error is not None:
        done.set_exception(error)
    else:
        done.set_result(result)
