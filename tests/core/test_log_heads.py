"""How a log grows, and what is said of a record that does not continue it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.core.ids import NO_LEAF
from tocsin.core.log_heads import advance, judge, next_session, previous_of, session_ahead_s
from tocsin.core.outcomes import AlarmKind, KnownLeaf, LogHead

HEAD = LogHead(5, 3, b"h" * 32)


def leaf(session: int, counter: int) -> bytes:
    """A leaf that depends on its place alone."""
    return session.to_bytes(16, "big") + counter.to_bytes(16, "big")


def test_a_session_follows_the_clock() -> None:
    assert (1_000 << 20) + 7 == next_session(0, 1_000, 7)


def test_a_session_never_goes_back_though_the_clock_does() -> None:
    assert (1_000 << 20) + 8 + 5 == next_session((1_000 << 20) + 7, 999, 5)


def test_the_first_record_of_a_log_names_no_predecessor() -> None:
    assert NO_LEAF == previous_of(None)


def test_every_other_record_names_the_heads_leaf() -> None:
    assert HEAD.leaf == previous_of(HEAD)


@pytest.mark.parametrize(
    ("record", "previous", "wanted"),
    [
        (LogHead(5, 4, b"x" * 32), HEAD.leaf, (None, 0)),
        (LogHead(6, 1, b"x" * 32), HEAD.leaf, (None, 0)),
        (LogHead(5, 4, b"x" * 32), NO_LEAF, (AlarmKind.WRONG_PREVIOUS, 0)),
        (LogHead(6, 1, b"x" * 32), NO_LEAF, (AlarmKind.WRONG_PREVIOUS, 0)),
        (LogHead(5, 5, b"x" * 32), HEAD.leaf, (AlarmKind.GAP, 1)),
        (LogHead(5, 7, b"x" * 32), b"p" * 32, (AlarmKind.GAP, 3)),
        (LogHead(6, 2, b"x" * 32), HEAD.leaf, (AlarmKind.GAP, 1)),
        (LogHead(6, 3, b"x" * 32), b"p" * 32, (AlarmKind.GAP, 2)),
        (LogHead(5, 2, b"x" * 32), b"p" * 32, (AlarmKind.COUNTER_BACK, 0)),
        (LogHead(5, 3, b"x" * 32), HEAD.leaf, (AlarmKind.COUNTER_BACK, 0)),
        (LogHead(4, 9, b"x" * 32), b"p" * 32, (AlarmKind.SESSION_BACK, 0)),
    ],
)
def test_a_record_is_judged_against_the_head(
    record: LogHead, previous: bytes, wanted: tuple[AlarmKind | None, int]
) -> None:
    assert wanted == judge(HEAD, None, record, previous)


def test_the_first_record_that_is_read_is_the_baseline_whatever_it_says() -> None:
    assert (None, 0) == judge(None, None, LogHead(5, 40, b"x" * 32), b"p" * 32)


def test_another_leaf_under_a_known_counter_is_a_fork() -> None:
    known = KnownLeaf(b"y" * 16, settled=True)
    assert (AlarmKind.FORK, 0) == judge(HEAD, known, LogHead(5, 2, b"x" * 32), b"p" * 32)


def test_the_same_leaf_under_a_known_counter_says_nothing() -> None:
    known = KnownLeaf(b"x" * 16, settled=False)
    assert (None, 0) == judge(HEAD, known, LogHead(5, 2, b"x" * 32), b"p" * 32)


@pytest.mark.parametrize(
    ("head", "record", "moves"),
    [
        (None, LogHead(5, 3, b"x" * 32), True),
        (HEAD, LogHead(5, 4, b"x" * 32), True),
        (HEAD, LogHead(6, 1, b"x" * 32), True),
        (HEAD, LogHead(5, 3, b"x" * 32), False),
        (HEAD, LogHead(4, 9, b"x" * 32), False),
    ],
)
def test_the_head_moves_only_forward(head: LogHead | None, record: LogHead, moves: bool) -> None:
    assert (record if moves else None) == advance(head, record)


SESSIONS = st.lists(st.integers(1, 4), min_size=1, max_size=4)


def honest_log(lengths: list[int]) -> list[tuple[LogHead, bytes]]:
    """(record, previous) of a log with one session for each length."""
    log: list[tuple[LogHead, bytes]] = []
    for session, length in enumerate(lengths, 1):
        for counter in range(1, length + 1):
            previous = log[-1][0].leaf if log else NO_LEAF
            log.append((LogHead(session, counter, leaf(session, counter)), previous))
    return log


@settings(max_examples=100)
@given(SESSIONS, st.integers(0, 20))
def test_an_honest_log_raises_nothing_wherever_a_reader_begins(lengths: list[int], begin: int) -> None:
    head = None
    for record, previous in honest_log(lengths)[begin:]:
        assert (None, 0) == judge(head, None, record, previous)
        head = advance(head, record)


@settings(max_examples=100)
@given(SESSIONS, st.data())
def test_whatever_the_order_of_arrival_the_head_moves_only_forward(
    lengths: list[int], data: st.DataObject
) -> None:
    arrivals = data.draw(st.permutations(honest_log(lengths)))
    head = None
    for record, _previous in arrivals:
        moved = advance(head, record)
        assert moved is None or head is None or moved.place > head.place
        head = moved or head
    assert max(record.place for record, _ in arrivals) == (head.place if head else None)


@settings(max_examples=100)
@given(SESSIONS, st.data())
def test_a_record_that_is_left_out_is_always_seen(lengths: list[int], data: st.DataObject) -> None:
    log = honest_log(lengths)
    if len(log) < 3:
        return
    gone = data.draw(st.integers(1, len(log) - 2))
    head, alarms = None, []
    for record, previous in log[:gone] + log[gone + 1 :]:
        alarms.append(judge(head, None, record, previous)[0])
        head = advance(head, record) or head
    assert [alarm for alarm in alarms if alarm]


def test_a_session_tells_how_far_its_time_lies_ahead():
    session = next_session(0, 1_300_000, 5)
    assert [300, -200] == [session_ahead_s(session, 1_000), session_ahead_s(session, 1_500)]
