"""By how many persons an item is released, and where an alert may go."""

from dataclasses import replace
from typing import Any

import pytest

from tests.support.parties import Party
from tests.support.world import (
    COURIER,
    NEIGHBOUR,
    NOTICE,
    NOW_S,
    ORIGINATOR,
    audience_target,
    directory_of,
    notice,
    small_world,
    targets,
)
from tocsin.core import wire
from tocsin.core.audiences import Audience
from tocsin.core.errors import InvalidReportError
from tocsin.core.ids import audience_id, own_audience
from tocsin.core.public_keys import PublicKey
from tocsin.core.releases import (
    Addressed,
    approvals_needed,
    approving_persons,
    check_addressed,
    fewest_approvals,
    sectors_reached,
)
from tocsin.core.report import ALERT_SCHEMA
from tocsin.core.signatures import approve

WORLD = small_world()
COURIERS = audience_id("couriers")
TO_COURIER = Audience(own_audience(COURIER.id))


def signed(*persons: str, **changes: Any) -> wire.Item:
    item = notice()
    approvals = tuple(
        approve(ORIGINATOR.release(one), ORIGINATOR.key("release", one).id, COURIERS, item)
        for one in persons
    )
    return replace(item, approvals=approvals, **changes)


def persons_of(item: wire.Item, time_s: int = NOW_S) -> int | None:
    return approving_persons(item, ORIGINATOR.id, time_s, COURIERS, WORLD.directory)


@pytest.mark.parametrize(
    ("persons", "wanted"),
    [((), 0), (("author",), 1), (("author", "author"), 1), (("author", "releaser"), 2)],
)
def test_persons_are_counted_and_not_signatures(persons: tuple[str, ...], wanted: int) -> None:
    assert wanted == persons_of(signed(*persons))


def test_two_keys_of_one_person_are_one_person() -> None:
    directory = directory_of(targets() | dict([ORIGINATOR.target(release={"person": "author"})]))
    item = signed("author", "releaser")
    assert 1 == approving_persons(item, ORIGINATOR.id, NOW_S, COURIERS, directory)


def test_one_wrong_approval_spoils_the_item() -> None:
    assert persons_of(signed("author", version=2)) is None


def test_an_approval_by_an_unknown_key_is_wrong() -> None:
    assert persons_of(replace(notice(), approvals=(wire.Approval(b"?" * 16, bytes(64)),))) is None


@pytest.mark.parametrize("purpose", ["record", "statement"])
def test_an_approval_by_a_key_of_another_purpose_is_wrong(purpose: str) -> None:
    item = notice()
    signature = approve(ORIGINATOR.record, ORIGINATOR.key(purpose).id, COURIERS, item)
    assert persons_of(replace(item, approvals=(signature,))) is None


def test_an_approval_by_another_participant_is_wrong() -> None:
    item = notice()
    theirs = approve(NEIGHBOUR.release(), NEIGHBOUR.key("release").id, COURIERS, item)
    assert persons_of(replace(item, approvals=(theirs,))) is None


def test_an_approval_by_a_key_that_is_not_valid_then_is_wrong() -> None:
    ended: PublicKey = ORIGINATOR.key("release")
    assert persons_of(signed("author"), ended.not_after_s + 1) is None


def test_an_approval_by_a_retired_key_is_wrong() -> None:
    directory = directory_of(targets() | dict([ORIGINATOR.target(release={"final": []})]))
    assert approving_persons(signed("author"), ORIGINATOR.id, NOW_S, COURIERS, directory) is None


def strict_world(**fields: Any) -> Any:
    rule = audience_target("couriers", NOTICE, sectors=["courier"], **fields)
    return directory_of(targets() | dict([rule]))


@pytest.mark.parametrize(
    ("fields", "alert", "notice_"),
    [
        ({"approvals": 0}, 0, 0),
        ({"approvals": 1}, 1, 1),
        ({"approvals": 2}, 2, 2),
        ({"approvals": 2, "safety_approvals": 1}, 2, 1),
    ],
)
def test_only_a_safety_notice_takes_the_fast_lane_of_an_audience(
    fields: dict[str, int], alert: int, notice_: int
) -> None:
    directory = strict_world(**fields)
    audience = directory.audiences[COURIERS]
    assert alert == approvals_needed(ALERT_SCHEMA, {}, audience, directory)
    assert notice_ == approvals_needed(ALERT_SCHEMA, {"safety_notice": True}, audience, directory)
    assert notice_ == fewest_approvals(ALERT_SCHEMA, audience, directory)


def test_another_schema_has_no_fast_lane() -> None:
    directory = strict_world(approvals=2, safety_approvals=1)
    audience = directory.audiences[COURIERS]
    assert 2 == approvals_needed("tocsin.test.Notice", {"safety_notice": True}, audience, directory)


def test_an_alert_to_one_firm_needs_as_many_as_the_strictest_audience_of_that_firm() -> None:
    directory = strict_world(approvals=2, safety_approvals=1)
    assert 2 == approvals_needed(ALERT_SCHEMA, {}, TO_COURIER, directory)
    assert 1 == approvals_needed(ALERT_SCHEMA, {"safety_notice": True}, TO_COURIER, directory)


def test_an_audience_that_does_not_name_the_firm_asks_nothing_for_it() -> None:
    rules = (
        audience_target("banks", sectors=["bank"], approvals=2),
        audience_target("couriers", NOTICE, sectors=["courier"], approvals=1),
    )
    directory = directory_of(targets() | dict(rules))
    assert 2 == approvals_needed(ALERT_SCHEMA, {}, directory.audiences[audience_id("banks")], directory)
    assert 1 == approvals_needed(ALERT_SCHEMA, {}, TO_COURIER, directory)


def test_an_alert_to_one_firm_needs_one_person_at_least() -> None:
    directory = strict_world(approvals=0)
    assert 1 == approvals_needed(ALERT_SCHEMA, {}, TO_COURIER, directory)


def test_what_is_no_alert_goes_to_one_firm_without_approval() -> None:
    assert 0 == approvals_needed("tocsin.test.Notice", {}, TO_COURIER, WORLD.directory)


def test_an_alert_to_one_government_needs_no_approval() -> None:
    audience = Audience(own_audience(NEIGHBOUR.id))
    assert 0 == approvals_needed(ALERT_SCHEMA, {}, audience, WORLD.directory)


def test_the_sectors_are_those_of_the_rule_or_else_of_the_readers() -> None:
    reader = WORLD.directory.participants[COURIER.id]
    government = WORLD.directory.participants[NEIGHBOUR.id]
    assert {"postal"} == sectors_reached(Audience("posts", sectors=frozenset({"postal"})), [reader])
    assert {"courier"} == sectors_reached(TO_COURIER, [reader, government])


def way(audience: Audience = TO_COURIER, by: Party | None = ORIGINATOR) -> Addressed:
    originator = None if by is None else WORLD.directory.participants.get(by.id)
    return Addressed(originator, audience, frozenset({"courier"}))


ALERT = {"sectors": ["courier"], "version": 1, "targets": [{"type": "awb", "value": "02011111111"}]}


def refused(body: dict[str, Any], version: int = 1, **where: Any) -> list[str]:
    with pytest.raises(InvalidReportError) as caught:
        check_addressed(ALERT_SCHEMA, body, version, way(**where))
    return [place for place, _ in caught.value.problems]


def test_an_alert_with_targets_goes_to_one_firm_alone() -> None:
    check_addressed(ALERT_SCHEMA, ALERT, 1, way())
    assert ["targets"] == refused(ALERT, audience=Audience("couriers", sectors=frozenset({"courier"})))


@pytest.mark.parametrize(
    ("prefixes", "ours"),
    [
        ((), True),
        (("awb:020",), True),
        (("awb:023", "awb:020"), True),
        (("awb:023",), False),
        (("s10:CH",), True),
    ],
)
def test_a_target_is_no_other_carriers_where_the_directory_knows_the_firms_own_prefixes(
    prefixes: tuple[str, ...], ours: bool
) -> None:
    to_one = replace(way(), prefixes=prefixes)
    if ours:
        check_addressed(ALERT_SCHEMA, ALERT, 1, to_one)
    else:
        with pytest.raises(InvalidReportError, match="another firm's number"):
            check_addressed(ALERT_SCHEMA, ALERT, 1, to_one)


def test_an_alert_names_every_sector_that_it_reaches() -> None:
    assert ["sectors"] == refused(ALERT | {"sectors": ["bank"]})


def test_an_alert_counts_its_versions_as_its_item_does() -> None:
    assert ["version"] == refused(ALERT, version=2)


@pytest.mark.parametrize("by", [COURIER, None, Party("nobody of the directory")])
def test_only_governments_send_alerts(by: Party | None) -> None:
    assert ["report"] == refused(ALERT, by=by)


def test_what_is_no_alert_may_go_any_way() -> None:
    check_addressed("tocsin.test.Notice", {}, 7, way(by=None))
