"""The life of a proposal: who wrote may not release, an edit takes signatures away, time runs out."""

import json
from typing import Any

import pytest

from tests.support.plain import png
from tocsin.core.alert_images import image_of
from tocsin.core.errors import NotThisPersonError, RefusedByRuleError
from tocsin.core.proposals import (
    LIFETIME_S,
    Proposal,
    State,
    check_releaser,
    check_waiting,
    edited,
    from_record,
    signed,
    to_record,
)
from tocsin.core.wire import Approval

NOW_S = 1_795_564_800
SIGNATURES = {"couriers": Approval(b"k" * 16, b"s" * 64)}


def proposal(**changes: Any) -> Proposal:
    body = {"alert_id": "0" * 32, "version": 1, "title": "CANARY"} | changes.pop("body", {})
    usual = {
        "name": "ALERT-1",
        "report_id": b"r" * 16,
        "audiences": ("couriers",),
        "authors": ("ana",),
        "body": body,
        "changed_at_s": NOW_S,
    }
    return Proposal(**usual | changes)


def test_the_author_may_not_release() -> None:
    with pytest.raises(NotThisPersonError, match="the author may not release"):
        check_releaser(proposal(), "ana", alone=False, fast_lane=True)


def test_another_person_may() -> None:
    check_releaser(proposal(), "ben", alone=False, fast_lane=False)


def test_whoever_edited_is_an_author_too_and_may_not_release() -> None:
    after = edited(proposal(), "ben", {"alert_id": "0" * 32, "version": 1}, NOW_S + 1)
    assert ("ana", "ben") == after.authors
    for handle in after.authors:
        with pytest.raises(NotThisPersonError):
            check_releaser(after, handle, alone=False, fast_lane=False)


def test_an_edit_takes_every_signature_away_and_begins_the_time_anew() -> None:
    after = edited(signed(proposal(), "ben", SIGNATURES), "ana", {"version": 1}, NOW_S + 9)
    assert ({}, NOW_S + 9 + LIFETIME_S, ("ana",)) == (after.signatures, after.expires_at_s, after.authors)


def test_a_signature_stands_beside_those_of_others() -> None:
    both = signed(signed(proposal(), "ben", SIGNATURES), "eva", SIGNATURES)
    assert {"ben": SIGNATURES, "eva": SIGNATURES} == both.signatures


def test_nobody_approves_twice() -> None:
    with pytest.raises(NotThisPersonError, match="approved ALERT-1 already"):
        check_releaser(signed(proposal(), "ben", SIGNATURES), "ben", alone=False, fast_lane=False)


@pytest.mark.parametrize(("notice", "lane"), [(False, True), (True, False), (None, True)])
def test_one_person_releases_nothing_but_a_safety_notice_where_the_audience_allows_it(
    notice: bool | None, lane: bool
) -> None:
    with pytest.raises(RefusedByRuleError, match="one person releases only a safety notice"):
        check_releaser(proposal(body={"safety_notice": notice}), "ana", alone=True, fast_lane=lane)


def test_one_person_releases_a_safety_notice_also_as_its_author_who_signed() -> None:
    one = signed(proposal(body={"safety_notice": True}), "ana", SIGNATURES)
    check_releaser(one, "ana", alone=True, fast_lane=True)


def test_a_proposal_that_nobody_took_up_expires() -> None:
    one = proposal()
    assert State.WAITING is one.state_at(NOW_S + LIFETIME_S - 1)
    check_waiting(one, NOW_S + LIFETIME_S - 1)
    with pytest.raises(RefusedByRuleError, match="has expired"):
        check_waiting(one, NOW_S + LIFETIME_S)


@pytest.mark.parametrize("state", [State.RELEASING, State.RELEASED, State.REFUSED])
def test_what_does_not_wait_cannot_be_changed(state: State) -> None:
    with pytest.raises(RefusedByRuleError, match=f"is {state}"):
        edited(proposal(state=state), "ana", {}, NOW_S)
    assert state is proposal(state=state).state_at(NOW_S + LIFETIME_S)


def test_a_proposal_is_kept_and_read_back_whole() -> None:
    one = signed(proposal(source=("text",), not_before_s=9, alone=True), "ben", SIGNATURES)
    assert one == from_record(json.loads(json.dumps(to_record(one))))


def test_its_pictures_are_kept_and_read_back_too() -> None:
    one = proposal(body={"images": [image_of(png())]})
    assert one == from_record(json.loads(json.dumps(to_record(one))))


def test_what_it_says_stays_out_of_what_is_printed_for_programmers() -> None:
    assert "CANARY" not in repr(proposal(source=("CANARY",)))


def test_a_proposal_is_known_by_its_alert_and_version() -> None:
    assert ("0" * 32, 1) == (proposal().alert_id, proposal().version)
