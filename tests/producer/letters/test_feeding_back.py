"""Feedback goes to who gave the answer, the tip or the report."""

from uuid import UUID

import pytest

from services.producer.letters.answering import Wish, answers_to
from services.producer.letters.feeding_back import Words, feedback_to, tip_answer
from services.producer.letters.letter import Outgoing
from tests.support.letters import ALERT_ID, RIVAL, TIP_ID, Street, smallest_tip
from tests.support.parties import NOW_S
from tests.support.world import COURIER, NEIGHBOUR, ORIGINATOR
from tocsin.core.errors import InvalidReportError, RefusedByRuleError

SEIZED = Words("led-to-seizure", "Thank you.", "en")


@pytest.fixture
def street(tmp_path):
    return Street(tmp_path)


@pytest.fixture
async def answered(street):
    """Both couriers answered an alert."""
    await street[ORIGINATOR].publish_alert()
    for firm in (COURIER, RIVAL):
        street[firm].read()
        await street[firm].send(*answers_to(street[firm].correspondence, [Wish(ALERT_ID, "held")], NOW_S))
    street[ORIGINATOR].read()
    return street[ORIGINATOR].correspondence


async def test_every_firm_that_answered_is_told(answered):
    letters = feedback_to(answered, ALERT_ID[:8], SEIZED, None, NOW_S)
    assert {COURIER.id, RIVAL.id} == {one.to for one in letters}
    assert {("answer", ALERT_ID, "led-to-seizure")} == {
        (one.body["about"], one.body["subject"], one.body["code"]) for one in letters
    }


async def test_what_a_firm_is_told_says_nothing_of_another_that_answered(answered):
    one, other = feedback_to(answered, ALERT_ID[:8], SEIZED, None, NOW_S)
    assert one.body == other.body
    for firm in (COURIER, RIVAL):
        assert firm.name not in str(one.body)
        assert firm.id.hex() not in str(one.body)


async def test_what_a_firm_is_told_may_name_no_firm(answered):
    words = Words("useful", f"As {RIVAL.name.lower()} saw.", "en")
    with pytest.raises(InvalidReportError, match="names another firm"):
        feedback_to(answered, ALERT_ID, words, None, NOW_S)


@pytest.mark.parametrize("who", [RIVAL.name, RIVAL.id.hex()], ids=["name", "id"])
async def test_one_firm_alone_can_be_told(answered, who):
    assert [RIVAL.id] == [one.to for one in feedback_to(answered, ALERT_ID, SEIZED, who, NOW_S)]


async def test_who_did_not_answer_is_told_nothing(answered):
    with pytest.raises(RefusedByRuleError, match="Outsider has not answered it"):
        feedback_to(answered, ALERT_ID, SEIZED, "Outsider", NOW_S)


async def test_an_alert_that_nobody_answered_has_nobody_to_tell(street):
    with pytest.raises(RefusedByRuleError, match="no answer, tip or report"):
        feedback_to(street[ORIGINATOR].correspondence, ALERT_ID, SEIZED, None, NOW_S)


async def test_a_tip_is_answered_to_the_firm_that_gave_it(street):
    await street[COURIER].send(Outgoing("tip", ORIGINATOR.id, TIP_ID, smallest_tip()))
    street[ORIGINATOR].read()
    desk = street[ORIGINATOR].correspondence
    for letters in (
        tip_answer(desk, TIP_ID[:6], SEIZED, NOW_S),
        feedback_to(desk, TIP_ID, SEIZED, None, 0),
    ):
        assert [(COURIER.id, "tip", TIP_ID)] == [
            (one.to, one.body["about"], one.body["subject"]) for one in letters
        ]


async def test_the_focal_point_that_sent_a_report_is_told(street):
    ((accepted,)) = street[ORIGINATOR].writer.accept("CO-1")
    street[ORIGINATOR].writer.seal()
    await street[ORIGINATOR].writer.deliver()
    street[NEIGHBOUR].read()
    asked = str(UUID(bytes=accepted.report_id))
    (letter,) = feedback_to(street[NEIGHBOUR].correspondence, asked, SEIZED, None, NOW_S)
    assert (ORIGINATOR.id, "report") == (letter.to, letter.body["about"])
    await street[NEIGHBOUR].send(letter)
    street[ORIGINATOR].read()
    assert [letter.body["subject"]] == [
        one.body["subject"] for one in street[ORIGINATOR].correspondence.received("feedback")
    ]


async def test_a_number_of_somebody_does_not_reach_a_firm(answered, street):
    letters = feedback_to(answered, ALERT_ID, Words("useful", "It was RA473124829CN."), None, NOW_S)
    with pytest.raises(InvalidReportError, match="looks like a telephone"):
        await street[ORIGINATOR].send(*letters)
