"""Services over real sockets: a publisher's and a reader's application, and a server in a thread."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from services.consumer import app as consumer
from services.consumer.feed import Feed
from services.consumer.http import PURPOSE as READ
from services.consumer.news import News
from services.consumer.settings import ConsumerSettings
from services.producer import app as producer
from services.producer.producing import build
from services.producer.running import Running
from services.producer.settings import ProducerSettings
from services.producer.tokens import PURPOSE as SUBMIT
from services.workshop.ports import find_free
from tests.support.incidents import incident, incident_directory
from tests.support.publishing import HeldDirectory, Writer
from tests.support.reading import STORAGE_KEY, Reading
from tests.support.sender import Sender
from tests.support.world import ORIGINATOR
from tocsin.adapters.inbox.store import open_inbox
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.adapters.tokens import Tokens
from tocsin.core.national_references import Issuer
from tocsin.runtime import web
from tocsin.runtime.connections import ConnectionBounds
from tocsin.runtime.lifecycle import serve_until


def publisher_app(writer: Writer, folder: Path, settings: ProducerSettings) -> FastAPI:
    """The publisher's application over the writer's outbox; its tokens lie in `folder`."""
    clocks, source = writer.clock.clocks, HeldDirectory(writer)
    producing = build(writer.outbox, writer.originator, source, KafkaAccess("127.0.0.1:9"), clocks)
    participant = SimpleNamespace(originator=writer.originator, home=SimpleNamespace(path=folder))
    running = Running(producing, clocks)
    issuer = Issuer("CO", "CUS")
    works = producer.Works(participant, writer.outbox, source, producing, running, clocks, issuer)
    return producer.build_app(works, settings)


def submit_token(folder: Path) -> str:
    """A token that the publisher's application knows."""
    return Tokens(folder / "tokens.json").create("test", SUBMIT)


def reader_app(folder: Path) -> tuple[FastAPI, str]:
    """A reader's application over an inbox of three reports, and a token that it knows."""
    directory = incident_directory()
    reading, sender = Reading(folder, directory), Sender(ORIGINATOR, directory)
    with reading.inbox.transaction():
        reading.inbox.known.keep(directory)
    reading.take_keys(sender)
    reading.take(sender.send(*(incident(name) for name in "abc")))
    tokens = Tokens(folder / "tokens.json")
    feed = Feed(open_inbox(folder, STORAGE_KEY, read_only=True), News())
    health = web.Health(lambda: None, list)
    app = consumer.build_app(feed, tokens, health, CollectorRegistry(), ConsumerSettings())
    return app, tokens.create("test", READ)


@contextmanager
def served(app: FastAPI, bounds: ConnectionBounds = ConnectionBounds()) -> Iterator[int]:
    """The port on which `app` answers while the block runs."""
    port, up = find_free(1), threading.Event()
    loop, stop = asyncio.new_event_loop(), asyncio.Event()

    async def serve() -> None:
        serving = asyncio.create_task(serve_until(app, "127.0.0.1", port, stop, bounds))
        await asyncio.sleep(0)  # it listens from its first step on
        up.set()
        await serving

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        assert up.wait(30)
        yield port
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(30)
        loop.close()
