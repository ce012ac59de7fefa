"""A relay before one broker: it can move to another address, and lose the answer to what was stored."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Iterator

NAME = "kafka.field.test"
_PRODUCE = 0


class Relay:
    """Passes bytes on to 127.0.0.1:`target`, from `host`:`port`, in a thread of its own.

    `lost` counts produce requests that the broker answered and whose answer never came back.
    """

    def __init__(self, port: int, target: int) -> None:
        self.port, self._target, self.host = port, target, "127.0.0.1"
        self.lose, self.lost = 0, 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._server: asyncio.Server | None = None
        self._links: set[asyncio.StreamWriter] = set()

    def start(self) -> None:
        self._thread.start()
        self._do(self._listen())

    def move(self, host: str) -> None:
        """Cut every connection and answer on another address alone."""
        self._do(self._hang_up())
        self.host = host
        self._do(self._listen())

    def stop(self) -> None:
        self._do(self._hang_up())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, work) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, self.host, self.port)

    async def _hang_up(self) -> None:
        assert self._server is not None
        self._server.close()
        for link in list(self._links):
            link.transport.abort()
        await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            broker_reader, broker = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        losing = asyncio.Event()
        self._links |= {writer, broker}
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._requests(reader, broker, losing))
                tasks.create_task(self._answers(broker_reader, writer, losing))
        except* (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self._links -= {writer, broker}
            for link in (writer, broker):
                link.transport.abort()

    async def _requests(
        self, reader: asyncio.StreamReader, broker: asyncio.StreamWriter, losing: asyncio.Event
    ) -> None:
        while True:
            size = await reader.readexactly(4)
            body = await reader.readexactly(struct.unpack(">i", size)[0])
            if self.lose and struct.unpack(">h", body[:2])[0] == _PRODUCE:
                self.lose -= 1
                losing.set()
            broker.write(size + body)
            await broker.drain()

    async def _answers(
        self, broker: asyncio.StreamReader, writer: asyncio.StreamWriter, losing: asyncio.Event
    ) -> None:
        while True:
            size = await broker.readexactly(4)
            body = await broker.readexactly(struct.unpack(">i", size)[0])
            if losing.is_set():
                self.lost += 1
                raise ConnectionResetError("the answer is lost")
            writer.write(size + body)
            await writer.drain()


@contextlib.contextmanager
def named(relay: Relay) -> Iterator[str]:
    """While the block runs, a name leads to wherever the relay is; the address by that name."""
    real = socket.getaddrinfo

    def found(host, *arguments, **options):
        return real(relay.host if host == NAME else host, *arguments, **options)

    socket.getaddrinfo = found
    try:
        yield f"{NAME}:{relay.port}"
    finally:
        socket.getaddrinfo = real
