"""The loop against a real Kafka: order of the start, keys that come late, going back, gaps."""

import os
from dataclasses import replace

import pytest

from services.consumer.assignment import Wanted, stream_partitions
from services.consumer.consume import Consumption
from services.consumer.reading import Identity, Reading
from services.consumer.retrying import retry_by_itself, retry_refused
from services.consumer.upkeep import Upkeep
from services.consumer.waiting import missing_sentences, waiting_sentences
from services.workshop.local_kafka import LocalKafka, Tuning
from tests.support.reading import STORAGE_KEY, no_rules
from tests.support.world import (
    ANALYST,
    COURIER,
    NEIGHBOUR,
    NOTICE,
    NOW_S,
    ORIGINATOR,
    Sender,
    audience_target,
    directory_of,
    note,
    report_id,
    small_world,
    targets,
)
from tocsin.adapters.inbox.store import open_inbox
from tocsin.adapters.kafka.publisher import Publisher
from tocsin.adapters.kafka.records import OutgoingRecord
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.adapters.kafka.topics import TopicWish, apply, plan
from tocsin.adapters.own_keys import KeyRing
from tocsin.core.clock_skew import judge_clock
from tocsin.core.errors import BrokerRefusedError, DirectoryStaleError
from tocsin.core.outcomes import Reason
from tocsin.core.streams import CHECKPOINTS_TOPIC, MANIFESTS_TOPIC, inbox_topic, stream_topic

pytestmark = pytest.mark.kafka
WORLD = small_world()
ION = Wanted(("ion",))
HOUR_S, YEAR_S = 3_600, 365 * 86_400 + 86_400 // 4


@pytest.fixture(scope="module")
def bootstrap(tmp_path_factory):
    if given := os.environ.get("TOCSIN_BOOTSTRAP"):
        yield given
        return
    with LocalKafka(
        tmp_path_factory.mktemp("kafka"), tuning=Tuning(heap_mb=256), say=lambda _: None
    ) as kafka:
        yield kafka.bootstrap


class Held:
    """A source of directories that holds one."""

    def __init__(self, directory):
        self.directory, self.trouble = directory, None
        self.clock = self.clock_trouble = None

    async def refresh(self, now_s):
        return self.directory


class Bench:
    """A sender, a reader's inbox, and the broker between them."""

    def __init__(self, bootstrap, folder, directory=WORLD.directory, sender_directory=None):
        self.bootstrap, self.folder = bootstrap, folder
        self.source = Held(directory)
        self.sender = Sender(ORIGINATOR, sender_directory or directory)
        # Tests share a broker: each has a generation and a session of its own.
        number = int.from_bytes(os.urandom(2))
        self.sender.generation = self.sender._begin(NOW_S * 1_000 + number)
        self.sender.session += number
        self.told = []

    async def send(self, *records):
        async with Publisher(self.bootstrap) as publisher:
            await publisher.publish(
                [OutgoingRecord(topic, part, None, value) for topic, part, value in records]
            )

    def report(self, *names):
        sent = self.sender.send(*(note(name) for name in names))
        return (sent.place.topic, sent.place.partition, sent.value)

    def manifest(self):
        return (MANIFESTS_TOPIC, 0, self.sender.manifest())

    def wrap(self, party=NEIGHBOUR):
        return (inbox_topic(party.id, firm=False), 0, self.sender.wraps()[party.id])

    def open(self, wanted=ION, party=NEIGHBOUR, now_s=NOW_S):
        identity = Identity(party.id, KeyRing({party.key("kem").id: party.kem}))
        inbox = open_inbox(self.folder, STORAGE_KEY)
        reading = Reading(inbox, identity, self.source.directory, wanted, no_rules)
        upkeep = Upkeep(reading, self.source, self.told.append, now_s)
        return Consumption(reading, KafkaAccess(self.bootstrap), upkeep, lambda: now_s)

    async def read(self, **how):
        consumption = self.open(**how)
        try:
            await consumption.start()
            await consumption.until_end()
            return [one.report_id for one in consumption.reading.inbox.reports.after(0)]
        finally:
            await consumption.stop()
            consumption.reading.inbox.close()


@pytest.fixture
async def bench(bootstrap, tmp_path):
    await make_topics(bootstrap)
    return Bench(bootstrap, tmp_path)


async def make_topics(bootstrap):
    settings = {"message.timestamp.type": "LogAppendTime"}
    layout = WORLD.directory.layout
    wishes = [TopicWish(stream_topic(one), layout.partitions(one), settings) for one in layout.streams]
    wishes += [TopicWish(one, 1, settings) for one in (MANIFESTS_TOPIC, CHECKPOINTS_TOPIC)]
    people = WORLD.directory.participants.values()
    wishes += [TopicWish(inbox_topic(one.id, one.is_firm), 1, settings) for one in people]
    await apply(bootstrap, await plan(bootstrap, wishes))


async def test_a_fresh_reader_has_its_keys_before_the_first_record(bench):
    a, b = os.urandom(4).hex(), os.urandom(4).hex()
    await bench.send(bench.report(a, b), bench.manifest(), bench.wrap())
    found = await bench.read()
    assert [report_id(a), report_id(b)] == found[-2:]
    assert 0 == len(bench.told)


async def test_a_second_run_goes_on_where_the_first_stopped(bench):
    a, b = os.urandom(4).hex(), os.urandom(4).hex()
    await bench.send(bench.manifest(), bench.wrap(), bench.report(a))
    await bench.read()
    await bench.send(bench.report(b))
    found = await bench.read()
    assert (1, 1) == (found.count(report_id(a)), found.count(report_id(b)))


async def test_a_wrap_that_comes_late_opens_what_waited_in_order(bench):
    names = [os.urandom(4).hex() for _ in range(3)]
    await bench.send(bench.manifest(), *(bench.report(name) for name in names))
    consumption = bench.open()
    await consumption.start()
    await consumption.until_end()
    inbox = consumption.reading.inbox
    (sentence,) = [one for one in waiting_sentences(inbox, NOW_S) if "a key" in one]
    assert sentence.startswith("3 records of Originator wait for a key, generation ")
    await bench.send(bench.wrap())
    while waiting_sentences(inbox, NOW_S):
        await consumption.step()
    assert [report_id(name) for name in names] == [one.report_id for one in inbox.reports.after(0)][-3:]
    await consumption.stop()
    inbox.close()


async def test_h14_a_reader_that_a_revision_adds_goes_back_and_opens_what_it_skipped(bootstrap, tmp_path):
    await make_topics(bootstrap)
    before = directory_of(targets(ORIGINATOR, ANALYST, COURIER))
    bench = Bench(bootstrap, tmp_path, sender_directory=before)
    a, b = os.urandom(4).hex(), os.urandom(4).hex()
    await bench.send(bench.manifest(), bench.report(a), bench.report(b))
    assert report_id(a) not in await bench.read()
    bench.sender.directory = WORLD.directory
    bench.sender.revise()
    await bench.send(bench.manifest(), bench.wrap())
    found = await bench.read()
    assert [report_id(a), report_id(b)] == found[-2:]


async def test_what_a_newer_directory_allows_comes_out_of_quarantine_by_itself(bench):
    a, entries = os.urandom(4).hex(), targets(ORIGINATOR, NEIGHBOUR, ANALYST, COURIER)
    entries |= [audience_target("focal-points", NOTICE, roles=["focal-point", "analyst"])]
    bench.source.directory = directory_of(entries, version=7)
    await bench.send(bench.manifest(), bench.wrap(), bench.report(a))
    consumption = bench.open()
    await consumption.start()
    await consumption.until_end()
    inbox = consumption.reading.inbox
    await retry_by_itself(consumption, bench.told.append)
    assert Reason.SCHEMA_NOT_ALLOWED in inbox.quarantine.kept()
    consumption.reading.believe(replace(WORLD.directory, version=8), NOW_S)
    await retry_by_itself(consumption, bench.told.append)
    assert report_id(a) in [one.report_id for one in inbox.reports.after(0)]
    assert Reason.SCHEMA_NOT_ALLOWED not in inbox.quarantine.kept()
    told = len(bench.told)
    await retry_by_itself(consumption, bench.told.append)  # once for each version
    assert told == len(bench.told)
    await consumption.stop()
    inbox.close()


async def test_a_refused_record_is_not_judged_anew_by_a_clock_that_is_years_off(bench):
    entries = targets(ORIGINATOR, NEIGHBOUR, ANALYST, COURIER)
    entries |= [audience_target("focal-points", NOTICE, roles=["focal-point", "analyst"])]
    bench.source.directory = directory_of(entries, version=7)
    await bench.send(bench.manifest(), bench.wrap(), bench.report(os.urandom(4).hex()))
    consumption = bench.open()
    await consumption.start()
    await consumption.until_end()
    kept = consumption.reading.inbox.quarantine.rows()
    consumption._clock = lambda: NOW_S + 11 * YEAR_S
    for retry in (retry_by_itself(consumption, print), retry_refused(consumption, None, print)):
        with pytest.raises(DirectoryStaleError, match="expired over 72 hours ago"):
            await retry
    assert kept == consumption.reading.inbox.quarantine.rows() != []
    await consumption.stop()
    consumption.reading.inbox.close()


async def test_a_region_that_was_not_asked_for_is_not_read(bench):
    a = os.urandom(4).hex()
    await bench.send(bench.manifest(), bench.wrap(), bench.report(a))
    assert report_id(a) not in await bench.read(wanted=Wanted(("ion",), ("global",)))
    assert report_id(a) in await bench.read(wanted=Wanted(("ion",), ("south-america",)))


async def test_records_that_retention_took_are_said_to_be_gone(bench):
    consumption = bench.open()
    reading = consumption.reading
    with reading.inbox.transaction():
        reading.inbox.offsets.advance("tocsin.pics.v1", 0, 1_000)
    reading.inbox.close()
    assert [] == await bench.read(wanted=Wanted(("pics",)))
    inbox = open_inbox(bench.folder, STORAGE_KEY)
    (sentence,) = missing_sentences(inbox, 0)
    said = "was restored to an older state or made anew: read again from its beginning"
    assert f"tocsin.pics.v1, partition 0, {said}" == sentence
    inbox.close()


async def test_a_quiet_partition_is_remembered_so_that_its_first_loss_is_a_gap(bench):
    wanted = Wanted(("alerts",))
    consumption = bench.open(wanted=wanted)
    await consumption.start()
    await consumption.stop()
    begun = consumption.reading.inbox.offsets.all()
    consumption.reading.inbox.close()
    quiet = stream_partitions(wanted, WORLD.directory.layout)
    assert dict.fromkeys(quiet, 0) == {one: begun.get(one) for one in quiet}


async def test_an_expired_directory_is_told_and_after_72_hours_nothing_is_read(bench):
    day_s = 86_400
    await bench.read(now_s=NOW_S + day_s)
    told = "by this machine's clock the directory has expired: 72 hours more are read at most"
    assert told in bench.told
    with pytest.raises(DirectoryStaleError, match="the authority has not signed since"):
        await bench.read(now_s=NOW_S + 4 * day_s)


@pytest.mark.parametrize(
    ("off_s", "said"),
    [
        (-11 * YEAR_S, "behind by at least 4017 days"),
        (11 * YEAR_S, "expired over 72 hours ago.*it was set since"),
    ],
)
async def test_what_came_while_the_clock_was_years_off_is_shown_once_it_is_right(bench, off_s, said):
    name = os.urandom(4).hex()
    bench.source.clock = judge_clock(NOW_S, NOW_S, ())
    await bench.send(bench.manifest(), bench.wrap())
    consumption = bench.open()
    await consumption.start()
    await consumption.until_end()
    consumption._clock = lambda: NOW_S + off_s
    await bench.send(bench.report(name))
    with pytest.raises(DirectoryStaleError, match=said):
        await steps_until_refused(consumption)
    inbox = consumption.reading.inbox
    assert [] == inbox.quarantine.rows()
    await consumption.stop()
    inbox.close()
    assert report_id(name) == (await bench.read())[-1]


async def steps_until_refused(consumption):
    """Until a step raises; one that brings the record was not refused."""
    while not await consumption.step():
        pass


async def test_by_a_clock_an_hour_behind_the_directory_records_wait_and_are_read(bench):
    name = os.urandom(4).hex()
    await bench.send(bench.manifest(), bench.wrap(), bench.report(name))
    assert report_id(name) not in await bench.read(now_s=NOW_S - HOUR_S)
    assert report_id(name) == (await bench.read())[-1]


async def test_a_missing_topic_is_named(bench):
    bench.source.directory = WORLD.directory
    consumption = bench.open()
    with pytest.raises(BrokerRefusedError, match=r"tocsin\.nowhere"):
        await consumption._subscribe([("tocsin.nowhere", 0)], {})
    await consumption.stop()
    consumption.reading.inbox.close()


async def test_a_region_that_the_directory_adds_is_read_without_a_restart(bench):
    a = os.urandom(4).hex()
    consumption = bench.open(wanted=Wanted(("ion",)))
    await consumption.start()
    before = set(consumption._places)
    layout = bench.source.directory.layout
    stream = replace(layout.streams["alerts"], name="ion", width=1)
    narrow = replace(layout, streams={**layout.streams, "ion": stream})
    consumption.reading.reader.directory = replace(bench.source.directory, layout=narrow)
    await consumption.step()
    assert set(consumption._places) < before
    consumption.reading.reader.directory = bench.source.directory
    await consumption.step()
    assert before == set(consumption._places)
    await bench.send(bench.manifest(), bench.wrap(), bench.report(a))
    await consumption.until_end()
    assert report_id(a) in [one.report_id for one in consumption.reading.inbox.reports.after(0)]
    await consumption.stop()
    consumption.reading.inbox.close()
