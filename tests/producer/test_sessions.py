"""A session only grows, never lies ahead of what readers take, and no two copies of a home share one."""

import pytest

from services.producer.sessions import Sessions
from tests.support.parties import NOW_S
from tests.support.publishing import Clock
from tests.support.reading import STORAGE_KEY
from tests.support.world import ORIGINATOR
from tocsin.adapters.outbox.store import open_outbox
from tocsin.core.clock_skew import TOLERANCE_S
from tocsin.core.log_heads import SESSION_RANDOM_BITS


@pytest.fixture
def outbox(tmp_path):
    outbox = open_outbox(tmp_path, STORAGE_KEY, ORIGINATOR.id)
    yield outbox
    outbox.close()


def next_one(outbox, clock=None):
    """The session of somebody who starts over `outbox`."""
    with outbox.transaction():
        return Sessions(outbox, (clock or Clock()).clocks).current(NOW_S)


def with_foreign(outbox, session):
    """What a record under our key does that this home did not seal."""
    with outbox.transaction():
        Sessions(outbox, Clock().clocks).not_before(session)


def test_a_session_that_somebody_used_under_our_key_is_behind_our_next_one(outbox):
    foreign = next_one(outbox) + 1_000_000_000
    with_foreign(outbox, foreign)
    assert foreign < next_one(outbox)


def test_an_old_session_of_somebody_takes_ours_not_back(outbox):
    before = next_one(outbox)
    with_foreign(outbox, 7)
    assert before < next_one(outbox)


def test_a_session_begins_at_the_millisecond_of_the_clock(outbox):
    assert NOW_S * 1_000 + 250 == next_one(outbox, Clock(NOW_S + 0.25)) >> SESSION_RANDOM_BITS


def test_two_copies_of_a_home_that_start_at_the_same_moment_part(outbox, tmp_path):
    (tmp_path / "copy").mkdir()
    copy = open_outbox(tmp_path / "copy", STORAGE_KEY, ORIGINATOR.id)
    assert next_one(outbox) != next_one(copy)
    copy.close()


@pytest.mark.parametrize(("ahead_s", "may_begin"), [(TOLERANCE_S - 1, True), (TOLERANCE_S, False)])
def test_no_session_begins_that_lies_five_minutes_ahead_of_its_record(outbox, ahead_s, may_begin):
    with_foreign(outbox, (NOW_S + ahead_s) * 1_000 << SESSION_RANDOM_BITS)
    assert may_begin is (Sessions(outbox, Clock().clocks).waits(NOW_S) is None)


@pytest.mark.parametrize(("behind_s", "waits"), [(TOLERANCE_S - 1, False), (TOLERANCE_S, True)])
def test_nothing_is_sealed_five_minutes_before_the_newest_record_also_after_an_older_one(
    outbox, behind_s, waits
):
    sessions = Sessions(outbox, Clock().clocks)
    with outbox.transaction():
        for sealed_at_s in (NOW_S, NOW_S - TOLERANCE_S + 1):
            sessions.note_sealed(sealed_at_s)
    assert waits is (sessions.waits(NOW_S - behind_s) is not None)


def test_a_session_goes_on_until_it_is_renewed(outbox):
    sessions = Sessions(outbox, Clock().clocks)
    with outbox.transaction():
        first, again = (sessions.current(NOW_S) for _ in range(2))
        sessions.renew()
        renewed = sessions.current(NOW_S)
    assert first == again < renewed
