"""Answers to hits of the screening become letters, the newest of each hit, and none blocks another."""

import pytest

from services.producer.letters.of_hits import _Writing
from services.producer.letters.of_patterns import Telling
from tests.support.letters import ALERT_ID, Street
from tests.support.parties import NOW_S
from tests.support.world import COURIER, ORIGINATOR
from tocsin.adapters.database import Database
from tocsin.adapters.screening.answers import AnswerToSend, BroadPattern, BroadPatterns
from tocsin.adapters.screening.store import KEY_LABEL
from tocsin.adapters.screening.tables import MIGRATIONS
from tocsin.core.screening_hits import AnswerCode

UNKNOWN = "f" * 32


def to_send(seq, hit, code, alert=ALERT_ID, parcel=None):
    return AnswerToSend(seq, hit, ORIGINATOR.id, alert, 1, AnswerCode(code), parcel, False, NOW_S)


@pytest.fixture
async def desk(tmp_path):
    """A courier's correspondence, with an alert."""
    street = Street(tmp_path)
    await street[ORIGINATOR].publish_alert()
    street[COURIER].read()
    return street[COURIER].correspondence


async def test_the_newest_answer_to_a_hit_is_written_and_all_of_them_are_done_with(desk):
    writing = _Writing([to_send(1, "aa", "held"), to_send(2, "bb", "refused"), to_send(3, "aa", "stopped")])
    letters = writing(desk, NOW_S)
    assert {"stopped", "refused"} == {one.body["code"] for one in letters}
    assert [1, 2, 3] == sorted(writing.written)


async def test_a_parcel_s_number_leaves_only_where_it_was_ticked(desk):
    letters = _Writing([to_send(1, "aa", "held"), to_send(2, "bb", "held", parcel="RA1")])(desk, NOW_S)
    assert [None, "RA1"] == [one.body["item_number"] for one in letters]


def muted(tmp_path, *selectors, alert=ALERT_ID, version=1):
    """The memory of a screening in which these selectors muted themselves."""
    database = Database.open(tmp_path / "screening.db", bytes(32), KEY_LABEL, MIGRATIONS)
    patterns = BroadPatterns(database)
    for selector in selectors:
        patterns.add(BroadPattern((ORIGINATOR.id, alert, version), selector, 11, 9_000), NOW_S)
    return patterns


async def test_patterns_that_are_too_broad_are_told_in_one_letter_for_each_alert(desk, tmp_path):
    patterns = muted(tmp_path, 0, 4)
    (letter,) = Telling(patterns, patterns.to_tell())(desk, NOW_S)
    assert (ORIGINATOR.id, "too-broad") == (letter.to, letter.body["code"])
    shares = [(one["selector"], one["per_thousand"]) for one in letter.body["too_broad"]]
    assert [(1, 2), (5, 2)] == shares
    assert "9000" not in str(letter.body)


async def test_a_further_pattern_makes_the_same_letter_longer_and_what_was_told_is_not_told_again(
    desk, tmp_path
):
    patterns = muted(tmp_path, 0)
    (first,) = Telling(patterns, patterns.to_tell())(desk, NOW_S)
    patterns.mark_told(patterns.to_tell(), NOW_S)
    assert [] == patterns.to_tell()
    patterns.add(BroadPattern((ORIGINATOR.id, ALERT_ID, 1), 7, 500, 500), NOW_S)
    (second,) = Telling(patterns, patterns.to_tell())(desk, NOW_S)
    assert first.reference == second.reference
    assert [1, 8] == [one["selector"] for one in second.body["too_broad"]]


async def test_a_pattern_of_an_alert_that_is_not_here_waits_and_is_named(desk, tmp_path, capsys):
    patterns = muted(tmp_path, 0, alert=UNKNOWN)
    telling = Telling(patterns, patterns.to_tell())
    assert ([], []) == (telling(desk, NOW_S), telling.written)
    assert f"alert {UNKNOWN} are too broad waits to be told: " in capsys.readouterr().err


async def test_an_answer_to_an_alert_that_is_not_here_waits_and_is_named(desk, capsys):
    writing = _Writing([to_send(1, "aa", "held", alert=UNKNOWN), to_send(2, "bb", "held")])
    assert 1 == len(writing(desk, NOW_S))
    assert [2] == writing.written
    assert "the answer to hit aa waits: " in capsys.readouterr().err
