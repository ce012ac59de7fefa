"""An alert is released by people who did not write it, each by a key of their own."""

import json
from dataclasses import replace

import pytest

from services.producer.alerts import writing_alerts
from services.producer.alerts.releasing import Consent, UnacknowledgedError, approve
from services.producer.alerts.room import Who
from services.producer.alerts.writing_alerts import Wish, edit, propose, refuse
from tests.support.unit import TEXT
from tests.support.world import COURIER, NEIGHBOUR, ORIGINATOR
from tocsin.core.errors import (
    InvalidReportError,
    KeyUnusableError,
    NotThisPersonError,
    RefusedByRuleError,
    SettingsError,
    UntrustedError,
)
from tocsin.core.ids import audience_id, own_audience
from tocsin.core.proposals import LIFETIME_S, State

COURIERS = Wish(("couriers",))
TO_COURIER = Wish((own_audience(COURIER.id),))
SEEN = Consent("looked at it")
SAFETY = {"hazards": ["GHS06"]}


def proposed(unit, handle="ana", wish=COURIERS, **changes):
    with unit.room() as room:
        return propose(room, unit.who(handle), TEXT | changes, wish)


def approved(unit, handle, name, consent=SEEN, ahead_s=0):
    with unit.room(ahead_s) as room:
        return approve(room, unit.who(handle), name, consent)


def kept(unit, name):
    with unit.room() as room:
        return room.desk.proposals.get(name)


def waiting(unit):
    with unit.participant.outbox() as outbox:
        return outbox.queue.page(10, 10**6, now_s=2**40)


def test_author_and_releaser_are_the_two_who_sign(unit):
    one = proposed(unit)
    after, missing = approved(unit, "ben", one.name)
    assert ({"ana", "ben"}, [], State.RELEASING) == (set(after.signatures), missing, after.state)
    unit.hand_over()
    (leaving,) = waiting(unit)
    assert 2 == len(leaving.item.approvals)
    assert State.RELEASED is kept(unit, one.name).state


def test_the_author_may_not_release(unit):
    one = proposed(unit)
    with pytest.raises(NotThisPersonError, match="the author may not release"):
        approved(unit, "ana", one.name)
    assert {"ana"} == set(kept(unit, one.name).signatures)


def test_whoever_edited_may_not_release_either(unit):
    one = proposed(unit)
    with unit.room() as room:
        edit(room, unit.who("ben"), one.name, TEXT | {"title": "Another"})
    with pytest.raises(NotThisPersonError):
        approved(unit, "ben", one.name)


def test_another_persons_passphrase_opens_no_key(unit):
    one = proposed(unit)
    with unit.room() as room, pytest.raises(KeyUnusableError, match="not the passphrase of ben"):
        approve(room, Who("ben", unit.who("ana").passphrase_file), one.name, SEEN)
    with unit.room() as room, pytest.raises(KeyUnusableError, match="not the passphrase of ben"):
        approve(room, Who("ben", unit.passphrase), one.name, SEEN)
    assert State.WAITING is kept(unit, one.name).state


def test_an_officer_without_a_release_key_writes_and_two_others_release(unit):
    one = proposed(unit, "dora")
    assert {} == one.signatures
    _, missing = approved(unit, "ben", one.name)
    assert ["audience couriers asks for 2 valid approvals"] == missing
    with pytest.raises(NotThisPersonError, match="approved"):
        approved(unit, "ben", one.name)
    assert [] == approved(unit, "carl", one.name)[1]


@pytest.mark.parametrize("handle", ["dora", "eve"])
def test_who_is_no_release_officer_releases_nothing(unit, handle):
    one = proposed(unit)
    with pytest.raises(NotThisPersonError, match="may not release"):
        approved(unit, handle, one.name)


def test_a_release_key_that_the_directory_does_not_have_releases_nothing(unit):
    one = proposed(unit)
    entry = unit.directory.participants[ORIGINATOR.id]
    with unit.room() as room:
        opaque = room.desk.people.get("ben").opaque
    unit.change(replace(entry, keys=tuple(key for key in entry.keys if key.person != opaque)))
    with pytest.raises(RefusedByRuleError, match="does not have the release key of ben"):
        approved(unit, "ben", one.name)


def test_a_doubt_of_the_lint_must_be_acknowledged_by_name_and_is_kept_in_the_log(unit):
    one = proposed(unit, advice="Hold it until 3 November.")
    with pytest.raises(UnacknowledgedError) as caught:
        approved(unit, "ben", one.name)
    (key,) = [found.key for found in caught.value.findings]
    with pytest.raises(RefusedByRuleError, match="found no such doubt"):
        approved(unit, "ben", one.name, Consent("seen", ("phone:advice:0",)))
    assert [] == approved(unit, "ben", one.name, Consent("seen", (key,)))[1]
    assert f"despite {key}" in (unit.home / "desk" / "audit.jsonl").read_text()


def test_a_proposal_that_nobody_took_up_in_a_week_releases_nothing(unit):
    one = proposed(unit)
    with pytest.raises(RefusedByRuleError, match="has expired"):
        approved(unit, "ben", one.name, ahead_s=LIFETIME_S)


def test_a_refused_proposal_is_forgotten_and_releases_nothing(unit):
    one = proposed(unit)
    with unit.room() as room:
        refuse(room, unit.who("ben"), one.name, "too broad")
    assert "title" not in kept(unit, one.name).body
    with pytest.raises(RefusedByRuleError, match="is refused"):
        approved(unit, "ben", one.name)


def test_one_person_releases_a_safety_notice_and_the_log_says_so(unit):
    notice = {"action": "observe", "safety_notice": True, "safety": SAFETY}
    one = proposed(unit, **notice)
    after, missing = approved(unit, "ana", one.name, Consent("staff fell ill", alone=True))
    assert ([], True) == (missing, after.alone)
    assert '"did":"released alone"' in (unit.home / "desk" / "audit.jsonl").read_text()


def test_one_person_releases_no_other_alert(unit):
    one = proposed(unit)
    with pytest.raises(RefusedByRuleError, match="one person releases only a safety notice"):
        approved(unit, "ana", one.name, Consent("urgent", alone=True))


def test_an_audience_without_a_fast_lane_has_none_for_safety_notices(unit):
    couriers = unit.directory.audiences[audience_id("couriers")]
    slow = {couriers.id: replace(couriers, safety_approvals=None)}
    unit.directory = replace(unit.directory, audiences=unit.directory.audiences | slow)
    one = proposed(unit, action="observe", safety_notice=True, safety=SAFETY)
    with pytest.raises(RefusedByRuleError, match="one person releases only"):
        approved(unit, "ana", one.name, Consent("urgent", alone=True))


def test_one_audience_without_a_fast_lane_closes_it_for_the_others(unit):
    couriers = unit.directory.audiences[audience_id("couriers")]
    slow = replace(couriers, name="slow", safety_approvals=None)
    unit.directory = replace(unit.directory, audiences={**unit.directory.audiences, slow.id: slow})
    both = Wish(("couriers", "slow"))
    one = proposed(unit, wish=both, action="observe", safety_notice=True, safety=SAFETY)
    with pytest.raises(RefusedByRuleError, match="one person releases only"):
        approved(unit, "ana", one.name, Consent("urgent", alone=True))


def test_nothing_is_released_without_a_reason(unit):
    one = proposed(unit)
    with pytest.raises(RefusedByRuleError, match="a reason"):
        approved(unit, "ben", one.name, Consent(" "))
    assert {"ana"} == set(kept(unit, one.name).signatures)


def test_what_is_held_until_a_time_does_not_leave_before(unit):
    with unit.room() as room:
        wish = Wish(("couriers",), not_before_s=room.now_s + 7_200)
    one = proposed(unit, wish=wish)
    approved(unit, "ben", one.name)
    unit.hand_over()
    with unit.participant.outbox() as outbox:
        held = wish.not_before_s
        assert [0, 1] == [len(outbox.queue.page(9, 10**6, now_s=at)) for at in (held - 1, held)]
        assert [held] == [
            one.held_until_s
            for status in outbox.status.of_reference(one.alert_id)
            for one in status.destinations
        ]


@pytest.mark.parametrize(
    ("ahead_s", "changes", "words"),
    [
        (0, {}, "lies in the past"),
        (7_200, {"answer_by": 3_600}, "after the day by which it asks for answers"),
        (31 * 86_400, {}, "after its end"),
    ],
)
def test_an_alert_is_not_held_until_a_time_at_which_it_is_of_no_use(unit, ahead_s, changes, words):
    with unit.room() as room:
        now_s = room.now_s
    times = {name: now_s + value for name, value in changes.items()}
    with pytest.raises(RefusedByRuleError, match=words):
        proposed(unit, wish=Wish(("couriers",), not_before_s=now_s + ahead_s), **times)


def test_who_was_disabled_after_signing_counts_no_more_among_the_two(unit):
    one = proposed(unit)
    with unit.room() as room, room.desk.upkeep():
        room.desk.people.disable("ana", room.now_s)
    after, missing = approved(unit, "ben", one.name)
    assert ({"ben"}, ["audience couriers asks for 2 valid approvals"]) == (set(after.signatures), missing)
    assert '"details":["lost:ana"]' in (unit.home / "desk" / "audit.jsonl").read_text()
    assert [] == approved(unit, "carl", one.name)[1]


def test_the_log_says_who_tried_a_persons_key_with_other_words(unit):
    one = proposed(unit)
    with unit.room() as room, pytest.raises(KeyUnusableError):
        approve(room, Who("ben", unit.who("ana").passphrase_file), one.name, SEEN)
    last = json.loads((unit.home / "desk" / "audit.jsonl").read_text().splitlines()[-1])
    assert ("home", "tried another passphrase", "ben") == (last["who"], last["did"], last["what"])


def test_no_alert_is_released_upon_a_log_that_was_changed_in_its_middle(unit):
    one = proposed(unit)
    log = unit.home / "desk" / "audit.jsonl"
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(lines[:1] + lines[2:]))
    with pytest.raises(UntrustedError, match="line 2 does not follow"):
        approved(unit, "ben", one.name)
    assert {"ana"} == set(kept(unit, one.name).signatures)


def test_a_release_that_was_cut_off_before_the_outbox_is_completed_once(unit):
    one = proposed(unit)
    approved(unit, "ben", one.name)
    unit.hand_over()
    with unit.room() as room, room.desk.upkeep():  # the crash came before the desk knew
        room.desk.proposals.keep(replace(kept_in(room, one.name), state=State.RELEASING))
    unit.hand_over()
    assert 1 == len(waiting(unit))


def kept_in(room, name):
    return room.desk.proposals.get(name)


REFUSED = [
    (
        {"origins": ["IN"], "sectors": ["courier", "bank"]},
        COURIERS,
        "origins: is not meant for every sector",
    ),
    ({"sectors": ["bank"]}, COURIERS, "does not name courier"),
    ({"targets": [{"type": "account", "value": "LU1"}]}, TO_COURIER, "no number of this sector"),
    ({"targets": [{"type": "awb", "value": "02081140743"}]}, COURIERS, "only go to one firm alone"),
    ({"selectors": [{"tests": []}]}, COURIERS, "would hit everything"),
    ({"advice": "call +352 691 123 456"}, COURIERS, "looks like a telephone"),
    ({"cites": ["0" * 32], "bulletin": "x"}, COURIERS, "is none of ours"),
    ({"version": 2}, COURIERS, "a later version"),
    ({}, Wish(("nobody",)), "there is no audience nobody"),
]


@pytest.mark.parametrize(("changes", "wish", "words"), REFUSED)
def test_what_firms_may_not_be_told_is_refused_when_it_is_proposed(unit, changes, wish, words):
    with pytest.raises((RefusedByRuleError, InvalidReportError), match=words):
        proposed(unit, wish=wish, **changes)
    with unit.room() as room:
        assert [] == room.desk.proposals.all()


def test_201_selectors_are_refused(unit):
    test = {"field": "declared_text", "operator": "phrase", "values": ["glue"]}
    with pytest.raises(InvalidReportError, match="at most 200"):
        proposed(unit, selectors=[{"tests": [test]}] * 201)


def test_a_firm_whose_agreement_has_ended_is_sent_nothing(unit):
    unit.end_agreement()
    with pytest.raises(RefusedByRuleError, match="its agreement has ended"):
        proposed(unit, wish=TO_COURIER)


def test_an_agreement_that_ends_before_the_release_stops_it(unit):
    one = proposed(unit, wish=TO_COURIER)
    approved(unit, "ben", one.name)
    unit.end_agreement()
    unit.hand_over()
    assert State.REFUSED is kept(unit, one.name).state
    assert [] == waiting(unit)


def test_one_participant_alone_is_named_by_its_name_or_id(unit):
    with unit.room() as room, pytest.raises(SettingsError, match="nobody in the directory is called so"):
        writing_alerts.audiences_of(room, (), ("Nobody",))
    with unit.room() as room:
        assert (own_audience(NEIGHBOUR.id),) == writing_alerts.audiences_of(room, (), (NEIGHBOUR.name,))


def test_two_proposals_of_one_alert_are_refused(unit):
    one = proposed(unit)
    with pytest.raises(RefusedByRuleError, match="was proposed before"):
        proposed(unit, alert_id=one.alert_id)
