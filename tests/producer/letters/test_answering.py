"""A firm answers an alert that came to it; its authority passes counts on, without its name."""

import io
import json

import pytest

from services.producer.letters.answering import Wish, answers_to, passed_on, read_wishes
from tests.support.letters import ALERT_ID, RIVAL, Street
from tests.support.parties import NOW_S
from tests.support.world import COURIER, NEIGHBOUR, ORIGINATOR
from tocsin.core.errors import InvalidReportError, RefusedByRuleError


@pytest.fixture
def street(tmp_path):
    return Street(tmp_path)


@pytest.fixture
async def alerted(street):
    """Both couriers were sent an alert by their own authority."""
    await street[ORIGINATOR].publish_alert()
    for firm in (COURIER, RIVAL):
        street[firm].read()
    return street


@pytest.fixture
async def alerted_from_abroad(street):
    """Both couriers were sent an alert by another government."""
    await street[NEIGHBOUR].publish_alert()
    for firm in (COURIER, RIVAL):
        street[firm].read()
    return street


def answers(house, *wishes):
    return answers_to(house.correspondence, wishes, NOW_S)


async def test_an_answer_goes_to_the_firms_own_authority_and_names_the_issuer(alerted_from_abroad):
    (letter,) = answers(alerted_from_abroad[COURIER], Wish(ALERT_ID[:8], "stopped"))
    assert (ORIGINATOR.id, NEIGHBOUR.id.hex()) == (letter.to, letter.body["issuer"])


async def test_whoever_answers_is_told_not_to_tell_the_customer(alerted, capsys):
    answers(alerted[COURIER], Wish(ALERT_ID, "stopped"))
    assert "do not tell the customer" in capsys.readouterr().err


async def test_nothing_is_said_of_the_customer_where_the_alert_lets_it_be_told(street, capsys):
    await street[ORIGINATOR].publish_alert(tell_customer=True)
    street[COURIER].read()
    answers(street[COURIER], Wish(ALERT_ID, "stopped"))
    assert "customer" not in capsys.readouterr().err


async def test_who_answers_an_alert_that_was_recalled_is_told_and_the_answer_goes(street, capsys):
    await street[ORIGINATOR].publish_alert()
    await street[ORIGINATOR].publish_alert(version=2, status="recalled", action="observe")
    street[COURIER].read()
    (letter,) = answers(street[COURIER], Wish(ALERT_ID, "held"))
    assert 2 == letter.body["alert_version"]
    assert f"alert {ALERT_ID} is recalled and asks for nothing any more" in capsys.readouterr().err


async def test_an_alert_that_never_came_to_this_firm_cannot_be_answered(street):
    street[COURIER].read()
    with pytest.raises(RefusedByRuleError, match=f"no alert {ALERT_ID} came to this home"):
        answers(street[COURIER], Wish(ALERT_ID, "stopped"))


async def test_an_unknown_code_is_refused_with_the_known_ones(alerted):
    with pytest.raises(RefusedByRuleError, match="no answer 'burnt'; known are: acknowledged"):
        answers(alerted[COURIER], Wish(ALERT_ID, "burnt"))


async def test_a_parcels_number_leaves_only_with_the_tick(alerted):
    with pytest.raises(RefusedByRuleError, match="add --tick"):
        answers(alerted[COURIER], Wish(ALERT_ID, "stopped", item_number="RA1"))
    (letter,) = answers(alerted[COURIER], Wish(ALERT_ID, "stopped", item_number="RA1", tick=True))
    assert "RA1" == letter.body["item_number"]


async def test_a_hit_stays_in_the_house(alerted):
    (letter,) = answers(alerted[COURIER], Wish(ALERT_ID, "stopped", hit="f00d"))
    assert "f00d" not in str(letter.body)
    assert letter.reference.endswith("hit-f00d")


async def test_the_id_of_a_hit_has_a_bound(alerted):
    with pytest.raises(RefusedByRuleError, match="at most 128 characters"):
        answers(alerted[COURIER], Wish(ALERT_ID, "stopped", hit="x" * 129))


async def test_two_parcels_are_two_answers_and_one_code_is_one(alerted):
    wishes = [Wish(ALERT_ID, "held", item_number=one, tick=True) for one in ("RA1", "RA2")]
    wishes += [Wish(ALERT_ID, "nothing-found"), Wish(ALERT_ID, "nothing-found", count=2)]
    references = [one.reference for one in answers(alerted[COURIER], *wishes)]
    assert 3 == len(set(references))
    assert references[2] == references[3]


async def test_a_government_answers_no_alert(alerted):
    with pytest.raises(RefusedByRuleError, match="firms answer alerts"):
        answers(alerted[ORIGINATOR], Wish(ALERT_ID, "stopped"))


async def answer_from_abroad(street):
    await street[COURIER].send(*answers(street[COURIER], Wish(ALERT_ID, "held", hit="1")))
    await street[RIVAL].send(*answers(street[RIVAL], Wish(ALERT_ID, "nothing-found", count=1)))
    await street[COURIER].send(*answers(street[COURIER], Wish(ALERT_ID, "stopped", hit="1")))
    street[ORIGINATOR].read()


async def test_counts_are_passed_on_to_the_issuer_without_the_firms(alerted_from_abroad):
    await answer_from_abroad(alerted_from_abroad)
    letters = passed_on(alerted_from_abroad[ORIGINATOR].correspondence, ALERT_ID[:8], NOW_S)
    assert {"stopped": 1, "nothing-found": 1, "held": 0} == {
        one.body["code"]: one.body["count"] for one in letters
    }
    assert {(NEIGHBOUR.id, 2)} == {(one.to, one.body["firms"]) for one in letters}
    for firm in (COURIER, RIVAL):
        assert firm.id.hex() not in str(letters)
        assert firm.name not in str(letters)


async def test_what_was_passed_on_arrives(alerted_from_abroad):
    street = alerted_from_abroad
    await answer_from_abroad(street)
    await street[ORIGINATOR].send(*passed_on(street[ORIGINATOR].correspondence, ALERT_ID, NOW_S))
    street[NEIGHBOUR].read()
    assert 3 == len(list(street[NEIGHBOUR].correspondence.about("answer", ALERT_ID)))


async def test_a_firm_that_only_acknowledged_has_not_answered_for_its_country(alerted_from_abroad):
    street = alerted_from_abroad
    await street[COURIER].send(*answers(street[COURIER], Wish(ALERT_ID, "acknowledged")))
    street[ORIGINATOR].read()
    (letter,) = passed_on(street[ORIGINATOR].correspondence, ALERT_ID, NOW_S)
    assert (1, 0) == (letter.body["count"], letter.body["firms"])


async def test_answers_to_an_own_alert_are_not_passed_on(alerted):
    await alerted[COURIER].send(*answers(alerted[COURIER], Wish(ALERT_ID, "stopped")))
    alerted[ORIGINATOR].read()
    with pytest.raises(RefusedByRuleError, match="this alert is our own"):
        passed_on(alerted[ORIGINATOR].correspondence, ALERT_ID, NOW_S)


async def test_a_firm_passes_nothing_on(alerted):
    with pytest.raises(RefusedByRuleError, match="governments pass answers on"):
        passed_on(alerted[COURIER].correspondence, ALERT_ID, NOW_S)


async def test_what_another_government_passed_on_is_not_passed_on_again(alerted_from_abroad):
    street = alerted_from_abroad
    await answer_from_abroad(street)
    await street[ORIGINATOR].send(*passed_on(street[ORIGINATOR].correspondence, ALERT_ID, NOW_S))
    street[NEIGHBOUR].read()
    with pytest.raises(RefusedByRuleError, match="this alert is our own"):
        passed_on(street[NEIGHBOUR].correspondence, ALERT_ID, NOW_S)


def wishes(*lines):
    return list(read_wishes(io.BytesIO("\n".join(map(json.dumps, lines)).encode())))


def test_many_answers_are_read_from_json_lines():
    lines = [
        {"alert": "a1a1a1", "code": "held", "hit": "7", "count": 2},
        {"alert": "a1", "code": "stopped"},
    ]
    assert [Wish("a1a1a1", "held", 2, "7"), Wish("a1", "stopped")] == wishes(*lines)


@pytest.mark.parametrize(
    "line",
    [
        [],
        {"alert": "a1"},
        {"alert": "a1", "code": "held", "name": "x"},
        {"alert": "a1", "code": "held", "count": "2"},
        {"alert": "a1", "code": "held", "tick": 1},
        {"alert": None, "code": "held"},
    ],
)
def test_a_line_that_is_no_answer_is_refused_with_its_place(line):
    with pytest.raises(InvalidReportError, match=r"line 2|report 2"):
        wishes({"alert": "a1", "code": "held"}, line)


def test_too_many_answers_at_once_are_refused(monkeypatch):
    monkeypatch.setattr("services.producer.letters.answering.MAX_BATCH_ANSWERS", 1)
    with pytest.raises(InvalidReportError, match="over 1 answers"):
        wishes(*[{"alert": "a1", "code": "held"}] * 2)


def test_a_file_that_is_no_json_is_refused():
    with pytest.raises(InvalidReportError, match="is not JSON"):
        list(read_wishes(io.BytesIO(b"{")))
