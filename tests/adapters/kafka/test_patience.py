"""A broker that brings nothing is waited for, and not for ever."""

import pytest

from tests.support.partitions import Partitions
from tocsin.adapters.kafka.patience import POLL_MS, SILENT_POLLS, PatientPolls
from tocsin.core.errors import BrokerUnavailableError

PLACE = ("t", 0)


async def test_a_broker_is_silent_for_15_s_before_a_question_goes_unanswered():
    assert 15_000 == POLL_MS * SILENT_POLLS
    subscriber = Partitions({PLACE: {}})
    polls = PatientPolls(subscriber, "it went silent")
    for _ in range(SILENT_POLLS):
        assert [] == await polls.poll()
    with pytest.raises(BrokerUnavailableError, match="it went silent"):
        await polls.poll()


async def test_whatever_comes_lets_the_patience_begin_anew():
    kept = {}
    polls = PatientPolls(Partitions({PLACE: kept}), "it went silent")
    for offset in range(3):
        for _ in range(SILENT_POLLS):
            assert [] == await polls.poll()
        kept[offset] = b"v"
        assert [offset] == [one.offset for one in await polls.poll()]


async def test_no_more_records_come_at_once_than_are_asked_for():
    polls = PatientPolls(Partitions({PLACE: dict.fromkeys(range(600), b"v")}), "it went silent")
    assert [2, 500] == [len(await polls.poll(2)), len(await polls.poll())]
