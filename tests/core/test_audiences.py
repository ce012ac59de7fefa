"""Who an audience names."""

from dataclasses import replace
from typing import Any

import pytest

from tests.support.parties import Party
from tocsin.core import canonical_json
from tocsin.core.audiences import Audience, read_audience, write_audience
from tocsin.core.errors import MalformedError
from tocsin.core.ids import audience_id

COURIER = Party("Courier", roles=("courier",), regions=("caribbean",), sector="courier")


@pytest.mark.parametrize(
    ("rule", "named"),
    [
        ({}, True),
        ({"roles": frozenset({"courier", "postal"})}, True),
        ({"roles": frozenset({"postal"})}, False),
        ({"sectors": frozenset({"courier"})}, True),
        ({"sectors": frozenset({"bank"})}, False),
        ({"regions": frozenset({"caribbean"})}, True),
        ({"regions": frozenset({"oceania"})}, False),
        ({"roles": frozenset({"courier"}), "regions": frozenset({"oceania"})}, False),
        ({"exclude": frozenset({COURIER.id})}, False),
    ],
)
def test_a_rule_is_or_within_a_field_and_and_between_fields(rule: dict[str, Any], named: bool) -> None:
    assert named == Audience("somebody", **rule).wants(COURIER)


def test_an_audiences_id_is_made_of_its_name() -> None:
    assert audience_id("couriers") == Audience("couriers").id


@pytest.mark.parametrize(
    "audience",
    [
        Audience("everybody"),
        Audience(
            "couriers.caribbean",
            frozenset({"courier"}),
            frozenset({"courier"}),
            frozenset({"caribbean"}),
            frozenset({COURIER.id}),
            frozenset({bytes(32)}),
            2,
            "none",
            60,
        ),
    ],
)
def test_an_audience_that_was_written_reads_back(audience: Audience) -> None:
    assert audience == read_audience(write_audience(audience))


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "to.00"},
        {"name": "Couriers"},
        {"name": "a" * 129},
        {"approvals": 3},
        {"history": "all"},
        {"schemas": ["AB"]},
        {"rule": []},
        {"rule": {"exclude": ["xx"]}},
        {"max_age_s": -1},
        {"max_age_s": 36_500 * 86_400 + 1},
    ],
)
def test_a_bad_audience_is_refused(changes: dict[str, Any]) -> None:
    record = canonical_json.load(write_audience(Audience("couriers")))
    with pytest.raises(MalformedError):
        read_audience(canonical_json.dump(record | changes))


def test_a_safety_notice_may_need_fewer_persons_and_never_nobody() -> None:
    audience = Audience("couriers", approvals=2, safety_approvals=1)
    assert audience == read_audience(write_audience(audience))
    assert (2, 1) == (audience.approvals_for(safety=False), audience.approvals_for(safety=True))
    for wrong in (0, 3):
        with pytest.raises(MalformedError):
            read_audience(write_audience(replace(audience, safety_approvals=wrong)))


def test_an_entry_without_a_fast_lane_keeps_its_bytes() -> None:
    assert b"safety" not in write_audience(Audience("couriers", approvals=2))
    assert 2 == Audience("couriers", approvals=2).approvals_for(safety=True)


def test_a_participants_own_audience_is_told_by_its_name() -> None:
    assert Audience("to.00").is_own
    assert not Audience("tours").is_own
