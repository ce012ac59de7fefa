"""What the HTTP service answers from the inbox: pages by cursor, one report, an endless stream."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar
from uuid import UUID

from services.consumer.attachment_views import described, file_of
from services.consumer.news import News, rang
from services.consumer.threads import in_thread
from services.consumer.views import Views
from tocsin.adapters.inbox.attachments import HeldAttachment
from tocsin.adapters.inbox.reports import EVERYTHING, Filter
from tocsin.adapters.inbox.store import Inbox

HEARTBEAT_S = 15.0
MAX_PAGE_REPORTS = 500
MAX_EVENTS_AT_ONCE = 100
MAX_LISTENERS = 100

_T = TypeVar("_T")


class TooManyListeners(Exception):
    """No more streams of events at once than the bound."""


class Feed:
    """Reads the inbox through a connection of its own, one question at a time, off the event loop."""

    def __init__(self, inbox: Inbox, news: News) -> None:
        self._inbox, self._news = inbox, news
        self._views = Views(inbox)
        self._one_at_a_time = asyncio.Lock()
        self.listeners = 0

    async def page(
        self, cursor: int, wanted: Filter = EVERYTHING, limit: int = MAX_PAGE_REPORTS
    ) -> list[dict[str, Any]]:
        """At most `limit` (up to 500) rendered reports stored behind `cursor`, in order."""
        found = min(limit, MAX_PAGE_REPORTS)
        return await self._ask(
            lambda: [self._views.render(one) for one in self._inbox.reports.after(cursor, wanted, found)]
        )

    async def versions(self, report_id: UUID) -> list[dict[str, Any]]:
        """Every version held under this id, rendered; empty if there is none."""
        return await self._ask(
            lambda: [self._views.render(one) for one in self._inbox.reports.versions(report_id.bytes)]
        )

    async def attachments(self, report_id: UUID) -> list[dict[str, Any]]:
        """The files that came with a report, whole or not, described."""
        return await self._ask(
            lambda: [
                described(self._inbox, self._views, one)
                for one in self._inbox.attachments.of_report(report_id.bytes)
            ]
        )

    async def file(self, held: HeldAttachment) -> tuple[bytes, str, str | None]:
        """(bytes, safe name, media type) of a file that is whole. Raises StorageError."""
        return await self._ask(lambda: file_of(self._inbox, held))

    async def held(self, report_id: UUID, attachment_id: UUID) -> list[HeldAttachment]:
        """The file of a report; of each originator that sent one under these ids."""
        named = await self._ask(lambda: self._inbox.attachments.named(attachment_id.bytes))
        return [one for one in named if one.attachment.report_id == report_id.bytes]

    async def last_cursor(self) -> int:
        """The cursor behind everything stored so far."""
        return await self._ask(self._inbox.reports.last_seq)

    async def region_bits(self, regions: list[str]) -> int:
        """The regions as bits of a filter. Raises KeyError naming one that the layout lacks."""
        order = await self._ask(self._inbox.known.regions)
        bits = {region: 1 << bit for bit, region in enumerate(order)}
        return sum(bits[region] for region in set(regions))

    async def events(self, cursor: int, wanted: Filter = EVERYTHING) -> AsyncIterator[str]:
        """Server-sent events from behind `cursor` on, for ever; a comment where 15 s bring nothing.

        An event's id is the report's cursor: a client that comes back with it misses nothing.
        Raises TooManyListeners.
        """
        if self.listeners >= MAX_LISTENERS:
            raise TooManyListeners
        self.listeners += 1
        try:
            yield ": tocsin\n\n"
            while True:
                bell = self._news.listen()
                page = await self.page(cursor, wanted, MAX_EVENTS_AT_ONCE)
                for rendered in page:
                    cursor = rendered["cursor"]
                    yield _event(rendered)
                if not page and not await rang(bell, HEARTBEAT_S):
                    yield ": still here\n\n"
        finally:
            self.listeners -= 1

    async def _ask(self, question: Callable[[], _T]) -> _T:
        async with self._one_at_a_time:
            return await in_thread(question)


def _event(rendered: dict[str, Any]) -> str:
    data = json.dumps(rendered, ensure_ascii=False, separators=(",", ":"))
    return f"id: {rendered['cursor']}\nevent: report\ndata: {data}\n\n"
