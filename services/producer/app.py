"""The composition root of the publisher's service: build, run, close, in a stated order.

The loop that publishes and the web server run side by side; when one ends, so does the other. What
stops first is the web server, then the loop and the broker's connection, then the outbox.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from services.producer.accept import Acceptance
from services.producer.alerts.serving import Releases
from services.producer.clocks import Clocks
from services.producer.group_commit import GroupCommit
from services.producer.http import router
from services.producer.issuing import issuer_of
from services.producer.key_requests import KeyRequests
from services.producer.metrics import ProducerMetrics
from services.producer.participant import TOKENS_FILE, Participant, open_participant
from services.producer.producing import DirectorySource, Producing, build
from services.producer.readiness import Readiness
from services.producer.running import Running
from services.producer.settings import ProducerSettings
from services.producer.tokens import PURPOSE
from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.kafka.probe import broker_trouble
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.adapters.outbox.store import Outbox
from tocsin.adapters.tokens import Tokens
from tocsin.core.national_references import Issuer
from tocsin.runtime import web
from tocsin.runtime.disk_space import disk_trouble
from tocsin.runtime.lifecycle import run_service, run_together, serve_until
from tocsin.runtime.pulse import Watch

DESCRIPTION = (
    "Takes reports into this participant's encrypted outbox and publishes them, sealed. A receipt "
    "means that the report is safe; its state says where it stands."
)


def serve_home(home: Path, passphrase_file: Path | None, bootstrap: str | None) -> None:
    """Run the service of a home until SIGTERM or SIGINT. Raises TocsinError."""
    settings = ProducerSettings.load(ParticipantHome.open(home).settings("producer"))
    participant = open_participant(home, passphrase_file)
    access = participant.home.access(bootstrap)
    access.check()

    async def run(stop: asyncio.Event) -> None:
        with participant.outbox(settings.bounds()) as outbox:
            await serve(participant, settings, outbox, access, stop)

    run_service(run)


async def serve(
    participant: Participant,
    settings: ProducerSettings,
    outbox: Outbox,
    access: KafkaAccess,
    stop: asyncio.Event,
) -> None:
    """Accept and publish until `stop`."""
    clocks, client = Clocks(), participant.directory_client()
    client.load()
    source = participant.follower(access, client)
    producing = build(
        outbox, participant.originator, source, access, clocks, settings.keep_bodies_days * 86_400
    )
    requests = KeyRequests(outbox, participant.originator, source, access, clocks)
    issuer = issuer_of(participant.home)
    me = participant.originator.id
    releases = Releases(
        participant, outbox, Acceptance(outbox, me, clocks, lambda: source.directory, issuer), source
    )

    async def between_rounds() -> None:
        await requests.answer()
        if releases.take():
            running.news()

    running = Running(producing, clocks, between_rounds, settings.max_turn_s)
    watch = Watch(running.pulse, partial(broker_trouble, access), running.renew, running.progress)
    works = Works(participant, outbox, source, producing, running, clocks, issuer)
    app = build_app(works, settings)
    await run_together(
        stop,
        serve_until(app, settings.host, settings.port, stop),
        running.pulse.over(running.run(stop), stop),
        watch.run(stop),
    )


@dataclass(frozen=True)
class Works:
    """What the web application stands on."""

    participant: Participant
    outbox: Outbox
    source: DirectorySource
    producing: Producing
    running: Running
    clocks: Clocks
    issuer: Issuer


def build_app(works: Works, settings: ProducerSettings) -> FastAPI:
    """The web application over its parts."""
    outbox, clocks = works.outbox, works.clocks
    registry = CollectorRegistry()
    ProducerMetrics(registry, works.producing, outbox, lambda: works.source.directory)
    me = works.participant.originator.id
    acceptance = Acceptance(outbox, me, clocks, lambda: works.source.directory, works.issuer)
    commit = GroupCommit(acceptance, outbox, clocks, works.running.news)
    tokens = Tokens(works.participant.home.path / TOKENS_FILE)
    disk = partial(disk_trouble, works.participant.home.path, settings.min_free_bytes)
    readiness = Readiness(works.producing, works.running, works.source, outbox, clocks, disk)
    health = web.Health(works.running.pulse.stuck, readiness.troubles, readiness.warnings)
    app = web.build_app("Tocsin publisher", DESCRIPTION, health, registry, settings.limits())

    def admit(token: str) -> bool:
        return tokens.holder(token, PURPOSE) is not None

    app.include_router(router(acceptance, commit, outbox.status, admit))
    return app
