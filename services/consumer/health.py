"""`/healthz`, `/readyz`, `/metrics` of the reader."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from services.consumer.keeping import Health

STUCK_S = 120.0


def health_routes(health: Health, registry: CollectorRegistry, clock: Callable[[], float]) -> APIRouter:
    """Routes that need no token: they say nothing of content."""
    routes = APIRouter()

    def healthz() -> Response:
        """200 while the loop turns, also while the broker is away."""
        silent_s = clock() - health.turned_at_s
        if health.turned_at_s and silent_s > STUCK_S:
            return PlainTextResponse(f"the loop has not turned for {silent_s:.0f} s\n", 503)
        return PlainTextResponse("alive\n")

    def readyz() -> Response:
        """200 when all is well, else 503 with a line for each thing that is wrong."""
        troubles = health.troubles()
        if troubles:
            return PlainTextResponse("".join(f"{one}\n" for one in troubles), 503)
        return PlainTextResponse("ready\n")

    def metrics() -> Response:
        """Prometheus' text form."""
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    for path, answer in (("/healthz", healthz), ("/readyz", readyz), ("/metrics", metrics)):
        routes.add_api_route(path, answer, include_in_schema=False)
    return routes
