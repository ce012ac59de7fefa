"""When a participant takes no part: suspended for a while, ended for good."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.parties import DAY_S, NOW_S
from tests.support.world import COURIER, NEIGHBOUR, ORIGINATOR, targets
from tocsin.core.directory import Directory, read_directory
from tocsin.core.errors import MalformedError, RefusedByRuleError
from tocsin.core.ids import audience_id
from tocsin.core.participants import read_participant, write_participant
from tocsin.core.standing import day_end_s

COURIERS = audience_id("couriers")
DAYS = st.integers(-3, 3).map(lambda days: NOW_S + days * DAY_S)
SUSPENDED = {"from_s": NOW_S, "until_s": NOW_S + DAY_S, "reason": "inquiry"}


def directory(**changes: Any) -> Directory:
    """The small world, with the courier's entry changed."""
    name, data = replace(COURIER, changes=changes).target()
    return read_directory(1, NOW_S, targets() | {name: data})


def takes_part(time_s: int, **changes: Any) -> bool:
    return directory(**changes).participants[COURIER.id].in_force(time_s)


@pytest.mark.parametrize(
    ("time_s", "expected"),
    [(NOW_S - 1, True), (NOW_S, False), (NOW_S + DAY_S - 1, False), (NOW_S + DAY_S, True)],
)
def test_who_is_suspended_takes_no_part_from_its_first_second_to_its_last(
    time_s: int, expected: bool
) -> None:
    assert expected == takes_part(time_s, suspensions=[SUSPENDED])


def test_a_suspension_without_an_end_goes_on() -> None:
    assert not takes_part(NOW_S + 100 * DAY_S, suspensions=[SUSPENDED | {"until_s": None}])


@pytest.mark.parametrize(
    ("time_s", "expected"), [(NOW_S - 1, True), (NOW_S, False), (NOW_S + DAY_S, False)]
)
def test_who_ended_takes_no_part_any_more(time_s: int, expected: bool) -> None:
    assert expected == takes_part(time_s, ended={"at_s": NOW_S, "reason": "expelled"})


def test_who_ended_stays_in_the_directory_with_its_keys() -> None:
    ended = directory(ended={"at_s": NOW_S - DAY_S, "reason": "withdrew"})
    assert COURIER.key("record").id in ended.keys


def test_an_entry_with_both_reads_back() -> None:
    changes = {
        "suspensions": [SUSPENDED, {"from_s": 7, "until_s": None, "reason": "security"}],
        "ended": {"at_s": NOW_S, "reason": "expelled"},
    }
    participant = directory(**changes).participants[COURIER.id]
    assert participant == read_participant(write_participant(participant))


def test_an_entry_with_neither_keeps_its_bytes() -> None:
    assert COURIER.target()[1] == write_participant(read_participant(COURIER.target()[1]))


@pytest.mark.parametrize(
    "changes",
    [
        {"suspensions": [SUSPENDED | {"until_s": NOW_S}]},
        {"suspensions": [SUSPENDED | {"reason": "Mr Smith was arrested"}]},
        {"suspensions": [SUSPENDED | {"from_s": -1}]},
        {"suspensions": [SUSPENDED] * 65},
        {"suspensions": "always"},
        {"ended": {"at_s": NOW_S}},
        {"ended": {"at_s": "today", "reason": "expelled"}},
        {"ended": {"at_s": NOW_S, "reason": "inquiry"}},
        {"suspensions": [SUSPENDED | {"reason": "expelled"}]},
        {"ended": [NOW_S]},
    ],
)
def test_h39_a_standing_that_says_nothing_clear_refuses_its_entry(changes: dict[str, Any]) -> None:
    name, data = replace(COURIER, changes=changes).target()
    with pytest.raises(MalformedError):
        read_participant(data)
    assert {name} == set(directory(**changes).refused)


@given(begin_s=DAYS, length_s=st.integers(1, DAY_S), ended_s=DAYS, agreement_s=DAYS, at_s=DAYS)
def test_membership_at_a_time_is_what_agreement_suspension_and_end_say_of_it(
    begin_s: int, length_s: int, ended_s: int, agreement_s: int, at_s: int
) -> None:
    world = directory(
        agreement={"reference": "MoU 7", "expires_at_s": agreement_s},
        suspensions=[{"from_s": begin_s, "until_s": begin_s + length_s, "reason": "security"}],
        ended={"at_s": ended_s, "reason": "expelled"},
    )
    expected = at_s < agreement_s and at_s < ended_s and not begin_s <= at_s < begin_s + length_s
    assert expected == (COURIER.id in world.members(COURIERS, ORIGINATOR.id, at_s))
    assert expected == world.is_member(COURIER.id, COURIERS, ORIGINATOR.id, at_s)
    assert expected == world.may_publish(COURIER.id, "inbox", at_s)


def test_one_that_stops_takes_nobody_with_it() -> None:
    world = directory(ended={"at_s": 0, "reason": "expelled"})
    assert world.participants[NEIGHBOUR.id].in_force(NOW_S)


@pytest.mark.parametrize("text", ["9999-12-31", "10000-01-01", "2026-02-30", "tomorrow", ""])
def test_a_day_that_is_none_or_has_no_day_after_it_ends_nothing(text: str) -> None:
    with pytest.raises(RefusedByRuleError, match="is no"):
        day_end_s(text)
