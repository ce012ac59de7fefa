"""h48: a connection that says nothing, sends what is no request, or takes nothing, is let go of."""

import asyncio
import json
import socket
from contextlib import suppress

import pytest
from fastapi import FastAPI
from uvicorn import Config
from uvicorn.server import ServerState

from tests.support.served import served
from tocsin.runtime.connections import ConnectionBounds, bounded_by
from tocsin.runtime.lifecycle import MAX_HEADER_BYTES
from tocsin.runtime.problems import MEDIA_TYPE

QUICK = ConnectionBounds(max_connections=3, max_header_wait_s=0.2, max_unread_s=0.2)
GET = b"GET /here HTTP/1.1\r\nHost: localhost\r\n\r\n"
LARGE_BYTES = 64 * 2**20


def app() -> FastAPI:
    built = FastAPI()
    built.add_api_route("/here", lambda: "here")
    built.add_api_route("/large", lambda: "x" * LARGE_BYTES)
    return built


@pytest.fixture(scope="module")
def port():
    with served(app(), QUICK) as port:
        yield port


async def answer(port: int, *pieces: bytes) -> tuple[int, bytes]:
    """(status, body) of what comes until the service closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        status = int(head.split()[1])
        assert status == 200 or f"content-type: {MEDIA_TYPE}".encode() in head.lower()
        return status, body
    finally:
        writer.close()


async def test_h48_who_sends_no_header_is_told_and_let_go_of(port) -> None:
    status, body = await answer(port)
    assert (408, 408) == (status, json.loads(body)["status"])


async def test_h48_who_sends_a_header_without_end_is_told_and_let_go_of(port) -> None:
    assert 408 == (await answer(port, b"GET / HTTP/1.1\r\nHost: loc"))[0]


def test_h48_a_service_has_the_bounds_that_operators_read() -> None:
    expected = ConnectionBounds(max_connections=1_000, max_header_wait_s=20, max_unread_s=60)
    assert expected == ConnectionBounds()


async def test_h48_who_sends_a_header_byte_by_byte_has_no_more_time(port) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    told = asyncio.ensure_future(reader.read())
    while not told.done():
        writer.write(b"x")
        await asyncio.wait({told}, timeout=QUICK.max_header_wait_s / 8)
    assert b" 408 " in told.result()
    writer.close()


async def test_h48_a_connection_that_was_answered_is_not_cut_off_by_its_first_wait(port) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(2):
        writer.write(GET)
        assert b"200 OK" in await reader.readuntil(b'"here"')
        # What is tested is that this time passes in peace.
        await asyncio.sleep(QUICK.max_header_wait_s * 1.5)
    writer.close()


class Held(bounded_by(QUICK)):  # type: ignore[misc]
    """One side of a pair of sockets, to look at; `gone` when the connection is."""

    async def begin(self) -> socket.socket:
        self.gone = asyncio.Event()
        self.ours, theirs = socket.socketpair()
        await self.loop.create_connection(lambda: self, sock=self.ours)
        return theirs

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.gone.set()


@pytest.fixture
async def held():
    held = Held(Config(app(), log_config=None), ServerState(), {}, asyncio.get_running_loop())
    with await held.begin() as held.theirs:
        yield held


async def test_h48_a_connection_that_is_gone_leaves_no_timer(held) -> None:
    timer = held._waits["header"]
    held.theirs.close()
    await held.gone.wait()
    assert (True, {}) == (timer.cancelled(), held._waits)


async def test_h48_who_takes_some_of_an_answer_has_its_time_anew(held) -> None:
    held.pause_writing()
    timer = held._waits["reader"]
    held.resume_writing()
    assert (True, {"header"}) == (timer.cancelled(), set(held._waits))


async def test_h48_who_does_not_take_even_a_refusal_is_let_go_of(held) -> None:
    with suppress(BlockingIOError):
        while True:
            held.ours.send(b"x" * 2**16)
    held.theirs.send(b"no request\r\n\r\n")
    await asyncio.wait_for(held.gone.wait(), 30)


async def test_h48_a_second_request_on_a_connection_has_no_more_time(port) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(GET)
    assert b"200 OK" in await reader.readuntil(b'"here"')
    writer.write(b"GET /he")
    assert b" 408 " in await reader.read()
    writer.close()


@pytest.mark.parametrize(
    "request_",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + b"9" * 5_000 + b"\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * MAX_HEADER_BYTES,
        b"GET /" + b"x" * MAX_HEADER_BYTES,
    ],
    ids=["TLS", "two hosts", "negative length", "endless length", "no chunk", "large header", "long path"],
)
async def test_h48_what_is_no_request_gets_a_problem_document(port, request_: bytes) -> None:
    assert 400 == (await answer(port, request_))[0]


async def test_h48_one_connection_too_many_is_turned_away_and_the_others_are_answered() -> None:
    patient = ConnectionBounds(max_connections=3)
    with served(app(), patient) as port:
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        status, _ = await answer(port)
        assert 503 == status
        for reader, writer in held:
            writer.write(GET)
            assert b"200 OK" in await reader.readuntil(b'"here"')
            writer.close()


async def test_h48_who_takes_nothing_of_an_answer_is_let_go_of(port) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**16)
    writer.write(b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n")
    taken_bytes = 0
    with pytest.raises(ConnectionResetError):  # noqa: PT012 - which of them finds out, nobody knows
        await reader.read(1)
        writer.transport.pause_reading()
        await asyncio.sleep(1.0)  # what is tested is the passing of time without a byte being taken
        writer.transport.resume_reading()
        while piece := await reader.read(2**20):
            taken_bytes += len(piece)
        if taken_bytes < LARGE_BYTES:
            raise ConnectionResetError
    assert taken_bytes < LARGE_BYTES
    writer.close()


async def test_h48_an_upgrade_to_a_websocket_is_answered_as_any_request(port) -> None:
    upgrade = GET.replace(b"\r\n\r\n", b"\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n")
    assert (200, b'"here"') == await answer(port, upgrade)
