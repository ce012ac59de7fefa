"""What the fields of an alert keep together: its end, its special kinds, and the markings that bind."""

from typing import Any

import pytest

from tests.support.reports import problems_of, smallest_alert
from tocsin.core.alert_fields import alert_check

STRICT = alert_check(strict=True)
LENIENT = alert_check(strict=False)
SIDES = pytest.mark.parametrize("check", [STRICT, LENIENT])
TEST = {"field": "hs", "operator": "prefix", "values": ["2933"]}
SELECTORS = [{"tests": [TEST, {"field": "declared_text", "operator": "phrase", "values": ["glue"]}]}]
SAFETY = {"hazards": ["GHS06"], "protective_equipment": ["gloves"]}


def notice(**changes: Any) -> dict[str, Any]:
    return smallest_alert(safety_notice=True, safety=SAFETY, **changes)


@SIDES
@pytest.mark.parametrize("status", ["cleared", "recalled"])
def test_an_alert_ends_by_a_later_version_that_asks_for_nothing(check: Any, status: str) -> None:
    assert status == check(smallest_alert(status=status, version=2))["status"]
    assert ["status"] == list(problems_of(check, smallest_alert(status=status)))
    asking = {"selectors": SELECTORS, "targets": [{"type": "awb", "value": "02081140743"}], "answer_by": 1}
    found = problems_of(check, smallest_alert(status=status, version=2, **asking))
    assert {"selectors", "targets", "answer_by"} == set(found)


@SIDES
@pytest.mark.parametrize("action", ["hold-and-ask", "refuse", "delist"])
def test_pap_red_asks_for_nothing_that_the_customer_would_notice(check: Any, action: str) -> None:
    assert ["action"] == list(problems_of(check, smallest_alert(pap="RED", action=action)))
    assert action == check(smallest_alert(pap="AMBER", action=action))["action"]
    assert "observe" == check(smallest_alert(pap="RED"))["action"]


@SIDES
def test_a_bulletin_cites_the_alerts_that_it_draws_together(check: Any) -> None:
    cites = ["0" * 32, "1" * 32]
    assert cites == check(smallest_alert(bulletin="Three waves\nof one kind.", cites=cites))["cites"]
    assert ["cites"] == list(problems_of(check, smallest_alert(bulletin="Three waves.")))
    assert ["bulletin"] == list(problems_of(check, smallest_alert(cites=cites)))


@SIDES
@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"bulletin": "x" * 20_001, "cites": ["0" * 32]}, "bulletin"),
        ({"bulletin": "call +352 691 123 456", "cites": ["0" * 32]}, "bulletin"),
        ({"bulletin": "x", "cites": ["0" * 31]}, "cites[0]"),
        ({"bulletin": "x", "cites": ["0" * 32] * 51}, "cites"),
    ],
)
def test_a_bulletin_is_bounded_and_names_nobody(check: Any, changes: dict[str, Any], place: str) -> None:
    assert place in problems_of(check, smallest_alert(**changes))


@SIDES
def test_a_safety_notice_says_the_hazard_or_what_to_wear(check: Any) -> None:
    assert check(notice())["safety_notice"]
    for safety in (None, {}, {"hazards": []}):
        assert ["safety"] == list(problems_of(check, smallest_alert(safety_notice=True, safety=safety)))


@SIDES
@pytest.mark.parametrize(
    "field",
    [
        {"origins": ["IN"]},
        {"selectors": SELECTORS},
        {"targets": [{"type": "awb", "value": "02081140743"}]},
        {"quantity_band": "under-10-g"},
        {"event_month": "2026-11"},
        {"equipment": ["tablet-press"]},
        {"answer_by": 1_795_564_900},
        {"basis": "consent"},
    ],
)
def test_a_safety_notice_carries_nothing_by_which_a_case_could_be_told(
    check: Any, field: dict[str, Any]
) -> None:
    assert list(field) == list(problems_of(check, notice(**field)))


@SIDES
def test_a_safety_notice_stops_nobodys_parcel(check: Any) -> None:
    assert ["action"] == list(problems_of(check, notice(action="refuse")))


def test_an_alert_that_is_no_safety_notice_may_speak_of_safety() -> None:
    assert SAFETY == STRICT(smallest_alert(safety=SAFETY, safety_notice=False))["safety"]
