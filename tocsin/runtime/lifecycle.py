"""How a service lives: signals set a stop event, everything ends in a stated order, in bounded time."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import uvicorn
from fastapi import FastAPI

from tocsin.core.errors import SettingsError
from tocsin.runtime.connections import ConnectionBounds, bounded_by
from tocsin.runtime.logs import get_log

MAX_GOODBYE_S = 5
MAX_HEADER_BYTES = 32_768
MAX_STEP_S = 10.0
_log = get_log("lifecycle")


def run_service(main: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Run `main(stop)` to its end. SIGTERM and SIGINT set `stop`; a second one cancels `main`."""

    async def run() -> None:
        stop = asyncio.Event()
        running = asyncio.ensure_future(main(stop))
        with signals_set(stop, running):
            await running

    with contextlib.suppress(asyncio.CancelledError):
        asyncio.run(run())


@contextlib.contextmanager
def signals_set(stop: asyncio.Event, running: asyncio.Future[None] | None = None) -> Iterator[None]:
    """While the block runs, SIGTERM and SIGINT set `stop`; a second one cancels `running`."""
    loop = asyncio.get_running_loop()

    def told(number: signal.Signals) -> None:
        _log.info("service.stopping", reason=number.name)
        if stop.is_set() and running is not None:
            running.cancel()
        stop.set()

    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    for number in before:
        loop.add_signal_handler(number, told, number)
    try:
        yield
    finally:
        for number, handler in before.items():
            loop.remove_signal_handler(number)
            # The loop gives the default back, not what stood there.
            signal.signal(number, handler or signal.SIG_DFL)


async def run_together(stop: asyncio.Event, *parts: Awaitable[None]) -> None:
    """Run `parts` side by side; when one ends or fails, `stop` is set for the others.

    Raises the parts' errors as an ExceptionGroup. One that ends without being told to is a bug: with exit
    code 0 nothing would start the service again.
    """

    async def ending(part: Awaitable[None]) -> None:
        try:
            await part
            if not stop.is_set():
                raise RuntimeError("a part of the service ended without being told to")
        finally:
            stop.set()

    async with asyncio.TaskGroup() as tasks:
        for part in parts:
            tasks.create_task(ending(part))


@contextlib.asynccontextmanager
async def closing(
    name: str, close: Callable[[], Awaitable[None]], max_s: float = MAX_STEP_S
) -> AsyncIterator[None]:
    """Close something when the block ends, in at most `max_s`; nested blocks state the order.

    One that does not close in time is logged and left, so that those after it still close.
    """
    try:
        yield
    finally:
        try:
            async with asyncio.timeout(max_s):
                await close()
        except TimeoutError:
            _log.warning("service.close_overdue", name=name, duration_ms=int(max_s * 1000))


async def serve_until(
    app: FastAPI,
    host: str,
    port: int,
    stop: asyncio.Event,
    bounds: ConnectionBounds = ConnectionBounds(),
) -> None:
    """Answer on `host`:`port` until `stop`; open streams get 5 s to say goodbye.

    Raises SettingsError where the address cannot be had.
    """
    listener = _listen(host, port)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        http=bounded_by(bounds),
        ws="none",
        h11_max_incomplete_event_size=MAX_HEADER_BYTES,
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


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers: ours stop everything in order."""

    def capture_signals(self) -> contextlib.AbstractContextManager[None]:  # type: ignore[override]
        return contextlib.nullcontext()


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port))
    except OSError as error:
        raise SettingsError(
            f"{host}:{port} cannot be used ({error.strerror}): choose a free port in the settings"
        ) from error
