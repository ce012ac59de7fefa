"""The files of reports over HTTP: listed, and given as what they are, never to be run by a browser."""

from __future__ import annotations

from base64 import b64encode
from typing import Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, HTTPException, Response

from services.consumer.attachment_views import parts_of
from services.consumer.feed import Feed
from services.consumer.openapi import FILE, FILES, UNKNOWN_TYPE, Originator
from tocsin.core.primitives import sha256


def add_to(routes: APIRouter, feed: Feed) -> None:
    """Add both routes."""
    handlers = _Routes(feed)
    routes.add_api_route(
        "/reports/{report_id}/attachments",
        handlers.attachments,
        summary="The files that came with a report",
        responses=FILES,
    )
    routes.add_api_route(
        "/reports/{report_id}/attachments/{attachment_id}",
        handlers.attachment,
        summary="One file",
        response_class=Response,
        responses=FILE,
    )


class _Routes:
    def __init__(self, feed: Feed) -> None:
        self._feed = feed

    async def attachments(self, report_id: UUID) -> dict[str, Any]:
        """Every file of the report, also those of which parts are missing; none is no error."""
        return {"attachments": await self._feed.attachments(report_id)}

    async def attachment(
        self, report_id: UUID, attachment_id: UUID, originator: Originator = None
    ) -> Response:
        """The bytes, once all parts are here; their SHA-256 is in `Repr-Digest`."""
        held = await self._feed.held(report_id, attachment_id)
        found = [one for one in held if originator in (None, one.originator.hex())]
        if not found:
            raise HTTPException(404, "no such file is held here")
        if len(found) > 1:
            raise HTTPException(409, "several senders use these ids: name the originator")
        if not found[0].is_whole:
            raise HTTPException(409, f"{parts_of(found[0])} are here", {"Retry-After": "60"})
        content, name, media_type = await self._feed.file(found[0])
        return Response(content, media_type=media_type or UNKNOWN_TYPE, headers=_headers(name, content))


def _headers(name: str, content: bytes) -> dict[str, str]:
    """Saved, not shown; no script, no frame, no guess at its type, no copy in a cache (RFC 6266, 9530)."""
    plain = "".join(one if one.isascii() and one not in '"\\%;' else "_" for one in name)
    return {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
        "Repr-Digest": f"sha-256=:{b64encode(sha256(content)).decode()}:",
    }
