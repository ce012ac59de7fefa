"""What goes wrong from outside: one exit code, one sentence that says what to do, and nothing changed."""

import asyncio
import json
from contextlib import contextmanager

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from services.workshop.local_kafka import LocalKafka
from services.workshop.ports import find_free
from tests.support.exercises import reports
from tests.support.stage import ANALYST, AUTHORITY, COLOMBIA, NETHERLANDS, build_stage
from tocsin.core.streams import stream_topic
from tocsin.runtime.exits import Exit

pytestmark = pytest.mark.kafka
DAY_S = 86_400
GOOD = reports(0, 1)[0]
SUBSCRIBE = ("subscribe", "ion,pics", "--from", "earliest", "--until-end", "--json")


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    """Two focal points, an analyst, and a broker of its own to mistreat."""
    folder = tmp_path_factory.mktemp("bad")
    with LocalKafka(folder / "kafka", say=lambda _text: None) as kafka:
        stage = build_stage(folder / "homes", kafka, (COLOMBIA, NETHERLANDS, ANALYST))
        stage.tocsin(COLOMBIA, "publish", stage.write("first.jsonl", GOOD))
        yield stage


def counts(stage):
    """How many reports of the home are in which state."""
    return stage.tocsin(COLOMBIA, "status", "--json").lines()


@contextmanager
def unchanged(stage):
    """The outbox is afterwards what it was before."""
    before = counts(stage)
    yield
    assert before == counts(stage)


REFUSED = {
    "no JSON": ("this is no JSON", "is not JSON"),
    "2 MB": (json.dumps(GOOD | {"narrative": {"government": "x" * 2_000_000}}), "at most 20000"),
    "a field that does not exist": (json.dumps(GOOD | {"colour": "red"}), "colour"),
    "a country that does not exist": (
        json.dumps(GOOD | {"place": {"country": "XQ"}}),
        "place.country",
    ),
    "a field that is named twice": ('{"kind": "seizure", "kind": "seizure"}', "twice"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_bad_report_is_refused_with_its_place_and_reason(stage, tmp_path, what):
    text, reason = REFUSED[what]
    file = tmp_path / "report.json"
    file.write_text(text)
    with unchanged(stage):
        said = stage.tocsin(COLOMBIA, "publish", file, expect=Exit.REFUSED)
    assert reason in said.err
    assert "" == said.out
    assert len(said.err) < 1_000


def test_a_bad_report_does_not_hold_up_the_good_ones_of_its_file(stage):
    good, *_ = reports(70, 1)
    file = stage.write("mixed.jsonl", GOOD | {"kind": "no such kind"}, good)
    said = stage.tocsin(COLOMBIA, "publish", file, "--json", expect=Exit.REFUSED)
    assert ["published"] == [one["state"] for one in said.lines()]
    assert "line 1: kind" in said.err


def test_a_wrong_passphrase_opens_nothing(stage, tmp_path):
    wrong = tmp_path / "wrong"
    wrong.touch(mode=0o600)
    wrong.write_text("another passphrase than that\n")
    file = stage.write("report.jsonl", GOOD)
    with unchanged(stage):
        said = stage.tocsin(COLOMBIA, "publish", file, expect=Exit.USAGE, TOCSIN_PASSPHRASE_FILE=str(wrong))
    assert "passphrase" in said.err
    assert "another passphrase" not in said.err


def test_a_key_file_that_others_can_read_is_not_used(stage):
    key = stage.home(COLOMBIA) / "keys" / "record.pem"
    key.chmod(0o644)
    try:
        said = stage.tocsin(COLOMBIA, "publish", stage.write("report.jsonl", GOOD), expect=Exit.USAGE)
    finally:
        key.chmod(0o600)
    assert f"chmod 0600 {key}" in said.err
    assert [] == [one for one in counts(stage) if one["state"] != "published" and one["count"]]


def test_where_no_broker_answers_a_report_is_kept_and_sent_later(stage):
    nobody = f"127.0.0.1:{find_free(1)}"
    file = stage.write("away.jsonl", *reports(71, 1))
    said = stage.tocsin(
        COLOMBIA, "publish", file, "--json", expect=Exit.INCOMPLETE, TOCSIN_BOOTSTRAP=nobody
    )
    assert ["accepted"] == [one["state"] for one in said.lines()]
    assert nobody in said.err
    assert "tocsin send" in said.err
    stage.tocsin(COLOMBIA, "send")


def test_where_no_broker_answers_a_reader_says_so(stage):
    nobody = f"127.0.0.1:{find_free(1)}"
    said = stage.tocsin(COLOMBIA, *SUBSCRIBE, expect=Exit.UNREACHABLE, TOCSIN_BOOTSTRAP=nobody)
    assert nobody in said.err
    assert "" == said.out


def test_under_an_expired_directory_nothing_is_published_and_what_is_accepted_is_kept(stage):
    file = stage.write("expired.jsonl", *reports(72, 1))
    said = stage.tocsin_later(2 * DAY_S, COLOMBIA, "publish", file, "--json", expect=Exit.INCOMPLETE)
    assert ["accepted"] == [one["state"] for one in said.lines()]
    assert "the authority has not signed" in said.err
    stage.tocsin(COLOMBIA, "send")


def test_72_hours_after_the_directory_expired_nothing_is_read(stage):
    said = stage.tocsin_later(5 * DAY_S, COLOMBIA, *SUBSCRIBE, expect=Exit.STALE)
    assert "72 hours" in said.err
    assert "" == said.out


def test_a_clock_behind_is_named_and_what_is_accepted_waits(stage):
    file = stage.write("behind.jsonl", *reports(120, 1))
    said = stage.tocsin_later(-10_800, COLOMBIA, "publish", file, "--json", expect=Exit.INCOMPLETE)
    assert ["accepted"] == [one["state"] for one in said.lines()]
    assert "this machine's clock is behind by at least 2 hours" in said.err
    stage.tocsin(COLOMBIA, "send")
    said = stage.tocsin_later(-10_800, COLOMBIA, *SUBSCRIBE, expect=None)
    assert "this machine's clock is behind by at least 2 hours" in said.err


def test_a_clock_ahead_is_told_apart_from_an_authority_that_stands_still(stage):
    stage.tocsin(NETHERLANDS, "publish", stage.write("second.jsonl", *reports(121, 1)))
    stage.tocsin(ANALYST, *SUBSCRIBE, expect=None)
    said = stage.tocsin_later(2 * DAY_S, ANALYST, *SUBSCRIBE, expect=None)
    assert "this machine's clock seems to be ahead by about 2 days" in said.err


def test_a_missing_topic_is_named_and_what_waits_for_it_leaves_when_it_is_there(stage):
    topic = stream_topic("pics")
    waiting = next(one for one in reports(73, 30) if one["system"] == "pics")
    asyncio.run(_delete(stage.kafka.bootstrap, topic))
    file = stage.write("missing.jsonl", waiting)
    said = stage.tocsin(COLOMBIA, "publish", file, "--json", "--timeout-s", 30, expect=Exit.INCOMPLETE)
    assert topic in said.err
    stage.tocsin(AUTHORITY, "authority", "topics", "apply")
    stage.tocsin(COLOMBIA, "send")
    (found,) = stage.tocsin(COLOMBIA, "status", waiting["national_reference"], "--json").lines()
    assert "published" == found["state"]


async def _delete(bootstrap, topic):
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.delete_topics([topic])
        while topic in await admin.list_topics():  # noqa: ASYNC110 - Kafka tells nobody when it is done
            await asyncio.sleep(0.1)
    finally:
        await admin.close()
