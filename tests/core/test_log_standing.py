"""How whole a log is: by what was stated, what came, and what was wrong."""

from dataclasses import replace

import pytest

from tests.support.world import NOW_S, ORIGINATOR
from tocsin.core.log_standing import PATIENCE_S, SILENCE_S, Evidence, Standing, Stated, judge
from tocsin.core.outcomes import Alarm, AlarmKind, KnownLeaf, LogHead, LogId

LOG = LogId(ORIGINATOR.id, "ion", "global")
DAY_S = 86_400
HEAD = LogHead(7, 9, b"h" * 32)
STATED = Stated(NOW_S - 60, NOW_S - 50, HEAD)


def nothing(_session: int, _counter: int) -> None:
    """No leaf is known."""


WHOLE = Evidence(LOG, HEAD, NOW_S - DAY_S, False, 30 * DAY_S, STATED, nothing)


def gap(kind: AlarmKind = AlarmKind.GAP, counter: int = 5, missing: int = 2) -> Alarm:
    return Alarm(kind, LOG.originator, LOG.stream, LOG.scope, 7, counter, missing)


def standing(**changes: object) -> Standing:
    return judge(replace(WHOLE, **changes), NOW_S).standing  # type: ignore[arg-type]


def stated(head: LogHead | None = HEAD, ago_s: int = 60) -> Stated:
    return Stated(NOW_S - ago_s, NOW_S - ago_s, head)


def test_a_log_whose_head_was_stated_is_complete_until_that_checkpoint() -> None:
    found = judge(WHOLE, NOW_S)
    assert (Standing.COMPLETE, NOW_S - 60, 0) == (found.standing, found.complete_until_s, found.missing)
    assert found.standing.is_whole


def test_a_checkpoint_dated_ahead_says_no_more_than_until_it_was_seen() -> None:
    ahead = Stated(NOW_S + 4_000 * DAY_S, NOW_S - 60, HEAD)
    assert NOW_S - 60 == judge(replace(WHOLE, stated=ahead), NOW_S).complete_until_s
    late = replace(ahead, seen_at_s=NOW_S - SILENCE_S - 1)
    assert Standing.SILENT is standing(stated=late)


def test_what_came_since_the_checkpoint_does_not_make_a_log_incomplete() -> None:
    assert Standing.COMPLETE is standing(head=LogHead(7, 12, b"n" * 32))


def test_a_stated_record_that_we_hold_with_another_leaf_is_a_contradiction() -> None:
    assert Standing.CONTRADICTS is standing(head=replace(HEAD, leaf=b"x" * 32))
    other = KnownLeaf(b"x" * 16, settled=True)
    assert Standing.CONTRADICTS is standing(head=LogHead(7, 12, b"n" * 32), known=lambda *_place: other)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (AlarmKind.GAP, Standing.HOLES),
        (AlarmKind.WRONG_PREVIOUS, Standing.HOLES),
        (AlarmKind.FINAL_HEAD, Standing.HOLES),
        (AlarmKind.FORK, Standing.CONTRADICTS),
        (AlarmKind.CHECKPOINT, Standing.CONTRADICTS),
        (AlarmKind.OTHER_BYTES, Standing.CONTRADICTS),
        (AlarmKind.SESSION_BACK, Standing.CONTRADICTS),
        (AlarmKind.COUNTER_BACK, Standing.COMPLETE),
        (AlarmKind.MISSING_KEY, Standing.COMPLETE),
    ],
)
def test_an_alarm_of_the_log_says_what_is_wrong_with_it(kind: AlarmKind, expected: Standing) -> None:
    assert expected is standing(alarms=(gap(kind),))


def test_a_hole_counts_what_is_missing_and_nothing_is_complete() -> None:
    found = judge(replace(WHOLE, alarms=(gap(), gap(counter=8, missing=1))), NOW_S)
    assert (3, None) == (found.missing, found.complete_until_s)


def test_a_hole_that_was_filled_later_is_none() -> None:
    held = {(7, 3), (7, 4)}
    leaf = KnownLeaf(b"h" * 16, settled=True)
    assert Standing.COMPLETE is standing(
        alarms=(gap(),), known=lambda *place: leaf if place in held else None
    )
    held.discard((7, 4))
    assert Standing.HOLES is standing(alarms=(gap(),), known=lambda *place: leaf if place in held else None)


def test_an_end_that_was_stated_and_did_not_come_in_time_is_missing() -> None:
    ours = LogHead(7, 4, b"o" * 32)
    early, late = stated(ago_s=PATIENCE_S - 1), stated(ago_s=PATIENCE_S)
    assert Standing.COMING is standing(head=ours, stated=early)
    assert Standing.BEHIND is judge(replace(WHOLE, head=ours, stated=early), NOW_S, patience_s=0).standing
    found = judge(replace(WHOLE, head=ours, stated=late), NOW_S)
    assert (Standing.BEHIND, 5, None) == (found.standing, found.missing, found.complete_until_s)


@pytest.mark.parametrize("ours", [None, LogHead(6, 100, b"o" * 32)])
def test_of_a_session_of_which_nothing_came_all_that_was_stated_is_missing(ours: LogHead | None) -> None:
    found = judge(replace(WHOLE, head=ours, stated=stated(ago_s=PATIENCE_S)), NOW_S)
    assert (Standing.BEHIND, 9) == (found.standing, found.missing)


def test_what_another_reading_of_ours_holds_is_missed_like_what_was_stated() -> None:
    assert Standing.BEHIND is standing(held=LogHead(7, 10, b"m" * 32), stated=stated(ago_s=PATIENCE_S))
    assert Standing.CONTRADICTS is standing(held=replace(HEAD, leaf=b"x" * 32))
    assert Standing.COMPLETE is standing(held=HEAD)


def test_an_originator_is_not_silent_before_two_hours_have_passed() -> None:
    assert Standing.COMPLETE is standing(stated=stated(ago_s=SILENCE_S))


def test_a_silent_originator_that_stated_nothing_of_the_log_vouches_for_none_of_it() -> None:
    found = judge(replace(WHOLE, stated=stated(None, SILENCE_S + 1)), NOW_S)
    assert (Standing.SILENT, None) == (found.standing, found.complete_until_s)


def test_an_old_checkpoint_is_silence_and_says_until_when_the_log_is_complete() -> None:
    found = judge(replace(WHOLE, stated=stated(ago_s=SILENCE_S + 1)), NOW_S)
    assert (Standing.SILENT, NOW_S - SILENCE_S - 1) == (found.standing, found.complete_until_s)
    assert not found.standing.is_whole


@pytest.mark.parametrize("last", [None, stated(None)])
def test_a_log_that_no_checkpoint_names_is_not_complete(last: Stated | None) -> None:
    found = judge(replace(WHOLE, stated=last, since_s=NOW_S - 60), NOW_S)
    assert (Standing.UNSTATED, None) == (found.standing, found.complete_until_s)


def test_an_originator_that_was_never_heard_is_silent_after_two_hours() -> None:
    assert Standing.SILENT is standing(stated=None, since_s=NOW_S - SILENCE_S - 1)


def test_a_log_older_than_what_the_broker_keeps_is_no_fault() -> None:
    assert Standing.PAST is standing(stated=stated(None), since_s=NOW_S - 30 * DAY_S - 1)
    assert Standing.UNSTATED is standing(stated=stated(None), since_s=NOW_S - 30 * DAY_S)
    assert Standing.SILENT is standing(stated=None, since_s=0)


def test_a_hole_of_unknown_size_is_never_taken_for_filled() -> None:
    leaf = KnownLeaf(b"h" * 16, settled=True)
    unknown = gap(AlarmKind.WRONG_PREVIOUS, missing=0)
    beyond_the_first = gap(counter=5, missing=5)
    for hole in (unknown, beyond_the_first):
        assert Standing.HOLES is standing(alarms=(hole,), known=lambda *_place: leaf)
