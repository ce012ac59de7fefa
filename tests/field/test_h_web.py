"""Trouble that people met on the web, each by its source; what it must lead to here.

Row 46: grafana/grafana#17363: a guard against formulas damages negative numbers.
Row 47: firefly-iii/firefly-iii#2337, Kludex/starlette#1019: a name of a file runs as HTML; one in another
script ends in an error 500.
Row 49: theopenconversationkit/tock#1895, esengine/DeepSeek-Reasonix#3064: a proxy holds a stream of events
back, and drops one that is silent.
Row 50: Kludex/starlette#2718, python-excel/xlrd#173, Doenet/DoenetApps#2936: uploads without a bound, a
workbook that unpacks without end, a photograph that names a place.
Formulas out and in again, bombs in tables, places in pictures: tests/consumer/test_exporting.py,
tests/producer/importing/test_bad_files.py, tests/adapters/test_pictures.py.
"""

import asyncio
import json
import socket
import subprocess
import sys
import zipfile
from contextlib import asynccontextmanager, suppress
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote
from uuid import UUID

import httpx
import pytest
from openpyxl import Workbook
from prometheus_client import CollectorRegistry

from services.consumer import app as consumer
from services.consumer import feed as feed_module
from services.consumer.feed import Feed
from services.consumer.http import PURPOSE
from services.consumer.news import News
from services.consumer.settings import ConsumerSettings
from services.producer.attaching import prepare_file
from services.workshop.ports import find_free
from tests.support.attachments import attachment_directory, parts
from tests.support.incidents import incident
from tests.support.photographs import CANARY, photograph, place_of
from tests.support.reading import STORAGE_KEY, Reading
from tests.support.source import ROOT
from tests.support.world import ORIGINATOR, Sender, report_id
from tocsin.adapters.inbox.store import open_inbox
from tocsin.adapters.tokens import Tokens
from tocsin.core.attachments import FileToSend
from tocsin.core.errors import RefusedByRuleError
from tocsin.core.media_types import XLSX
from tocsin.core.outcomes import Outcome
from tocsin.core.report import domain_check
from tocsin.runtime import web
from tocsin.runtime.connections import ConnectionBounds
from tocsin.runtime.lifecycle import serve_until

DIRECTORY = attachment_directory()
FILES = f"/v1/reports/{UUID(bytes=report_id('report'))}/attachments"
PLACE = f"{FILES}/{UUID(bytes=report_id('file'))}"
PROXY_HOLDS_BYTES = 4_096  # nginx' proxy_buffer_size
PROXY_DROPS_S = 60  # nginx' proxy_read_timeout


class Reader:
    """A reader whose service listens on a port: its inbox, what rings its bell, and a token."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.news, self.port = folder, News(), find_free(1)
        self.reading = Reading(folder / "inbox", DIRECTORY, rules=domain_check)
        self.sender = Sender(ORIGINATOR, DIRECTORY)
        with self.reading.inbox.transaction():
            self.reading.inbox.known.keep(DIRECTORY)
        self.reading.take_keys(self.sender)
        tokens = Tokens(folder / "tokens.json")
        self.headers = {"Authorization": f"Bearer {tokens.create('test', PURPOSE)}"}
        feed = Feed(open_inbox(folder / "inbox", STORAGE_KEY, read_only=True), self.news)
        health = web.Health(lambda: None, list)
        self.app = consumer.build_app(feed, tokens, health, CollectorRegistry(), ConsumerSettings())

    def take(self, *items, stream="ion") -> None:
        self.reading.take(self.sender.send(*items, stream=stream))
        self.news.ring()

    def client(self, port: int | None = None) -> httpx.AsyncClient:
        base = f"http://127.0.0.1:{port or self.port}"
        return httpx.AsyncClient(base_url=base, headers=self.headers, timeout=60, verify=False)


@pytest.fixture
async def reader(tmp_path):
    reader, stop = Reader(tmp_path), asyncio.Event()
    serving = asyncio.create_task(
        serve_until(reader.app, "127.0.0.1", reader.port, stop, ConnectionBounds())
    )
    await asyncio.sleep(0)
    yield reader
    stop.set()
    await serving


def workbook_bytes() -> bytes:
    out = BytesIO()
    Workbook().save(out)
    return out.getvalue()


NAMES = {
    "<img src=x onerror=alert(1)>.xlsx": "_img src=x onerror=alert(1)_.xlsx",
    "a\u202excod.xlsx": "a_xcod.xlsx",
    "报告.xlsx": "报告.xlsx",
    "تقرير.xlsx": "تقرير.xlsx",
    "....//etc/passwd": "passwd.xlsx",
    'a"; filename="b.html': "a_; filename=_b.html.xlsx",
    "%22%0d%0a.xlsx": "%22%0d%0a.xlsx",
}


@pytest.mark.parametrize(("name", "safe"), NAMES.items())
async def test_row47_a_hostile_name_is_a_name_in_one_header_and_the_file_comes_whole(
    reader, name, safe
) -> None:
    content = workbook_bytes()
    reader.take(incident("report"))
    reader.take(*parts(FileToSend(name, XLSX, content)), stream="blobs")
    async with reader.client() as client:
        answer = await client.get(PLACE)
    plain, _, encoded = answer.headers["content-disposition"].partition("; filename*=UTF-8''")
    assert (200, content, safe) == (answer.status_code, answer.content, unquote(encoded))
    assert plain.startswith('attachment; filename="')
    assert 2 == plain.count('"')
    assert "set-cookie" not in answer.headers
    assert (XLSX, "nosniff") == (answer.headers["content-type"], answer.headers["x-content-type-options"])


@pytest.mark.parametrize(
    "name", ['a"\r\nSet-Cookie: x=1\r\n.xlsx', "a\x00b.xlsx", "a\tb.xlsx", "a\x1b[2Jb.xlsx"]
)
async def test_row47_a_name_with_control_characters_is_quarantined_with_its_file(reader, name) -> None:
    reader.take(incident("report"))
    reader.take(*parts(FileToSend(name, XLSX, workbook_bytes())), stream="blobs")
    async with reader.client() as client:
        statuses = [(await client.get(one)).status_code for one in (PLACE, FILES, "/v1/reports")]
    assert ([404, 200, 200], 1) == (statuses, reader.reading.tally.items[Outcome.QUARANTINED])


async def test_row47_a_hostile_name_is_listed_as_it_was_written_and_never_as_a_page(reader) -> None:
    name = "<script>alert(1)</script>.xlsx"
    reader.take(incident("report"))
    reader.take(*parts(FileToSend(name, XLSX, workbook_bytes())), stream="blobs")
    async with reader.client() as client:
        answer = await client.get(FILES)
    assert ([name], "application/json", "nosniff") == (
        [one["name"] for one in answer.json()["attachments"]],
        answer.headers["content-type"],
        answer.headers["x-content-type-options"],
    )


class Proxy:
    """As nginx with its usual settings: it holds 4 KiB of an answer back unless the answer forbids it."""

    def __init__(self, port: int) -> None:
        self._to, self._writers = port, []

    @asynccontextmanager
    async def listening(self):
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        async with server:
            yield server.sockets[0].getsockname()[1]
            self.cut()

    def cut(self) -> None:
        """End every connection in the middle."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _serve(self, reader, writer) -> None:
        from_server, to_server = await asyncio.open_connection("127.0.0.1", self._to)
        self._writers += [writer, to_server]
        with suppress(OSError, asyncio.IncompleteReadError):
            to_server.write(await reader.readuntil(b"\r\n\r\n"))
            head = await from_server.readuntil(b"\r\n\r\n")
            writer.write(head)
            hold = 0 if b"x-accel-buffering: no" in head.lower() else PROXY_HOLDS_BYTES
            held = b""
            while piece := await from_server.read(65_536):
                held += piece
                if len(held) > hold:
                    writer.write(held)
                    held = b""
            writer.write(held)


class Events:
    """What a client of the stream saw."""

    def __init__(self, answer: httpx.Response) -> None:
        self._lines = answer.aiter_lines()
        self.last_id, self.comments = "", 0

    async def reports(self, count: int) -> list[str]:
        """The ids of the next reports."""
        found = []
        async for line in self._lines:
            name, _, value = line.partition(": ")
            if name == "id":
                self.last_id = value
            elif name == "data":
                found.append(json.loads(value)["report_id"])
            if len(found) == count:
                return found
        raise AssertionError

    async def silence(self, count: int) -> None:
        """Wait for so many comments."""
        async for line in self._lines:
            self.comments += line.startswith(":")
            if self.comments >= count:
                return


def ids(*names: str) -> list[str]:
    return [str(UUID(bytes=report_id(name))) for name in names]


async def test_row49_behind_a_proxy_each_event_comes_at_once_and_after_a_cut_the_gap_comes_once(
    reader,
) -> None:
    proxy = Proxy(reader.port)
    async with asyncio.timeout(60), proxy.listening() as port, reader.client(port) as client:
        with suppress(httpx.TransportError):
            async with client.stream("GET", "/v1/stream?after=0") as answer:
                events = Events(answer)
                reader.take(incident("a"))
                assert ids("a") == await events.reports(1)  # alone it is under 4 KiB: nothing pushes it out
                reader.take(incident("b"))
                assert ids("b") == await events.reports(1)
                proxy.cut()
                await events.reports(1)
        reader.take(incident("c"), incident("d"))
        async with client.stream("GET", "/v1/stream", headers={"Last-Event-ID": events.last_id}) as answer:
            again = Events(answer)
            assert ids("c", "d") == await again.reports(2)
            reader.take(incident("e"))
            assert ids("e") == await again.reports(1)


async def test_row49_a_silent_stream_speaks_often_enough_for_a_proxy(reader, monkeypatch) -> None:
    assert feed_module.HEARTBEAT_S * 3 < PROXY_DROPS_S
    monkeypatch.setattr(feed_module, "HEARTBEAT_S", 0.05)
    async with (
        asyncio.timeout(60),
        Proxy(reader.port).listening() as port,
        reader.client(port) as client,
        client.stream("GET", "/v1/stream") as answer,
    ):
        events = Events(answer)
        await events.silence(4)
        reader.take(incident("a"))
        assert ids("a") == await events.reports(1)


UPLOAD_BYTES = 2 << 30
PIECE = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
MAX_TAKEN_BYTES = 32 << 20  # what the system's own buffers hold between two ends


def test_row50_an_upload_of_2_gb_in_pieces_is_refused_early_and_nothing_of_it_is_put_down(tmp_path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    command = [sys.executable, "-m", "tests.support.limited_publisher", str(tmp_path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    environment = {"PATH": "/usr/bin:/bin", "TMPDIR": str(temporary)}
    with subprocess.Popen(command, cwd=ROOT, env=environment, text=True, **pipes) as process:
        port, token = json.loads(process.stdout.readline())
        before = on_disk(tmp_path)
        sent, answer = upload(port, token)
        put_down = on_disk(tmp_path) - before
        process.stdin.close()
        items, _grown_kib = json.loads(process.stdout.readline())
    assert (413, 0) == (int(answer.split()[1]), items)
    assert sent < MAX_TAKEN_BYTES
    assert ([], True) == (list(temporary.iterdir()), put_down < MAX_TAKEN_BYTES)


def on_disk(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def upload(port: int, token: str) -> tuple[int, bytes]:
    """(bytes that could be sent, the answer)."""
    head = (
        f"POST /v1/reports HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
        "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    sent = 0
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(head.encode())
        with suppress(OSError):
            while sent < UPLOAD_BYTES:
                connection.sendall(PIECE)
                sent += len(PIECE)
        return sent, connection.recv(65_536)


def test_row50_a_workbook_that_unpacks_without_end_is_not_sent_on(tmp_path) -> None:
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(workbook_bytes())
    space = b" " * (1 << 20)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as book, book.open("xl/big.xml", "w") as part:
        for _ in range(64):
            part.write(space)
    with pytest.raises(RefusedByRuleError, match="unpacks to too much"):
        prepare_file(path, keep_location=False)


def test_row50_a_photograph_is_shared_without_its_place_and_thumbnail_unless_the_sender_chooses(
    tmp_path,
) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(photograph() + CANARY)
    clean, kept = (prepare_file(path, keep_location=choice) for choice in (False, True))
    assert ({}, False) == (place_of(clean.file.content), CANARY in clean.file.content)
    assert place_of(kept.file.content)
