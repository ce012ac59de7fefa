"""The composition root of the reader's service: build, run, close, in a stated order.

The loop that reads Kafka and the web server run side by side; when one ends, so does the other. What
stops first is the web server, then the loop, then the broker's connection, then the database.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from services.consumer.feed import Feed
from services.consumer.health import health_routes
from services.consumer.http import PURPOSE, router
from services.consumer.keeping import Health, Keeping
from services.consumer.metrics import ConsumerMetrics
from services.consumer.news import News
from services.consumer.participant import Participant, open_participant, tokens_of
from services.consumer.serving import serve_until, stop_on_signals
from services.consumer.settings import ConsumerSettings
from tocsin.adapters.inbox.store import Inbox
from tocsin.adapters.tokens import Tokens
from tocsin.runtime import console

DESCRIPTION = (
    "Reports that this participant's reader holds, in the order of storage. Cursors only grow: keep "
    "the last one, ask again from there, and nothing is missed or repeated."
)


def serve_home(home: Path, passphrase_file: Path | None, bootstrap: str | None) -> None:
    """Run the service of a home until SIGTERM or SIGINT. Raises TocsinError."""
    settings = ConsumerSettings.load(home, bootstrap)
    participant = open_participant(home, passphrase_file)

    async def run() -> None:
        stop = asyncio.Event()
        stop_on_signals(stop)
        with participant.inbox() as inbox, participant.inbox(read_only=True) as shown:
            await serve(participant, settings, (inbox, shown), tokens_of(home), stop)

    asyncio.run(run())


async def serve(
    participant: Participant,
    settings: ConsumerSettings,
    inboxes: tuple[Inbox, Inbox],
    tokens: Tokens,
    stop: asyncio.Event,
) -> None:
    """Read and answer until `stop`. `inboxes`: the one that is written, and a read-only one to show."""
    inbox, shown = inboxes
    news, health = News(), Health()
    access = participant.access(settings.bootstrap)
    keeping = Keeping(participant, inbox, access, news, health)
    feed = Feed(shown, news)
    app = build_app(feed, tokens, health, keeping)
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_ending(keeping, settings, stop))
            tasks.create_task(serve_until(app, settings.host, settings.port, stop))
    finally:
        stop.set()


def build_app(feed: Feed, tokens: Tokens, health: Health, keeping: Keeping) -> FastAPI:
    """The web application over its parts."""
    registry = CollectorRegistry()
    ConsumerMetrics(registry, keeping.tally, health, feed)
    app = FastAPI(title="Tocsin reader", version="1", description=DESCRIPTION, docs_url=None)
    app.include_router(health_routes(health, registry, time.time))
    app.include_router(router(feed, lambda token: tokens.holder(token, PURPOSE) is not None))
    return app


async def _ending(keeping: Keeping, settings: ConsumerSettings, stop: asyncio.Event) -> None:
    try:
        await keeping.run(settings.streams, settings.regions, stop, console.say)
    finally:
        stop.set()
