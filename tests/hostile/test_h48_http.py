"""Hostile input 48 against a publisher in a process of its own, which may not take much memory.

Slow clients and connections without end: tests/runtime/test_connections.py.
"""

import asyncio
import json
import subprocess
import sys
from contextlib import suppress

import httpx
import pytest

from services.producer.documents import MAX_DOCUMENT_BYTES
from tests.support.incidents import SEIZURE
from tests.support.source import ROOT

AT_ONCE = 10
MAX_GROWTH_KIB = 200 * 1_024
JSON = {"Content-Type": "application/json"}
FULL = MAX_DOCUMENT_BYTES


class Limited:
    """The publisher's process."""

    def __init__(self, folder) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.limited_publisher", str(folder)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.port, token = json.loads(self._process.stdout.readline())
        self.headers = {"Authorization": f"Bearer {token}"}

    async def send(self, body, headers=JSON, path="/v1/reports", count=1) -> list[httpx.Response]:
        """The answers to `count` requests at once."""
        base = f"http://127.0.0.1:{self.port}"
        limits = httpx.Limits(max_connections=AT_ONCE)
        async with httpx.AsyncClient(base_url=base, timeout=60, limits=limits, verify=False) as client:
            asked = [client.post(path, content=body, headers=self.headers | headers) for _ in range(count)]
            return await asyncio.gather(*asked)

    def end(self) -> tuple[int, int]:
        """(items in the outbox, KiB by which it grew)."""
        self._process.stdin.close()
        items, grown_kib = json.loads(self._process.stdout.readline())
        assert 0 == self._process.wait(60)
        return items, grown_kib


@pytest.fixture
def publisher(tmp_path):
    return Limited(tmp_path)


def all_of_them():
    """Name -> (body, headers)."""
    report = json.dumps(SEIZURE).encode()
    return {
        "10,000 deep": (b"[" * 10_000 + b"]" * 10_000, JSON),
        "as deep as there is room": (b'{"a":' * (FULL // 5), JSON),
        "as many items as there is room": (b"[" + b"0," * (FULL // 2 - 1) + b"0]", JSON),
        "as many objects": (b"[" + b"{}," * (FULL // 3 - 1) + b"{}]", JSON),
        "as many names": (
            b"{" + b",".join(b'"%d":0' % one for one in range(20_000)) + b"}",
            JSON,
        ),
        "names twice": (report.replace(b'"kind"', b'"kind": "seizure", "kind"'), JSON),
        "1e400": (report.replace(b'"order": 0', b'"order": 1e400'), JSON),
        "100,000 digits": (report.replace(b'"order": 0', b'"order": ' + b"9" * 100_000), JSON),
        "NaN": (report.replace(b'"order": 0', b'"order": NaN'), JSON),
        "half a surrogate": (report.replace(b'"Cali"', b'"\\ud800"'), JSON),
        "NUL": (report.replace(b'"Cali"', b'"a\\u0000b"'), JSON),
        "no UTF-8": (report.replace(b"Cali", b"C\xff\xfeli"), JSON),
        "UTF-16": (json.dumps(SEIZURE).encode("utf-16"), JSON),
        "a path as a name": (
            json.dumps(SEIZURE | {"attachments": [{"name": "../../etc/passwd"}]}).encode(),
            JSON,
        ),
        "over the limit": (b"x" * (FULL + 1), JSON),
        "another type": (report, {"Content-Type": "text/html"}),
        "packed": (report, JSON | {"Content-Encoding": "gzip"}),
        "nothing": (b"", JSON),
    }


async def chunks(count):
    for _ in range(count):
        yield b"x" * 65_536


async def test_h48_bodies_that_are_no_report_are_problems_in_bounded_memory_and_nothing_is_stored(
    publisher,
):
    statuses = {}
    for name, (body, headers) in all_of_them().items():
        answers = await publisher.send(body, headers, count=AT_ONCE)
        statuses[name] = {one.status_code for one in answers}
        assert {"application/problem+json"} == {one.headers["content-type"] for one in answers}, name
    assert {413, 415, 422} >= set().union(*statuses.values()), statuses
    with suppress(httpx.TransportError):  # who goes on sending is cut off, before or behind the answer
        (endless,) = await publisher.send(chunks(1_000))
        assert 413 == endless.status_code
    (good,) = await publisher.send(json.dumps(SEIZURE).encode())
    assert 201 == good.status_code
    items, grown_kib = publisher.end()
    assert len(good.json()["destinations"]) == items
    assert grown_kib < MAX_GROWTH_KIB


async def test_h48_letters_and_withdrawals_are_no_way_around(publisher):
    letters = f"/v1/letters?kind=request&to={'0' * 32}&reference=r"
    for path in (letters, "/v1/withdrawals"):
        for body, headers in all_of_them().values():
            (answer,) = await publisher.send(body, headers, path)
            assert 400 <= answer.status_code < 500, path
            assert "application/problem+json" == answer.headers["content-type"]
    assert 0 == publisher.end()[0]
