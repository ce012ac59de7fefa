"""Parquet files for analysts: each report once, whatever is killed, and units never added."""

import json
import re
from pathlib import Path

import duckdb
import pytest

from services.consumer.tap import Tap, Terms
from services.consumer.views import Views
from tests.support.attachments import attachment_directory as incident_directory
from tests.support.attachments import taken_back
from tests.support.incidents import incident
from tests.support.reading import Reading
from tests.support.world import ORIGINATOR, Sender
from tocsin.core.errors import RefusedByRuleError
from tocsin.core.report import domain_check

ION = Terms(("ion",))


@pytest.fixture
def sender():
    return Sender(ORIGINATOR, incident_directory())


@pytest.fixture
def reading(tmp_path, sender):
    reading = Reading(tmp_path / "inbox", incident_directory(), rules=domain_check)
    with reading.inbox.transaction():
        reading.inbox.known.keep(incident_directory())
    reading.take_keys(sender)
    return reading


@pytest.fixture
def lake(tmp_path):
    return tmp_path / "lake"


def tap(reading, lake, terms=ION):
    one = Tap(reading.inbox, Views(reading.inbox), lake, terms)
    one.open()
    return one


def ask(lake, sql):
    return duckdb.sql(sql.replace("LAKE", f"read_parquet('{lake}/**/*.parquet')")).fetchall()


def test_a_report_of_three_regions_is_one_row_in_the_region_where_it_happened(reading, sender, lake):
    item = incident("a")
    for region in ("south-america", "western-and-central-europe"):
        reading.take(sender.send(item, region=region))
    assert 1 == tap(reading, lake).write_new()
    rows = ask(
        lake, "select stream, region, month, regions, country, origin, transit, destination from LAKE"
    )
    regions = ["south-america", "western-and-central-europe"]
    assert [("ion", "south-america", "2025-09", regions, "CO", "NL", ["AT"], "CO")] == rows


def test_a_withdrawn_report_leaves_the_files_that_were_written_and_only_it(reading, sender, lake):
    reading.take(sender.send(incident("a"), incident("b")))
    reading.take(sender.send(incident("c", event_date={"value": "2024", "precision": "year"})))
    tap(reading, lake).write_new()
    reading.take(sender.send(taken_back("a"), taken_back("c")))
    tap(reading, lake).write_new()
    rows = ask(lake, "select kind, version from LAKE order by all")
    assert [("seizure", 1), ("withdrawal", 2), ("withdrawal", 2)] == rows
    assert [] == list(lake.glob("*/*/month=unknown/part-*01-*.parquet"))


def test_digits_that_begin_with_a_zero_come_back_as_they_were_written(reading, sender, lake):
    numbers = ["00340123450000000018", "123456789012345678", "00340"]
    identifiers = [{"type": "sscc", "value": one} for one in numbers]
    item = incident("a", national_reference="00340", transport={"identifiers": identifiers})
    reading.take(sender.send(item))
    tap(reading, lake).write_new()
    ((reference, body),) = ask(lake, "select national_reference, body_json from LAKE")
    read = [one["value"] for one in json.loads(body)["transport"]["identifiers"]]
    assert ("00340", numbers) == (reference, read)


def test_kilograms_and_litres_are_never_added(reading, sender, lake):
    reading.take(sender.send(incident("a"), incident("b")))
    tap(reading, lake).write_new()
    assert [(3.0, 5.0, None)] == ask(lake, "select sum(kilograms), sum(litres), sum(pieces) from LAKE")


def test_substances_keep_their_declared_name_and_quantity(reading, sender, lake):
    reading.take(sender.send(incident("a")))
    tap(reading, lake).write_new()
    sql = "select s.name_as_declared, s.quantity, s.unit, s.kilograms from LAKE, unnest(substances) t(s)"
    assert [("GBL", "2.5", "LTR", None), ("metonitazene", "1500", "GRM", 1.5)] == sorted(ask(lake, sql))


def test_a_second_run_adds_only_what_is_new(reading, sender, lake):
    reading.take(sender.send(incident("a")))
    tap(reading, lake).write_new()
    assert 0 == tap(reading, lake).write_new()
    reading.take(sender.send(incident("b")))
    assert 1 == tap(reading, lake).write_new()
    assert [(2, 2)] == ask(lake, "select count(*), count(distinct report_id) from LAKE")


@pytest.mark.parametrize("killed_at", [1, 2, 3])
def test_a_run_killed_at_any_file_repeats_and_loses_nothing(reading, sender, lake, monkeypatch, killed_at):
    places = [{"country": country} for country in ("CO", "NL", "KE")]
    reading.take(sender.send(*(incident(one["country"], place=one) for one in places)))
    written = []

    def dying(path, rows):
        written.append(path)
        if len(written) == killed_at:
            raise KeyboardInterrupt
        real(path, rows)

    import services.consumer.tap as module

    real = module.write_reports
    monkeypatch.setattr(module, "write_reports", dying)
    with pytest.raises(KeyboardInterrupt):
        tap(reading, lake).write_new()
    monkeypatch.undo()
    reading.take(sender.send(incident("late")))
    tap(reading, lake).write_new()
    assert [(4, 4)] == ask(lake, "select count(*), count(distinct report_id) from LAKE")


def test_exercises_come_only_when_asked_for(reading, sender, lake, tmp_path):
    reading.take(sender.send(incident("a"), incident("b", exercise=True)))
    assert 1 == tap(reading, lake).write_new()
    assert 2 == tap(reading, tmp_path / "with", Terms(("ion",), exercise=True)).write_new()


def test_every_version_is_a_row(reading, sender, lake):
    reading.take(sender.send(incident("a"), incident("a", version=2, kind="diversion")))
    assert 2 == tap(reading, lake).write_new()


def test_a_folder_with_other_files_is_refused(reading, lake):
    lake.mkdir()
    (lake / "thesis.odt").touch()
    with pytest.raises(RefusedByRuleError, match="choose an empty folder"):
        tap(reading, lake)


def test_a_folder_of_another_inbox_is_refused(reading, lake, tmp_path):
    tap(reading, lake)
    other = Reading(tmp_path / "other", incident_directory())
    with pytest.raises(RefusedByRuleError, match="another inbox"):
        tap(other, lake)


def test_a_folder_keeps_its_terms(reading, lake):
    tap(reading, lake)
    with pytest.raises(RefusedByRuleError, match="was begun with"):
        tap(reading, lake, Terms(("ion", "pics")))


def test_files_that_a_crash_left_half_written_are_swept(reading, sender, lake):
    reading.take(sender.send(incident("a")))
    tap(reading, lake).write_new()
    (path,) = lake.glob("**/*.parquet")
    half = path.parent / ".part-000000000001-000000000001.parquet.abc"
    half.touch()
    tap(reading, lake)
    assert not half.exists()


def test_the_questions_of_the_analysts_page_run_as_printed(reading, sender, lake, monkeypatch, capsys):
    reading.take(sender.send(incident("a")))
    tap(reading, lake).write_new()
    page = (Path(__file__).parents[2] / "docs" / "analysing.md").read_text(encoding="utf-8")
    (printed,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    monkeypatch.chdir(lake.parent)
    exec(printed.replace("lake/**", f"{lake.name}/**"))
    assert "2025-09" in capsys.readouterr().out
