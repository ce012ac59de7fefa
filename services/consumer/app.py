"""The composition root of the reader's service: build, run, close, in a stated order.

The loop that reads Kafka and the web server run side by side; when one ends, so does the other. What
stops first is the web server, then the loop, then the broker's connection, then the database.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from services.consumer.feed import Feed
from services.consumer.health import Health
from services.consumer.http import PURPOSE, router
from services.consumer.keeping import Keeping
from services.consumer.letters.overdue import OverdueMetrics, OverdueWatch
from services.consumer.metrics import ConsumerMetrics
from services.consumer.news import News
from services.consumer.participant import Participant, open_participant, tokens_of
from services.consumer.settings import ConsumerSettings
from services.consumer.sinks.lines import Lines, SinksAsked, mail_server, opened
from services.consumer.sinks.metrics import SinkMetrics
from services.consumer.sinks.plans import configured
from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.inbox.store import Inbox
from tocsin.adapters.kafka.probe import broker_trouble
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.adapters.tokens import Tokens
from tocsin.runtime import console, web
from tocsin.runtime.disk_space import disk_trouble
from tocsin.runtime.lifecycle import run_service, run_together, serve_until
from tocsin.runtime.pulse import Watch

DESCRIPTION = (
    "Reports that this participant's reader holds, in the order of storage. Cursors only grow: keep "
    "the last one, ask again from there, and nothing is missed or repeated."
)


def serve_home(home: Path, passphrase_file: Path | None, bootstrap: str | None) -> None:
    """Run the service of a home until SIGTERM or SIGINT. Raises TocsinError."""
    settings = ConsumerSettings.load(ParticipantHome.open(home).settings("consumer"))
    plans = configured(settings.sinks)
    sinks = SinksAsked(plans, tuple(settings.regions), mail_server(settings.smtp, plans))
    participant = open_participant(home, passphrase_file)
    access = participant.access(bootstrap)
    access.check()

    async def run(stop: asyncio.Event) -> None:
        with participant.inbox() as inbox, participant.inbox(read_only=True) as shown:
            async with opened(participant, sinks, console.say) as lines:
                await serve(participant, settings, Parts(inbox, shown, lines), access, stop)

    run_service(run)


@dataclass(frozen=True)
class Parts:
    """One inbox twice: to write, and read-only to show from other threads; and where alerts go."""

    written: Inbox
    shown: Inbox
    lines: Lines


async def serve(
    participant: Participant,
    settings: ConsumerSettings,
    parts: Parts,
    access: KafkaAccess,
    stop: asyncio.Event,
) -> None:
    """Read and answer until `stop`."""
    news, health, lines = News(), Health(participant.clock, settings.max_turn_s), parts.lines
    health.disk = partial(disk_trouble, participant.home.path, settings.min_free_bytes)
    keeping = Keeping(participant, parts.written, access, Bells(news, lines), health)
    lines.directory, lines.well, lines.pulse = (
        keeping.directory,
        lambda: not health.troubles(),
        health.sinks,
    )
    watch = Watch(health.pulse, partial(broker_trouble, access), keeping.renew, keeping.progress)
    registry = CollectorRegistry()
    feed = Feed(parts.shown, news)
    ConsumerMetrics(registry, keeping.tally, health, feed, parts.written.alarms.raised, keeping.directory)
    SinkMetrics(registry, lambda: lines.standing)
    late = OverdueWatch(participant, console.say)
    OverdueMetrics(registry, late)

    def troubles() -> list[str]:
        log = parts.written.database.log_trouble()
        return [*health.troubles(), *([log] if log else [])]

    def warnings() -> list[str]:
        return [*health.warnings, *late.found.sentences(), *lines.sentences()]

    answers = web.Health(health.stuck, troubles, warnings)
    app = build_app(feed, tokens_of(participant.home.path), answers, registry, settings)
    await lines.begin()
    await run_together(
        stop,
        serve_until(app, settings.host, settings.port, stop),
        health.pulse.over(keeping.run(settings.streams, settings.regions, stop, console.say), stop),
        health.sinks.over(lines.run_until(stop), stop),
        late.run_until(stop),
        watch.run(stop),
    )


class Bells:
    """Rings for streams of events and for sinks alike."""

    def __init__(self, news: News, lines: Lines) -> None:
        self._news, self._lines = news, lines

    def print_new(self, count: int = 0) -> None:
        """A step of the reading brought `count` records."""
        if count:
            self._news.ring()
            self._lines.ring()

    def caught_up(self) -> None:
        """What was there when the reading began is read."""
        self._lines.caught_up()


def build_app(
    feed: Feed, tokens: Tokens, answers: web.Health, registry: CollectorRegistry, settings: ConsumerSettings
) -> FastAPI:
    """The web application over its parts."""
    app = web.build_app("Tocsin reader", DESCRIPTION, answers, registry, settings.limits())
    app.include_router(router(feed, lambda token: tokens.holder(token, PURPOSE) is not None))
    return app
