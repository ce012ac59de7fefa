"""Quarantine is bounded by partition, reason and hour, in all, and in time; it never holds content."""

from contextlib import suppress

import pytest

from tests.support.reading import STORAGE_KEY
from tests.support.world import NOW_S
from tocsin.adapters.inbox import quarantine as module
from tocsin.adapters.inbox.store import open_inbox
from tocsin.core.outcomes import Reason, Step
from tocsin.core.primitives import sha256
from tocsin.core.streams import Place

WHY = (Step.MAGIC, Reason.NOT_OURS)


@pytest.fixture
def inbox(tmp_path):
    inbox = open_inbox(tmp_path, STORAGE_KEY)
    yield inbox
    inbox.close()


def refuse(inbox, count, now_s=NOW_S, partition=0):
    with inbox.transaction():
        for offset in range(count):
            place = Place("tocsin.ion.v1", partition, offset)
            inbox.quarantine.add(b"junk" * 200, place, WHY, None, now_s)


def test_a_hundred_rows_an_hour_and_partition_then_a_count(inbox):
    refuse(inbox, 130)
    assert 100 == len(inbox.quarantine.rows())
    assert {Reason.NOT_OURS: 130} == inbox.quarantine.counts()


def test_another_partition_and_another_hour_have_room_of_their_own(inbox):
    refuse(inbox, 101)
    refuse(inbox, 101, partition=1)
    refuse(inbox, 101, now_s=NOW_S + 3_600)
    assert 300 == len(inbox.quarantine.rows())


def test_there_is_a_bound_in_all(inbox, monkeypatch):
    monkeypatch.setattr(module, "MAX_ROWS", 5)
    refuse(inbox, 9)
    assert 5 == len(inbox.quarantine.rows())


def test_a_row_has_the_hash_of_the_whole_and_512_bytes_of_the_beginning(inbox):
    refuse(inbox, 1)
    (one,) = inbox.quarantine.rows()
    assert (sha256(b"junk" * 200), 800, 512) == (one.sha256, one.size_bytes, len(one.excerpt))
    assert "excerpt" not in repr(one)


def test_rows_end_after_thirty_days(inbox):
    refuse(inbox, 1)
    inbox.forget_old(NOW_S + module.LIFETIME_S + module.HOUR_S)
    assert [] == inbox.quarantine.rows()
    assert {} == inbox.quarantine.counts()


def test_quarantine_has_the_bounds_that_operators_read():
    bounds = (module.MAX_PER_HOUR, module.MAX_ROWS, module.MAX_EXCERPTS_BYTES, module.LIFETIME_S)
    assert (100, 100_000, 51_200_000, 30 * 86_400) == bounds


def test_rows_and_counts_live_for_thirty_days_to_the_second_and_to_the_hour(inbox):
    at_s = NOW_S - NOW_S % module.HOUR_S
    refuse(inbox, 1, now_s=at_s)
    inbox.forget_old(at_s + module.LIFETIME_S)
    assert (1, {Reason.NOT_OURS: 1}) == (len(inbox.quarantine.rows()), inbox.quarantine.counts())
    inbox.forget_old(at_s + module.LIFETIME_S + 1)
    assert (0, {Reason.NOT_OURS: 1}) == (len(inbox.quarantine.rows()), inbox.quarantine.counts())


@pytest.fixture
def full(inbox, monkeypatch):
    """No room for a sixth row."""
    monkeypatch.setattr(module, "MAX_ROWS", 5)
    refuse(inbox, 5)
    return inbox


def test_what_is_past_its_lifetime_makes_room(full):
    later_s = NOW_S + module.LIFETIME_S + 1
    full.forget_old(later_s)
    refuse(full, 1, now_s=later_s)
    assert 1 == len(full.quarantine.rows())


def test_what_came_right_makes_room_and_its_neighbours_stay(full):
    with full.transaction():
        full.quarantine.drop(Place("tocsin.ion.v1", 0, 2))
        full.quarantine.drop(Place("tocsin.ion.v1", -1, 3))
    refuse(full, 1)
    assert [0, 1, 3, 4, 0] == [one.place.offset for one in full.quarantine.rows()]


def test_a_refusal_that_was_taken_back_takes_no_room(inbox, monkeypatch):
    monkeypatch.setattr(module, "MAX_ROWS", 5)
    with suppress(ZeroDivisionError), inbox.transaction():
        for offset in range(5):
            inbox.quarantine.add(b"junk", Place("tocsin.ion.v1", 0, offset), WHY, None, NOW_S)
        raise ZeroDivisionError
    refuse(inbox, 6)
    assert 5 == len(inbox.quarantine.rows())


def test_a_page_begins_behind_the_row_that_is_named(full):
    first = full.quarantine.rows(limit=2)
    assert [2, 3, 4] == [one.place.offset for one in full.quarantine.rows(after=first[-1].id)]


def test_a_record_whose_place_in_its_log_is_wrong_is_not_offered_again(inbox):
    with inbox.transaction():
        inbox.quarantine.add(b"x", Place("tocsin.ion.v1", 0, 0), (Step.LOG, Reason.ROLE), None, NOW_S)
    assert [] == inbox.quarantine.of_reasons({Reason.ROLE}, 10)


def test_a_refusal_that_came_right_is_dropped(inbox):
    refuse(inbox, 1)
    (one,) = inbox.quarantine.rows()
    with inbox.transaction():
        inbox.quarantine.drop(one.place)
    assert inbox.quarantine.find(one.id) is None
    assert 0 == sum(inbox.quarantine.counts().values())


def test_what_is_judged_anew_and_refused_again_is_counted_once(inbox):
    for _ in range(3):
        with inbox.transaction():
            inbox.quarantine.drop(Place("tocsin.ion.v1", 0, 0))
        refuse(inbox, 1)
    assert {Reason.NOT_OURS: 1} == inbox.quarantine.counts() == inbox.quarantine.kept()


def test_only_refusals_past_the_log_are_offered_again_the_newest_first(inbox):
    early, late = (Step.ROLE, Reason.ROLE), (Step.SIGNATURE, Reason.ROLE)
    with inbox.transaction():
        for offset, why in enumerate((early, late, early)):
            inbox.quarantine.add(b"sealed", Place("tocsin.ion.v1", 0, offset), why, None, NOW_S)
    found = inbox.quarantine.of_reasons({Reason.ROLE}, 10)
    assert [2, 0] == [one.place.offset for one in found]
    assert 1 == len(inbox.quarantine.of_reasons({Reason.ROLE}, 1))
