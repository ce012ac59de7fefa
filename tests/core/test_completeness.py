"""The completeness score: advice that rises with every addition and never falls."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import schemas
from tests.support.reports import NOW_S, smallest_report
from tocsin.core import codes
from tocsin.core.completeness import Completeness, completeness
from tocsin.core.report import check_incident
from tocsin.core.report_values import values

ATTACHMENT = {
    "attachment_id": "0" * 32,
    "name": "a.jpg",
    "media_type": "image/jpeg",
    "size_bytes": 1,
    "sha256": "0" * 64,
}
FULL: dict[str, Any] = {
    "event_date": {"precision": "day", "value": "2026-11-20"},
    "place": {"country": "DE", "locality": "Leipzig"},
    "substances": [
        {
            "name_as_declared": "metonitazene",
            "status": "confirmed",
            "quantity": {"value": "120", "unit": "GRM"},
        }
    ],
    "equipment": [{"type": "tablet-press", "serial": "7"}],
    "route": [{"country": "CN", "role": "origin"}, {"country": "DE", "role": "destination"}],
    "transport": {"mode": "6", "identifiers": [{"type": "s10", "value": "RA473124829CH"}]},
    "declared": {"text": "paint"},
    "concealment": {"code": "parcel"},
    "parties": [{"role": "shipper", "name": "A firm"}],
    "narrative": {"government": "What happened.", "language": "en"},
    "outcome": {"arrests": 0},
    "documents": [{"type": "invoice", "number": "7"}],
    "online": [{"platform": "a market", "handle": "a vendor"}],
    "payments": [{"instrument": "virtual-asset", "account_type": "wallet", "account": "T9"}],
    "order": {"supplied": "no"},
    "laboratory": {"stage": "operating"},
}
ASKABLES = sorted(values("askables"))
KINDS = sorted(codes.kinds())


def judged(**changes: Any) -> Completeness:
    return completeness(check_incident(smallest_report(**changes), now_s=NOW_S).body)


@pytest.mark.parametrize("kind", KINDS)
def test_a_full_report_of_each_kind_scores_a_hundred_and_gets_no_hint(kind) -> None:
    assert Completeness(100, ()) == judged(kind=kind, **FULL)


def test_the_score_of_a_seizure_can_be_reckoned_by_hand() -> None:
    # A quarter each of substance (15), quantity (10), date and place (10): asked, and nobody knows.
    assert int((15 + 10 + 10) / 4) == judged().score


def test_the_three_heaviest_gaps_are_the_hints() -> None:
    assert ("route", "declared-hidden", "substance") == judged().hints
    assert ("parties",) == judged(**{**FULL, "parties": None}).hints
    assert ("documents",) == judged(**{**FULL, "documents": None}).hints


def test_rows_that_a_kind_has_no_weight_for_are_no_hint() -> None:
    without_route = {**FULL, "route": None, "transport": None}
    assert ("identifiers",) == judged(kind="theft-or-loss", **without_route).hints


PARTS = [
    ("substances", [{"name_as_declared": "white powder"}], 15 / 2 - 15 / 4),
    ("substances", [{"name_as_declared": "unidentified", "status": "suspected"}], 15 / 2 - 15 / 4),
    ("substances", [{"name_as_declared": "x", "status": "presumptive"}], 15 * 3 / 4 - 15 / 4),
    ("event_date", {"precision": "year", "value": "2026"}, 10 / 8),
    ("place", {"country": "DE"}, 10 / 8),
    ("place", {"country": "DE", "locality": "Leipzig"}, 10 * 3 / 8),
    ("place", {"country": "ZZ", "locality": "Leipzig"}, 10 / 4),
    ("route", [{"country": "ZZ"}], 15 / 4),
    ("route", [{"country": "CN", "role": "origin"}], 15 / 2),
    ("route", [{"country": "CN", "role": "departure"}, {"country": "DE", "role": "destination"}], 15),
    ("transport", {"mode": "6"}, 10 / 2),
    ("transport", {"identifiers": [{"type": "s10", "value": "RA473124828CH"}]}, 10 / 2),
    ("transport", {"identifiers": [{"type": "s10", "value": "RA473124829CH"}]}, 10),
    ("transport", {}, 0),
    ("declared", {"hs": "3208"}, 15 / 2),
    ("parties", [{"role": "shipper"}], 10 / 2),
    ("documents", [{"type": "invoice"}], 5 / 2),
    ("documents", [{"type": "invoice", "number": "7"}], 5),
    ("attachments", [ATTACHMENT], 5),
    ("asked_unknown", ["quantity", "documents"], 5 / 4),
    ("asked_unknown", ["quantity", "stage"], 10 / 4),
    ("laboratory", {"process": "Leuckart"}, 10 / 2),
    ("narrative", {"releasable": "What happened."}, 10 / 2),
]


@pytest.mark.parametrize(("field", "value", "points"), PARTS)
def test_each_addition_counts_as_its_row_says(field, value, points) -> None:
    assert int(35 / 4 + points) == judged(**{field: value}).score


@pytest.mark.parametrize(
    ("equipment", "share"), [({"type": "unidentified"}, 1 / 4), ({"type": "tablet-press"}, 1 / 2)]
)
def test_equipment_counts_by_how_well_it_is_described(equipment, share) -> None:
    full = judged(kind="equipment-seizure", **FULL).score
    less = judged(kind="equipment-seizure", **{**FULL, "equipment": [equipment]}).score
    assert int(100 - 25 * (1 - share)) == less < full


def test_a_count_of_machines_is_a_quantity() -> None:
    substances = [{"name_as_declared": "unidentified"}]
    counted = judged(**{**FULL, "substances": substances, "equipment": [{"type": "mixer", "count": 2}]})
    assert "quantity" not in counted.hints


TRACES = [
    ("online", [{"platform": "a market"}], 20 / 2),
    ("online", [{"platform": "a market", "listing": "77"}], 20),
    ("payments", [{"instrument": "card"}], 20 / 2),
    ("payments", [{"account_type": "iban", "account": "GB82WEST12345698765433"}], 20 / 2),
    ("payments", [{"account_type": "iban", "account": "GB82WEST12345698765432"}], 20),
]


@pytest.mark.parametrize(("field", "value", "points"), TRACES)
def test_a_trace_counts_whole_where_it_can_be_followed(field, value, points) -> None:
    asked = {"kind": "online-listing", "asked_unknown": ["platform", "quantity"]}
    unknown = 15 / 4 + 5 / 4 + 5 / 4 + 20 / 4
    assert int(unknown) == judged(**asked).score
    assert int(unknown - 20 / 4 + points) == judged(**asked, **{field: value}).score


ADDITIONS = st.lists(st.sampled_from(sorted(FULL)), unique=True)


@given(kind=st.sampled_from(KINDS), order=ADDITIONS)
def test_adding_information_never_lowers_the_score(kind, order) -> None:
    report: dict[str, Any] = {
        "kind": kind,
        "asked_unknown": ASKABLES,
        "equipment": [{"type": "unidentified"}],
    }
    scores = [judged(**report).score]
    for field in order:
        report[field] = FULL[field]
        scores.append(judged(**report).score)
    assert sorted(scores) == scores


@pytest.mark.parametrize("family", sorted(set(codes.kinds().values()) - {"other"}))
def test_the_weights_of_each_family_sum_to_a_hundred(family) -> None:
    rows = json.loads(schemas.load("codes/completeness.json"))["rows"]
    assert 100 == sum(row["weights"][family] for row in rows)
