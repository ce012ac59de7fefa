"""The outbox: what each part keeps, over one encrypted file."""

import pytest

from tocsin.adapters.outbox.items import (
    MAX_FORGOTTEN_ITEMS,
    Bounds,
    NewItem,
    read_approvals,
    write_approvals,
)
from tocsin.adapters.outbox.keys import ANSWER_EVERY_S
from tocsin.adapters.outbox.logs import MAX_ALARMS
from tocsin.adapters.outbox.records import NewRecord
from tocsin.adapters.outbox.status import State
from tocsin.adapters.outbox.store import FILE_NAME, open_outbox
from tocsin.core.errors import KeyUnusableError, StorageError
from tocsin.core.generations import Generation
from tocsin.core.key_schedule import GenerationId
from tocsin.core.outcomes import AlarmKind, LogHead
from tocsin.core.wire import Approval

KEY, ME = bytes(range(32)), bytes(16)
NOW_S, WEEK_S, YEAR_S = 1_760_000_000, 604_800, 31_557_600


@pytest.fixture
def outbox(tmp_path):
    return open_outbox(tmp_path, KEY, ME)


def item(name="a", size_bytes=10, **changes):
    usual = {
        "report_id": name.encode().ljust(16, b"."),
        "version": 1,
        "schema": bytes(32),
        "family": "incident",
        "reference": name,
        "digest": bytes(16),
        "body": b"x" * size_bytes,
        "exercise": False,
        "audience": "focal-points",
        "places": (("ion", "south-america"),),
    }
    return NewItem(**usual | changes)


def add(outbox, *items):
    with outbox.transaction():
        return [outbox.items.add(one, NOW_S) for one in items]


def record(counter=1, leaf=b"l", topic="tocsin.ion.v1"):
    place = (topic, 0, "ion", "south-america", 7, counter)
    return NewRecord(*place, leaf.ljust(32, b"."), NOW_S + counter, NOW_S + 9, b"value" + leaf, 1)


def sealed(outbox, counter=1, leaf=b"l"):
    """One item in one record; the record's number."""
    with outbox.transaction():
        number = outbox.records.add(record(counter, leaf))
        head = LogHead(7, counter, leaf.ljust(32, b"."))
        outbox.logs.move("tocsin.ion.v1", "ion", "south-america", head, b"k" * 16)
        outbox.queue.sealed(outbox.queue.page(1, 10**6, now_s=NOW_S), number)
    return number


def test_items_wait_in_the_order_of_acceptance(outbox):
    add(outbox, item("b"), item("a"))
    page = outbox.queue.page(10, 10**6, now_s=NOW_S)
    assert [b"b", b"a"] == [one.item.report_id[:1] for one in page]


def test_a_page_has_both_bounds_and_one_item_at_least(outbox):
    add(outbox, *(item(name, 100) for name in "abc"))
    sizes = [(10, 10**6), (2, 10**6), (10, 250), (10, 1)]
    assert [3, 2, 2, 1] == [len(outbox.queue.page(*one, now_s=NOW_S)) for one in sizes]


def test_a_page_passes_over_audiences_and_streams(outbox):
    add(outbox, item("a"), item("b", audience="other"), item("c", places=(("pics", "global"),)))
    page = outbox.queue.page(10, 10**6, ["other"], ["pics"], now_s=NOW_S)
    assert [b"a"] == [one.item.report_id[:1] for one in page]


def test_what_waits_is_counted_again_after_a_restart(tmp_path):
    first = open_outbox(tmp_path, KEY, ME)
    add(first, item("a", 30), item("b", 12))
    first.close()
    again = open_outbox(tmp_path, KEY, ME)
    assert (2, 42) == (again.items.waiting_items, again.items.waiting_bytes)


def test_fullness_is_that_of_the_tighter_bound(tmp_path):
    outbox = open_outbox(tmp_path, KEY, ME, Bounds(max_waiting_items=10, max_waiting_bytes=100))
    add(outbox, item("a", 50))
    assert 0.5 == outbox.items.fullness


def test_a_failed_transaction_counts_nothing(outbox):
    with pytest.raises(ZeroDivisionError), outbox.transaction():
        outbox.items.add(item(), NOW_S // (0 if outbox.items.add(item("z"), NOW_S) else 1))
    assert 0 == outbox.items.waiting_items


def test_states_follow_each_other(outbox):
    (number,) = add(outbox, item())
    states = [outbox.status.of_items([number])[0].state]
    made = sealed(outbox)
    states.append(outbox.status.of_items([number])[0].state)
    with outbox.transaction():
        outbox.records.sent([(made, 41)])
    (status,) = outbox.status.of_items([number])
    assert [State.ACCEPTED, State.SEALED, State.PUBLISHED] == [*states, status.state]
    assert 41 == status.destinations[0].offset


def test_an_item_is_as_far_as_its_last_destination(outbox):
    (number,) = add(outbox, item(places=(("ion", "global"), ("ion", "south-asia"))))
    sealed(outbox)
    assert State.ACCEPTED is outbox.status.of_items([number])[0].state


def test_a_refused_item_says_why_and_waits_no_more(outbox):
    (number,) = add(outbox, item())
    with outbox.transaction():
        outbox.queue.refuse(outbox.queue.page(1, 10**6, now_s=NOW_S)[0], "no such thing")
    (status,) = outbox.status.of_items([number])
    assert (State.REFUSED, "no such thing") == (status.state, status.destinations[0].reason)
    assert 0 == outbox.items.waiting_items


def test_counts_are_those_of_destinations(outbox):
    add(outbox, item("a"), item("b"))
    sealed(outbox)
    counts = {State.ACCEPTED: 1, State.SEALED: 1, State.PUBLISHED: 0, State.REFUSED: 0}
    assert counts == outbox.status.counts()


def test_reports_are_found_by_id_and_reference(outbox):
    add(outbox, item("a"), item("a", version=2))
    by_id, by_reference = outbox.status.of_report(item("a").report_id), outbox.status.of_reference("a")
    assert [2, 1] == [one.version for one in by_id] == [one.version for one in by_reference]


def test_bytes_of_a_record_stay_until_it_is_acknowledged(outbox):
    add(outbox, item())
    made = sealed(outbox)
    assert [b"valuel"] == [one.value for one in outbox.records.unsent(10)]
    with outbox.transaction():
        assert 1 == outbox.records.sent([(made, 3)])
        assert 0 == outbox.records.sent([(made, 9)])
    assert [] == outbox.records.unsent(10)
    assert (made, True) == outbox.records.by_leaf(b"l".ljust(32, b"."))


def test_records_of_refused_topics_are_passed_over(outbox):
    with outbox.transaction():
        outbox.records.add(record())
    assert [] == outbox.records.unsent(10, ["tocsin.ion.v1"])


def test_the_stated_head_moves_with_acknowledgements_only_and_only_forward(outbox):
    add(outbox, item("a"), item("b"))
    first, second = sealed(outbox, 1, b"l"), sealed(outbox, 2, b"m")
    assert {} == outbox.logs.sent_heads(0)
    with outbox.transaction():
        outbox.records.sent([(second, 1), (first, 0)])
    (head,) = outbox.logs.sent_heads(0)["tocsin.ion.v1"]
    assert (7, 2, NOW_S + 2) == (head.session, head.counter, head.time)
    assert {} == outbox.logs.sent_heads(NOW_S + 3)


def test_positions_say_how_far_we_read_back(outbox):
    with outbox.transaction():
        outbox.records.advance("t", 0, 5)
        outbox.records.advance("t", 0, 9)
    assert {("t", 0): 9} == outbox.records.positions()


def generation(number, records=0):
    id_ = GenerationId(ME, b"a" * 16, number)
    return Generation(id_, b"s" * 32, 1, (b"m" * 16, b"n" * 16), NOW_S, NOW_S + 9, records)


def test_the_newest_generation_that_was_not_ended_is_current(outbox):
    keys = outbox.keys
    keys.keep(generation(5))
    keys.keep(generation(8))
    assert generation(8) == keys.current(b"a" * 16)
    keys.end(b"a" * 16, "leave")
    assert (None, 8) == (keys.current(b"a" * 16), keys.last_number(b"a" * 16))
    assert generation(5) == keys.generation(generation(5).id)


def test_a_revision_replaces_members_and_keeps_the_count(outbox):
    outbox.keys.keep(generation(5))
    outbox.keys.count_records(generation(5).id, 3)
    revised = Generation(generation(5).id, b"s" * 32, 2, (b"m" * 16,), NOW_S, NOW_S + 9)
    outbox.keys.keep(revised)
    found = outbox.keys.current(b"a" * 16)
    assert (2, 3, 1) == (found.revision, found.records, len(found.members))


def test_a_key_that_was_put_off_comes_back_in_its_time(outbox):
    outbox.keys.queue("t", b"v", required=True)
    (queued,) = outbox.keys.queued(NOW_S)
    outbox.keys.put_off([queued.id], NOW_S)
    assert [0, 1] == [len(outbox.keys.queued(at_s)) for at_s in (NOW_S + 59, NOW_S + 60)]
    outbox.keys.sent([queued.id])
    assert 0 == outbox.keys.queued_count()


def test_a_key_that_was_put_off_does_not_wait_for_a_clock_that_was_set_back(outbox):
    outbox.keys.queue("t", b"v", required=True)
    (queued,) = outbox.keys.queued(NOW_S)
    outbox.keys.put_off([queued.id], NOW_S + 365 * 86_400)
    assert [queued] == outbox.keys.queued(NOW_S)


def test_a_key_is_answered_once_an_hour_for_each_generation(outbox):
    asked = [(5, NOW_S), (5, NOW_S + 1), (8, NOW_S + 1), (5, NOW_S + ANSWER_EVERY_S)]
    answers = [outbox.keys.may_answer(generation(one).id, b"k" * 16, at_s) for one, at_s in asked]
    assert [True, False, True, True] == answers


def test_an_idempotency_key_is_kept_for_a_week_as_a_hash(outbox):
    (number,) = add(outbox, item())
    outbox.submissions.keep("CANARY", b"r" * 32, number, NOW_S)
    assert (b"r" * 32, number) == outbox.submissions.find("CANARY")
    outbox.submissions.forget_old(NOW_S + WEEK_S + 1)
    assert None is outbox.submissions.find("CANARY")


def test_an_idempotency_key_stays_with_the_request_that_it_was_first_used_for(outbox):
    for request, number in ((b"r", 1), (b"s", 2)):
        outbox.submissions.keep("a", request * 32, number, NOW_S)
    assert (b"r" * 32, 1) == outbox.submissions.find("a")


def test_an_idempotency_key_that_came_by_a_clock_behind_is_kept_for_a_week_too(outbox):
    outbox.submissions.forget_old(NOW_S)
    outbox.submissions.keep("a", b"r" * 32, 1, NOW_S - YEAR_S)
    found = []
    for at_s in (NOW_S + WEEK_S, NOW_S + WEEK_S + 1):
        outbox.submissions.forget_old(at_s)
        found.append(outbox.submissions.find("a"))
    assert [(b"r" * 32, 1), None] == found


def test_an_idempotency_key_that_came_by_a_clock_ahead_is_not_kept_for_years(outbox):
    outbox.submissions.keep("a", b"r" * 32, 1, NOW_S + YEAR_S)
    outbox.submissions.forget_old(NOW_S)
    outbox.submissions.forget_old(NOW_S + WEEK_S + 1)
    assert None is outbox.submissions.find("a")


def published(outbox, name, at_s=NOW_S):
    with outbox.transaction():
        number = outbox.items.add(item(name), at_s)
    made = sealed(outbox, 1, name.encode())
    with outbox.transaction():
        outbox.records.sent([(made, 3)])
    return number


def bodies(outbox):
    return {one for (one,) in outbox.database.execute("SELECT reference FROM items WHERE body NOTNULL")}


def test_bodies_of_what_is_published_are_forgotten_when_they_are_old(outbox):
    published(outbox, "a")
    assert 0 == outbox.forget_old(NOW_S + 6, 5)
    add(outbox, item("waits"))
    assert 1 == outbox.forget_old(NOW_S + 7, 5)
    assert {"waits"} == bodies(outbox)


def test_at_most_5000_bodies_are_forgotten_at_once_and_none_is_counted_twice(outbox):
    assert 5_000 == MAX_FORGOTTEN_ITEMS
    for name in "ab":
        published(outbox, name)
    assert [1, 1, 0] == [outbox.items.forget_bodies(NOW_S + 9, 5, 1) for _ in range(3)]


@pytest.mark.parametrize("off_s", [-YEAR_S, YEAR_S])
def test_a_body_is_as_old_as_its_records_whatever_the_clock_was_when_it_was_accepted(outbox, off_s):
    published(outbox, "a", NOW_S + off_s)
    assert [0, 1] == [outbox.forget_old(NOW_S + later_s, 5) for later_s in (6, 7)]


def test_an_item_whose_body_was_forgotten_goes_to_a_further_audience_whole(outbox):
    number = published(outbox, "a")
    outbox.forget_old(NOW_S + 7, 5)
    with outbox.transaction():
        outbox.items.add_destinations(number, item("a", audience="other"))
    (waiting,) = outbox.queue.page(10, 10**6, now_s=NOW_S)
    assert b"x" * 10 == waiting.item.body


def test_alarms_are_bounded_and_newest_first(outbox):
    with outbox.transaction():
        for offset in range(MAX_ALARMS + 5):
            outbox.logs.alarm(AlarmKind.NOT_SEALED_BY_ME, ("t", 0, offset), NOW_S)
    alarms = outbox.logs.alarms()
    assert (MAX_ALARMS, MAX_ALARMS + 4) == (len(alarms), alarms[0][3])


def test_approvals_survive_their_encoding():
    approvals = (Approval(b"k" * 16, b"s" * 64), Approval(b"l" * 16, b"t" * 64))
    assert approvals == read_approvals(write_approvals(approvals))


def test_nobody_reads_it_with_another_key_or_in_the_file(tmp_path):
    outbox = open_outbox(tmp_path, KEY, ME)
    add(outbox, item("CANARY", body=b"CANARY" * 500))
    files = [one.read_bytes() for one in tmp_path.iterdir()]
    assert [] == [one for one in files if b"CANARY" in one]
    outbox.close()
    with pytest.raises(KeyUnusableError):
        open_outbox(tmp_path, bytes(32), ME)


def test_a_reader_sees_what_the_writer_has_committed_and_writes_nothing(tmp_path):
    outbox = open_outbox(tmp_path, KEY, ME)
    shown = open_outbox(tmp_path, KEY, ME, read_only=True)
    add(outbox, item())
    assert 1 == shown.status.counts()[State.ACCEPTED]
    with pytest.raises(StorageError):
        add(shown, item("b"))


def test_looking_at_an_outbox_that_is_not_there_makes_none(tmp_path):
    with pytest.raises(StorageError, match="there is no"):
        open_outbox(tmp_path, KEY, ME, read_only=True)
    assert not (tmp_path / FILE_NAME).exists()


def test_content_never_shows_in_a_repr(outbox):
    add(outbox, item("CANARY", body=b"CANARY"))
    number = outbox.status.of_reference("CANARY")[0]
    shown = repr(
        (outbox.queue.page(1, 10**6, now_s=NOW_S), number, item("b", reference="CANARY", body=b"CANARY"))
    )
    assert "CANARY" not in shown.replace(str(b"CANARY".ljust(16, b".")), "")
