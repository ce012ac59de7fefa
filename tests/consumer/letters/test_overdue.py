"""The service says of overdue letters what the commands say, and nothing where there is none."""

import pytest

from services.consumer.letters.overdue import overdue_sentences
from tests.support.letters import DAY_S, Street
from tests.support.parties import NOW_S
from tests.support.world import COURIER, ORIGINATOR

DUE_S = NOW_S + DAY_S


@pytest.fixture
def street(tmp_path):
    return Street(tmp_path)


def said(street, party, now_s):
    street[party].read()
    return overdue_sentences(street[party].correspondence, now_s)


async def test_an_answer_that_is_overdue_is_said_to_who_issued_the_alert_alone(street):
    await street[ORIGINATOR].publish_alert(answer_by=DUE_S)
    assert [] == said(street, ORIGINATOR, DUE_S)
    told = ["answers: overdue ones to 1 alerts: tocsin answers --overdue"]
    assert told == said(street, ORIGINATOR, DUE_S + 1)
    assert [] == said(street, COURIER, DUE_S + 1)
