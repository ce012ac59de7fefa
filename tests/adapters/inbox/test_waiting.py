"""What waits has bounds, and beyond them only positions are kept."""

import pytest

from tests.support.reading import STORAGE_KEY
from tests.support.world import NOW_S, note, small_world
from tocsin.adapters.inbox import waiting as module
from tocsin.adapters.inbox.causes import ANY, Cause, Wait
from tocsin.adapters.inbox.store import open_inbox
from tocsin.core.streams import Place

KEY = Wait(Cause.KEY, b"generation")


@pytest.fixture
def header():
    return small_world().sender().send(note("a")).header


@pytest.fixture
def inbox(tmp_path):
    inbox = open_inbox(tmp_path, STORAGE_KEY)
    yield inbox
    inbox.close()


def place(offset, partition=0):
    return Place("tocsin.ion.v1", partition, offset)


def park(inbox, header, count, wait=KEY, first=0):
    with inbox.transaction():
        for offset in range(first, first + count):
            inbox.waiting.park(b"value %d" % offset, place(offset), header, wait, NOW_S)


def test_parked_records_come_back_in_order_and_page_by_page(inbox, header):
    park(inbox, header, 7)
    first = inbox.waiting.due(KEY, NOW_S, limit=4)
    second = inbox.waiting.due(KEY, NOW_S, after=first[-1].place, limit=4)
    assert list(range(7)) == [one.place.offset for one in first + second]


def test_beyond_the_bound_of_an_originator_only_the_lowest_position_is_kept(inbox, header, monkeypatch):
    monkeypatch.setattr(module, "MAX_RECORDS_PER_ORIGINATOR", 3)
    park(inbox, header, 5)
    assert 3 == len(inbox.waiting.due(KEY, NOW_S))
    assert 2 == inbox.waiting.positions(Cause.KEY)
    with inbox.transaction():
        assert [place(3)] == inbox.waiting.wake(KEY)


def test_the_bytes_of_an_originator_are_bounded_too(inbox, header, monkeypatch):
    monkeypatch.setattr(module, "MAX_BYTES_PER_ORIGINATOR", 16)
    park(inbox, header, 5)
    assert 2 == len(inbox.waiting.due(KEY, NOW_S))


def test_what_leaves_makes_room(inbox, header, monkeypatch):
    monkeypatch.setattr(module, "MAX_RECORDS_PER_ORIGINATOR", 3)
    park(inbox, header, 3)
    with inbox.transaction():
        inbox.waiting.drop(place(0))
    park(inbox, header, 1, first=3)
    assert [1, 2, 3] == [one.place.offset for one in inbox.waiting.due(KEY, NOW_S)]


def test_counts_are_right_again_after_a_rollback(inbox, header, monkeypatch):
    monkeypatch.setattr(module, "MAX_RECORDS_PER_ORIGINATOR", 3)
    with pytest.raises(OverflowError):
        park(inbox, header, 3, wait=Wait(Cause.KEY, wakes_at_s=2**70))
    park(inbox, header, 3)
    assert 3 == len(inbox.waiting.due(KEY, NOW_S))


def test_positions_beyond_their_bound_fall_together_and_none_is_forgotten(inbox, monkeypatch):
    monkeypatch.setattr(module, "MAX_POSITIONS_PER_CAUSE", 2)
    with inbox.transaction():
        for number in range(5):
            wait = Wait(Cause.SIGNER, b"signer %d" % number)
            inbox.waiting.note(wait, place(10 + number), NOW_S + 60, NOW_S)
    with inbox.transaction():
        assert [place(11)] == inbox.waiting.wake(Wait(Cause.SIGNER, b"signer 1"))
        assert [place(12)] == inbox.waiting.wake(Wait(Cause.SIGNER, b"signer 4"))
    assert ANY not in inbox.waiting.subjects(Cause.SIGNER)


def test_what_waited_too_long_is_dropped_and_counted(inbox, header):
    park(inbox, header, 2)
    assert 0 == inbox.forget_old(header.expires_at - 1)
    assert 2 == inbox.forget_old(header.expires_at)
    assert [] == inbox.waiting.summary()


def test_the_summary_counts_by_originator_and_says_since_when(inbox, header):
    park(inbox, header, 2)
    (one,) = inbox.waiting.summary()
    assert (2, NOW_S, header.originator) == (one.records, one.since_s, one.originator)
