"""Trouble that others met with Kafka's clients, rows 11 to 17: it heals without hands and loses nothing."""

import asyncio
import json
import threading
from contextlib import asynccontextmanager
from functools import partial

import pytest

from services.consumer import keeping as keeping_module
from services.consumer.participant import open_participant
from services.consumer.sinks.lines import SinksAsked, opened
from services.consumer.sinks.plans import configured
from services.consumer.sinks.settings import SinkSettings
from services.workshop.local_kafka import LocalKafka, Tuning
from services.workshop.ports import find_free
from tests.support.loops import (
    MAX_WAIT_S,
    accept,
    all_sent,
    publishing,
    reading,
    times_held,
    times_stored,
    until,
    writing,
)
from tests.support.parties import DAY_S, NOW_S
from tests.support.publishing import Writer
from tests.support.reading import Reading
from tests.support.receivers import Receiver
from tests.support.relay import NAME, Relay, named
from tests.support.town import Town
from tests.support.world import ORIGINATOR, note, report_id, small_world
from tocsin.adapters.access_declaration import declaration
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.adapters.kafka.subscriber import Subscriber
from tocsin.adapters.wished_topics import wishes
from tocsin.core.errors import TocsinError
from tocsin.core.outcomes import Reason
from tocsin.runtime import pulse

kafka = pytest.mark.kafka


def kafka_at(folder, port, advertised):
    """A broker on `port` that tells clients to come to `advertised`."""
    settings = {"advertised.listeners": f"PLAINTEXT://{advertised}"}
    return LocalKafka(folder, port=port, tuning=Tuning(settings=settings), say=lambda _text: None)


class Place:
    """A broker behind a relay, and the town around it."""

    def __init__(self, folder, port, relay):
        self.folder, self.port, self.relay = folder, port, relay
        self.broker = kafka_at(folder, port, f"127.0.0.1:{relay.port}")

    def come_up_elsewhere(self, host):
        """As when a container is made anew: another address behind the same name."""
        self.broker.stop()
        self.relay.move(host)
        self.broker = kafka_at(self.folder, self.port, f"{host}:{self.relay.port}")
        self.broker.start()


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    port = find_free(1)
    relay = Relay(next(one for one in iter(partial(find_free, 1), None) if one != port), port)
    place = Place(tmp_path_factory.mktemp("kafka"), port, relay)
    relay.start()
    with named(relay):
        place.broker.start()
        yield place
        place.broker.stop()
        relay.stop()


@pytest.fixture(scope="module")
def town(place, tmp_path_factory):
    return Town(tmp_path_factory.mktemp("town"), f"{NAME}:{place.relay.port}")


@pytest.fixture
def writer(town, tmp_path):
    with writing(tmp_path, town.living.directory) as writer:
        yield writer


@kafka
async def test_b11_a_leader_that_is_killed_under_load_loses_and_doubles_nothing(place, town, writer):
    async with publishing(KafkaAccess(town.bootstrap), writer) as running:
        ids = accept(writer, running, *(f"B11-{number}" for number in range(50)))
        await asyncio.to_thread(place.broker.kill)
        ids += accept(writer, running, *(f"B11-{number}" for number in range(50, 100)))
        await asyncio.to_thread(place.broker.start)
        await until(all_sent(writer))
    assert {1} == await times_stored(town.bootstrap, writer, ids)


@asynccontextmanager
async def sinking(home, inbox, **targets):
    """The reader's sinks, beside its loop, until the block ends."""
    participant = open_participant(home, home / "passphrase")
    plans = configured(
        {name: SinkSettings(to=f"{name}={to}", streams=["ion"]) for name, to in targets.items()}
    )
    async with opened(participant, SinksAsked(plans), lambda _text: None) as lines:
        await lines.begin()
        lines.caught_up()
        running = asyncio.ensure_future(lines.run())
        try:
            yield
        finally:
            running.cancel()
            await asyncio.wait({running})


@kafka
async def test_b15_an_answer_that_is_lost_after_storing_makes_one_incident_and_one_notice(
    place, town, writer, tmp_path
):
    place.relay.lost, place.relay.lose = 0, 2
    read_on = threading.Event()
    slow = Receiver(answer=lambda _posted: (204, {}) if read_on.wait(MAX_WAIT_S) else (500, {}))
    with slow:
        url, spool = f"http://127.0.0.1:{slow.port}/b15", tmp_path / "spool"
        async with (
            publishing(KafkaAccess(town.bootstrap), writer) as running,
            reading(KafkaAccess(town.bootstrap), town.home("b15")) as (inbox, _health),
            sinking(town.home("b15"), inbox, webhook=url, spool=spool),
        ):
            ids = accept(writer, running, "B15-1", "B15-2")
            await until(all_sent(writer))
            # The receiver holds the first notice back while the reader reads, stores and commits on.
            await until(lambda: slow.posted and all(times_held(inbox, ids)))
            ids += accept(writer, running, "B15-3")
            await until(lambda: all(times_held(inbox, ids)))
            read_on.set()
            await until(lambda: noticed(slow, spool) >= (len(ids), len(ids)))
            assert [1, 1, 1] == times_held(inbox, ids)
        assert (len(ids), len(ids)) == noticed(slow, spool)
    assert (0, 2) == (place.relay.lose, place.relay.lost)
    assert {1} == await times_stored(town.bootstrap, writer, ids)


def noticed(receiver, spool):
    """How many of these reports the webhook was told of, a try again having the same id, and the spool."""
    posted = {one.id for one in receiver.posted if "B15-" in json.dumps(one.json)}
    return len(posted), len([one for one in spool.glob("*.json") if "B15-" in one.read_text()])


@kafka
async def test_b12_a_broker_that_comes_up_on_a_new_address_is_found_by_its_name(
    place, town, writer, monkeypatch
):
    monkeypatch.setattr(keeping_module, "SILENCE_S", 1)
    monkeypatch.setattr(keeping_module, "ASK_ANEW_S", 2)
    monkeypatch.setattr(pulse, "LOOK_EVERY_S", 0.2)
    monkeypatch.setattr(pulse, "RENEW_AFTER_S", 3.0)
    async with (
        publishing(KafkaAccess(town.bootstrap), writer) as running,
        reading(KafkaAccess(town.bootstrap), town.home("b12")) as (inbox, health),
    ):
        ids = accept(writer, running, "B12-1")
        await until(lambda: all(times_held(inbox, ids)))
        await asyncio.to_thread(place.come_up_elsewhere, "127.0.0.2")
        ids += accept(writer, running, "B12-2")
        await until(lambda: all(times_held(inbox, ids)))
        await until(lambda: health.broker is None)
        assert [1, 1] == times_held(inbox, ids)
        assert (None, None) == (running.pulse.stuck(), health.stuck())


@kafka
async def test_b13_readers_stop_though_the_broker_is_gone_and_no_offset_moves(place, town):
    before = asyncio.all_tasks()
    readers = [Subscriber(town.bootstrap, {("tocsin.ion.v1", 0): 0}) for _ in range(50)]
    for one in readers:
        await one.start()
    async with reading(KafkaAccess(town.bootstrap), town.home("b13")) as (inbox, health):
        await until(lambda: health.history is None)
        offsets = inbox.offsets.all()
        await asyncio.to_thread(place.broker.kill)
    async with asyncio.timeout(MAX_WAIT_S):
        await asyncio.gather(*(one.stop() for one in readers))
    assert before == asyncio.all_tasks()
    home = town.home("b13")
    with open_participant(home, home / "passphrase").inbox(read_only=True) as inbox:
        assert offsets == inbox.offsets.all()
    await asyncio.to_thread(place.broker.start)


async def test_b16_a_case_of_900_kb_is_refused_with_the_limit_and_later_ones_leave(tmp_path):
    writer = Writer(tmp_path)
    with pytest.raises(TocsinError, match="at most 20000 are allowed"):
        writer.accept("B16-1", narrative={"government": "x" * 900_000})
    assert 0 == writer.outbox.items.waiting_items
    writer.accept("B16-2")
    writer.seal()
    assert await writer.deliver() > 0
    writer.close()


@pytest.mark.parametrize("ahead_s", [2 * 365 * DAY_S, NOW_S * 999_999], ids=["years", "microseconds"])
def test_b17_a_clock_that_is_years_ahead_defeats_neither_order_nor_expiry(tmp_path, ahead_s):
    world = small_world()
    reader, sender, fast = Reading(tmp_path, world.directory), world.sender(), world.sender()
    fast.generation, fast.session = sender.generation, sender.session + 1
    reader.take_keys(sender)
    reader.take(sender.send(note("first")))
    reader.take(fast.send(note("fast"), now_s=NOW_S + ahead_s, expires_at=NOW_S + ahead_s + DAY_S))
    assert [report_id("first")] == reader.stored()
    (refused,) = reader.inbox.quarantine.rows()
    assert refused.reason in {Reason.FROM_THE_FUTURE, Reason.OUT_OF_BOUNDS, Reason.KEY_NOT_VALID}
    fast.session += 1
    reader.take(fast.send(note("later")), now_s=NOW_S + 5)
    held = reader.inbox.reports.after(0)
    assert [report_id("first"), report_id("later")] == [one.report_id for one in held]
    assert NOW_S + 5 == held[-1].received_at_s
    reader.inbox.close()


def test_b17_topics_keep_records_by_the_brokers_time_not_the_senders():
    found = wishes(small_world().directory, declaration())
    assert found
    assert {"LogAppendTime"} == {one.settings["message.timestamp.type"] for one in found}
    assert ORIGINATOR
