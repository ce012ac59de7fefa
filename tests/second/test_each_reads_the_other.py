"""Two readers and two writers of one page, each on what the other made."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.second import boxes
from tests.second.book import Book
from tests.second.reader import Fate, SecondReader
from tests.second.writer import SecondWriter
from tests.support.parties import NOW_S, seed
from tests.support.sender import Sent
from tests.support.world import ANALYST, NEIGHBOUR, ORIGINATOR, give_keys, note, small_world, targets
from tocsin.core.outcomes import RecordFate
from tocsin.core.primitives import open_bytes, seal_bytes
from tocsin.core.streams import Place

TOPIC = "tocsin.ion.v1"


def book() -> Book:
    return Book({name: data.decode() for name, data in targets().items()})


def second_writer() -> SecondWriter:
    name = ORIGINATOR.name
    seeds = seed(name, "record"), seed(name, "dsa"), seed(name, "ed")
    return SecondWriter(book(), ORIGINATOR.id, seeds, NOW_S)


def second_reader() -> SecondReader:
    return SecondReader(book(), NEIGHBOUR.id, seed(NEIGHBOUR.name, "kem"))


def as_item(text: str) -> dict[str, Any]:
    one = note(text)
    fields = {name: getattr(one, name) for name in ("schema", "report_id", "version", "body")}
    return {**fields, "approvals": []}


def same(ours: RecordFate, theirs: Fate) -> None:
    """Outcome, rung, reason, alarms, head and items of a value are the same to both."""
    assert (str(ours.outcome), int(ours.step), str(ours.reason)) == theirs.ending
    assert [str(one.kind) for one in ours.alarms] == theirs.alarms
    assert (ours.new_head is not None) == theirs.head_moves
    mine = [(str(one.outcome), int(one.step), str(one.reason)) for one in ours.items]
    assert mine == theirs.items


def test_our_reader_accepts_what_the_second_writer_made() -> None:
    writer, reader = second_writer(), small_world().reader()
    members = [NEIGHBOUR.id, ANALYST.id]
    reader.take_manifest(writer.manifest("focal-points", members, 7), NOW_S)
    reader.take_wrap(writer.wrap("focal-points", NEIGHBOUR.id))
    partition = book().partition("ion", "south-america", ORIGINATOR.id)
    fates = [
        reader.read(
            writer.record("ion", "south-america", "focal-points", [as_item(text)]),
            Place(TOPIC, partition, offset),
            NOW_S,
        )
        for offset, text in enumerate(("one", "two", "three"))
    ]
    assert [("accepted", [])] * 3 == [(str(one.outcome), list(one.alarms)) for one in fates]


def test_the_second_reader_shows_the_words_that_our_writer_sealed() -> None:
    world, reader = small_world(), second_reader()
    sender = world.sender()
    reader.take_manifest(sender.manifest())
    reader.take_wrap(sender.wraps()[NEIGHBOUR.id])
    sent = sender.send(note("3 kg in a teddy bear"), note("zwei"))
    fate = reader.read(sent.value, sent.place.topic, sent.place.partition, NOW_S)
    expected = [{"text": "3 kg in a teddy bear", "count": None}, {"text": "zwei", "count": None}]
    assert expected == fate.bodies


def test_a_key_that_neither_reader_has_keeps_both_waiting() -> None:
    sent = small_world().sender().send(note())
    ours = small_world().reader().read(sent.value, sent.place, NOW_S)
    theirs = second_reader().read(sent.value, TOPIC, sent.place.partition, NOW_S)
    same(ours, theirs)
    assert ("parked", 14, "waits for a key") == theirs.ending


LATER_S = st.sampled_from([0, 0, 0, 60, 3_600, 26 * 3_600, 40 * 86_400])
SPOIL = st.one_of(st.just(None), st.just(None), st.tuples(st.integers(0, 2_000), st.integers(1, 255)))
STEPS = st.lists(
    st.tuples(st.sampled_from(["send", "send", "lose", "replay", "restart", "fork"]), SPOIL, LATER_S),
    min_size=1,
    max_size=10,
)


def spoilt(value: bytes, spoil: tuple[int, int] | None) -> bytes:
    if spoil is None:
        return value
    at = spoil[0] % len(value)
    return value[:at] + bytes([value[at] ^ spoil[1]]) + value[at + 1 :]


@settings(max_examples=200, deadline=None)
@given(STEPS)
def test_a_log_that_is_cut_repeated_forked_and_spoilt_is_the_same_to_both(
    steps: list[tuple[str, tuple[int, int] | None, int]],
) -> None:
    world, theirs = small_world(), second_reader()
    sender, ours = world.sender(), world.reader()
    give_keys(sender, ours)
    theirs.take_manifest(sender.manifest())
    theirs.take_wrap(sender.wraps()[NEIGHBOUR.id])
    sent: list[Sent] = []
    for number, (what, spoil, later_s) in enumerate(steps):
        if what == "restart":
            sender.restart()
        if what == "fork" and sent:
            sender.heads.clear()
        if what == "replay" and sent:
            one = sent[number % len(sent)]
        else:
            one = sender.send(note(f"note {number}"))
            sent.append(one)
        if what == "lose":
            continue
        value, now_s = spoilt(one.value, spoil), NOW_S + later_s
        mine = ours.read(value, one.place, now_s)
        same(mine, theirs.read(value, one.place.topic, one.place.partition, now_s))


@pytest.mark.parametrize("length", [0, 1, 943, 16_382, 16_383, 16_384, 49_151, 257_000])
def test_a_sealed_text_of_any_length_opens_at_the_other(length: int) -> None:
    key, context, text = bytes(32), b"context", b"x" * length
    assert text == boxes.open_sealed(key, context, seal_bytes(key, context, text))
    assert text == open_bytes(key, context, boxes.seal(key, context, text))
