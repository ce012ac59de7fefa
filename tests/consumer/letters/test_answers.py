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


async def too_broad(street, firm, *selectors, version=1):
    shares = [{"selector": one, "per_thousand": 10 * one} for one in selectors]
    body = smallest_answer(code="too-broad", too_broad=shares, alert_version=version)
    await street[firm].send(Outgoing("answer", ORIGINATOR.id, f"{ALERT_ID}-too-broad", body))


async def test_too_broad_is_shown_once_for_each_firm_with_its_selectors(street):
    await street[ORIGINATOR].publish_alert()
    await too_broad(street, COURIER, 2)
    await too_broad(street, COURIER, 2, 3)
    await too_broad(street, RIVAL, 2)
    (row,) = rows(street)
    second = "selector 2, 20 of 1,000 parcels"
    third = "selector 3, 30 of 1,000 parcels"
    assert {COURIER.name: [second, third], RIVAL.name: [second]} == row["too_broad"]
    assert (2, 0) == (row["counts"]["too-broad"], row["answered"])
    shown = {
        one["by"]: one["too_broad"] for one in answer_rows(street[ORIGINATOR].correspondence, ALERT_ID)
    }
    assert row["too_broad"] == shown


async def test_too_broad_is_passed_on_to_a_foreign_issuer_without_the_firms(street):
    await street[NEIGHBOUR].publish_alert()
    for firm in (COURIER, RIVAL):
        body = smallest_answer(
            code="too-broad",
            issuer=NEIGHBOUR.id.hex(),
            too_broad=[{"selector": 1, "per_thousand": 5 if firm is RIVAL else 9}],
        )
        await street[firm].send(Outgoing("answer", ORIGINATOR.id, f"{ALERT_ID}-too-broad", body))
    street[ORIGINATOR].read()
    (letter,) = passed_on(street[ORIGINATOR].correspondence, ALERT_ID, NOW_S)
    assert (2, 0, [{"selector": 1, "per_thousand": 9}]) == tuple(
        letter.body[name] for name in ("count", "firms", "too_broad")
    )


async def test_nobody_is_late_where_no_time_was_set(street):
    await street[ORIGINATOR].publish_alert(answer_by=None)
    assert [] == rows(street, DUE_S + 1)[0]["late"]


async def test_nobody_is_late_where_the_alert_was_cleared(street):
    await street[ORIGINATOR].publish_alert(answer_by=DUE_S)
    await street[ORIGINATOR].publish_alert(version=2, status="cleared")
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
