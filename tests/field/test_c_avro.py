"""Trouble that people met with Avro, each by its source; what it must lead to here.

Row 18: fastavro/fastavro#48: a union of two records picks the first and drops a field.
Row 20: fastavro/fastavro#785, #764, #826: what one library accepts and another refuses; old bytes under a
new schema.
Row 21: apache/paimon#7259: a time without a zone moves by the sender's; a date moves to another day.
Row 22: apache/avro#3929, #3861: deep recursion and huge counts exhaust the decoder.
"""

import datetime as dt
import json
import os
import subprocess
import sys

import pytest

import schemas
from tests.support.incidents import incident, incident_directory
from tests.support.parties import NOW_S
from tests.support.reading import Reading
from tests.support.reports import smallest_report
from tests.support.source import ROOT
from tests.support.tables import HEADER, imported, seizure, workbook
from tests.support.world import ORIGINATOR, Sender, codec_of, note, report_id, small_world
from tocsin.core import wire
from tocsin.core.avro import Codec
from tocsin.core.errors import InvalidReportError, MalformedError
from tocsin.core.ids import schema_id
from tocsin.core.outcomes import Outcome
from tocsin.core.report import check_incident
from tocsin.core.schema_lint import lint

ENUM = {"type": "enum", "name": "Kind", "symbols": ["A", "B"]}


def schema_of(**types: object) -> bytes:
    fields = [{"name": name, "type": type_} for name, type_ in types.items()]
    return json.dumps({"type": "record", "name": "R", "namespace": "a.b", "fields": fields}).encode()


def record(name: str, *fields: str) -> dict:
    held = [{"name": one, "type": "string"} for one in fields]
    return {"type": "record", "name": name, "fields": held}


@pytest.mark.parametrize("null", [[], ["null"]], ids=["two", "null and two"])
def test_row18_a_union_of_two_records_that_share_fields_is_no_schema_here(null) -> None:
    union = [*null, record("Short", "name"), record("Long", "name", "extra")]
    with pytest.raises(MalformedError, match="a union is null and one other type"):
        lint(schema_of(value=union))


def test_row18_a_field_that_no_schema_has_is_refused_and_never_dropped() -> None:
    place = {"country": "PE", "extra": "would be lost"}
    with pytest.raises(InvalidReportError, match=r"place\.extra: is no field here"):
        check_incident(smallest_report(place=place), now_s=NOW_S)


def test_row20_a_default_that_is_not_of_the_first_branch_is_refused_before_anybody_writes() -> None:
    schema = json.loads(schema_of(value=["string", "null"]))
    schema["fields"][0]["default"] = None
    with pytest.raises(MalformedError, match="a union is null and one other type"):
        lint(json.dumps(schema).encode())


@pytest.mark.parametrize("used", ["Kind", "a.b.Kind"])
def test_row20_an_enum_is_known_again_by_its_short_and_its_full_name(used) -> None:
    schema = schema_of(one=ENUM, two=used)
    lint(schema)
    assert {"one": "A", "two": "B"} == Codec(schema).decode(Codec(schema).encode({"one": "A", "two": "B"}))


def test_row20_schemas_are_told_apart_by_their_exact_bytes_so_that_no_canonical_form_can_differ() -> None:
    schema = schema_of(one=ENUM)
    assert schema_id(schema) != schema_id(schema.replace(b", ", b","))


def test_row20_bytes_of_an_older_version_are_read_by_the_schema_that_wrote_them(tmp_path) -> None:
    old, new = schemas.versions("incident_report")[0], schemas.versions("incident_report")[-1]
    assert old != new
    directory = incident_directory()
    reading, sender = Reading(tmp_path, directory), Sender(ORIGINATOR, directory)
    reading.take_keys(sender)
    written_by_new = incident("new")
    body = codec_of(new).decode(written_by_new.body)
    older = {field["name"] for field in json.loads(old)["fields"]}
    in_old = codec_of(old).encode(_narrowed(json.loads(old), {k: v for k, v in body.items() if k in older}))
    reading.take(sender.send(wire.Item(schema_id(old), report_id("old"), 1, in_old), written_by_new))
    assert [report_id("old"), report_id("new")] == reading.stored()


def _narrowed(schema: object, value: object) -> object:
    """`value` without the fields that `schema` does not have."""
    if isinstance(schema, list):
        return None if value is None else _narrowed(schema[-1], value)
    if isinstance(schema, dict) and schema["type"] == "record" and isinstance(value, dict):
        return {one["name"]: _narrowed(one["type"], value[one["name"]]) for one in schema["fields"]}
    if isinstance(schema, dict) and schema["type"] == "array" and isinstance(value, list):
        return [_narrowed(schema["items"], one) for one in value]
    return value


@pytest.mark.parametrize("symbol", [b"\x04", b"\x01", b"\x80\x01"], ids=["new", "negative", "far"])
def test_row20_a_symbol_that_the_schema_does_not_have_is_refused_and_no_default_stands_in(symbol) -> None:
    schema = schema_of(one=ENUM | {"default": "A"})
    with pytest.raises(MalformedError):
        Codec(schema).decode(symbol)


IMPORTED = """
import json, pathlib, sys
from tests.support.tables import imported
print(json.dumps([body["event_date"] for body in imported(pathlib.Path(sys.argv[1]))[0]]))
"""


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/Adak"])
def test_row21_a_date_of_a_sheet_stays_that_day_wherever_it_is_imported(tmp_path, zone) -> None:
    days = [dt.date(2026, 4, 3), dt.datetime(2026, 4, 4), "2026-04-05"]  # noqa: DTZ001 - a cell has no zone
    path = workbook(tmp_path / "a.xlsx", [HEADER, *(seizure(event_date=one) for one in days)])
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED, path],
        cwd=ROOT,
        env=os.environ | {"TZ": zone},
        stdout=subprocess.PIPE,
        check=True,
    )
    found = [(one["value"], one["precision"]) for one in json.loads(done.stdout)]
    assert [(f"2026-04-0{day}", "day") for day in (3, 4, 5)] == found


def test_row21_a_time_in_a_column_of_dates_is_asked_about_since_it_has_no_zone(tmp_path) -> None:
    when = dt.datetime(2026, 4, 3, 23, 30)  # noqa: DTZ001 - a cell has no zone
    bodies, outcome = imported(workbook(tmp_path / "a.xlsx", [HEADER, seizure(event_date=when)]))
    assert ([], ["C2"]) == (bodies, list(outcome.reasons.first.values()))


@pytest.mark.parametrize(
    "body",
    [
        b"\x80\x80\x80\x80\x80\x80\x80\x80\x40",
        b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
        b"\x01",
        b"\x80\x80\x80\x80\x80\x80\x01",
    ],
    ids=["2^60 characters", "the largest", "a negative length", "2^40"],
)
def test_row22_a_length_without_its_bytes_is_quarantined_and_the_next_one_is_taken(body) -> None:
    sender, reader = small_world().pair()
    sent = sender.send(note("bad", body=body), note("good"))
    fate = reader.read(sent.value, sent.place, NOW_S)
    assert [Outcome.QUARANTINED, Outcome.ACCEPTED] == [one.outcome for one in fate.items]


@pytest.mark.parametrize("items", ["int", "string", record("S", "x")], ids=["int", "string", "record"])
@pytest.mark.parametrize(
    "count", [b"\x80\x80\x80\x80\x80\x40", b"\x7f\x02", b"\x01"], ids=["2^40", "-64", "-1"]
)
def test_row22_a_count_without_its_items_is_refused(items, count) -> None:
    codec = Codec(schema_of(many={"type": "array", "items": items}))
    with pytest.raises(MalformedError):
        codec.decode(count + b"\x02")


def test_row22_a_chain_without_end_is_no_schema_here() -> None:
    chain = {
        "type": "record",
        "name": "R",
        "namespace": "a",
        "fields": [{"name": "r", "type": ["null", "R"]}],
    }
    with pytest.raises(MalformedError, match="recursion"):
        lint(json.dumps(chain).encode())
