"""What a store must know of a report, read from bodies that passed."""

import pytest

from tocsin.core.facts import Facts, facts_of, regions_of, subject_of

TABLE = {"CO": "south-america", "NL": "western-and-central-europe"}


def test_an_incident_names_where_it_happened_and_every_country_of_its_route_once():
    body = {
        "kind": "seizure",
        "exercise": None,
        "place": {"country": "CO"},
        "route": [{"country": "NL"}, {"country": "CO"}, {"country": None}],
    }
    assert Facts("seizure", exercise=False, happened_in="CO", countries=("CO", "NL")) == facts_of(body)


def test_an_alert_has_no_place_and_names_its_countries():
    body = {"kind": "shipment", "exercise": True, "origins": ["NL"], "destinations": ["CO"]}
    assert Facts("shipment", exercise=True, happened_in=None, countries=("NL", "CO")) == facts_of(body)


def test_a_letter_without_a_kind_goes_by_its_code_and_says_what_it_is_about():
    body = {"alert_id": "a1", "code": "stopped", "exercise": False}
    assert ("stopped", "a1") == (facts_of(body).kind, facts_of(body).subject)


@pytest.mark.parametrize("field", ["alert_id", "thread_id", "tip_id", "subject"])
def test_the_subject_is_the_id_of_alert_thread_or_tip(field):
    assert "7" == subject_of({field: "7"})
    assert subject_of({"kind": "seizure"}) is None


def test_a_body_without_any_of_the_fields_has_no_facts():
    assert Facts(None, exercise=False, happened_in=None, countries=()) == facts_of({})


def test_the_region_where_it_happened_comes_first():
    facts = Facts("seizure", exercise=False, happened_in="CO", countries=("CO", "NL"))
    expected = ("south-america", "western-and-central-europe")
    assert expected == regions_of(facts, "western-and-central-europe", TABLE.get)


def test_a_report_of_no_known_country_stays_where_it_was_sent():
    facts = Facts("seizure", exercise=False, happened_in="QQ", countries=("QQ",))
    assert ("global",) == regions_of(facts, "global", TABLE.get)


def test_an_alert_belongs_first_to_the_region_that_it_was_sent_to():
    facts = Facts("shipment", exercise=False, happened_in=None, countries=("CO",))
    assert ("global", "south-america") == regions_of(facts, "global", TABLE.get)
