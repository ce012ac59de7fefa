"""Each family of kinds asks for one fact; "nobody knows" is an answer."""

import pytest

from tests.support.reports import problems_of, smallest_report
from tocsin.core.report_fields import incident_check

STRICT = incident_check(strict=True)
LENIENT = incident_check(strict=False)

DEMANDS = [
    ("seizure", "quantity", "substances[0].quantity"),
    ("theft-or-loss", "quantity", "substances[0].quantity"),
    ("suspicious-order", "supplied", "order.supplied"),
    ("clandestine-laboratory", "stage", "laboratory.stage"),
    ("online-listing", "platform", "online[0].platform"),
    ("suspicious-payment", "instrument", "payments[0].instrument"),
]
ANSWERS = [
    ("seizure", {"substances": [{"name_as_declared": "x", "quantity": {"value": "1", "unit": "KGM"}}]}),
    ("diversion", {"equipment": [{"type": "mixer", "count": 2}]}),
    ("attempted-diversion", {"order": {"supplied": "partly"}}),
    ("dump-site", {"laboratory": {"stage": "waste-only"}}),
    ("equipment-theft", {"equipment": [{"type": "unidentified"}]}),
    ("online-listing", {"online": [{"handle": "v"}, {"platform": "a market"}]}),
    ("suspicious-payment", {"payments": [{"instrument": "cash"}]}),
    ("stopped-shipment", {}),
    ("first-detection", {}),
]


@pytest.mark.parametrize(("kind", "askable", "place"), DEMANDS)
def test_what_a_kind_asks_for_is_missed_by_name_unless_nobody_knows(kind, askable, place) -> None:
    found = problems_of(STRICT, smallest_report(kind=kind, asked_unknown=None))
    assert [place] == list(found)
    assert f'where nobody knows: "unknown" in a table, "{askable}" in asked_unknown' in found[place]
    assert [askable] == STRICT(smallest_report(kind=kind, asked_unknown=[askable]))["asked_unknown"]


@pytest.mark.parametrize(("kind", "answer"), ANSWERS)
def test_the_fact_itself_is_the_better_answer(kind, answer) -> None:
    assert kind == STRICT(smallest_report(kind=kind, asked_unknown=None, **answer))["kind"]


def test_machines_have_a_type_of_their_own_for_what_nobody_knows() -> None:
    found = problems_of(STRICT, smallest_report(kind="equipment-seizure"))
    assert {"equipment[0].type": 'is missing: which machine; "unidentified" is allowed'} == found


def test_a_quantity_without_a_value_is_none() -> None:
    substances = [{"name_as_declared": "x", "quantity": {"unit_as_declared": "bags"}}]
    found = problems_of(STRICT, smallest_report(asked_unknown=None, substances=substances))
    assert ["substances[0].quantity"] == list(found)


def test_a_reader_takes_a_report_of_the_version_that_asked_for_nothing() -> None:
    assert [] == LENIENT(smallest_report(asked_unknown=None))["asked_unknown"]


def test_a_refused_answer_is_not_missing_too() -> None:
    report = smallest_report(kind="suspicious-order", order={"supplied": "perhaps"})
    assert ["order.supplied"] == list(problems_of(STRICT, report))
