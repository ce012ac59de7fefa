"""What an originator says of its logs, against what a reader saw."""

from dataclasses import replace

import pytest

from tests.support.world import ORIGINATOR
from tocsin.core import wire
from tocsin.core.checkpoints import (
    Awaited,
    Behind,
    await_further,
    check_checkpoint,
    compare,
    unreached_finals,
    waits_since,
    withheld,
)
from tocsin.core.errors import MalformedError
from tocsin.core.outcomes import Alarm, AlarmKind, KnownLeaf, LogHead, LogId

LOG = LogId(ORIGINATOR.id, "ion", "global")
OURS = LogHead(5, 9, b"h" * 32)
HEAD = wire.Head("ion", "global", 5, 9, b"h" * 32, 1_000)
SAID = wire.Checkpoint(ORIGINATOR.id, b"k" * 16, 1_000, (HEAD,))
Answer = tuple[list[Alarm], list[Behind]]


def _compare(
    checkpoint: wire.Checkpoint,
    held: wire.Checkpoint | None = None,
    ours: LogHead | None = OURS,
    known: KnownLeaf | None = None,
    oldest_s: int = 0,
) -> Answer:
    return compare(checkpoint, held, lambda _log: ours, lambda *_place: known, oldest_s)


def _said(**changes: object) -> wire.Checkpoint:
    return replace(SAID, heads=(replace(HEAD, **changes),))  # type: ignore[arg-type]


DISAGREES = Alarm(AlarmKind.CHECKPOINT, ORIGINATOR.id, "ion", "global", 5, 9)


def test_a_head_that_agrees_says_nothing() -> None:
    assert ([], []) == _compare(SAID)


def test_h40_another_leaf_at_our_head_is_an_alarm() -> None:
    assert ([DISAGREES], []) == _compare(_said(leaf=b"x" * 32))


def test_another_leaf_at_a_record_that_we_know_is_an_alarm() -> None:
    known = KnownLeaf(b"x" * 16, settled=True)
    assert ([replace(DISAGREES, counter=8)], []) == _compare(_said(counter=8), known=known)


@pytest.mark.parametrize("known", [None, KnownLeaf(b"h" * 16, settled=True)])
def test_an_older_head_that_we_forgot_or_that_agrees_says_nothing(known: KnownLeaf | None) -> None:
    assert ([], []) == _compare(_said(counter=8), known=known)


def test_a_head_beyond_ours_is_waited_for() -> None:
    assert ([], [Behind(LOG, LogHead(5, 10, b"h" * 32))]) == _compare(_said(counter=10))


def test_h40_a_log_that_we_do_not_read_says_nothing() -> None:
    assert ([], []) == _compare(_said(leaf=b"x" * 32), ours=None)


def test_h40_a_head_older_than_retention_says_nothing() -> None:
    assert ([], []) == _compare(_said(leaf=b"x" * 32), oldest_s=1_001)
    assert ([DISAGREES], []) == _compare(_said(leaf=b"x" * 32), oldest_s=1_000)


STATEMENT = Alarm(AlarmKind.CHECKPOINT, ORIGINATOR.id, "checkpoints", "")


def test_h40_a_checkpoint_that_goes_back_is_an_alarm() -> None:
    assert ([STATEMENT], []) == _compare(replace(SAID, time=999), held=SAID)


def test_h40_two_checkpoints_at_one_time_are_an_alarm_if_they_differ() -> None:
    assert ([STATEMENT], []) == _compare(replace(SAID, heads=()), held=SAID)
    assert ([], []) == _compare(SAID, held=SAID)


def test_a_later_checkpoint_is_none() -> None:
    assert ([], []) == _compare(replace(SAID, time=1_001), held=SAID)


def test_the_checkpoint_of_an_inbox_stands_beside_the_one_of_the_streams() -> None:
    """An originator states both at one time, in two topics."""
    inbox = _said(stream="inbox", region="ab" * 16)
    assert ([], []) == _compare(inbox, held=SAID)
    assert ([], []) == _compare(replace(SAID, time=999), held=inbox)


def test_an_honest_checkpoint_passes_its_check() -> None:
    check_checkpoint(SAID)


@pytest.mark.parametrize("heads", [(HEAD, HEAD), (replace(HEAD, counter=0),), (replace(HEAD, session=-1),)])
def test_a_checkpoint_that_no_sender_makes_is_refused(heads: tuple[wire.Head, ...]) -> None:
    with pytest.raises(MalformedError):
        check_checkpoint(replace(SAID, heads=heads))


RETIRED = replace(ORIGINATOR.key("record"), final={("ion", "global"): (5, 10, b"f" * 32)})


def test_a_final_head_that_does_not_come_is_an_alarm() -> None:
    missing = Alarm(AlarmKind.FINAL_HEAD, ORIGINATOR.id, "ion", "global", 5, 10)
    assert [missing] == unreached_finals(ORIGINATOR.id, RETIRED, lambda _log: OURS)


@pytest.mark.parametrize("ours", [None, LogHead(5, 10, b"f" * 32), LogHead(6, 1, b"f" * 32)])
def test_a_final_head_that_came_or_that_we_do_not_read_says_nothing(ours: LogHead | None) -> None:
    assert [] == unreached_finals(ORIGINATOR.id, RETIRED, lambda _log: ours)


def test_a_key_in_use_has_no_final_heads() -> None:
    assert [] == unreached_finals(ORIGINATOR.id, ORIGINATOR.key("record"), lambda _log: OURS)


FAR = LogHead(5, 14, b"f" * 32)


def test_a_checkpoint_that_goes_back_is_not_waited_for() -> None:
    later = replace(SAID, time=2_000)
    alarms, behind = _compare(_said(counter=10), held=later)
    assert ([AlarmKind.CHECKPOINT], []) == ([one.kind for one in alarms], behind)


def test_what_waits_goes_on_waiting_from_its_beginning() -> None:
    first = await_further(None, OURS, 100)
    assert Awaited(FAR, 100) == await_further(first, FAR, 700)
    assert Awaited(FAR, 100) == await_further(Awaited(FAR, 100), OURS, 700)


def test_what_was_withheld_counts_from_our_head() -> None:
    alarm = withheld(LOG, Awaited(FAR, 100), OURS)
    assert Alarm(AlarmKind.GAP, ORIGINATOR.id, "ion", "global", 5, 15, 5) == alarm


@pytest.mark.parametrize("ours", [None, LogHead(4, 99, b"o" * 32)])
def test_of_a_session_of_which_nothing_came_all_is_withheld(ours: LogHead | None) -> None:
    alarm = withheld(LOG, Awaited(FAR, 100), ours)
    assert alarm is not None
    assert 14 == alarm.missing


def test_what_was_told_is_not_told_again_and_what_is_more_counts_from_there() -> None:
    told = Awaited(FAR, 100, told=FAR)
    assert withheld(LOG, told, OURS) is None
    alarm = withheld(LOG, await_further(told, LogHead(5, 16, b"g" * 32), 900), OURS)
    assert alarm is not None
    assert 2 == alarm.missing


@pytest.mark.parametrize(("now_s", "since_s"), [(99, 99), (100, 100), (700, 100)])
def test_a_log_waits_from_now_on_where_the_clock_was_set_back(now_s, since_s) -> None:
    assert Awaited(FAR, since_s) == waits_since(Awaited(FAR, 100), now_s)
