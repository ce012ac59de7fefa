"""Answers to hits of the screening become letters, the newest of each hit, and none blocks another."""

import pytest

from services.producer.letters.of_hits import _Writing
from tests.support.letters import ALERT_ID, Street
from tests.support.parties import NOW_S
from tests.support.world import COURIER, ORIGINATOR
from tocsin.adapters.screening.answers import AnswerToSend
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


async def test_an_answer_to_an_alert_that_is_not_here_waits_and_is_named(desk, capsys):
    writing = _Writing([to_send(1, "aa", "held", alert=UNKNOWN), to_send(2, "bb", "held")])
    assert 1 == len(writing(desk, NOW_S))
    assert [2] == writing.written
    assert "the answer to hit aa waits: " in capsys.readouterr().err
