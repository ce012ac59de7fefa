"""What stands between clients and brokers: links that can be cut, reset and made slow.

Each broker tells clients and the other brokers the port of its link, so that all traffic but that of the
controllers' quorum passes here. A cut link keeps its connections and forwards nothing, as a network that
drops packets does: what was sent arrives when it heals.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Self

CHUNK_BYTES = 65_536
LOOPBACK = "127.0.0.1"


class Link:
    """From a port to the broker behind it; its methods may be called from any thread."""

    def __init__(self, port: int, broker_port: int) -> None:
        self.port, self._broker_port = port, broker_port
        self.delay_s = 0.0
        self._whole = asyncio.Event()
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def open(self) -> None:
        """Listen."""
        self._loop = asyncio.get_running_loop()
        self._whole.set()
        self._server = await asyncio.start_server(self._serve, LOOPBACK, self.port)

    async def close(self) -> None:
        """Stop listening, end all connections."""
        if self._server is not None:
            self._server.close()
        self._drop()

    def cut(self) -> None:
        """Forward nothing until `heal`."""
        self._soon(self._whole.clear)

    def heal(self) -> None:
        """Forward what waits and all that follows, at once."""
        self.delay_s = 0.0
        self._soon(self._whole.set)

    def reset(self) -> None:
        """End all connections that there are."""
        self._soon(self._drop)

    def _soon(self, what: Any) -> None:
        assert self._loop is not None
        self._loop.call_soon_threadsafe(what)

    def _drop(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    async def _serve(self, client: asyncio.StreamReader, answers: asyncio.StreamWriter) -> None:
        await self._whole.wait()
        try:
            broker, requests = await asyncio.open_connection(LOOPBACK, self._broker_port)
        except OSError:
            answers.transport.abort()
            return
        both = {answers, requests}
        self._writers |= both
        pumps = {
            asyncio.ensure_future(self._pump(client, requests)),
            asyncio.ensure_future(self._pump(broker, answers)),
        }
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            for writer in both:
                writer.transport.abort()
            self._writers -= both

    async def _pump(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(CHUNK_BYTES):
                await self._whole.wait()
                if self.delay_s:
                    await asyncio.sleep(self.delay_s)
                target.write(data)
                await target.drain()


class Links:
    """The links of a cluster, in a thread of their own. `ports`: (link's, broker's) for each broker."""

    def __init__(self, ports: list[tuple[int, int]]) -> None:
        self.each = [Link(*one) for one in ports]
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def heal(self) -> None:
        """All of them."""
        for link in self.each:
            link.heal()

    def __enter__(self) -> Self:
        self._thread.start()
        for link in self.each:
            self._run(link.open())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for link in self.each:
            self._run(link.close())
        self._run(_settle())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)


async def _settle() -> None:
    """Let every task of the links end."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
