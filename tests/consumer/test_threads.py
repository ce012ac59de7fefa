"""Work in a thread is never left behind half done."""

import asyncio
import threading

import pytest

from services.consumer.threads import in_thread


async def test_a_cancelled_caller_waits_for_the_end_of_the_work():
    begun, finish, done = threading.Event(), threading.Event(), []

    def work():
        begun.set()
        finish.wait()
        done.append(True)

    caller = asyncio.create_task(in_thread(work))
    await asyncio.to_thread(begun.wait)
    caller.cancel()
    await asyncio.sleep(0)
    assert not caller.done()
    finish.set()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert [True] == done
