"""Tips as their authority and as the firm that gave them see them."""

import pytest

from services.consumer.letters.tips import came, given
from services.producer.letters.feeding_back import Words, tip_answer
from services.producer.letters.letter import Outgoing
from tests.support.letters import TIP_ID, Street, smallest_tip
from tests.support.parties import NOW_S
from tests.support.world import COURIER, NEIGHBOUR, ORIGINATOR


@pytest.fixture
async def street(tmp_path):
    """COURIER gave a tip."""
    made = Street(tmp_path)
    await made[COURIER].send(Outgoing("tip", ORIGINATOR.id, TIP_ID, smallest_tip()))
    for government in (ORIGINATOR, NEIGHBOUR):
        made[government].read()
    return made


async def test_the_firms_authority_has_it_and_no_other_government(street):
    assert [TIP_ID] == [one["tip_id"] for one in came(street[ORIGINATOR].correspondence)]
    assert [] == list(came(street[NEIGHBOUR].correspondence))


async def test_a_corrected_tip_is_one_tip(street):
    await street[COURIER].send(Outgoing("tip", ORIGINATOR.id, TIP_ID, smallest_tip(title="Corrected")))
    street[ORIGINATOR].read()
    assert ["Corrected"] == [one["title"] for one in came(street[ORIGINATOR].correspondence)]
    assert ["Corrected"] == [one["title"] for one in given(street[COURIER].correspondence)]


async def test_what_was_answered_stands_beside_it_on_both_sides(street):
    letters = tip_answer(street[ORIGINATOR].correspondence, TIP_ID, Words("needs-more"), NOW_S)
    await street[ORIGINATOR].send(*letters)
    street[COURIER].read()
    (theirs,), (ours,) = came(street[ORIGINATOR].correspondence), given(street[COURIER].correspondence)
    assert (["needs-more"], ["needs-more"]) == (theirs["answers"], ours["answers"])
