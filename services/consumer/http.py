"""The HTTP interface of a reader: pages, one report, a stream of events. A token opens it.

Errors are problem documents (RFC 9457) without a word of content.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, HTTPException, Query
from fastapi.responses import StreamingResponse

from services.consumer import http_attachments
from services.consumer.feed import MAX_LISTENERS, MAX_PAGE_REPORTS, Feed
from services.consumer.openapi import EVENTS, PAGE, VERSIONS, Originator
from tocsin.adapters.inbox.reports import Filter
from tocsin.runtime.bearer import Admit, bearer
from tocsin.runtime.problems import EVERYWHERE

PURPOSE = "read"
MAX_FILTER_VALUES = 32

Values = Annotated[list[str] | None, Query(max_length=MAX_FILTER_VALUES)]


def router(feed: Feed, admit: Admit) -> APIRouter:
    """The routes under /v1. `admit`: whether a bearer token may read."""
    opens = Depends(bearer(admit, "tocsin consumer token"))
    routes = APIRouter(prefix="/v1", dependencies=[opens], responses=EVERYWHERE)
    _Routes(feed).add_to(routes)
    http_attachments.add_to(routes, feed)
    return routes


class _Routes:
    """The handlers, over one feed."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed

    def add_to(self, routes: APIRouter) -> None:
        routes.add_api_route(
            "/reports", self.reports, summary="Reports in the order of storage", responses=PAGE
        )
        routes.add_api_route(
            "/reports/{report_id}", self.report, summary="All versions of a report", responses=VERSIONS
        )
        routes.add_api_route(
            "/stream",
            self.stream,
            summary="Server-sent events, resumable",
            response_class=StreamingResponse,
            responses=EVENTS,
        )

    async def reports(  # noqa: PLR0913 - FastAPI reads the query from the parameters
        self,
        stream: Values = None,
        region: Values = None,
        originator: Originator = None,
        kind: str | None = None,
        since: datetime | None = None,
        after: Annotated[int, Query(ge=0)] = 0,
        limit: Annotated[int, Query(ge=1, le=MAX_PAGE_REPORTS)] = 100,
    ) -> dict[str, Any]:
        """At most `limit` reports behind the cursor `after`; `next` is the cursor of the next page,
        null where this is the last one for now.
        """
        wanted = await self._filter(stream, region, originator, kind, since)
        page = await self._feed.page(after, wanted, limit)
        more = len(page) == limit
        return {"reports": page, "next": page[-1]["cursor"] if more else None}

    async def report(self, report_id: UUID) -> dict[str, Any]:
        """Every version that is held under the id, oldest first."""
        versions = await self._feed.versions(report_id)
        if not versions:
            raise HTTPException(404, "no report of this id is held here")
        return {"versions": versions}

    async def stream(
        self,
        stream: Values = None,
        region: Values = None,
        originator: Originator = None,
        kind: str | None = None,
        after: Annotated[int | None, Query(ge=0)] = None,
        last_event_id: Annotated[int | None, Header(ge=0)] = None,
    ) -> StreamingResponse:
        """News as server-sent events; the id of each is its cursor. Begins behind `Last-Event-ID`,
        else behind `after`, else with what comes from now on.
        """
        if self._feed.listeners >= MAX_LISTENERS:
            raise HTTPException(503, f"{MAX_LISTENERS} streams are open already", {"Retry-After": "30"})
        wanted = await self._filter(stream, region, originator, kind, None)
        begins = last_event_id if last_event_id is not None else after
        cursor = await self._feed.last_cursor() if begins is None else begins
        return StreamingResponse(
            self._feed.events(cursor, wanted),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    async def _filter(
        self,
        streams: list[str] | None,
        regions: list[str] | None,
        originator: str | None,
        kind: str | None,
        since: datetime | None,
    ) -> Filter:
        since_s = None
        if since is not None:
            since_s = int((since if since.tzinfo else since.replace(tzinfo=UTC)).timestamp())
        return Filter(
            tuple(streams or ()),
            await self._bits(regions or []),
            bytes.fromhex(originator) if originator else None,
            kind,
            since_s,
        )

    async def _bits(self, regions: list[str]) -> int:
        try:
            return await self._feed.region_bits(regions)
        except KeyError as error:
            raise HTTPException(422, f"no such region: {error.args[0]}") from error
