from dataclasses import replace

import pytest

from tests.support.parties import DAY_S, KEY_ENDS_S, NOW_S
from tests.support.world import COURIER, ORIGINATOR, OUTSIDER, targets
from tocsin.core.directory import read_directory
from tocsin.core.own_standing import judge_entry, judge_keys
from tocsin.core.standing import NO_DAY, Suspension
from tocsin.core.symptoms import Level, Symptom

DIRECTORY = read_directory(1, NOW_S + DAY_S, targets(ORIGINATOR, COURIER))
ENTRY = DIRECTORY.participants[ORIGINATOR.id]
HELD = {
    purpose: {key.id for key in ENTRY.keys if key.purpose == purpose}
    for purpose in ("record", "statement", "kem", "release")
}


def courier_at(now_s):
    return judge_entry(DIRECTORY, COURIER.id, now_s)


def test_a_government_takes_part_without_an_end() -> None:
    one = judge_entry(DIRECTORY, ORIGINATOR.id, NOW_S)
    assert (Level.PASS, "takes part") == (one.level, one.what)


def test_a_firm_is_told_with_whom_and_for_how_many_days() -> None:
    one = courier_at(NOW_S)
    assert Level.PASS is one.level
    assert "agreement MoU 7 with Originator (CO) ends in 200 days" == one.what


def test_an_agreement_warns_30_days_before_its_end() -> None:
    assert None is courier_at(NOW_S + 170 * DAY_S).symptom
    assert Symptom.AGREEMENT_ENDS is courier_at(NOW_S + 170 * DAY_S + 1).symptom


def test_an_agreement_that_has_ended_fails() -> None:
    one = courier_at(NOW_S + 200 * DAY_S)
    assert Symptom.AGREEMENT_ENDED is one.symptom
    assert "has ended" in one.what


def test_a_firm_without_an_agreement_or_a_known_sponsor_is_told_as_much() -> None:
    bare = replace(DIRECTORY.participants[COURIER.id], agreement=None, sponsor=OUTSIDER.id)
    directory = replace(DIRECTORY, participants={COURIER.id: bare})
    assert "agreement ends in 200 days" == judge_entry(directory, COURIER.id, NOW_S).what


def test_a_participant_that_is_suspended_takes_no_part() -> None:
    held = replace(ENTRY, suspensions=(Suspension(NOW_S, NO_DAY, "inquiry"),))
    directory = replace(DIRECTORY, participants={ENTRY.id: held})
    assert Symptom.NOT_TAKING_PART is judge_entry(directory, ENTRY.id, NOW_S).symptom


def test_a_participant_that_the_directory_does_not_name_is_told() -> None:
    assert Symptom.NOT_NAMED is judge_entry(DIRECTORY, OUTSIDER.id, NOW_S).symptom


def test_each_purpose_passes_with_the_days_that_are_left() -> None:
    found = judge_keys(ENTRY, HELD, NOW_S)
    assert {None} == {one.symptom for one in found}
    assert [f"{one} key ends in 300 days" for one in ("record", "statement", "kem", "release")] == [
        one.what for one in found
    ]


def test_a_home_whose_people_hold_the_release_keys_is_not_asked_for_one() -> None:
    assert 3 == len(judge_keys(ENTRY, HELD | {"release": set()}, NOW_S))


@pytest.mark.parametrize(
    ("left_s", "symptom"), [(5 * DAY_S, Symptom.KEY_ENDS), (30 * DAY_S, None), (-1, Symptom.NO_KEY)]
)
def test_a_key_warns_30_days_before_its_end_and_fails_behind_it(left_s, symptom) -> None:
    found = judge_keys(ENTRY, HELD, KEY_ENDS_S - left_s)
    assert {symptom} == {one.symptom for one in found}


def test_a_key_in_our_entry_that_we_do_not_hold_fails() -> None:
    found = judge_keys(ENTRY, HELD | {"kem": set()}, NOW_S)
    assert {Symptom.NO_KEY, Symptom.STRANGE_KEY, None} == {one.symptom for one in found}


def test_a_key_of_ours_that_the_directory_does_not_name_is_a_warning() -> None:
    new = bytes(16)
    found = judge_keys(ENTRY, HELD | {"kem": {*HELD["kem"], new}}, NOW_S)
    (one,) = [one for one in found if one.symptom is not None]
    assert (Symptom.KEY_NOT_LISTED, new.hex()) == (one.symptom, one.where)
