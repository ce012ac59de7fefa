"""Hostile inputs 10 to 12: unknown, foreign and retired keys; times out of range."""

from base64 import b64encode
from typing import Any

import pytest

from tests.support.world import (
    DAY_S,
    NEIGHBOUR,
    NOW_S,
    ORIGINATOR,
    MemoryReader,
    Sender,
    directory_of,
    give_keys,
    note,
    small_world,
    targets,
)
from tocsin.core.checkpoints import unreached_finals
from tocsin.core.directory import read_directory
from tocsin.core.outcomes import Alarm, AlarmKind, LogHead, Outcome, Reason, Step

WORLD = small_world()


def test_h10_a_key_that_is_published_later_parks_the_position_until_it_is_read_again() -> None:
    sender = WORLD.sender()
    sent = sender.send(note())
    reader = MemoryReader(NEIGHBOUR, directory_of(targets(NEIGHBOUR)))
    fate = reader.read(sent.value, sent.place, NOW_S)
    assert (Outcome.PARKED, Step.SIGNER, None) == (fate.outcome, fate.step, fate.log)
    reader.directory = WORLD.directory
    give_keys(sender, reader)
    (again,) = reader.resume_parked(NOW_S)
    assert (Outcome.ACCEPTED, True) == (again.outcome, again.baseline)


@pytest.mark.parametrize(
    "key",
    [NEIGHBOUR.key("record"), ORIGINATOR.key("release"), ORIGINATOR.key("statement")],
    ids=["another participant's", "release", "statement"],
)
def test_h10_a_record_under_a_key_for_something_else_is_quarantined(key: Any) -> None:
    sender, reader = WORLD.pair()
    sent = sender.send(note(), signing_key=key.id)
    fate = reader.read(sent.value, sent.place, NOW_S)
    assert (Outcome.QUARANTINED, Step.SIGNER, Reason.WRONG_KEY) == (fate.outcome, fate.step, fate.reason)
    assert ({}, {}) == (reader.heads, reader.leaves)


def test_h10_an_id_that_is_not_the_hash_of_its_key_is_refused_by_the_directory() -> None:
    name, data = ORIGINATOR.target(record={"id": "00" * 16})
    directory = read_directory(7, NOW_S + DAY_S, targets() | {name: data})
    assert [name] == list(directory.refused)


def _retire(sender: Sender, final: list[dict[str, Any]]) -> MemoryReader:
    entries = targets() | dict([ORIGINATOR.target(record={"final": final})])
    reader = MemoryReader(NEIGHBOUR, directory_of(entries))
    give_keys(sender, reader)
    return reader


def _final(sender: Sender, counter: int, leaf: bytes) -> dict[str, Any]:
    place = {"stream": "ion", "region": "south-america", "session": sender.session}
    return place | {"counter": counter, "leaf": b64encode(leaf).decode()}


def test_h11_a_record_behind_the_final_head_or_on_a_log_without_one_is_quarantined() -> None:
    sender = WORLD.sender()
    first, second = sender.send(note("one")), sender.send(note("two"))
    elsewhere = sender.send(note("three"), region="global")
    reader = _retire(sender, [_final(sender, 1, first.sealed.leaf)])
    fates = [reader.read(sent.value, sent.place, NOW_S) for sent in (first, second, elsewhere)]
    assert [Outcome.ACCEPTED, Outcome.QUARANTINED, Outcome.QUARANTINED] == [one.outcome for one in fates]
    assert [Reason.RETIRED_KEY] * 2 == [one.reason for one in fates[1:]]


def test_h11_in_an_inbox_nothing_is_taken_under_a_retired_key() -> None:
    sender = WORLD.sender(f"to.{NEIGHBOUR.id.hex()}")
    sent = sender.send(note(), stream="inbox")
    reader = _retire(sender, [_final(sender, 9, bytes(32))])
    fate = reader.read(sent.value, sent.place, NOW_S)
    assert (Outcome.QUARANTINED, Reason.RETIRED_KEY, {}) == (fate.outcome, fate.reason, reader.heads)


def test_h11_a_final_head_that_never_comes_is_an_alarm() -> None:
    sender = WORLD.sender()
    first = sender.send(note("one"))
    reader = _retire(sender, [_final(sender, 2, bytes(32))])
    reader.read(first.value, first.place, NOW_S)
    key = reader.directory.keys[ORIGINATOR.key("record").id][1]
    wanted = Alarm(AlarmKind.FINAL_HEAD, ORIGINATOR.id, "ion", "south-america", sender.session, 2)
    assert [wanted] == unreached_finals(ORIGINATOR.id, key, reader.head)


def test_h11_a_final_head_on_a_log_that_brought_nothing_is_an_alarm() -> None:
    sender = WORLD.sender()
    reader = _retire(sender, [_final(sender, 1, bytes(32))])
    key = reader.directory.keys[ORIGINATOR.key("record").id][1]
    silent = LogHead(0, 0, bytes(32))
    assert 1 == len(unreached_finals(ORIGINATOR.id, key, lambda _log: silent))


def test_h11_a_record_back_dated_under_a_key_that_expired_is_quarantined() -> None:
    sender = WORLD.sender()
    ended = {"not_after_s": NOW_S - DAY_S}
    reader = MemoryReader(NEIGHBOUR, directory_of(targets() | dict([ORIGINATOR.target(record=ended)])))
    now = sender.send(note("now"))
    fate = reader.read(now.value, now.place, NOW_S)
    assert (Outcome.QUARANTINED, Reason.KEY_NOT_VALID) == (fate.outcome, fate.reason)


def test_h11_what_is_back_dated_under_a_retired_key_ends_at_the_final_head() -> None:
    """The date is the thief's to choose; the final head is not."""
    sender = WORLD.sender()
    first = sender.send(note("honest"))
    forged = sender.send(note("forged"), time=NOW_S - DAY_S, expires_at=first.header.expires_at)
    reader = _retire(sender, [_final(sender, 1, first.sealed.leaf)])
    reader.read(first.value, first.place, NOW_S)
    assert Outcome.QUARANTINED is reader.read(forged.value, forged.place, NOW_S).outcome


HOURS_S = 3_600
THOUSAND_YEARS_S = NOW_S + 365_000 * DAY_S


@pytest.mark.parametrize(
    ("changes", "read_at_s", "outcome", "reason", "moves"),
    [
        ({}, NOW_S + 31 * DAY_S, Outcome.SKIPPED, Reason.EXPIRED, True),
        ({"expires_at": THOUSAND_YEARS_S}, NOW_S, Outcome.QUARANTINED, Reason.OUT_OF_BOUNDS, True),
        ({"now_s": NOW_S + 360}, NOW_S, Outcome.PARKED, Reason.FROM_THE_FUTURE, True),
        ({"now_s": NOW_S + 25 * HOURS_S}, NOW_S, Outcome.QUARANTINED, Reason.FROM_THE_FUTURE, True),
        ({"time": -HOURS_S, "expires_at": 0}, NOW_S, Outcome.QUARANTINED, Reason.OUT_OF_BOUNDS, False),
        ({"session": 2**62}, NOW_S, Outcome.QUARANTINED, Reason.OUT_OF_BOUNDS, False),
        ({"session": -1}, NOW_S, Outcome.QUARANTINED, Reason.OUT_OF_BOUNDS, False),
        ({"generation": 2**62}, NOW_S, Outcome.QUARANTINED, Reason.OUT_OF_BOUNDS, False),
        ({"generation": -1}, NOW_S, Outcome.QUARANTINED, Reason.OUT_OF_BOUNDS, False),
        ({"counter": 0}, NOW_S, Outcome.QUARANTINED, Reason.OUT_OF_BOUNDS, False),
        ({"expires_at": NOW_S + DAY_S + 1}, NOW_S, Outcome.QUARANTINED, Reason.OUT_OF_BOUNDS, False),
        ({"expires_at": NOW_S - DAY_S}, NOW_S, Outcome.QUARANTINED, Reason.OUT_OF_BOUNDS, False),
    ],
    ids=[
        *("expired", "a thousand years", "6 minutes", "25 hours", "negative"),
        *("session", "negative session", "generation", "negative generation", "counter"),
        *("expires within the hour", "expires before its time"),
    ],
)
def test_h12_times_and_numbers_out_of_range(
    changes: dict[str, int], read_at_s: int, outcome: Outcome, reason: Reason, moves: bool
) -> None:
    sender, reader = WORLD.pair()
    sent = sender.send(note(), **changes)
    fate = reader.read(sent.value, sent.place, read_at_s)
    assert (outcome, reason, moves) == (fate.outcome, fate.reason, bool(reader.heads))
    assert [] == list(fate.alarms)


def test_h12_a_record_dated_ahead_is_accepted_when_its_time_comes() -> None:
    sender, reader = WORLD.pair()
    sent = sender.send(note(), now_s=NOW_S + 360)
    reader.read(sent.value, sent.place, NOW_S)
    (fate,) = reader.resume_parked(NOW_S + 60)
    assert Outcome.ACCEPTED is fate.outcome
