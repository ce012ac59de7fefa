"""Signals stop a service in order; nothing that hangs can hold up what closes after it."""

import asyncio
import os
import signal
import socket
import subprocess
import sys

import httpx
import pytest
from fastapi import FastAPI

from tocsin.core.errors import SettingsError
from tocsin.runtime import lifecycle

SERVICE = """
import asyncio
from tocsin.runtime.lifecycle import run_service

async def main(stop):
    print("up", flush=True)
    await stop.wait()
    print("stopping", flush=True)
    {then}
    print("closed", flush=True)

run_service(main)
"""


def service(then: str) -> subprocess.Popen:
    process = subprocess.Popen(
        [sys.executable, "-c", SERVICE.format(then=then)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    assert b"up\n" == process.stdout.readline()
    return process


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_in_order_with_exit_code_0(number) -> None:
    with service("pass") as process:
        process.send_signal(number)
        assert (b"stopping\nclosed\n", 0) == (process.stdout.read(), process.wait(30))


def test_a_second_signal_ends_what_hangs() -> None:
    with service("await asyncio.Event().wait()") as process:
        process.terminate()
        assert b"stopping\n" == process.stdout.readline()
        process.terminate()
        assert b"" == process.stdout.read()
        assert 0 == process.wait(30)


async def test_signals_are_given_back_to_whoever_had_them() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with lifecycle.signals_set(asyncio.Event()):
        assert before is not signal.getsignal(signal.SIGTERM)
    assert before is signal.getsignal(signal.SIGTERM)


async def test_when_one_part_ends_the_others_are_told() -> None:
    stop = asyncio.Event()
    ended: list[str] = []

    async def waits() -> None:
        await stop.wait()
        ended.append("waits")

    async def ends() -> None:
        ended.append("ends")
        stop.set()

    await lifecycle.run_together(stop, waits(), ends())
    assert ["ends", "waits"] == ended


async def test_a_part_that_ends_without_being_told_to_is_a_bug_and_no_good_end() -> None:
    stop = asyncio.Event()

    async def ends() -> None:
        """Quietly."""

    with pytest.raises(ExceptionGroup) as group:
        await lifecycle.run_together(stop, stop.wait(), ends())
    assert "without being told" in str(group.value.exceptions[0])
    assert stop.is_set()


async def test_a_part_that_fails_is_told() -> None:
    async def fails() -> None:
        raise SettingsError("bad")

    stop = asyncio.Event()
    with pytest.raises(ExceptionGroup) as group:
        await lifecycle.run_together(stop, fails())
    assert stop.is_set()
    assert isinstance(group.value.exceptions[0], SettingsError)


async def test_what_does_not_close_in_time_is_left_and_the_rest_closes(capsys) -> None:
    closed: list[str] = []

    async def database() -> None:
        closed.append("database")

    async def broker() -> None:
        await asyncio.Event().wait()

    async with lifecycle.closing("database", database), lifecycle.closing("broker", broker, 0.01):
        pass
    assert ["database"] == closed
    assert '"service.close_overdue"' in capsys.readouterr().err


async def test_it_serves_until_told_to_stop() -> None:
    app = FastAPI()
    app.get("/")(lambda: "here")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    stop = asyncio.Event()
    serving = asyncio.create_task(lifecycle.serve_until(app, "127.0.0.1", port, stop))
    async with httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(retries=5)) as client:
        assert '"here"' == (await client.get(f"http://127.0.0.1:{port}/")).text
    stop.set()
    await serving


async def test_an_address_in_use_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=f"127.0.0.1:{port} cannot be used"):
            await lifecycle.serve_until(FastAPI(), "127.0.0.1", port, asyncio.Event())


def test_signals_reach_this_process_only_through_the_loop() -> None:
    async def main(stop: asyncio.Event) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        await stop.wait()

    lifecycle.run_service(main)
