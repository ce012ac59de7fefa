"""The incident report: few fields are mandatory, every one is bounded, all problems come at once."""

from typing import Any

import pytest

import schemas
from tests.support.reports import problems_of, smallest_report
from tocsin.core.avro import Codec
from tocsin.core.report_fields import incident_check

STRICT = incident_check(strict=True)
LENIENT = incident_check(strict=False)


def test_the_smallest_report_passes_on_both_sides() -> None:
    assert STRICT(smallest_report()) == LENIENT(smallest_report())


def test_equipment_alone_is_an_object() -> None:
    report = smallest_report(substances=None, equipment=[{"type": "tablet-press", "count": 2}])
    assert "tablet-press" == STRICT(report)["equipment"][0]["type"]


@pytest.mark.parametrize("check", [STRICT, LENIENT])
@pytest.mark.parametrize("field", ["kind", "system", "event_date", "place", "substances", "handling"])
def test_each_mandatory_field_is_missed_by_name(check: Any, field: str) -> None:
    assert [field] == list(problems_of(check, smallest_report(**{field: None})))


def test_an_empty_report_misses_everything_at_once() -> None:
    wanted = {"kind", "system", "event_date", "place", "handling", "substances"}
    assert wanted == set(problems_of(STRICT, {}))


@pytest.mark.parametrize(
    ("date", "place"),
    [
        ({}, "event_date.precision"),
        ({"precision": "unknown", "value": "2026"}, "event_date.value"),
        ({"precision": "day"}, "event_date.value"),
        ({"precision": "day", "value": "2026-11"}, "event_date.value"),
        ({"precision": "month", "value": "2026"}, "event_date.value"),
        ({"precision": "day", "value": "2026-02-30"}, "event_date.value"),
        ({"precision": "month", "value": "2026-13"}, "event_date.value"),
        ({"precision": "year", "value": "0000"}, "event_date.value"),
        ({"precision": "day", "value": "20261101"}, "event_date.value"),
        ({"precision": "hour", "value": "2026-11-01"}, "event_date.precision"),
        ({"precision": "unknown", "zone": "not a zone"}, "event_date.zone"),
    ],
)
def test_a_date_is_as_precise_as_it_says_and_exists(date: dict[str, str], place: str) -> None:
    assert place in problems_of(STRICT, smallest_report(event_date=date))


@pytest.mark.parametrize(
    ("precision", "value"), [("day", "2024-02-29"), ("month", "2024-02"), ("year", "2024")]
)
def test_dates_of_every_precision_pass(precision: str, value: str) -> None:
    date = {"precision": precision, "value": value}
    assert value == STRICT(smallest_report(event_date=date))["event_date"]["value"]


def test_every_canonical_report_encodes_and_comes_back() -> None:
    codec = Codec(schemas.load("reports/incident_report.avsc"))
    body = STRICT(smallest_report())
    assert body == codec.decode(codec.encode(body))


@pytest.mark.parametrize("field", ["tlp", "pap", "action"])
def test_an_unknown_marking_is_refused_even_by_a_lenient_reader(field: str) -> None:
    report = smallest_report(handling={"tlp": "AMBER", field: "PURPLE"})
    assert [f"handling.{field}"] == list(problems_of(LENIENT, report))


def test_a_reader_takes_codes_that_are_newer_than_itself() -> None:
    report = smallest_report(kind="kind-of-2030")
    assert "kind-of-2030" == LENIENT(report)["kind"]
    assert ["kind"] == list(problems_of(STRICT, report))
