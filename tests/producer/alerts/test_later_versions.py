"""Later versions go to everybody whom an earlier one reached."""

from dataclasses import replace

import pytest

from services.producer.alerts import following, told
from services.producer.alerts.releasing import Consent, approve
from services.producer.alerts.writing_alerts import Wish, propose
from services.producer.clocks import Clocks
from services.producer.seal_next import SealNext
from services.producer.sessions import Sessions
from tests.support.unit import TEXT
from tests.support.world import COURIER
from tocsin.core.errors import RefusedByRuleError
from tocsin.core.ids import audience_id, own_audience

TELLING = {
    "origins": ["CO"],
    "destinations": ["NL"],
    "selectors": [{"tests": [{"field": "hs", "operator": "prefix", "values": ["2933"]}]}],
}


def released(unit, **wish):
    with unit.room() as room:
        one = propose(room, unit.who("ana"), TEXT | TELLING, Wish(("couriers",), **wish))
        approve(room, unit.who("ben"), one.name, Consent("checked"))
    unit.hand_over()
    return one


def test_the_list_forgets_no_alert_by_a_clock_that_the_directory_contradicts(unit, monkeypatch):
    one = released(unit)
    monkeypatch.setattr(told, "open_room", lambda _ask: unit.room(11 * 365 * 86_400))
    told.list_proposals(unit.ask, everything=True)
    with unit.room() as room:
        assert [one.name] == [kept.name for kept in room.desk.proposals.all()]


def seal(unit):
    """Seal what waits, as the publisher does; the records' audiences and regions."""
    originator = unit.participant.originator
    with unit.participant.outbox() as outbox:
        originator.follow(unit.directory, unit.directory.expires_at_s - 9)
        sealer = SealNext(outbox, originator, Sessions(outbox, Clocks()))
        return sealer.run(unit.directory, Clocks().now_s())


def ways(unit, alert_id):
    with unit.participant.outbox() as outbox:
        return {
            status.version: [(one.audience, one.region, one.state.value) for one in status.destinations]
            for status in outbox.status.of_reference(alert_id)
        }


def ended(unit, one, status="cleared", by="ana", releaser="ben"):
    with unit.room() as room:
        later, before = following.end(room, unit.who(by), one.alert_id, status, None)
        approve(room, unit.who(releaser), later.name, Consent("agreed"))
    unit.hand_over()
    return later, before


REGIONS = ("south-america", "western-and-central-europe")


@pytest.mark.parametrize("status", ["cleared", "recalled"])
def test_a_clearance_says_no_more_than_that_and_goes_to_the_same_places(unit, status):
    one = released(unit)
    assert 2 == seal(unit).items
    later, _ = ended(unit, one, status)
    assert (2, status, one.report_id) == (later.version, later.body["status"], later.report_id)
    assert [] == [later.body[name] for name in TELLING if later.body[name]]
    assert list(REGIONS) == [region for _, region, _ in ways(unit, one.alert_id)[2]]


def test_who_left_the_audience_since_is_told_in_its_own_inbox(unit):
    one = released(unit)
    seal(unit)
    couriers = unit.directory.audiences[audience_id("couriers")]
    without = replace(couriers, exclude=frozenset({COURIER.id}))
    unit.directory = replace(unit.directory, audiences={**unit.directory.audiences, couriers.id: without})
    later, before = ended(unit, one)
    assert ("couriers", own_audience(COURIER.id)) == later.audiences
    assert () == before.out_of_reach
    assert own_audience(COURIER.id) in {audience for audience, _, _ in ways(unit, one.alert_id)[2]}


def test_who_takes_no_part_any_more_is_named_since_nothing_can_be_sent_there(unit):
    one = released(unit)
    seal(unit)
    unit.end_agreement()
    with unit.room() as room:
        assert (COURIER.name,) == following.earlier(room, one.alert_id).out_of_reach


def held(unit):
    """An alert that leaves in two hours."""
    with unit.room() as room:
        later_s = room.now_s + 7_200
    return released(unit, not_before_s=later_s)


def test_an_alert_that_is_recalled_before_it_left_never_leaves_nor_does_the_recall(unit):
    one = held(unit)
    ended(unit, one, "recalled")
    found = ways(unit, one.alert_id)
    assert {"refused"} == {state for _, _, state in found[1]}
    assert [1] == list(found)
    with unit.room() as room, pytest.raises(RefusedByRuleError, match="held back before it left"):
        following.update(room, unit.who("ana"), one.alert_id, TEXT)


def test_an_update_of_what_is_held_until_a_time_is_held_until_then_too(unit):
    one = held(unit)
    with unit.room() as room:
        later, _ = following.update(room, unit.who("ana"), one.alert_id, TEXT)
    assert one.not_before_s == later.not_before_s


def test_a_later_version_is_the_next_one_and_goes_where_the_first_went(unit):
    one = released(unit)
    seal(unit)
    with unit.room() as room:
        changed = TEXT | {"origins": ["CO"]}
        later, _ = following.update(room, unit.who("dora"), one.name, changed)
        approve(room, unit.who("ben"), later.name, Consent("agreed"))
        approve(room, unit.who("carl"), later.name, Consent("agreed"))
    unit.hand_over()
    assert (2, "updated") == (later.version, later.body["status"])
    assert set(REGIONS) == {region for _, region, _ in ways(unit, one.alert_id)[2]}


def test_what_was_never_released_cannot_be_cleared(unit):
    with unit.room() as room:
        one = propose(room, unit.who("ana"), TEXT, Wish(("couriers",)))
        with pytest.raises(RefusedByRuleError, match="no alert"):
            following.end(room, unit.who("ana"), one.name, "cleared", None)


def test_an_alert_is_named_by_the_beginning_of_its_id_too_of_six_digits_at_least(unit):
    one = released(unit)
    with unit.room() as room:
        assert one.name == following.released(room, f" {one.alert_id[:6].upper()}").name
        for short in ("", one.alert_id[:5]):
            with pytest.raises(RefusedByRuleError, match="no alert"):
                following.released(room, short)


def test_a_beginning_that_two_alerts_have_names_none(unit):
    for end in "12":
        with unit.room() as room:
            alert = TEXT | {"alert_id": "a" * 31 + end}
            propose(room, unit.who("ana"), alert, Wish(("couriers",)))
    with unit.room() as room, pytest.raises(RefusedByRuleError, match="2 alerts begin with aaaaaaaa"):
        following.released(room, "a" * 8)


def test_one_later_version_waits_at_a_time(unit):
    one = released(unit)
    with unit.room() as room:
        following.end(room, unit.who("ana"), one.name, "cleared", None)
        with pytest.raises(RefusedByRuleError, match="waits already"):
            following.end(room, unit.who("ben"), one.name, "recalled", None)
