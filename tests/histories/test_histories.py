"""Whatever happens to an audience and in whatever order it arrives, a record opens for exactly those who
were members when it was sealed, and for whom the audience's history lets in later."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.producer import generations_in_use
from tests.histories.history import READERS, begin
from tocsin.core.outcomes import AlarmKind

WHO = st.integers(0, len(READERS) - 1)
CHANGES = ["leave", "join", "agree", "suspend", "resume", "rotate", "steal"]
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("publish")),
        st.tuples(st.just("accept")),
        st.tuples(st.sampled_from(CHANGES), WHO),
        st.tuples(st.just("restore")),
        st.tuples(st.just("days_pass"), st.sampled_from([1, 8])),
    ),
    max_size=14,
)
USUAL = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def check(steps, history, draw):
    # A rule has no date: whom it leaves out is a ghost in a manifest of before.
    expected = {AlarmKind.GHOST_READER} if "leave" in (verb for verb, *_ in steps) else set()
    with tempfile.TemporaryDirectory() as name:
        one = begin(Path(name), history)
        for verb, *numbers in [*steps, ("publish",)]:
            getattr(one, verb)(*(numbers if verb == "days_pass" else (READERS[who] for who in numbers)))
            one.minute_passes()
        one.close()
        wrapped = one.wrapped_to()
        for number, (generation, keys) in enumerate(zip(one.model.generations, wrapped, strict=True)):
            assert one.owners(keys) <= generation.members
            assert not one.thieves_read(number, keys)
        for who in READERS:
            stored, alarms = one.read(who, lambda count: draw(st.integers(0, count - 1)))
            assert len(stored) == len(set(stored))
            assert one.model.readable(who.name) == set(stored)
            assert set(alarms) <= expected


@pytest.mark.parametrize("history", ["generation", "none"])
@USUAL
@given(steps=STEPS, data=st.data())
def test_a_record_opens_for_exactly_those_for_whom_it_was_sealed(steps, history, data):
    check(steps, history, data.draw)


LEAVES = [("publish",), ("leave", 0), ("publish",)]


def first(_strategy):
    return 0


@pytest.mark.parametrize(
    ("weakened", "steps"),
    [
        (lambda *_args, **_more: None, LEAVES),
        (lambda *_args, **_more: None, [("publish",), ("steal", 1), ("publish",)]),
    ],
    ids=["who leaves", "whose key is stolen"],
)
def test_the_check_fails_where_no_new_generation_is_made(monkeypatch, weakened, steps):
    check(steps, "generation", first)
    real = generations_in_use.why_new
    monkeypatch.setattr(
        generations_in_use,
        "why_new",
        lambda current, *rest, **more: real(current, *rest, **more) if current is None else weakened(),
    )
    with pytest.raises((AssertionError, ValueError)):
        check(steps, "generation", first)
