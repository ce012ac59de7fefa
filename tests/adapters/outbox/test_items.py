"""How much may wait: counted over destinations, up to each bound and not beyond it."""

import pytest

from tests.adapters.outbox.test_outbox import KEY, ME, NOW_S, add, item, sealed
from tocsin.adapters.outbox.items import KEEP_ASKED_S, Bounds, OutboxFullError
from tocsin.adapters.outbox.store import open_outbox

TWO_PLACES = (("ion", "south-america"), ("ion", "south-asia"))
BOUNDS = {"items": Bounds(max_waiting_items=4), "bytes": Bounds(max_waiting_bytes=40)}


@pytest.fixture(params=BOUNDS)
def outbox(request, tmp_path):
    """One that is full with four items of ten bytes, or with forty bytes."""
    outbox = open_outbox(tmp_path, KEY, ME, BOUNDS[request.param])
    yield outbox
    outbox.close()


def more_destinations(outbox, number, new):
    with outbox.transaction():
        return outbox.items.add_destinations(number, new)


def waiting(outbox):
    return outbox.items.waiting_items, outbox.items.waiting_bytes


def test_a_million_items_and_two_gib_may_wait():
    assert Bounds(max_waiting_items=1_000_000, max_waiting_bytes=2 * 2**30) == Bounds()


def test_what_is_answered_is_kept_for_400_days():
    assert 400 * 86_400 == KEEP_ASKED_S


def test_an_outbox_is_full_at_its_bound_and_takes_nothing_beyond(outbox):
    add(outbox, *(item(name) for name in "abcd"))
    assert (1.0, (4, 40)) == (outbox.items.fullness, waiting(outbox))
    with pytest.raises(OutboxFullError, match="4 items"):
        add(outbox, item("e"))
    assert (4, 40) == waiting(outbox)


def test_a_report_for_two_regions_needs_room_for_both(outbox):
    add(outbox, *(item(name) for name in "abc"))
    with pytest.raises(OutboxFullError):
        add(outbox, item("d", places=TWO_PLACES))
    add(outbox, item("d"))
    assert (4, 40) == waiting(outbox)


def test_more_destinations_of_a_known_report_need_room_too(outbox):
    (number, *_rest) = add(outbox, *(item(name) for name in "abcd"))
    with pytest.raises(OutboxFullError):
        more_destinations(outbox, number, item("a", places=(("ion", "europe"),)))


def test_a_destination_that_is_known_already_is_counted_once(outbox):
    (number,) = add(outbox, item("a"))
    assert 1 == more_destinations(outbox, number, item("a", places=TWO_PLACES))
    assert (2, 20) == waiting(outbox)


def test_what_is_refused_waits_no_more_also_when_it_is_counted_anew(outbox):
    add(outbox, item("a"))
    with outbox.transaction():
        outbox.queue.refuse(outbox.queue.page(1, 10**6, now_s=NOW_S)[0], "no such thing")
    outbox.items.forget_cache()
    assert (0, 0) == waiting(outbox)


@pytest.mark.parametrize("family", ["alert", "request", "response", "tip", "feedback"])
def test_what_others_answer_outlives_a_report(tmp_path, family):
    outbox = open_outbox(tmp_path, KEY, ME)
    add(outbox, item("a"), item("b", family=family))
    for name, number in zip("ab", (1, 2), strict=True):
        made = sealed(outbox, number, name.encode())
        with outbox.transaction():
            outbox.records.sent([(made, number)])
    assert 1 == outbox.forget_old(NOW_S + 8, 5)
    assert outbox.items.newest_body(family, "b") is not None
    outbox.close()


def test_a_body_stays_until_the_broker_has_the_record_of_each_destination(tmp_path):
    outbox = open_outbox(tmp_path, KEY, ME)
    add(outbox, item("a"))
    made = sealed(outbox)
    assert 0 == outbox.forget_old(NOW_S + 7, 5)
    with outbox.transaction():
        outbox.records.sent([(made, 41)])
    assert 1 == outbox.forget_old(NOW_S + 7, 5)
    outbox.close()


def test_a_refused_item_keeps_its_body_no_longer_than_others(tmp_path):
    outbox = open_outbox(tmp_path, KEY, ME)
    add(outbox, item("a"))
    with outbox.transaction():
        outbox.queue.refuse(outbox.queue.page(1, 10**6, now_s=NOW_S)[0], "no such thing")
    assert 1 == outbox.forget_old(NOW_S + 6, 5)
    outbox.close()


def test_what_was_accepted_is_never_replaced_by_what_is_handed_in_again(tmp_path):
    outbox = open_outbox(tmp_path, KEY, ME)
    (number,) = add(outbox, item("a"))
    more_destinations(outbox, number, item("a", body=b"other", places=TWO_PLACES))
    assert b"x" * 10 == outbox.items.newest_body("incident", "a")[1]
    outbox.close()


def test_versions_of_a_reference_come_the_newest_first(tmp_path):
    outbox = open_outbox(tmp_path, KEY, ME)
    add(outbox, item("a"), item("a", version=2))
    assert [2, 1] == [one.version for one in outbox.items.versions("incident", "a")]
    outbox.close()
