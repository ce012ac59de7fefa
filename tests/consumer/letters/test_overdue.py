"""The running service says what is overdue: alerts without answers, requests past their day."""

from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest
from prometheus_client import CollectorRegistry

from services.consumer.letters import answers as answers_module
from services.consumer.letters import overdue as module
from services.consumer.letters.answers import print_answers
from services.consumer.letters.desk import Look
from services.consumer.letters.overdue import Overdue, OverdueMetrics, OverdueWatch, overdue
from services.consumer.letters.owed import owed_rows
from services.producer.letters.answering import Wish, answers_to
from services.producer.letters.requesting import Question, new_request
from tests.support.letters import ALERT_ID, DAY_S, Street
from tests.support.parties import NOW_S
from tests.support.world import COURIER, NEIGHBOUR, ORIGINATOR
from tocsin.core.errors import RefusedByRuleError
from tocsin.runtime.exits import Exit
from tocsin.runtime.times import iso_time

DUE_S = NOW_S + DAY_S
QUESTION = Question("backtracking", "Who ordered lot 7?", "Please.", due=iso_time(DUE_S))


@pytest.fixture
async def street(tmp_path):
    """An alert of ORIGINATOR to two couriers, and a request to NEIGHBOUR, both due in a day."""
    street = Street(tmp_path)
    await street[ORIGINATOR].publish_alert(answer_by=DUE_S)
    await street[ORIGINATOR].publish_alert(alert_id="d4" * 16)
    (letter,) = new_request(street[ORIGINATOR].correspondence, NEIGHBOUR.name, QUESTION, NOW_S)
    await street[ORIGINATOR].send(letter)
    for house in (ORIGINATOR, NEIGHBOUR, COURIER):
        street[house].read()
    return street


async def test_nothing_is_overdue_before_its_day(street):
    assert Overdue() == overdue(street[ORIGINATOR].correspondence, DUE_S - 1)


async def test_after_it_the_owner_and_who_was_asked_see_it(street):
    assert Overdue(1, 1) == overdue(street[ORIGINATOR].correspondence, DUE_S + 1)
    assert Overdue(0, 1) == overdue(street[NEIGHBOUR].correspondence, DUE_S + 1)


async def test_a_firm_sees_its_own_alert_without_an_answer_and_nothing_of_others(street):
    firm = street[COURIER]
    assert Overdue() == overdue(firm.correspondence, DUE_S - 1)
    assert Overdue(1, 0) == overdue(firm.correspondence, DUE_S + 1)
    await firm.send(*answers_to(firm.correspondence, [Wish(ALERT_ID, "acknowledged")], NOW_S))
    assert Overdue(1, 0) == overdue(firm.correspondence, DUE_S + 1)
    await firm.send(*answers_to(firm.correspondence, [Wish(ALERT_ID, "nothing-found")], NOW_S))
    assert Overdue() == overdue(firm.correspondence, DUE_S + 1)


async def test_what_a_firm_owes_is_listed_and_a_cleared_alert_asks_nothing_more(street):
    (row,) = owed_rows(street[COURIER].correspondence, DUE_S + 1)
    wanted = {
        "alert_id": ALERT_ID,
        "issuer": ORIGINATOR.name,
        "state": "late",
        "answer_by": iso_time(DUE_S),
    }
    assert wanted.items() <= row.items()
    await street[ORIGINATOR].publish_alert(version=2, status="cleared")
    street[COURIER].read()
    assert [] == list(owed_rows(street[COURIER].correspondence, DUE_S + 1))


@pytest.mark.parametrize("overdue", [False, True])
async def test_a_firms_command_names_what_it_owes_and_ends_with_5_once_it_is_late(
    street, monkeypatch, capsys, overdue
):
    def looking(_look):
        return nullcontext(street[COURIER].correspondence)

    monkeypatch.setattr(answers_module, "looking", looking)
    monkeypatch.setattr(answers_module, "time", SimpleNamespace(time=lambda: DUE_S + 1))
    look = Look(Path(), None, as_json=True)
    assert Exit.INCOMPLETE == print_answers(look, overdue=overdue)
    out, err = capsys.readouterr()
    shown = out if overdue else err
    assert ALERT_ID[:8] in shown
    assert "late" in shown


def test_people_are_told_how_many_and_where_to_look():
    assert [] == Overdue().sentences()
    assert [
        "1 alert has overdue answers: tocsin answers --overdue",
        "2 requests are overdue: tocsin request list --overdue",
    ] == Overdue(1, 2).sentences()
    assert "3 alerts have" in Overdue(3, 0).sentences()[0]


def test_what_cannot_be_looked_up_leaves_what_was_found_and_is_said_once(monkeypatch):
    def gone(_home, _key):
        raise RefusedByRuleError("a schema is gone")

    monkeypatch.setattr(module, "open_correspondence", gone)
    told: list[str] = []
    watch = OverdueWatch(SimpleNamespace(home=None, storage_key=b"", clock=lambda: 0), told.append)
    watch.found = Overdue(1, 2)
    watch.look()
    watch.look()
    assert ["what is overdue could not be looked up: a schema is gone"] == told
    registry = CollectorRegistry()
    OverdueMetrics(registry, watch)
    assert 2 == registry.get_sample_value("tocsin_consumer_overdue", {"what": "requests"})
    assert 1 == registry.get_sample_value("tocsin_consumer_overdue", {"what": "answers"})
