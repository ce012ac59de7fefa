"""Work that blocks, off the event loop, and never left behind half done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")


async def in_thread(work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """What `work` returns. A caller that is cancelled waits for its end first: the database that it
    works on is closed next, and by another thread.
    """
    task = asyncio.ensure_future(asyncio.to_thread(work, *args, **kwargs))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


class OneAtATime:
    """Asks a database connection off the event loop, one question after the other."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()

    async def ask(self, question: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """What `question` returns."""
        async with self._lock:
            return await in_thread(question, *args, **kwargs)
