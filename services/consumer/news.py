"""Tells whoever waits that the inbox has news; what the news are, each reads by its own cursor."""

from __future__ import annotations

import asyncio


class News:
    """A bell. It carries nothing, so a slow listener costs no memory."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def ring(self) -> None:
        """Wake everybody who listens."""
        rung, self._next = self._next, asyncio.Event()
        rung.set()

    def listen(self) -> asyncio.Event:
        """Set by the next ring. Take it before looking, so that no ring falls between."""
        return self._next


async def rang(bell: asyncio.Event, at_most_s: float) -> bool:
    """Whether `bell` rang within `at_most_s`."""
    try:
        async with asyncio.timeout(at_most_s):
            await bell.wait()
    except TimeoutError:
        return False
    return True
