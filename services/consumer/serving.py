"""A web server inside our own loop, and the signals that stop it."""

from __future__ import annotations

import asyncio
import signal
import socket

import uvicorn
from fastapi import FastAPI

from tocsin.core.errors import SettingsError

MAX_CONNECTIONS = 1_000
MAX_GOODBYE_S = 5


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers: ours stop everything in order."""

    def install_signal_handlers(self) -> None:
        """Leave signals to us (older uvicorn)."""

    def capture_signals(self) -> _Nothing:  # type: ignore[override]
        """Leave signals to us."""
        return _Nothing()


class _Nothing:
    def __enter__(self) -> None: ...

    def __exit__(self, *_about: object) -> None: ...


async def serve_until(app: FastAPI, host: str, port: int, stop: asyncio.Event) -> None:
    """Answer on `host`:`port` until `stop`; open streams get 5 s to say goodbye.

    Raises SettingsError where the address cannot be had.
    """
    listener = _listen(host, port)
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        limit_concurrency=MAX_CONNECTIONS,
        timeout_graceful_shutdown=MAX_GOODBYE_S,
    )
    server = _Server(config)
    serving = asyncio.ensure_future(server.serve(sockets=[listener]))
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        server.should_exit = True
        stopping.cancel()
        await serving
        listener.close()
        stop.set()


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port))
    except OSError as error:
        raise SettingsError(
            f"{host}:{port} cannot be used ({error.strerror}): set TOCSIN_CONSUMER_PORT to a free port"
        ) from error


def stop_on_signals(stop: asyncio.Event) -> None:
    """SIGTERM and SIGINT set `stop`."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
