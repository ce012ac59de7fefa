"""A broker that lies: a TCP proxy before a real Kafka that falsifies its answers.

Addresses in metadata are its own, so that all traffic passes here. What no lie speaks of is passed on
byte for byte. It runs in a thread of its own: processes and coroutines of a test may both use it, and
`lies` may be replaced at any moment.
"""

from __future__ import annotations

import asyncio
import contextlib
import struct
import threading
from collections.abc import Callable, Sequence
from io import BytesIO
from types import TracebackType
from typing import Any, Self, TypeVar

from aiokafka.protocol.api import RequestStruct
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.protocol.metadata import MetadataRequest

from tests.malice.frames import Asked, Shown, batches, framed, read_frame, read_request
from tests.malice.lies import Corrupt, Lie, Place

T = TypeVar("T")
LATEST, EARLIEST = -1, -2
OUT_OF_RANGE = 1
UNKNOWN_TOPIC = 3
EMPTY_ANSWER_PAUSE_S = 0.02


class LyingBroker:
    """Between clients and the broker at `honest`; tells the truth while `lies` is empty."""

    def __init__(self, honest: str) -> None:
        self._honest = honest
        self._port = 0
        self.lies: Sequence[Lie] = ()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._connections: set[asyncio.Task[None]] = set()

    @property
    def bootstrap(self) -> str:
        """Where it listens."""
        return f"127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = self._run(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _close(self) -> None:
        self._server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _serve(self, client: asyncio.StreamReader, answers: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        host, port = self._honest.rsplit(":", 1)
        broker, requests = await asyncio.open_connection(host, int(port))
        asked: dict[int, Asked] = {}
        pumps = [
            asyncio.ensure_future(self._ask(client, requests, asked)),
            asyncio.ensure_future(self._answer(broker, answers, asked)),
        ]
        try:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            for writer in (requests, answers):
                writer.close()
            self._connections.discard(task)

    async def _ask(
        self, client: asyncio.StreamReader, broker: asyncio.StreamWriter, asked: dict[int, Asked]
    ) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                frame = await read_frame(client)
                correlation, request = read_request(frame)
                asked[correlation] = request
                broker.write(framed(frame))
                await broker.drain()

    async def _answer(
        self, broker: asyncio.StreamReader, client: asyncio.StreamWriter, asked: dict[int, Asked]
    ) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                frame = await read_frame(broker)
                (correlation,) = struct.unpack_from(">i", frame)
                request = asked.pop(correlation)
                if request.kind is not None and request.body is not None:
                    frame = frame[:4] + await self._falsified(request.kind, request.body, frame[4:])
                client.write(framed(frame))
                await client.drain()

    async def _falsified(self, kind: type[RequestStruct], body: RequestStruct, data: bytes) -> bytes:
        answer = kind.RESPONSE_TYPE.decode(BytesIO(data))
        names = list(answer.SCHEMA.names)
        if kind.API_KEY == MetadataRequest.API_KEY:
            answer.brokers = [(one[0], "127.0.0.1", self._port, *one[3:]) for one in answer.brokers]
            answer.topics = [self._topic(one) for one in answer.topics]
            return answer.encode()
        question = _parts_of(body)
        topics = getattr(answer, names[-1])
        if kind.API_KEY == FetchRequest.API_KEY:
            shown = [
                (topic, [self._fetched(topic, one, question) for one in all_]) for topic, all_ in topics
            ]
            if topics and not any(one[-1] for _topic, all_ in shown for one in all_):
                await asyncio.sleep(EMPTY_ANSWER_PAUSE_S)  # else its reader would ask as fast as it can
        else:
            shown = [
                (topic, [self._offset(topic, one, question) for one in all_]) for topic, all_ in topics
            ]
        setattr(answer, names[-1], shown)
        return answer.encode()

    def _topic(self, topic: tuple[Any, ...]) -> tuple[Any, ...]:
        """(error, name, internal, partitions) of a metadata answer."""
        count = self._said(lambda lie: lie.partitions(topic[1]))
        if count is None:
            return topic
        partitions = [one for one in topic[-1] if one[1] < count]
        return (UNKNOWN_TOPIC if count == 0 else topic[0], *topic[1:-1], partitions)

    def _fetched(self, topic: str, part: tuple[Any, ...], asked: dict[Place, Any]) -> tuple[Any, ...]:
        """(partition, error, high watermark, last stable, …, batches) of a fetch answer."""
        place = (topic, part[0])
        records = self._said(lambda lie: lie.records(place))
        if records is None:
            return part
        end, offset = self._said(lambda lie: lie.end(place)), _fetch_offset(asked[place])
        if offset > end:
            return (part[0], OUT_OF_RANGE, *part[2:-1], b"")
        data = batches(one for one in records if one.offset >= offset)
        if any(isinstance(lie, Corrupt) for lie in self.lies):
            data = data[:-1] + bytes([data[-1] ^ 1]) if data else data
        return (part[0], 0, end, end, *part[4:-1], data)

    def _offset(self, topic: str, part: tuple[Any, ...], asked: dict[Place, Any]) -> tuple[Any, ...]:
        """(partition, error, timestamp, offset, …) of an answer about offsets."""
        place = (topic, part[0])
        time_ms = asked[place][-1]
        if time_ms == LATEST:
            said = self._said(lambda lie: lie.end(place))
        elif time_ms == EARLIEST:
            said = self._said(lambda lie: lie.beginning(place))
        else:
            said = self._said(lambda lie: lie.at_time(place, time_ms))
        return part if said is None else (*part[:3], said, *part[4:])

    def _said(self, asked: Callable[[Lie], T | None]) -> Any:
        """What the first lie says that speaks of it; None where all tell the truth."""
        return next((said for lie in self.lies if (said := asked(lie)) is not None), None)


def _parts_of(body: RequestStruct) -> dict[Place, Any]:
    """What a fetch or an offset request says of each partition."""
    return {(topic, part[0]): part for topic, parts in body.topics for part in parts}


def _fetch_offset(part: tuple[Any, ...]) -> int:
    """Version 9 put the leader's epoch before the offset."""
    return part[2] if len(part) > 4 else part[1]


def shown(records: Sequence[Any]) -> list[Shown]:
    """What the honest broker has (`IncomingRecord`), to be lied about."""
    return [Shown(one.offset, one.value, one.key, one.broker_time_ms) for one in records]
