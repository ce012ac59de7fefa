"""What a broker lost goes again: from which place on, to whom, and what cannot."""

import pytest

from tests.adapters.outbox.test_outbox import KEY, ME, NOW_S, add, item
from tocsin.adapters.outbox.lost import LOST, Acknowledged, Lost
from tocsin.adapters.outbox.records import NewRecord
from tocsin.adapters.outbox.store import open_outbox
from tocsin.core.streams import INBOX

ION, THEIR_INBOX = ("tocsin.ion.v1", 0), ("tocsin.inbox.theirs.v1", 0)


@pytest.fixture
def outbox(tmp_path):
    return open_outbox(tmp_path, KEY, ME)


def acknowledged(outbox, name, offset, **changes):
    """An item of its own in a record of its own, acknowledged at `offset`."""
    number = sealed(outbox, name, offset, **changes)
    with outbox.transaction():
        outbox.records.sent([(number, offset)])


def sealed(outbox, name, offset, place=ION, stream="ion", time_s=NOW_S):
    """The same, on its way."""
    add(outbox, item(name, places=((stream, "south-america"),)))
    leaf = name.encode().ljust(32, b".")
    made = NewRecord(*place, stream, "south-america", 7, offset + 1, leaf, time_s, time_s + 9, b"v", 1)
    with outbox.transaction():
        number = outbox.records.add(made)
        outbox.queue.sealed(outbox.queue.page(1, 10**6, now_s=NOW_S), number)
    return number


def waiting(outbox):
    return [one.item.report_id[:1].decode() for one in outbox.queue.page(10, 10**6, now_s=NOW_S)]


def send_again(outbox, from_offset):
    with outbox.transaction():
        return outbox.lost.send_again(*ION, from_offset)


def test_what_was_acknowledged_from_a_place_on_waits_again(outbox):
    for offset, name in enumerate("abc"):
        acknowledged(outbox, name, offset)
    assert Lost(again=2) == send_again(outbox, 1)
    assert (["b", "c"], 2) == (waiting(outbox), outbox.items.waiting_items)


def test_what_was_sealed_behind_it_waits_behind_it_again(outbox):
    acknowledged(outbox, "a", 0)
    sealed(outbox, "b", 1)
    sealed(outbox, "c", 0, place=("tocsin.ion.v1", 1))
    assert Lost(again=1) == send_again(outbox, 0)
    assert (["a", "b"], 1) == (waiting(outbox), outbox.records.unsent_count())


def test_it_is_lost_once(outbox):
    acknowledged(outbox, "a", 0)
    send_again(outbox, 0)
    assert Lost() == send_again(outbox, 0)
    assert {} == outbox.lost.newest([ION])


def test_other_partitions_keep_what_they_have(outbox):
    acknowledged(outbox, "a", 0, place=("tocsin.ion.v1", 1))
    acknowledged(outbox, "b", 0)
    send_again(outbox, 0)
    assert ["b"] == waiting(outbox)


def test_what_went_to_an_inbox_since_then_goes_again_and_what_went_before_does_not(outbox):
    acknowledged(outbox, "a", 0, place=THEIR_INBOX, stream=INBOX, time_s=NOW_S - 1)
    acknowledged(outbox, "b", 0, time_s=NOW_S)
    acknowledged(outbox, "c", 1, place=THEIR_INBOX, stream=INBOX, time_s=NOW_S + 1)
    assert Lost(again=2) == send_again(outbox, 0)
    assert ["b", "c"] == waiting(outbox)


def test_what_is_no_longer_kept_is_refused_with_what_to_do(outbox):
    acknowledged(outbox, "a", 0)
    outbox.items.forget_bodies(NOW_S + 1, 0)
    assert Lost(gone=1) == send_again(outbox, 0)
    (found,) = outbox.status.of_reference("a")
    assert ([LOST], []) == ([one.reason for one in found.destinations], waiting(outbox))
    assert {} == outbox.status.waiting_since_s(NOW_S)


def test_what_is_on_its_way_to_an_inbox_is_sent_once(outbox):
    acknowledged(outbox, "a", 0)
    sealed(outbox, "b", 0, place=THEIR_INBOX, stream=INBOX)
    assert Lost(again=1) == send_again(outbox, 0)
    assert (["a"], 1) == (waiting(outbox), outbox.records.unsent_count())


def test_what_went_to_an_inbox_since_the_oldest_that_is_lost_goes_again(outbox):
    acknowledged(outbox, "a", 0, time_s=NOW_S)
    acknowledged(outbox, "b", 0, place=THEIR_INBOX, stream=INBOX, time_s=NOW_S)
    acknowledged(outbox, "c", 1, time_s=NOW_S + 2)
    assert Lost(again=3) == send_again(outbox, 0)


def test_a_record_that_shows_up_again_is_known_as_ours(outbox):
    acknowledged(outbox, "a", 0)
    send_again(outbox, 0)
    number, _ = outbox.records.by_leaf(b"a".ljust(32, b"."))
    with outbox.transaction():
        assert 1 == outbox.records.sent([(number, 0)])


def test_records_are_counted_by_place(outbox):
    acknowledged(outbox, "b", 9)
    acknowledged(outbox, "a", 4)
    first = Acknowledged(4, b"a".ljust(32, b"."))
    assert (2, first) == (outbox.lost.count(*ION), outbox.lost.nth(*ION, 0))
    assert {ION: Acknowledged(9, b"b".ljust(32, b"."))} == outbox.lost.newest([ION, THEIR_INBOX])
