"""An alert tells a firm what to look for, and names nobody."""

import json
from typing import Any

import pytest

import schemas
from tests.support.reports import NOW_S, problems_of, smallest_alert
from tocsin.core import codes
from tocsin.core.alert_fields import alert_check
from tocsin.core.alert_sectors import EVERY_SECTOR, SECTORS_OF_FIELD
from tocsin.core.avro import Codec

STRICT = alert_check(strict=True)
LENIENT = alert_check(strict=False)


def fields_of(file: str) -> set[str]:
    return {field["name"] for field in json.loads(schemas.load(file))["fields"]}


def type_names(part: Any) -> set[str]:
    """Names of all record types at and below `part` of a schema."""
    if isinstance(part, list):
        return set().union(*map(type_names, part))
    if not isinstance(part, dict):
        return set()
    below = type_names(list(part.values()))
    return below | {part["name"]} if part.get("type") == "record" else below


def test_every_field_of_the_alert_has_a_line_in_the_allow_list() -> None:
    assert fields_of("reports/alert.avsc") == set(SECTORS_OF_FIELD)


def test_the_sectors_are_those_of_the_contract() -> None:
    assert codes.sectors() == EVERY_SECTOR


def test_no_type_is_shared_with_the_incident_report() -> None:
    both = [
        type_names(json.loads(schemas.load(f"reports/{name}.avsc")))
        for name in ("alert", "incident_report")
    ]
    assert set() == both[0] & both[1]


def test_the_smallest_alert_passes_on_both_sides_and_encodes() -> None:
    body = STRICT(smallest_alert())
    codec = Codec(schemas.load("reports/alert.avsc"))
    assert body == LENIENT(body) == codec.decode(codec.encode(body))


def test_an_alert_is_for_one_organisation_only_and_not_for_its_customers_unless_said() -> None:
    body = STRICT(smallest_alert())
    assert ("AMBER+STRICT", False) == (body["tlp"], body["tell_customer"])
    said = STRICT(smallest_alert(tlp="GREEN", tell_customer=True))
    assert ("GREEN", True) == (said["tlp"], said["tell_customer"])


@pytest.mark.parametrize("check", [STRICT, LENIENT])
@pytest.mark.parametrize(
    "field",
    ["alert_id", "version", "status", "kind", "sectors", "issued", "valid_until", "title", "action"],
)
def test_each_mandatory_field_is_missed_by_name(check: Any, field: str) -> None:
    assert [field] == list(problems_of(check, smallest_alert(**{field: None})))


@pytest.mark.parametrize("check", [STRICT, LENIENT])
@pytest.mark.parametrize("until", [NOW_S, NOW_S - 1, NOW_S + 90 * 86_400 + 1])
def test_an_alert_ends_within_90_days(check: Any, until: int) -> None:
    assert ["valid_until"] == list(problems_of(check, smallest_alert(valid_until=until)))


def test_an_answer_is_due_while_the_alert_is_valid() -> None:
    assert NOW_S + 9 == STRICT(smallest_alert(answer_by=NOW_S + 9))["answer_by"]
    assert ["answer_by"] == list(problems_of(STRICT, smallest_alert(answer_by=NOW_S + 86_401)))


@pytest.mark.parametrize("check", [STRICT, LENIENT])
@pytest.mark.parametrize("field", ["title", "advice"])
@pytest.mark.parametrize(
    "words",
    [
        "call +352 691 123 456",
        "parcel RA473124829CH",
        "parcel ra 473 124 829 ch",
        "write to officer@customs.example",
        "waybill 020-81140743 0",
        "account 123456789",
    ],
)
def test_no_text_holds_a_number_or_address_of_somebody(check: Any, field: str, words: str) -> None:
    assert [field] == list(problems_of(check, smallest_alert(**{field: words})))


@pytest.mark.parametrize(
    "words",
    ["since 2026-11-25", "HS 293336, UN 1090", "20 to 30 kg, 1,500 boxes", "P-2-P, 3,4-MDP-2-P"],
)
def test_dates_codes_and_amounts_are_no_identifiers(words: str) -> None:
    assert words == STRICT(smallest_alert(advice=words))["advice"]


def test_advice_may_have_lines_and_a_title_may_not() -> None:
    assert "a\nb" == STRICT(smallest_alert(advice="a\nb"))["advice"]
    assert ["title"] == list(problems_of(STRICT, smallest_alert(title="a\nb")))


SUBSTANCE = {"code": "fentanyl"}
MEANT = [
    ("origins", ["IN"], {"postal", "courier"}),
    ("mode", "4", {"postal", "courier"}),
    ("quantity_band", "under-10-g", {"postal", "courier", "chemical", "platform", "equipment-maker"}),
    ("substances", [SUBSTANCE], {"postal", "courier", "chemical", "platform", "bank"}),
    ("equipment", ["tablet-press"], {"postal", "courier", "chemical", "platform", "equipment-maker"}),
]


@pytest.mark.parametrize("check", [STRICT, LENIENT])
@pytest.mark.parametrize("sector", sorted(EVERY_SECTOR))
@pytest.mark.parametrize(("field", "value", "sectors"), MEANT)
def test_a_sector_gets_its_fields_and_no_other(
    check: Any, sector: str, field: str, value: Any, sectors: set[str]
) -> None:
    alert = smallest_alert(sectors=[sector], **{field: value})
    if sector in sectors:
        assert [sector] == check(alert)["sectors"]
    else:
        assert [field] == list(problems_of(check, alert))


def test_a_field_must_be_meant_for_every_sector_named() -> None:
    alert = smallest_alert(sectors=["courier", "bank"], origins=["IN"])
    assert ["origins"] == list(problems_of(STRICT, alert))


def test_banks_get_the_name_of_a_substance_only() -> None:
    alert = smallest_alert(sectors=["bank"], substances=[{**SUBSTANCE, "hs": "293333"}])
    assert ["substances[0].hs"] == list(problems_of(STRICT, alert))


def test_a_test_must_be_meant_for_every_sector_named() -> None:
    test = {"field": "listing_text", "operator": "phrase", "values": ["research chemical"]}
    alert = smallest_alert(sectors=["platform"], selectors=[{"tests": [test]}])
    assert [test] == STRICT(alert)["selectors"][0]["tests"]
    alert["sectors"] = ["courier"]
    assert ["selectors[0].tests[0].field"] == list(problems_of(STRICT, alert))


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"alert_id": "A" * 32}, "alert_id"),
        ({"version": 0}, "version"),
        ({"sectors": ["airline"]}, "sectors[0]"),
        ({"tlp": "PURPLE"}, "tlp"),
        ({"event_month": "2026-13"}, "event_month"),
        ({"event_month": "2026-11-03"}, "event_month"),
        ({"title": "x" * 121}, "title"),
        ({"advice": "x" * 1501}, "advice"),
        ({"substances": [{"hs": "293333"}]}, "substances[0].code"),
        ({"substances": [SUBSTANCE] * 11}, "substances"),
        ({"selectors": [{"tests": [{"field": "mode"}]}] * 201}, "selectors"),
        ({"origins": ["QQ1"]}, "origins[0]"),
    ],
)
@pytest.mark.parametrize("check", [STRICT, LENIENT])
def test_shapes_and_bounds_hold_on_both_sides(check: Any, changes: dict[str, Any], place: str) -> None:
    assert [place] == list(problems_of(check, smallest_alert(**changes)))


def test_safety_takes_the_codes_of_the_contract() -> None:
    safety = {"hazards": ["GHS06"], "protective_equipment": ["naloxone"]}
    assert safety == STRICT(smallest_alert(safety=safety))["safety"]


@pytest.mark.parametrize("field", ["parties", "consignee", "narrative", "person"])
def test_there_is_no_field_for_a_person(field: str) -> None:
    assert [field] == list(problems_of(STRICT, smallest_alert(**{field: "x"})))
