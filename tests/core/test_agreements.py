"""What is said of agreements that end."""

from dataclasses import replace

import pytest

from tests.support.parties import DAY_S, NOW_S
from tests.support.world import COURIER, NEIGHBOUR, ORIGINATOR, OUTSIDER, small_world
from tocsin.core.agreements import own_authority, reminder, reminders, sponsored_by
from tocsin.core.standing import Ended

DIRECTORY = small_world().directory
FIRM = DIRECTORY.participants[COURIER.id]


def ending_in(left_s, **changes):
    return replace(FIRM, agreement_ends_s=NOW_S + left_s, **changes)


def days_of(left_s):
    found = reminder(DIRECTORY, ending_in(left_s), NOW_S)
    return None if found is None else found.days


@pytest.mark.parametrize(
    ("left_s", "days"),
    [
        (30 * DAY_S + 1, None),
        (30 * DAY_S, 30),
        (10 * DAY_S + 1, 30),
        (10 * DAY_S, 10),
        (DAY_S + 1, 10),
        (DAY_S, 1),
        (1, 1),
        (0, 0),
        (-100 * DAY_S, 0),
    ],
)
def test_the_marks_are_30_10_and_1_days_before_and_the_end(left_s, days):
    assert days == days_of(left_s)


def test_a_firm_asks_its_sponsor_as_its_office_is_reached():
    sponsor = DIRECTORY.participants[ORIGINATOR.id]
    named = f"{sponsor.name} ({sponsor.country})"
    assert named == own_authority(DIRECTORY, COURIER.id)
    reachable = {**DIRECTORY.participants, sponsor.id: replace(sponsor, contact="desk@customs.example")}
    assert f"{named}, desk@customs.example" == own_authority(
        replace(DIRECTORY, participants=reachable), COURIER.id
    )


@pytest.mark.parametrize("who", [ORIGINATOR.id, b"nobody"])
def test_who_has_no_sponsor_asks_no_authority(who):
    assert own_authority(DIRECTORY, who) is None


def test_a_government_has_no_agreement_that_ends():
    assert reminder(DIRECTORY, DIRECTORY.participants[ORIGINATOR.id], NOW_S) is None


def test_who_left_is_reminded_of_nothing():
    assert reminder(DIRECTORY, ending_in(0, ended=Ended(NOW_S, "withdrew")), NOW_S) is None


def test_each_mark_of_each_end_has_a_key_of_its_own():
    def key(left_s, now_s=NOW_S):
        return reminder(DIRECTORY, ending_in(left_s), now_s).key

    assert key(0) == key(0, NOW_S + DAY_S)
    assert key(20 * DAY_S) != key(21 * DAY_S), "two ends, one mark"
    assert key(20 * DAY_S) != key(20 * DAY_S, NOW_S + 12 * DAY_S), "one end, two marks"


def test_a_firm_is_told_when_it_ends_and_whom_to_ask():
    said = reminder(DIRECTORY, ending_in(9 * DAY_S + 5), NOW_S).to_firm(NOW_S)
    assert (
        "the agreement MoU 7 with Originator (CO) ends in 10 days, on 2025-10-18: "
        "ask Originator (CO) to prolong it"
    ) == said


def test_the_last_day_is_named_as_people_wrote_it_down():
    midnight = ending_in(-(NOW_S % DAY_S))
    assert "ended on 2025-10-08:" in reminder(DIRECTORY, midnight, NOW_S).to_firm(NOW_S)


def test_a_firm_whose_agreement_ended_is_told_that_nothing_comes_and_whom_to_ask():
    said = reminder(DIRECTORY, ending_in(0), NOW_S).to_firm(NOW_S)
    assert "nothing that is sent since then can be read here; ask Originator (CO) to prolong it" in said


def test_a_firm_is_shown_how_its_sponsors_office_is_reached():
    sponsor = replace(DIRECTORY.participants[ORIGINATOR.id], contact="desk@police.example")
    directory = replace(DIRECTORY, participants={**DIRECTORY.participants, sponsor.id: sponsor})
    said = reminder(directory, ending_in(0), NOW_S).to_firm(NOW_S)
    assert said.endswith("; ask Originator (CO), desk@police.example, to prolong it")


def test_a_firm_without_a_known_sponsor_is_sent_to_its_national_authority():
    said = reminder(DIRECTORY, ending_in(1, sponsor=bytes(16)), NOW_S).to_firm(NOW_S)
    assert "the agreement MoU 7 ends within a day" in said
    assert "ask your national authority" in said


def test_a_firm_that_never_had_an_agreement_is_told_so_in_whole_words():
    said = reminder(DIRECTORY, ending_in(0, sponsor=None, agreement=None), NOW_S).to_firm(NOW_S)
    assert said.startswith("the agreement ended on")


def test_the_sponsor_and_the_authority_are_told_of_the_firm():
    assert "the agreement MoU 7 of Courier (CO) ends in 2 days, on 2025-10-11" == reminder(
        DIRECTORY, ending_in(2 * DAY_S), NOW_S
    ).to_others(NOW_S)
    ended = reminder(DIRECTORY, ending_in(0), NOW_S).to_others(NOW_S)
    assert ended.endswith("it gets no more alerts")


def test_those_of_several_firms_come_with_the_earliest_end_first_and_for_30_days_after_it():
    lefts_s = (5 * DAY_S, 200 * DAY_S, DAY_S, -29 * DAY_S, -30 * DAY_S)
    firms = [ending_in(left_s) for left_s in lefts_s]
    assert [0, 1, 10] == [one.days for one in reminders(DIRECTORY, firms, NOW_S)]


def test_a_sponsor_stands_for_its_own_firms():
    assert [COURIER.id] == [one.id for one in sponsored_by(DIRECTORY, ORIGINATOR.id)]
    assert [OUTSIDER.id] == [one.id for one in sponsored_by(DIRECTORY, NEIGHBOUR.id)]
