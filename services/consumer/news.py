"""Tells whoever waits that the inbox has news; what the news are, each reads by its own cursor."""

from __future__ import annotations

import asyncio


class News:
    """A bell. It carries nothing, so a slow listener costs no memory."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Wake everybody who waits now."""
        rung, self._rung = self._rung, asyncio.Event()
        rung.set()

    async def wait(self, at_most_s: float) -> bool:
        """Whether the bell rang within `at_most_s`."""
        try:
            async with asyncio.timeout(at_most_s):
                await self._rung.wait()
        except TimeoutError:
            return False
        return True
