"""The web application that every service starts from: guarded, with health and metrics."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from tocsin.runtime import problems
from tocsin.runtime.guard import Guard, Limits


@dataclass(frozen=True)
class Health:
    """`stuck`: why the process should be restarted, else None. `troubles`: one line for each thing
    that is wrong and may heal by itself. `warnings`: what somebody should know, though all works.
    """

    stuck: Callable[[], str | None]
    troubles: Callable[[], Sequence[str]]
    warnings: Callable[[], Sequence[str]] = tuple


def build_app(
    title: str,
    description: str,
    health: Health,
    registry: CollectorRegistry,
    limits: Limits | None = None,
) -> FastAPI:
    """An application with /healthz, /readyz, /metrics and /openapi.json; `limits` may widen its guard.

    FastAPI's own documentation pages stay off: they would load scripts from elsewhere.
    """
    app = FastAPI(title=title, version="1", description=description, docs_url=None, redoc_url=None)
    problems.install(app)
    app.add_middleware(Guard, limits=limits or Limits())
    app.include_router(health_routes(health, registry))
    return app


def health_routes(health: Health, registry: CollectorRegistry) -> APIRouter:
    """Routes that need no token: they say nothing of content.

    They look at what the loop works on, and so from its thread: a database refuses two threads at once.
    """
    routes = APIRouter()

    async def healthz() -> Response:
        """200 while the loops turn, also while a dependency is down: a restart would not help."""
        stuck = health.stuck()
        return PlainTextResponse(f"{stuck}\n", 503) if stuck else PlainTextResponse("alive\n")

    async def readyz() -> Response:
        """200 when all is well, else 503 with a line for each thing that is wrong; then warnings."""
        troubles = health.troubles()
        lines = [*(troubles or ["ready"]), *(f"warning: {one}" for one in health.warnings())]
        return PlainTextResponse("".join(f"{one}\n" for one in lines), 503 if troubles else 200)

    async def metrics() -> Response:
        """Prometheus' text form."""
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    for path, answer in (("/healthz", healthz), ("/readyz", readyz), ("/metrics", metrics)):
        routes.add_api_route(path, answer, include_in_schema=False)
    return routes
