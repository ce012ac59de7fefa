"""The composition root of the reader's service: build, run, close, in a stated order.

The loop that reads Kafka and the web server run side by side; when one ends, so does the other. What
stops first is the web server, then the loop, then the broker's connection, then the database.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from services.consumer.feed import Feed
from services.consumer.http import PURPOSE, router
from services.consumer.keeping import Health, Keeping
from services.consumer.metrics import ConsumerMetrics
from services.consumer.news import News
from services.consumer.participant import Participant, open_participant, tokens_of
from services.consumer.settings import ConsumerSettings
from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.inbox.store import Inbox
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.adapters.tokens import Tokens
from tocsin.runtime import console, web
from tocsin.runtime.lifecycle import run_service, run_together, serve_until

DESCRIPTION = (
    "Reports that this participant's reader holds, in the order of storage. Cursors only grow: keep "
    "the last one, ask again from there, and nothing is missed or repeated."
)


def serve_home(home: Path, passphrase_file: Path | None, bootstrap: str | None) -> None:
    """Run the service of a home until SIGTERM or SIGINT. Raises TocsinError."""
    settings = ConsumerSettings.load(ParticipantHome.open(home).settings("consumer"))
    participant = open_participant(home, passphrase_file)
    access = participant.access(bootstrap)

    async def run(stop: asyncio.Event) -> None:
        with participant.inbox() as inbox, participant.inbox(read_only=True) as shown:
            await serve(participant, settings, Inboxes(inbox, shown), access, stop)

    run_service(run)


@dataclass(frozen=True)
class Inboxes:
    """One inbox twice: to write, and read-only to show from other threads."""

    written: Inbox
    shown: Inbox


async def serve(
    participant: Participant,
    settings: ConsumerSettings,
    inboxes: Inboxes,
    access: KafkaAccess,
    stop: asyncio.Event,
) -> None:
    """Read and answer until `stop`."""
    news, health = News(), Health(participant.clock)
    keeping = Keeping(participant, inboxes.written, access, news, health)
    registry = CollectorRegistry()
    feed = Feed(inboxes.shown, news)
    ConsumerMetrics(registry, keeping.tally, health, feed)
    app = build_app(feed, tokens_of(participant.home.path), health, registry, settings)
    await run_together(
        stop,
        serve_until(app, settings.host, settings.port, stop),
        keeping.run(settings.streams, settings.regions, stop, console.say),
    )


def build_app(
    feed: Feed, tokens: Tokens, health: Health, registry: CollectorRegistry, settings: ConsumerSettings
) -> FastAPI:
    """The web application over its parts."""
    answers = web.Health(health.stuck, health.troubles, lambda: health.warnings)
    app = web.build_app("Tocsin reader", DESCRIPTION, answers, registry, settings.limits())
    app.include_router(router(feed, lambda token: tokens.holder(token, PURPOSE) is not None))
    return app
