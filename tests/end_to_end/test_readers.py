"""Who reads what: a focal point everything once, the courier its alert alone, the analyst files."""

import asyncio

import duckdb
import pytest

from tests.support.exercises import alert, amounts, reports
from tests.support.stage import ANALYST, COLOMBIA, COURIER, NETHERLANDS
from tocsin.adapters.kafka.publisher import Publisher
from tocsin.adapters.kafka.reading import read_to_end
from tocsin.adapters.kafka.records import OutgoingRecord
from tocsin.core import codes
from tocsin.core.streams import stream_topic

pytestmark = pytest.mark.kafka
REPORTS = reports(0, 40)
REFERENCES = {one["national_reference"] for one in REPORTS}


@pytest.fixture(scope="module")
def told(stage):
    """Colombia published its reports and an approved alert; the title of the alert."""
    stage.tocsin(COLOMBIA, "publish", stage.write("reports.jsonl", *REPORTS))
    said = alert()
    file = stage.write("alert.json", said)
    stage.tocsin(COLOMBIA, "publish", file, "--audience", "couriers", "--approve")
    return said["title"]


def test_a_focal_point_reads_every_report_once(stage, told):
    seen = stage.read(NETHERLANDS, "ion,pics")
    assert sorted(REFERENCES) == sorted(one["report"]["national_reference"] for one in seen)


def test_the_courier_gets_the_alert(stage, told):
    assert [told] == [one["report"]["title"] for one in stage.read(COURIER, "alerts")]


def test_reports_of_governments_bring_the_courier_nothing(stage, told):
    assert [] == stage.read(COURIER, "ion,pics")


def test_the_focal_points_do_not_open_what_is_sent_to_couriers(stage, told):
    assert [] == stage.read(NETHERLANDS, "alerts")


def test_a_report_copied_into_what_the_courier_reads_is_not_opened(stage, told):
    """The broker copies a sealed ION record into the alerts and into the courier's own inbox."""
    inbox = f"tocsin.inbox.firm.{stage.ids[COURIER]}.v1"
    asyncio.run(_copy(stage.kafka.bootstrap, stream_topic("ion"), (stream_topic("alerts"), inbox)))
    assert [told] == [one["report"]["title"] for one in stage.read(COURIER, "all")]
    refused = stage.tocsin(COURIER, "quarantine", "list", "--json").lines()
    assert {(stream_topic("alerts"), "wrong place"), (inbox, "wrong place")} == {
        (one["topic"], one["reason"].replace("-", " ").replace("_", " ")) for one in refused
    }


def test_the_analysts_files_hold_each_report_once_and_never_add_kilograms_to_litres(stage, told, tmp_path):
    lake = tmp_path / "lake"
    stage.tocsin(ANALYST, "tap", "ion,pics", "--to", lake, "--exercise", "--until-end")
    found = duckdb.sql(
        "select count(*), count(distinct report_id), sum(kilograms), sum(litres), sum(pieces)"
        f" from read_parquet('{lake}/**/*.parquet', hive_partitioning=true) where exercise"
    ).fetchall()[0]
    kilograms, litres, pieces = amounts(REPORTS)
    assert (len(REPORTS), len(REPORTS)) == found[:2]
    assert pytest.approx((kilograms, litres, pieces)) == found[2:]
    assert min(kilograms, litres, pieces) > 0


def test_a_second_run_of_the_tap_adds_no_row(stage, told, tmp_path):
    lake = tmp_path / "lake"
    for _ in range(2):
        stage.tocsin(ANALYST, "tap", "ion,pics", "--to", lake, "--exercise", "--until-end")
    rows = f"select count(*) from read_parquet('{lake}/**/*.parquet') where exercise"
    assert [(len(REPORTS),)] == duckdb.sql(rows).fetchall()


async def _copy(bootstrap: str, source: str, targets: tuple[str, ...]) -> None:
    """The first record of `source`, as it is, to partition 0 of each of `targets`."""
    for partition in range(len(codes.regions()) * 2):
        if found := await read_to_end(bootstrap, source, partition):
            async with Publisher(bootstrap) as publisher:
                await publisher.publish([OutgoingRecord(one, 0, None, found[0].value) for one in targets])
            return
    raise AssertionError(f"{source} is empty")
