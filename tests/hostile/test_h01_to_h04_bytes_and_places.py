"""Hostile inputs 1 to 4: cut, flipped, lengthened and misplaced records."""

import pytest

from tests.support.memory_reader import no_domain_rules
from tests.support.world import NEIGHBOUR, NOW_S, ORIGINATOR, note, small_world
from tocsin.core.ladder import examine
from tocsin.core.outcomes import Outcome, Reason, RecordFate, Step
from tocsin.core.streams import Place

WORLD = small_world()
SENDER, READER = WORLD.pair()
KNOWN, UNKNOWN = SENDER.send(note("known")), SENDER.send(note("unknown"))
READER.read(KNOWN.value, KNOWN.place, NOW_S)


def _examine(value: bytes, place: Place = KNOWN.place) -> RecordFate:
    return examine(value, place, READER, NOW_S, no_domain_rules)


def test_h01_truncation_at_every_byte_is_quarantined() -> None:
    fates = [_examine(UNKNOWN.value[:length]) for length in range(len(UNKNOWN.value))]
    assert {Outcome.QUARANTINED} == {fate.outcome for fate in fates}
    assert {(None, None)} == {(fate.log, fate.new_head) for fate in fates}


@pytest.mark.parametrize("sent", [KNOWN, UNKNOWN], ids=["known", "unknown"])
def test_h02_one_bit_flipped_in_every_byte_is_neither_accepted_nor_a_duplicate(sent) -> None:
    fates = []
    for place in range(len(sent.value)):
        value = bytearray(sent.value)
        value[place] ^= 1 << place % 8
        fates.append(_examine(bytes(value)))
    assert {fate.outcome for fate in fates} <= {Outcome.QUARANTINED, Outcome.PARKED}
    assert set() == {fate.log or fate.new_head for fate in fates} - {None}
    assert [] == [fate for fate in fates if fate.alarms]


@pytest.mark.parametrize(
    ("extra_bytes", "reason"), [(1, Reason.MALFORMED), (2**20, Reason.TOO_LARGE)], ids=["1 byte", "1 MiB"]
)
def test_h03_bytes_behind_a_record_are_quarantined(extra_bytes: int, reason: Reason) -> None:
    fate = _examine(UNKNOWN.value + bytes(extra_bytes))
    assert (Outcome.QUARANTINED, reason, None) == (fate.outcome, fate.reason, fate.log)


TO_NEIGHBOUR = WORLD.sender(f"to.{NEIGHBOUR.id.hex()}").send(note(), stream="inbox")
IN_THE_OPEN = WORLD.sender(f"to.{NEIGHBOUR.id.hex()}").send(note())


@pytest.mark.parametrize(
    ("value", "place"),
    [
        (UNKNOWN.value, Place("tocsin.pics.v1", UNKNOWN.place.partition, 0)),
        (UNKNOWN.value, Place("tocsin.ion.v1", UNKNOWN.place.partition + 2, 0)),
        (UNKNOWN.value, Place(f"tocsin.inbox.gov.{NEIGHBOUR.id.hex()}.v1", 0, 0)),
        (TO_NEIGHBOUR.value, Place(f"tocsin.inbox.gov.{ORIGINATOR.id.hex()}.v1", 0, 0)),
        (TO_NEIGHBOUR.value, KNOWN.place),
        (IN_THE_OPEN.value, IN_THE_OPEN.place),
    ],
    ids=[
        "another topic",
        "another region",
        "an inbox",
        "another's inbox",
        "a stream",
        "to one, in the open",
    ],
)
def test_h04_a_valid_record_copied_elsewhere_is_quarantined(value: bytes, place: Place) -> None:
    fate = _examine(value, place)
    assert (Outcome.QUARANTINED, Step.PLACE, Reason.WRONG_PLACE) == (
        fate.outcome,
        fate.step,
        fate.reason,
    )
    assert (None, []) == (fate.new_head, list(fate.alarms))
