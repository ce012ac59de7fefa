"""A heartbeat is an ordinary record that its own reader drops without an alarm."""

from dataclasses import replace

import pytest

from tests.support.parties import NOW_S
from tests.support.world import NEIGHBOUR, ORIGINATOR, small_world
from tocsin.core import wire
from tocsin.core.heartbeat import (
    NEVER,
    RANDOM_BYTES,
    Last,
    came_back,
    is_dated_ahead,
    latest,
    seal_heartbeat,
)
from tocsin.core.outcomes import Outcome, Reason
from tocsin.core.streams import Place, inbox_topic

ME = ORIGINATOR


def beat(last=NEVER, now_s=NOW_S, noise=b"n"):
    return seal_heartbeat(ME.id, ME.key("record").id, ME.record, last, now_s, noise * RANDOM_BYTES)


def read(reader, one, offset=0, now_s=NOW_S):
    return reader.read(one.value, Place(inbox_topic(ME.id, firm=False), 0, offset), now_s)


def test_what_was_sent_is_known_again() -> None:
    one = beat()
    assert came_back(one, one.value)


def test_another_heartbeat_is_not_it() -> None:
    assert not came_back(beat(), beat(noise=b"m").value)


@pytest.mark.parametrize("at", [0, 20, 300, -1])
def test_a_changed_byte_is_seen(at) -> None:
    one = beat()
    changed = bytearray(one.value)
    changed[at] ^= 1
    assert not came_back(one, bytes(changed))


def test_our_own_reader_drops_each_of_a_row_of_heartbeats_and_raises_nothing() -> None:
    reader = small_world().reader(ME)
    last, fates = NEVER, []
    for hour in range(3):
        one = beat(last, NOW_S + hour * 3_600)
        fates.append(read(reader, one, hour, NOW_S + hour * 3_600))
        last = one.last
    assert {(Outcome.SKIPPED, Reason.OWN_RECORD)} == {(one.outcome, one.reason) for one in fates}
    assert [] == [alarm for one in fates for alarm in one.alarms]


def test_one_that_is_sent_again_byte_for_byte_is_a_duplicate_without_an_alarm() -> None:
    reader = small_world().reader(ME)
    one = beat()
    read(reader, one)
    again = read(reader, one, 1)
    assert (Outcome.DUPLICATE, ()) == (again.outcome, tuple(again.alarms))


def test_in_another_s_inbox_it_is_refused() -> None:
    reader = small_world().reader(NEIGHBOUR)
    fate = reader.read(beat().value, Place(inbox_topic(NEIGHBOUR.id, firm=False), 0, 0), NOW_S)
    assert (Outcome.QUARANTINED, Reason.WRONG_PLACE) == (fate.outcome, fate.reason)


def test_it_ends_within_two_hours() -> None:
    header = wire.decode_header(wire.decode_envelope(beat(now_s=NOW_S + 1).value).header)
    assert 3_600 <= header.expires_at - header.time <= 7_200


def test_nothing_of_it_shows_its_secret() -> None:
    one = beat()
    assert one.secret.hex() not in repr(one)
    assert repr(one.secret) not in repr(one)


def test_one_made_by_a_clock_that_was_ahead_is_seen() -> None:
    ahead = beat(now_s=NOW_S + 86_400).last
    assert is_dated_ahead(ahead, NOW_S)
    assert not is_dated_ahead(ahead, NOW_S + 86_400)
    assert not is_dated_ahead(NEVER, NOW_S)


PUBLICS = {ME.key("record").id: ME.record.public}


def test_a_home_that_forgot_finds_its_newest_heartbeat_among_what_lies_there() -> None:
    first = beat()
    second = beat(first.last, NOW_S + 3_600)
    there = [b"", b"junk", second.value, first.value]
    assert second.last == latest(there, ME.id, PUBLICS, NEVER)


def test_what_is_remembered_wins_over_what_is_older() -> None:
    first = beat()
    second = beat(first.last, NOW_S + 3_600).last
    assert second == latest([first.value], ME.id, PUBLICS, second)


def test_what_our_keys_did_not_sign_says_nothing() -> None:
    assert NEVER == latest([beat().value], ME.id, {}, NEVER)
    assert NEVER == latest([beat().value], ME.id, {ME.key("record").id: NEIGHBOUR.record.public}, NEVER)


def test_what_somebody_else_wrote_to_us_is_no_heartbeat() -> None:
    assert NEVER == latest([beat().value], NEIGHBOUR.id, PUBLICS, NEVER)


def test_sessions_grow_also_within_one_second() -> None:
    first = beat(noise=b"\xff").last
    second = beat(first, noise=b"\x00").last
    assert first.session < second.session
    assert second.leaf != first.leaf
    assert Last(second.session, second.leaf) == replace(second)
