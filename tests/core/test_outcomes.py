"""The closed words, and what a fate means for whoever stores it."""

import pytest

from tests.support.world import note
from tocsin.core.outcomes import (
    RANK,
    ItemFate,
    LogHead,
    Outcome,
    Reason,
    RecordFate,
    Step,
    best,
)


def test_the_five_outcomes_are_ranked_from_best_to_worst() -> None:
    assert ["accepted", "duplicate", "skipped", "parked", "quarantined"] == list(RANK)


def test_the_best_of_several_outcomes_is_the_records() -> None:
    assert Outcome.DUPLICATE is best((Outcome.QUARANTINED, Outcome.DUPLICATE, Outcome.PARKED))


def test_the_rungs_are_numbered_1_to_20() -> None:
    assert list(range(1, 21)) == [int(step) for step in Step]


def test_heads_are_ordered_by_session_then_counter() -> None:
    assert LogHead(1, 9, b"").place < LogHead(2, 1, b"").place < LogHead(2, 2, b"").place


def _item(outcome: Outcome) -> ItemFate:
    return ItemFate(outcome, Step.STORE, Reason.WHOLE, note("canary"))


@pytest.mark.parametrize(
    ("fate", "waits", "settled"),
    [
        (
            RecordFate(Outcome.ACCEPTED, Step.STORE, Reason.WHOLE, items=(_item(Outcome.ACCEPTED),)),
            False,
            True,
        ),
        (RecordFate(Outcome.PARKED, Step.FOR_ME, Reason.NO_KEY), True, False),
        (
            RecordFate(
                Outcome.ACCEPTED,
                Step.STORE,
                Reason.WHOLE,
                items=(_item(Outcome.ACCEPTED), _item(Outcome.PARKED)),
            ),
            True,
            False,
        ),
        (RecordFate(Outcome.SKIPPED, Step.FOR_ME, Reason.NOT_A_MEMBER), False, False),
        (RecordFate(Outcome.SKIPPED, Step.TIME, Reason.EXPIRED), False, True),
    ],
    ids=["accepted", "parked", "one item parked", "not a member", "expired"],
)
def test_a_fate_says_whether_it_waits_and_whether_it_is_settled(
    fate: RecordFate, waits: bool, settled: bool
) -> None:
    assert (waits, settled) == (fate.waits, fate.settled)


def test_the_representation_of_a_fate_shows_no_content() -> None:
    fate = RecordFate(Outcome.ACCEPTED, Step.STORE, Reason.WHOLE, items=(_item(Outcome.ACCEPTED),))
    assert "canary" not in repr(fate)
