"""A letter in the outbox: known where the newest says the same, whenever it was written; else a version."""

import pytest

from services.producer.importing.run_import import Fate
from services.producer.letters.letter import Outgoing, submission
from tests.support.letters import Street, smallest_answer, smallest_request, smallest_tip
from tests.support.parties import NOW_S
from tests.support.world import COURIER, NEIGHBOUR, ORIGINATOR, OUTSIDER
from tocsin.core.errors import InvalidReportError, RefusedByRuleError


@pytest.fixture
def street(tmp_path):
    return Street(tmp_path)


def answer(to=ORIGINATOR, **changes):
    return Outgoing("answer", to.id, "an answer", smallest_answer(**changes))


async def fates(house, *letters):
    return [(one.fate, one.version) for letter in letters for one in await house.send(letter)]


async def test_the_same_answer_at_another_time_is_known(street):
    again = answer(answered_at=NOW_S + 9)
    assert [(Fate.ACCEPTED, 1), (Fate.KNOWN, 1)] == await fates(street[COURIER], answer(), again)


async def test_an_answer_that_goes_back_to_what_it_was_is_sent_again(street):
    """Only the newest version is compared: `stopped`, `held`, `stopped` are three."""
    letters = [answer(), answer(code="held"), answer()]
    assert [1, 2, 3] == [version for _, version in await fates(street[COURIER], *letters)]


def test_what_breaks_a_rule_is_refused_with_every_problem():
    with pytest.raises(InvalidReportError) as caught:
        submission(answer(code="burnt", issuer=None))
    assert {"code", "issuer"} <= {place for place, _ in caught.value.problems}


def test_an_unknown_kind_of_letter_is_refused():
    with pytest.raises(InvalidReportError, match="no such letter"):
        submission(Outgoing("postcard", ORIGINATOR.id, "x", {}))


@pytest.mark.parametrize("to", [NEIGHBOUR, OUTSIDER], ids=["another government", "another firm"])
async def test_a_firm_that_writes_to_another_than_its_authority_is_refused_before_it_is_stored(street, to):
    with pytest.raises(RefusedByRuleError, match="to its own national authority, and to nobody else"):
        await street[COURIER].send(answer(to))
    assert 0 == street[COURIER].writer.outbox.items.waiting_items


async def test_a_government_that_writes_a_request_to_a_firm_is_refused(street):
    letter = Outgoing("request", COURIER.id, "x", smallest_request())
    with pytest.raises(RefusedByRuleError, match="a firm is sent alerts"):
        await street[ORIGINATOR].send(letter)


async def test_what_was_accepted_without_a_directory_is_judged_when_it_is_sealed(street):
    house = street[COURIER]
    tip = submission(Outgoing("tip", NEIGHBOUR.id, "x", smallest_tip()))
    known, house.writer.directory = house.writer.directory, None
    house.writer.acceptance.accept([tip])
    house.writer.directory = known
    assert 1 == house.writer.seal().refused
    (sent,) = house.correspondence.sent("tip")
    assert sent.state.startswith("refused: a firm writes answers and tips")


def test_neither_reference_nor_body_is_shown_in_a_repr():
    shown = repr(answer(item_number="RA473124829CN")) + repr(
        submission(answer(item_number="RA473124829CN"))
    )
    assert "RA473124829CN" not in shown
    assert "an answer" not in shown
