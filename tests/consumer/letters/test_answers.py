"""How the answers to alerts stand, for who issued them and for whose firms answered."""

import pytest

from services.consumer.letters.alert_rows import alert_rows
from services.consumer.letters.answers import answer_rows, given_rows
from services.producer.letters.answering import Wish, answers_to, passed_on
from services.producer.letters.letter import Outgoing
from tests.support.letters import ALERT_ID, DAY_S, RIVAL, Street, smallest_answer
from tests.support.parties import NOW_S
from tests.support.world import COURIER, NEIGHBOUR, ORIGINATOR

DUE_S = NOW_S + DAY_S


@pytest.fixture
def street(tmp_path):
    return Street(tmp_path)


async def answer(street, firm, *wishes):
    street[firm].read()
    await street[firm].send(*answers_to(street[firm].correspondence, wishes, NOW_S))


def rows(street, now_s=NOW_S, issuer=ORIGINATOR):
    street[issuer].read()
    return list(alert_rows(street[issuer].correspondence, now_s))


async def test_an_alert_counts_its_answers_and_names_the_silent(street):
    await street[ORIGINATOR].publish_alert(answer_by=DUE_S)
    await answer(street, COURIER, Wish(ALERT_ID, "stopped"), Wish(ALERT_ID, "nothing-found", count=3))
    (row,) = rows(street)
    assert ({"stopped": 1, "nothing-found": 3}, 2, 1) == (row["counts"], row["sent"], row["answered"])
    assert ([RIVAL.name], []) == (row["silent"], row["late"])


async def test_who_is_silent_or_only_acknowledged_is_late_when_the_time_is_over(street):
    await street[ORIGINATOR].publish_alert(answer_by=DUE_S)
    await answer(street, COURIER, Wish(ALERT_ID, "acknowledged"))
    (row,) = rows(street, DUE_S + 1)
    assert [COURIER.name, RIVAL.name] == row["late"]
    assert ([RIVAL.name], [COURIER.name]) == (row["silent"], row["only_acknowledged"])


@pytest.mark.parametrize("changes", [{"answer_by": None}, {"status": "cleared", "answer_by": DUE_S}])
async def test_nobody_is_late_where_no_time_was_set_or_the_alert_was_cleared(street, changes):
    await street[ORIGINATOR].publish_alert(**changes)
    assert [] == rows(street, DUE_S + 1)[0]["late"]


async def test_the_newest_version_of_an_alert_says_by_when_it_is_answered(street):
    await street[ORIGINATOR].publish_alert(answer_by=DUE_S)
    await street[ORIGINATOR].publish_alert(version=2, status="updated", answer_by=DUE_S + DAY_S)
    (row,) = rows(street, DUE_S + 1)
    assert (2, []) == (row["version"], row["late"])


async def test_an_answer_about_an_alert_that_was_never_sent_counts_nowhere(street):
    """A dishonest firm answers an alert to others, and one that does not exist."""
    await street[ORIGINATOR].publish_alert()
    for number, alert_id in enumerate((ALERT_ID, "dd" * 16)):
        body = smallest_answer(alert_id=alert_id, count=1_000)
        await street[NEIGHBOUR].send(Outgoing("answer", ORIGINATOR.id, str(number), body))
    row, unknown = rows(street)
    assert ({}, [NEIGHBOUR.name]) == (row["counts"], row["never_sent_it"])
    assert ({}, "this home issued no such alert: not counted") == (unknown["counts"], unknown["title"])
    (detail,) = answer_rows(street[ORIGINATOR].correspondence, ALERT_ID)
    assert "was never sent this alert: not counted" == detail["remark"]
    (detail,) = answer_rows(street[ORIGINATOR].correspondence, "dd" * 16)
    assert "this home issued no such alert: not counted" == detail["remark"]


async def test_firms_of_others_are_counted_by_their_government_without_their_names(street):
    await street[NEIGHBOUR].publish_alert(answer_by=DUE_S)
    await answer(street, COURIER, Wish(ALERT_ID, "stopped"))
    (theirs,) = rows(street)
    assert (NEIGHBOUR.name, {"stopped": 1}) == (theirs["issuer"], theirs["counts"])
    assert "--pass-on" in theirs["title"]
    await street[ORIGINATOR].send(*passed_on(street[ORIGINATOR].correspondence, ALERT_ID, NOW_S))
    (row,) = rows(street, DUE_S + 1, NEIGHBOUR)
    assert ({"stopped": 1}, {ORIGINATOR.name: {"sent": 2, "answered": 1}}) == (
        row["counts"],
        row["elsewhere"],
    )
    assert [ORIGINATOR.name] == row["late"]
    assert COURIER.name not in str(row)
    (detail,) = answer_rows(street[NEIGHBOUR].correspondence, ALERT_ID)
    assert (ORIGINATOR.name, 1, None) == (detail["by"], detail["firms"], detail["remark"])


async def test_a_firm_sees_what_it_answered(street):
    await street[ORIGINATOR].publish_alert()
    await answer(street, COURIER, Wish(ALERT_ID, "stopped", hit="1"))
    await answer(street, COURIER, Wish(ALERT_ID, "held", hit="1"))
    (row,) = given_rows(street[COURIER].correspondence)
    assert (ALERT_ID, "held", "published") == (row["alert_id"], row["code"], row["state"])


async def test_counts_of_a_government_whose_firms_were_sent_nothing_are_not_counted(street):
    await street[ORIGINATOR].publish_alert()
    await street[NEIGHBOUR].send(Outgoing("answer", ORIGINATOR.id, "x", smallest_answer(firms=3, count=9)))
    (row,) = rows(street)
    (detail,) = answer_rows(street[ORIGINATOR].correspondence, ALERT_ID)
    assert ({}, "was never sent this alert: not counted") == (row["counts"], detail["remark"])


async def test_each_answer_is_shown_in_its_newest_version(street):
    await street[ORIGINATOR].publish_alert()
    await answer(street, COURIER, Wish(ALERT_ID, "held", hit="1"))
    await answer(street, COURIER, Wish(ALERT_ID, "refused", hit="1"))
    rows(street)
    (row,) = answer_rows(street[ORIGINATOR].correspondence, ALERT_ID)
    assert ("refused", 2, "alert", None) == (row["code"], row["version"], row["ground"], row["remark"])
