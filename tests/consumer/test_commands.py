"""The reader's verbs as people run them: `tocsin` in a process of its own, against a real Kafka."""

import json
import stat
import time
from base64 import b64decode

import duckdb
import pytest

from services.workshop.local_kafka import LocalKafka, Tuning
from tests.support.town import Town, uuid
from tests.support.world import COURIER, NEIGHBOUR, ORIGINATOR, Sender
from tocsin.core.enrolment import fingerprint
from tocsin.core.stated_heads import read_stated_heads

pytestmark = pytest.mark.kafka


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kafka")
    with LocalKafka(folder, tuning=Tuning(heap_mb=256), say=lambda _: None) as kafka:
        yield kafka


@pytest.fixture(scope="module")
def town(tmp_path_factory, broker):
    town = Town(tmp_path_factory.mktemp("town"), broker.bootstrap)
    town.send(*town.keys(), town.report("a", "b"))
    return town


EARLIEST = ("subscribe", "ion", "--from", "earliest", "--until-end", "--json")


def test_a_subscription_prints_what_was_sent_in_the_documented_shape(town):
    out, err = town.run(town.home("shape"), *EARLIEST)
    first, second = (json.loads(line) for line in out.splitlines())
    assert [uuid("a"), uuid("b")] == [first["report_id"], second["report_id"]]
    assert ("Originator", "ion", "south-america") == (
        first["originator_name"],
        first["stream"],
        first["region"],
    )
    assert "metonitazene" == first["report"]["substances"][0]["name_as_declared"]
    assert "" == err


def test_a_second_run_prints_all_again_from_the_inbox_and_latest_only_news(town):
    home = town.home("again")
    first = town.ids(home, *EARLIEST)
    assert first == town.ids(home, *EARLIEST)
    assert [] == town.ids(home, "subscribe", "ion", "--until-end", "--json")


def test_what_lies_in_no_wanted_region_or_time_is_not_printed(town):
    home = town.home("filters")
    assert [] == town.ids(home, *EARLIEST, "--region", "oceania")
    assert 2 <= len(town.ids(home, *EARLIEST, "--region", "south-america"))
    later = ("subscribe", "ion", "--from", "2100-01-01", "--until-end", "--json")
    assert [] == town.ids(home, *later)


def test_the_inbox_is_read_without_kafka(town):
    home = town.home("offline")
    town.run(home, *EARLIEST)
    bootstrap, town.bootstrap = town.bootstrap, "127.0.0.1:1"
    try:
        assert 2 <= len(town.ids(home, "reports", "--originator", "Originator", "--json"))
        assert [] == town.ids(home, "reports", "--kind", "diversion", "--json")
        _, err = town.run(home, *EARLIEST, code=6)
    finally:
        town.bootstrap = bootstrap
    assert "127.0.0.1:1" in err


def test_the_heads_of_an_originator_are_written_for_the_authority(town, tmp_path):
    home, out = town.home("heads"), tmp_path / "heads.json"
    town.run(home, *EARLIEST)
    _, err = town.run(home, "heads", ORIGINATOR.id.hex(), "--out", str(out))
    participant, heads = read_stated_heads(out.read_bytes())
    head = town.sender.heads["ion", "south-america"]
    assert (ORIGINATOR.id, head.leaf) == (participant, heads["ion", "south-america"][2])
    assert fingerprint(out.read_bytes()) in err
    _, err = town.run(home, "heads", COURIER.id.hex(), code=3)
    assert "was read here" in err


def test_a_key_in_our_entry_that_is_not_ours_is_said_at_every_look(town):
    home = town.home("strange")
    (home / "keys" / "statement.pem").unlink()
    _, err = town.run(home, *EARLIEST)
    assert f"has a statement key {NEIGHBOUR.key('statement').id.hex()} that is not in this folder" in err


def test_a_courier_sees_nothing_of_a_report(town):
    assert [] == town.ids(town.home("courier", COURIER), *EARLIEST)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("subscribe", "opium"), "no such stream: opium"),
        (("subscribe", "ion", "--region", "atlantis"), "no such region: atlantis"),
        (("subscribe", "ion", "--from", "yesterday"), "--from 'yesterday'"),
    ],
)
def test_what_makes_no_sense_is_said_and_ends_with_2(town, words, told):
    _, err = town.run(town.home("usage"), *words, code=2)
    assert told in err


def test_a_missing_wrap_ends_with_5_and_a_sentence_and_when_it_comes_with_0(town):
    home = town.home("waiting")
    sender = town.sender
    town.sender = Sender(ORIGINATOR, town.living.directory, now_s=town.living.now_s)
    town.sender.heads, town.sender.session = sender.heads, sender.session + 1
    town.sender.generation = town.sender._begin(town.living.now_s * 1_000 + 1)
    town.send(town.manifest(), town.report("waits"))
    out, err = town.run(home, *EARLIEST, code=5)
    assert uuid("waits") not in out
    assert "incomplete: 1 record of Originator waits for a key, generation" in err
    town.send(town.wrap())
    assert uuid("waits") == town.ids(home, *EARLIEST)[-1]


def test_refused_records_are_listed_and_do_not_stand_in_the_way(town):
    home = town.home("refused")
    town.send(("tocsin.ion.v1", 0, b"junk"), town.report("behind junk"))
    assert uuid("behind junk") in town.ids(home, *EARLIEST)
    out, err = town.run(home, "quarantine", "list", "--json")
    (row,) = [json.loads(line) for line in out.splitlines()]
    assert (2, "not a Tocsin record") == (row["step"], row["reason"])
    assert "1 refused within 30 days, 1 kept: not a Tocsin record" in err
    assert "kept are at most 100 of a partition, reason and hour, 100,000 and 51 MB in all" in err
    shown = json.loads(town.run(home, "quarantine", "show", str(row["id"]))[0])
    assert b"junk".hex() == shown["first_bytes"]
    _, err = town.run(home, "quarantine", "retry", "--all", code=5)
    assert "quarantined (not a Tocsin record)" in err
    assert 1 == len(town.run(home, "quarantine", "list", "--json")[0].splitlines())


def test_refused_records_are_exported_for_support_without_a_byte_of_them(town):
    home, out = town.home("refused"), town.folder / "refused.jsonl"
    town.run(home, "quarantine", "export", str(out))
    head, row = (json.loads(line) for line in out.read_text().splitlines())
    assert ({"not a Tocsin record": 1}, False) == (head["refused_within_30_days"], head["with_values"])
    assert (2, "not a Tocsin record", 4) == (row["step"], row["reason"], row["size_bytes"])
    assert not {"first_bytes", "value"} & set(row)
    assert 0o600 == stat.S_IMODE(out.stat().st_mode)


def test_with_values_an_export_has_them_as_the_broker_does(town):
    home, out = town.home("refused"), town.folder / "values.jsonl"
    town.run(home, "quarantine", "export", str(out), "--with-values")
    _, row = (json.loads(line) for line in out.read_text().splitlines())
    assert b"junk" == b64decode(row["value"])


def test_a_gap_is_told_and_stands_among_the_alarms(town):
    home = town.home("gap")
    town.report("lost")
    town.send(town.report("behind the gap"))
    _, err = town.run(home, *EARLIEST, code=5)
    assert "gap: 1 record missing" in err
    alarm = json.loads(town.run(home, "alarms", "--json")[0].splitlines()[0])
    assert ("records are missing", 1) == (alarm["kind"], alarm["missing"])


def test_a_tap_that_is_killed_and_run_again_has_each_report_once(town):
    home, lake = town.home("tap"), town.folder / "lake"
    town.send(town.report(*(f"tapped {number}" for number in range(300))))
    tap = ("tap", "ion", "--to", str(lake), "--until-end")
    for delay_s in (1.2, 1.6, 2.0):
        process = town.start(home, *tap)
        time.sleep(delay_s)
        process.kill()
        process.communicate()
    process = town.start(home, *tap)
    process.communicate(timeout=60)
    ((count, distinct),) = duckdb.sql(
        f"select count(*), count(distinct report_id) from '{lake}/**/*.parquet'"
    ).fetchall()
    held = len(town.ids(home, "reports", "--limit", "10000", "--json"))
    assert (held, held) == (count, distinct)
    assert held >= 300


def test_a_following_subscription_prints_news_at_once(town):
    home = town.home("follow")
    town.run(home, "subscribe", "ion", "--until-end", code=5)
    process = town.start(home, "subscribe", "ion", "--json")
    try:
        time.sleep(3)
        town.send(town.report("news"))
        assert uuid("news") == json.loads(process.stdout.readline())["report_id"]
    finally:
        process.terminate()
        process.communicate(timeout=20)


def filled(town, name):
    """A home that read what there is; others of these tests leave gaps, which are no matter here."""
    home = town.home(name)
    town.start(home, *EARLIEST).communicate(timeout=60)
    return home


@pytest.mark.parametrize("kind", ["csv", "xlsx", "jsonl"])
def test_an_export_holds_what_the_filters_let_through(town, kind):
    home = filled(town, "export")
    out = home / f"out.{kind}"
    _, err = town.run(home, "export", "--stream", "ion", "--format", kind, "--out", str(out))
    count = len(town.ids(home, "reports", "--stream", "ion", "--json"))
    assert f"{count} reports in {out}" in err
    town.run(home, "export", "--since", "2100-01-01", "--format", kind, "--out", str(out))
    assert uuid("a") not in out.read_bytes().decode("utf-8", "replace")


def test_a_report_is_printed_by_id_or_reference_with_its_marking(town):
    home = filled(town, "export")
    first = json.loads(town.run(home, "reports", "--json")[0].splitlines()[0])
    out = home / "sheet.html"
    town.run(home, "export", first["report_id"], "--format", "html", "--out", str(out))
    assert f"TLP:{first['report']['handling']['tlp']}" in out.read_text()
    town.send(town.report("printed", national_reference="XX-2026-7"))
    town.run(filled(town, "export"), "export", "XX-2026-7", "--format", "html", "--out", str(out))
    assert "XX-2026-7" in out.read_text()
    _, err = town.run(home, "export", "XX-0", "--format", "html", "--out", str(out), code=3)
    assert "no report of that id or reference" in err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--format", "ods"), "--format is one of"),
        (("--format", "html"), "one REPORT"),
        (("A-1", "--format", "csv"), "one REPORT"),
    ],
)
def test_an_export_that_makes_no_sense_writes_nothing(town, words, told):
    home = town.home("usage")
    out = home / "nothing"
    _, err = town.run(home, "export", *words, "--out", str(out), code=2)
    assert told in " ".join(err.split())
    assert not out.exists()
