"""What waits has bounds, and beyond them only positions are kept."""

from contextlib import suppress
from dataclasses import replace

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


def test_what_waits_has_the_bounds_that_the_module_names():
    one = (module.MAX_RECORDS_PER_ORIGINATOR, module.MAX_BYTES_PER_ORIGINATOR)
    of_all = (module.MAX_BYTES, module.MAX_POSITIONS_PER_CAUSE, module.MAX_OLDEST)
    assert (1_000, 64 * 2**20, 2**30, 20_000, 1_000, 30 * 86_400) == (*one, *of_all, module.MAX_WAIT_S)


@pytest.mark.parametrize("bound", ["MAX_BYTES_PER_ORIGINATOR", "MAX_BYTES"])
@pytest.mark.parametrize(("max_bytes", "kept"), [(14, 2), (13, 1)])
def test_bytes_are_kept_up_to_their_bound(inbox, header, monkeypatch, bound, max_bytes, kept):
    monkeypatch.setattr(module, bound, max_bytes)
    park(inbox, header, 3)
    assert kept == len(inbox.waiting.due(KEY, NOW_S))


@pytest.mark.parametrize("cause", [Cause.SIGNER, Cause.MEMBERSHIP])
def test_of_what_may_not_be_stored_only_the_position_is_kept(inbox, header, cause):
    park(inbox, header, 2, wait=Wait(cause, b"who"))
    assert [] == inbox.waiting.due(Wait(cause, b"who"), NOW_S)
    assert (2, {b"who"}) == (inbox.waiting.positions(cause), inbox.waiting.subjects(cause))


@pytest.mark.parametrize("cause", [Cause.KEY, Cause.SIGNER])
@pytest.mark.parametrize(("expires_in_s", "ends_in_s"), [(60, 60), (10**9, module.MAX_WAIT_S)])
def test_a_record_waits_until_it_expires_and_for_thirty_days_at_most(
    inbox, header, cause, expires_in_s, ends_in_s
):
    park(inbox, replace(header, expires_at=NOW_S + expires_in_s), 1, wait=Wait(cause, b"who"))
    inbox.forget_old(NOW_S + ends_in_s - 1)
    assert {b"who"} == inbox.waiting.subjects(cause)
    inbox.forget_old(NOW_S + ends_in_s)
    assert set() == inbox.waiting.subjects(cause)


def test_a_record_that_is_parked_again_is_counted_once(inbox, header, monkeypatch):
    monkeypatch.setattr(module, "MAX_RECORDS_PER_ORIGINATOR", 2)
    for _ in range(2):
        park(inbox, header, 1)
    park(inbox, header, 1, wait=Wait(Cause.SIGNER, b"who"))
    assert [] == inbox.waiting.due(KEY, NOW_S)
    park(inbox, header, 2, first=1)
    assert 2 == len(inbox.waiting.due(KEY, NOW_S))


def test_what_expired_makes_room(inbox, header, monkeypatch):
    monkeypatch.setattr(module, "MAX_RECORDS_PER_ORIGINATOR", 1)
    park(inbox, header, 1)
    inbox.forget_old(header.expires_at)
    park(inbox, header, 1, first=1)
    assert [1] == [one.place.offset for one in inbox.waiting.due(KEY, NOW_S)]


@pytest.mark.parametrize(("now_s", "due"), [(NOW_S + 59, 0), (NOW_S + 60, 1)])
def test_what_waits_for_a_time_is_due_at_that_second(inbox, header, now_s, due):
    park(inbox, header, 1, wait=Wait(Cause.TIME, wakes_at_s=NOW_S + 60))
    assert due == len(inbox.waiting.due(Wait(Cause.TIME), now_s))


def test_the_one_that_waits_longest_is_named_once_it_waits_so_long(inbox, header):
    park(inbox, header, 2)
    assert {} == inbox.waiting.oldest(Cause.KEY, NOW_S - 1)
    assert [b"value 0"] == list(inbox.waiting.oldest(Cause.KEY, NOW_S).values())


def positions_of(inbox, *numbers, ends_s=NOW_S + 60):
    with inbox.transaction():
        for number in numbers:
            wait = Wait(Cause.SIGNER, b"signer %d" % number)
            inbox.waiting.note(wait, place(10 + number), ends_s, NOW_S)


def test_a_subject_that_has_a_position_keeps_it_also_where_there_is_no_room(inbox, monkeypatch):
    monkeypatch.setattr(module, "MAX_POSITIONS_PER_CAUSE", 2)
    positions_of(inbox, 1, 2, 1)
    assert {b"signer 1", b"signer 2"} == inbox.waiting.subjects(Cause.SIGNER)


def test_a_position_that_was_woken_makes_room(inbox, monkeypatch):
    monkeypatch.setattr(module, "MAX_POSITIONS_PER_CAUSE", 2)
    positions_of(inbox, 1, 2)
    with inbox.transaction():
        inbox.waiting.wake(Wait(Cause.SIGNER, b"signer 1"))
    positions_of(inbox, 3)
    assert {b"signer 2", b"signer 3"} == inbox.waiting.subjects(Cause.SIGNER)


def test_a_position_that_was_taken_back_takes_no_room(inbox, monkeypatch):
    monkeypatch.setattr(module, "MAX_POSITIONS_PER_CAUSE", 1)
    with suppress(ZeroDivisionError), inbox.transaction():
        inbox.waiting.note(Wait(Cause.SIGNER, b"gone"), place(1), NOW_S + 60, NOW_S)
        inbox.waiting._position_count(Cause.SIGNER)
        raise ZeroDivisionError
    positions_of(inbox, 1)
    assert {b"signer 1"} == inbox.waiting.subjects(Cause.SIGNER)


def test_a_position_is_the_lowest_and_waits_until_the_last_record_of_it_ends(inbox):
    positions_of(inbox, 1, ends_s=NOW_S + 60)
    with inbox.transaction():
        inbox.waiting.note(Wait(Cause.SIGNER, b"signer 1"), place(3), NOW_S + 90, NOW_S)
        inbox.waiting.note(Wait(Cause.SIGNER, b"signer 1"), place(30), NOW_S + 80, NOW_S)
    inbox.forget_old(NOW_S + 89)
    with inbox.transaction():
        assert [place(3)] == inbox.waiting.wake(Wait(Cause.SIGNER, b"signer 1"))


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
