"""The publisher against a real Kafka: broker away, kill -9, forged records, missing topics."""

import asyncio
import contextlib
import json
import time
from copy import deepcopy
from dataclasses import replace

import httpx
import pytest

from services.producer import producing as producing_module
from services.producer.broker_losses import first_loss
from services.producer.key_requests import KeyRequests
from services.producer.own_logs import OwnLogs, own_alarms
from services.producer.participant import open_participant
from services.producer.producing import build
from services.workshop.local_kafka import LocalKafka
from services.workshop.ports import find_free
from tests.support.broker_contents import all_records, items_by_region
from tests.support.incidents import SEIZURE
from tests.support.parties import DAY_S
from tests.support.publishing import HeldDirectory, Writer
from tests.support.town import Town
from tests.support.world import ANALYST, NEIGHBOUR, ORIGINATOR
from tocsin.adapters.kafka.publisher import Publisher
from tocsin.adapters.kafka.records import OutgoingRecord
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.adapters.kafka.subscriber import Subscriber
from tocsin.adapters.outbox.lost import LOST
from tocsin.core import wire
from tocsin.core.ids import leaf_of
from tocsin.core.outcomes import AlarmKind
from tocsin.core.signatures import sign_statement
from tocsin.core.streams import inbox_topic

pytestmark = pytest.mark.kafka


@pytest.fixture(scope="module")
def kafka(tmp_path_factory):
    with LocalKafka(tmp_path_factory.mktemp("kafka"), say=lambda _text: None) as kafka:
        yield kafka


@pytest.fixture(scope="module")
def town(kafka, tmp_path_factory):
    return Town(tmp_path_factory.mktemp("town"), kafka.bootstrap)


@pytest.fixture
def home(town, request):
    """A publisher's home of this test alone."""
    return town.home(request.node.name, ORIGINATOR)


def report(reference, **changes):
    return deepcopy(SEIZURE) | {"national_reference": reference} | changes


def write(path, *reports):
    path.write_text("".join(json.dumps(one) + "\n" for one in reports))
    return str(path)


def receipts(text):
    return [json.loads(line) for line in text.splitlines()]


def writer_of(town, folder):
    """A publisher without processes, over the town's directory."""
    writer = Writer(folder, town.living.directory)
    writer.clock.wall_s = time.time()
    return writer


def producing_of(town, writer):
    access = KafkaAccess(town.bootstrap)
    return build(writer.outbox, writer.originator, HeldDirectory(writer), access, writer.clock.clocks)


async def one_round(producing):
    try:
        return await producing.round()
    finally:
        await producing.stop()


def test_a_report_is_published_and_a_member_reads_it(town, home, tmp_path):
    out, _ = town.run(home, "publish", write(tmp_path / "r.json", report("K-1")))
    (receipt,) = receipts(out)
    assert ("accepted", "published") == (receipt["result"], receipt["state"])
    ids = town.ids(town.home("reader"), "subscribe", "ion", "--from", "earliest", "--until-end", "--json")
    assert 1 == ids.count(receipt["report_id"])
    out, _ = town.run(home, "status", "K-1")
    assert {"ion"} == {one["stream"] for one in receipts(out)[0]["destinations"]}


def test_the_good_lines_of_a_file_are_published_and_the_bad_ones_named(town, home, tmp_path):
    bad = report("K-3", place={"country": "QX"})
    file = write(tmp_path / "r.jsonl", report("K-2"), bad, report("K-4") | {"nonsense": 1})
    out, err = town.run(home, "publish", file, code=3)
    assert ["K-2"] == [one["reference"] for one in receipts(out)]
    assert "line 2: place.country" in err
    assert "line 3: nonsense" in err
    town.run(home, "status", "K-3", code=3)


def test_a_wrong_passphrase_changes_nothing(town, home, tmp_path):
    (home / "passphrase").write_text("wrong horse battery staple")
    out, err = town.run(home, "publish", write(tmp_path / "r.json", report("K-5")), code=2)
    assert ("", True) == (out, "passphrase is wrong" in err)
    assert not (home / "outbox").exists()


def test_a_line_of_two_megabytes_is_refused_and_its_neighbour_published(town, home, tmp_path):
    huge = report("K-6", narrative={"government": "x" * 2_000_000})
    file = write(tmp_path / "r.json", report("K-6-1"), huge)
    out, err = town.run(home, "publish", file, code=3)
    assert (["K-6-1"], True) == ([one["reference"] for one in receipts(out)], "over 262144" in err)


def test_an_address_that_nobody_answers_keeps_the_report(town, home, tmp_path):
    file = write(tmp_path / "r.json", report("K-7"))
    out, err = town.run(home, "publish", file, "--bootstrap", "127.0.0.1:9", code=5)
    assert ["accepted"] == [one["state"] for one in receipts(out)]
    assert "cannot be reached" in err
    town.run(home, "send")
    town.run(home, "status", "K-7")


def test_an_expired_directory_accepts_and_publishes_nothing(town, tmp_path):
    writer = writer_of(town, tmp_path)
    writer.accept("K-8")
    writer.directory = replace(writer.directory, expires_at_s=writer.now_s - 1)
    producing = producing_of(town, writer)
    assert 0 == asyncio.run(one_round(producing))
    assert "expired" in producing.troubles["sealing all"]
    assert 2 == writer.outbox.items.waiting_items


def test_a_missing_topic_is_named_and_its_reports_wait_unsealed(town, tmp_path):
    writer = writer_of(town, tmp_path)
    layout = writer.directory.layout
    streams = dict(layout.streams) | {"blobs": replace(layout.streams["ion"], name="blobs")}
    writer.directory = replace(writer.directory, layout=replace(layout, streams=streams))
    one = replace(writer.submission("K-9"), report=replace(writer.submission("K-9").report, stream="blobs"))
    writer.acceptance.accept([one])
    writer.accept("K-10")
    producing = producing_of(town, writer)
    assert 2 == asyncio.run(one_round(producing))
    assert "tocsin authority topics apply" in producing.troubles["topic tocsin.blobs.v1"]
    assert 2 == writer.outbox.items.waiting_items


def test_what_kafka_has_but_did_not_acknowledge_is_found_and_not_sent_again(town, tmp_path):
    writer = writer_of(town, tmp_path)
    accepted = writer.accept(*(f"K-11-{number}" for number in range(5)))
    writer.seal()
    sealed = writer.outbox.records.unsent(10)

    async def lose_the_answers():
        async with Publisher(town.bootstrap) as publisher:
            await publisher.publish(
                [OutgoingRecord(one.topic, one.partition, None, one.value) for one in sealed]
            )

    asyncio.run(lose_the_answers())
    producing = producing_of(town, writer)
    assert 0 == asyncio.run(one_round(producing))
    assert (2, 0) == (producing.totals.found_again, writer.outbox.records.unsent_count())
    ours = {one.value for one in sealed}
    records = all_records(town.bootstrap, writer.directory.layout, "ion")
    counts = items_by_region([one for one in records if one.value in ours], writer.outbox)
    assert {1} == set(counts.values())
    assert {one.report_id for one in accepted} == {report_id for report_id, _ in counts}


def test_a_record_under_our_key_that_we_did_not_seal_is_an_alarm_and_a_new_beginning(town, tmp_path):
    old, copy = tmp_path / "old", tmp_path / "copy"
    old.mkdir()
    copy.mkdir()
    other = writer_of(town, old)
    other.accept("K-12")
    asyncio.run(one_round(producing_of(town, other)))
    restored = writer_of(town, copy)
    access = KafkaAccess(town.bootstrap)
    logs = OwnLogs(restored.outbox, restored.originator, restored.sessions, access)
    found = asyncio.run(logs.read_back(restored.directory, restored.now_s))
    assert found.foreign >= 2
    assert {AlarmKind.NOT_SEALED_BY_ME} == {one[0] for one in restored.outbox.logs.alarms()}
    head = other.outbox.logs.head("ion", "south-america")
    assert head == restored.outbox.logs.head("ion", "south-america")
    restored.accept("K-13")
    restored.seal()
    assert head.session < restored.outbox.logs.head("ion", "south-america").session


def test_a_round_ends_for_its_time_while_there_is_more_and_the_next_goes_on(town, tmp_path, monkeypatch):
    monkeypatch.setattr(producing_module, "MAX_ROUND_S", 0)
    writer = writer_of(town, tmp_path)
    writer.accept("K-60")
    producing = producing_of(town, writer)

    async def two_rounds():
        found = [(await producing.round(), producing.unfinished) for _ in range(2)]
        await producing.stop()
        return found

    (first, began), (second, ended) = asyncio.run(two_rounds())
    assert [(0, True), False] == [(first, began), ended]
    assert second > 0 == producing.waiting


def test_row44_a_broker_that_ends_before_what_it_acknowledged_is_an_alarm_told_once(town, tmp_path):
    writer = writer_of(town, tmp_path)
    writer.accept("K-44")
    asyncio.run(one_round(producing_of(town, writer)))
    ((topic, partition), end), *_ = writer.outbox.records.positions().items()
    with writer.outbox.transaction():
        writer.outbox.records.advance(topic, partition, end + 1_000)
    producing = producing_of(town, writer)
    asyncio.run(one_round(producing))
    assert 1 == producing.totals.went_back_partitions
    assert 1 == sum("in 1 of our partitions" in said for said in own_alarms(writer.outbox))
    again = producing_of(town, writer)
    asyncio.run(one_round(again))
    assert 0 == again.totals.went_back_partitions


def published(town, writer, *references):
    """Each reference in a round of its own, so in a record of its own; the ids of the reports."""
    ids = []
    for reference in references:
        ids += [one.report_id for one in writer.accept(reference)]
        asyncio.run(one_round(producing_of(town, writer)))
    return ids


def lose_from(writer, report_id):
    """As if the broker had been restored to before a report and had grown again."""
    sql = """UPDATE records SET leaf = randomblob(32) WHERE id >= (SELECT min(record) FROM destinations d
        JOIN items i ON i.id = d.item WHERE i.report_id = ?)"""
    writer.outbox.database.execute(sql, (report_id,))
    lost = writer.outbox.lost
    for place in lost.newest(writer.outbox.records.positions()):  # read back until here, before
        writer.outbox.records.advance(*place, lost.nth(*place, lost.count(*place) - 1).offset + 1)


@pytest.mark.parametrize("lost", [1, 4, 5])
def test_row44_what_a_restored_broker_lost_is_sealed_again_under_new_generations(town, tmp_path, lost):
    writer = writer_of(town, tmp_path)
    ids = published(town, writer, *(f"K-45-{number}" for number in range(5)))
    focal_points = writer.directory.audience_named("focal-points").id
    before = writer.outbox.keys.current(focal_points).id.generation
    (first,) = writer.outbox.status.of_report(ids[0])
    lose_from(writer, ids[-lost])
    producing = producing_of(town, writer)
    asyncio.run(one_round(producing))
    assert lost * len(first.destinations) == producing.totals.sent_again_items
    assert producing.waiting == 0
    assert before < writer.outbox.keys.current(focal_points).id.generation


def test_row44_what_is_no_longer_kept_and_was_lost_is_refused_by_name(town, tmp_path):
    writer = writer_of(town, tmp_path)
    (report_id,) = published(town, writer, "K-46")
    writer.outbox.database.execute("UPDATE items SET body = NULL")
    lose_from(writer, report_id)
    asyncio.run(one_round(producing_of(town, writer)))
    (item,) = writer.outbox.status.of_report(report_id)
    assert {LOST} == {one.reason for one in item.destinations}


def test_what_retention_took_is_not_lost(town, tmp_path):
    writer = writer_of(town, tmp_path)
    published(town, writer, "K-47", "K-48")
    lost = writer.outbox.lost
    place = next(iter(lost.newest(writer.outbox.records.positions())))
    end = lost.nth(*place, lost.count(*place) - 1).offset + 1

    async def ask(begin):
        async with Subscriber(town.bootstrap, {place: end}) as subscriber:
            return await first_loss(subscriber, lost, place, begin, begin)

    assert [None, lost.nth(*place, 0).offset] == [asyncio.run(ask(end)), asyncio.run(ask(0))]


def test_a_member_that_misses_its_key_and_asks_gets_a_wrap(town, tmp_path):
    writer = writer_of(town, tmp_path)
    writer.accept("K-14")
    producing = producing_of(town, writer)
    source = HeldDirectory(writer)
    access = KafkaAccess(town.bootstrap)
    requests = KeyRequests(writer.outbox, writer.originator, source, access, writer.clock.clocks)

    def asking(party, now_s):
        generation = writer.outbox.keys.current(writer.directory.audience_named("focal-points").id)
        body = wire.KeyRequest(
            party.id,
            party.key("statement").id,
            ORIGINATOR.id,
            generation.id.audience,
            generation.id.generation,
            party.key("kem").id,
            now_s,
        )
        return sign_statement(party.statement, body)

    async def run():
        await producing.round()
        await requests.answer()
        before = writer.outbox.keys.queued_count()
        topic = inbox_topic(ORIGINATOR.id, firm=False)
        values = [asking(NEIGHBOUR, writer.now_s), asking(NEIGHBOUR, writer.now_s)]
        values += [asking(ANALYST, writer.now_s - DAY_S), b"junk", asking(ORIGINATOR, writer.now_s)]
        async with Publisher(town.bootstrap) as publisher:
            await publisher.publish([OutgoingRecord(topic, 0, None, one) for one in values])
        writer.clock.pass_by(60)
        await requests.answer()
        await producing.stop()
        return before, [one.topic for one in writer.outbox.keys.queued(writer.now_s)]

    assert (0, [inbox_topic(NEIGHBOUR.id, firm=False)]) == asyncio.run(run())


@pytest.mark.slow
def test_after_kill_9_every_report_is_there_exactly_once(town, home, tmp_path):
    """Killed while it accepts, seals and publishes; started again, it neither loses nor repeats."""
    references = [f"K-20-{number}" for number in range(4_000)]
    file = write(tmp_path / "r.jsonl", *map(report, references))
    for patience_s in (0.9, 1.4, 1.8, 2.2):
        process = town.start(home, "publish", file)
        time.sleep(patience_s)
        process.kill()
        process.communicate()
    town.run(home, "publish", file)
    participant = open_participant(home, home / "passphrase")
    with participant.outbox_to_read() as outbox:
        held = {
            (status.report_id, one.region)
            for reference in references
            for status in outbox.status.of_reference(reference)
            for one in status.destinations
        }
        layout = town.living.directory.layout
        mine = [
            record
            for record in all_records(town.bootstrap, layout, "ion")
            if outbox.records.by_leaf(leaf(record.value)) is not None
        ]
        counts = items_by_region(mine, outbox)
    assert 8_000 == len(held)
    assert dict.fromkeys(held, 1) == {key: counts[key] for key in held}


def leaf(value):
    envelope = wire.decode_envelope(value)
    return leaf_of(envelope.header, envelope.ciphertext)


@pytest.mark.slow
def test_a_service_accepts_while_the_broker_is_away_and_publishes_when_it_returns(kafka_broker, tmp_path):
    town = Town(tmp_path / "town", kafka_broker.bootstrap)
    home, base = town.home("home", ORIGINATOR), f"http://127.0.0.1:{find_free(1)}"
    (home / "token").write_text(town.run(home, "producer", "token", "test")[0])
    (home / "token").chmod(0o600)
    file = write(tmp_path / "r.json", report("K-30"))
    where = ("--url", base, "--token-file", str(home / "token"))
    kafka_broker.stop()
    service = town.start(home, "producer", "serve", TOCSIN_PRODUCER_PORT=base.rpartition(":")[2])
    try:
        _until(lambda: httpx.get(f"{base}/healthz").status_code == 200)
        out, _ = town.run(home, "publish", file, *where)
        assert ["accepted"] == [one["state"] for one in receipts(out)]
        _, err = town.run(home, "publish", file, code=4)
        assert "--url" in err
        kafka_broker.start()
        _until(lambda: "published" in town.start(home, "status", "K-30").communicate()[0])
        _until(lambda: httpx.get(f"{base}/readyz").status_code == 200)
    finally:
        service.terminate()
        service.communicate(timeout=30)
    assert 0 == service.returncode


def _until(true, max_s=60):
    end = time.monotonic() + max_s
    while time.monotonic() < end:
        with contextlib.suppress(httpx.TransportError):
            if true():
                return
        time.sleep(0.2)
    raise AssertionError("it did not come true in time")
