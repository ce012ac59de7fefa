"""What passes, where it goes, and what is refused on either side."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import schemas
from tests.support.reports import NOW_S, problems_of, smallest_alert, smallest_report
from tocsin.core import codes
from tocsin.core.avro import Codec
from tocsin.core.errors import InvalidReportError
from tocsin.core.report import (
    ALERT_SCHEMA,
    INCIDENT_SCHEMA,
    check_alert,
    check_incident,
    domain_check,
)

EXAMPLES = Path(__file__).parents[2] / "docs/examples"


def regions(country: str, *legs: str) -> tuple[str, ...]:
    route = [{"country": leg, "role": "transit"} for leg in legs]
    return check_incident(smallest_report(place={"country": country}, route=route), now_s=NOW_S).regions


def test_the_examples_of_the_documentation_pass() -> None:
    report = check_incident(json.loads((EXAMPLES / "report.json").read_text()), now_s=NOW_S)
    alert = check_alert(json.loads((EXAMPLES / "alert.json").read_text()), now_s=NOW_S)

    assert ("seizure", "pics", "XX-CUS-2026-00001", False) == (
        report.kind,
        report.stream,
        report.reference,
        report.exercise,
    )
    assert ("alerts", True) == (alert.stream, alert.exercise)
    for name, checked in (("incident_report", report), ("alert", alert)):
        codec = Codec(schemas.load(f"reports/{name}.avsc"))
        assert checked.body == codec.decode(codec.encode(checked.body))


def test_a_report_goes_to_every_region_it_concerns_in_their_order_once_each() -> None:
    assert (
        "south-america",
        "near-and-middle-east-south-west-asia",
        "western-and-central-europe",
    ) == regions("ES", "CO", "DE", "AE", "EC")


@pytest.mark.parametrize(
    ("country", "legs", "expected"),
    [
        ("ZZ", (), ("global",)),
        ("ZZ", ("ZZ",), ("global",)),
        ("XZ", (), ("global",)),
        ("ZZ", ("CO",), ("south-america",)),
        ("CO", ("ZZ", "XZ"), ("south-america",)),
        ("XZ", ("CO",), ("south-america", "global")),
    ],
)
def test_what_has_no_country_is_global(
    country: str, legs: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    assert expected == regions(country, *legs)


@given(st.lists(st.sampled_from(sorted(codes.country_codes())), max_size=8))
def test_regions_are_sorted_unique_and_never_empty(legs: list[str]) -> None:
    found = regions("ZZ", *legs)
    assert found
    assert list(found) == sorted(set(found), key=codes.regions().index)


def test_an_alert_concerns_the_regions_of_its_ways() -> None:
    alert = smallest_alert(origins=["IN"], departures=["QA"], transits=["DE"], destinations=["PL", "ZZ"])
    assert (
        "near-and-middle-east-south-west-asia",
        "south-asia",
        "western-and-central-europe",
    ) == check_alert(alert, now_s=NOW_S).regions
    assert ("global",) == check_alert(smallest_alert(), now_s=NOW_S).regions


def test_all_versions_of_an_alert_have_one_reference() -> None:
    assert "0" * 32 == check_alert(smallest_alert(version=2), now_s=NOW_S).reference


def test_the_caller_may_say_which_system_is_meant() -> None:
    report = smallest_report(system=None)
    assert ["system"] == list(problems_of(check_incident, report, now_s=NOW_S))
    assert "pics" == check_incident(report, now_s=NOW_S, default_system="pics").stream
    assert "ion" == check_incident(smallest_report(), now_s=NOW_S, default_system="pics").stream
    assert "system" not in report


@pytest.mark.parametrize("data", [None, [], "text", 5, {1: 2}])
@pytest.mark.parametrize("check", [check_incident, check_alert])
def test_what_is_no_report_is_refused_without_a_crash(check: Any, data: Any) -> None:
    assert problems_of(check, data, now_s=NOW_S)


def test_what_is_no_object_is_said_of_the_report() -> None:
    assert {"report": "must be an object"} == problems_of(
        check_incident, [], now_s=NOW_S, default_system="ion"
    )


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"event_date": {"precision": "day", "value": "2026-11-27"}}, "event_date.value"),
        ({"event_date": {"precision": "month", "value": "2026-12"}}, "event_date.value"),
        ({"event_date": {"precision": "year", "value": "2027"}}, "event_date.value"),
        ({"reported_at": NOW_S + 86_401}, "reported_at"),
    ],
)
def test_nothing_is_reported_before_it_happened(changes: dict[str, Any], place: str) -> None:
    assert {place: "lies in the future"} == problems_of(
        check_incident, smallest_report(**changes), now_s=NOW_S
    )


@pytest.mark.parametrize("value", ["2026-11-26", "2026-11-25", "1999-01-01"])
def test_the_day_that_has_begun_somewhere_is_no_future(value: str) -> None:
    date = {"precision": "day", "value": value}
    checked = check_incident(smallest_report(event_date=date, reported_at=NOW_S + 86_400), now_s=NOW_S)
    assert value == checked.body["event_date"]["value"]


def test_an_alert_is_in_force_when_it_is_published() -> None:
    assert {"valid_until": "lies in the past"} == problems_of(
        check_alert, smallest_alert(), now_s=NOW_S + 86_400
    )
    assert {"issued": "lies in the future"} == problems_of(
        check_alert, smallest_alert(), now_s=NOW_S - 86_401
    )


def test_every_problem_comes_at_once() -> None:
    report = smallest_report(kind="x", place={"country": "QQ"}, handling=None, extra=1)
    wanted = {"kind", "place.country", "handling", "extra"}
    assert wanted == set(problems_of(check_incident, report, now_s=NOW_S))


def test_a_checked_report_shows_nothing_of_its_content() -> None:
    report = smallest_report(national_reference="CANARY-REF", substances=[{"name_as_declared": "CANARY"}])
    assert "CANARY" not in repr(check_incident(report, now_s=NOW_S))


def test_a_reader_applies_the_same_rules() -> None:
    body = check_incident(smallest_report(), now_s=NOW_S).body
    domain_check(INCIDENT_SCHEMA, body)
    domain_check(ALERT_SCHEMA, check_alert(smallest_alert(), now_s=NOW_S).body)

    assert ["handling.tlp"] == list(
        problems_of(domain_check, INCIDENT_SCHEMA, {**body, "handling": {"tlp": None}})
    )
    assert ["title"] == list(problems_of(domain_check, ALERT_SCHEMA, smallest_alert(title="x" * 121)))


def test_the_reader_knows_the_schemas_by_their_full_names() -> None:
    names = [json.loads(schemas.load(f"reports/{name}.avsc")) for name in ("incident_report", "alert")]
    assert [INCIDENT_SCHEMA, ALERT_SCHEMA] == [f"{name['namespace']}.{name['name']}" for name in names]


def test_a_schema_without_rules_does_not_fail_open() -> None:
    assert {"": "no rules are known for this schema"} == problems_of(domain_check, "x.Y", {})


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
PLACES = st.sampled_from(sorted(json.loads((EXAMPLES / "report.json").read_text())))


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(PLACES, JSON_VALUES, max_size=4))
def test_any_input_passes_whole_or_raises_one_error(changes: dict[str, Any]) -> None:
    try:
        checked = check_incident(smallest_report(**changes), now_s=NOW_S)
    except InvalidReportError:
        return
    domain_check(INCIDENT_SCHEMA, checked.body)
    codec = Codec(schemas.load("reports/incident_report.avsc"))
    assert checked.body == codec.decode(codec.encode(checked.body))
