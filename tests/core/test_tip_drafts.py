"""What an authority may make of a tip: never the firm's name, never a sentence in an alert."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.letters import ALERT_ID, smallest_tip
from tests.support.parties import NOW_S
from tests.support.reports import problems_of
from tocsin.core.report import check_alert, check_incident
from tocsin.core.tip_drafts import UNNAMED, alert_draft, report_draft
from tocsin.core.tips import tip_check

FIRM = "Swift Parcels"
FULL: dict[str, Any] = {
    "title": "Swift Parcels saw an odd parcel",
    "text": "Ask swift  parcels about it.",
    "language": "en",
    "origin": "NL",
    "destination": "CO",
    "substances": [{"name": "GBL", "cas": "96-48-0", "quantity": "5 l"}, {"name": "stuff"}],
    "identifiers": [
        {"type": "s10", "value": "RA473124829CN"},
        {"type": "wallet", "value": "w1"},
        {"value": "7"},
    ],
    "supplied": "held",
    "limits": ["do-not-name-us"],
    "pap": "AMBER",
    "exercise": True,
}


def tip(**changes: Any) -> dict[str, Any]:
    body: dict[str, Any] = tip_check(strict=True)(smallest_tip(**changes))
    return body


@pytest.mark.parametrize("changes", [{}, FULL], ids=["smallest", "full"])
@pytest.mark.parametrize("kind", ["order", "parcel", "listing", "payment"])
def test_the_draft_of_a_report_is_one_that_can_be_sent(kind: str, changes: dict[str, Any]) -> None:
    draft = report_draft(tip(**changes | {"kind": kind}), FIRM)
    assert "ion" == check_incident(draft, now_s=NOW_S).stream


@pytest.mark.parametrize(
    ("supplied", "expected"), [("supplied", "yes"), ("held", "no"), ("refused", "no"), ("undecided", None)]
)
def test_whether_an_order_was_supplied_is_said_or_asked_and_unknown(
    supplied: str, expected: str | None
) -> None:
    draft = report_draft(tip(supplied=supplied), FIRM)
    assert expected == draft.get("order", {}).get("supplied")
    assert (expected is None) is ("supplied" in draft.get("asked_unknown", []))


def test_numbers_of_listings_and_payments_stand_where_a_report_has_them() -> None:
    numbers = [{"type": "handle", "value": "h"}, {"type": "listing", "value": "l"}]
    listing = report_draft(tip(kind="listing", identifiers=numbers), FIRM)
    assert [{"listing": "l", "handle": "h"}] == listing["online"]
    payment = report_draft(tip(kind="payment", identifiers=[{"type": "wallet", "value": "w"}]), FIRM)
    assert [{"account": "w"}] == payment["payments"]


def test_a_precursor_under_control_makes_it_a_report_of_pics() -> None:
    draft = report_draft(tip(substances=[{"name": "acetic anhydride"}, {"name": "stuff"}]), FIRM)
    assert "pics" == check_incident(draft, now_s=NOW_S).stream


def test_a_draft_without_numbers_of_transport_has_no_transport() -> None:
    assert "transport" not in report_draft(tip(), FIRM)


def test_the_report_does_not_name_the_firm_and_says_the_rest() -> None:
    draft = report_draft(tip(**FULL), FIRM)
    prose = draft["narrative"]["government"]
    assert "swift" not in json.dumps(draft).lower()
    assert UNNAMED in prose
    assert all(one in prose for one in ("wallet: w1", "number: 7", "GBL: 5 l", "supplied: held"))
    assert [{"type": "s10", "value": "RA473124829CN"}] == draft["transport"]["identifiers"]
    assert [("NL", "origin"), ("CO", "destination")] == [
        (one["country"], one["role"]) for one in draft["route"]
    ]


def test_limits_of_the_firm_stand_in_the_report_and_else_those_of_the_agreement() -> None:
    assert "limits: do-not-name-us." in report_draft(tip(**FULL), FIRM)["narrative"]["government"]
    assert "limits: those of the agreement." in report_draft(tip(), FIRM)["narrative"]["government"]


def test_a_firm_whose_name_is_too_short_to_find_leaves_the_text_as_it_is() -> None:
    assert "An odd order" in report_draft(tip(), "AB")["narrative"]["government"]


def test_an_alert_has_countries_for_carriers_alone() -> None:
    draft = alert_draft(tip(**FULL), ALERT_ID, ["courier"], NOW_S)
    assert (["NL"], ["CO"]) == (draft["origins"], draft["destinations"])
    assert [] == alert_draft(tip(), ALERT_ID, ["postal"], NOW_S)["origins"]
    assert "origins" not in alert_draft(tip(**FULL), ALERT_ID, ["courier", "chemical"], NOW_S)


def test_an_alert_cannot_be_sent_before_a_person_wrote_its_title_and_advice() -> None:
    draft = alert_draft(tip(**FULL), ALERT_ID, ["chemical"], NOW_S)
    assert {"title", "advice"} == set(problems_of(check_alert, draft, now_s=NOW_S))
    written = draft | {"title": "Look for it", "advice": "Ask who wants it."}
    assert "alerts" == check_alert(written, now_s=NOW_S).stream


@given(planted=st.text(alphabet="qxzjkv", min_size=12, max_size=40))
def test_nothing_that_a_firm_planted_in_any_text_reaches_the_alert(planted: str) -> None:
    body = tip(
        **FULL
        | {
            "title": planted,
            "text": planted,
            "agreement": planted,
            "substances": [{"name": planted, "quantity": planted}, {"name": "GBL"}],
            "identifiers": [{"type": "order", "value": planted}],
        }
    )
    draft = alert_draft(body, ALERT_ID, ["courier"], NOW_S)
    assert planted not in json.dumps(draft)
    assert 1 == len(draft["substances"])
