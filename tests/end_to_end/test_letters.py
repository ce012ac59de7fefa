"""What comes back: answers, tips, requests, each to one participant alone, on a real Kafka."""

import asyncio
import json
import time

import pytest

from services.workshop.local_kafka import LocalKafka, Tuning
from tests.support.exercises import alert
from tests.support.stage import COLOMBIA, COURIER, NETHERLANDS, SECOND_COURIER, build_stage
from tocsin.adapters.kafka.reading import read_to_end
from tocsin.core import wire
from tocsin.core.errors import MalformedError
from tocsin.core.ids import audience_id
from tocsin.core.signatures import read_statement

pytestmark = pytest.mark.kafka
ANSWER_IN_S = 3_600
PARCEL = "RA473124829CN"
CANARY = "quetzalcoatlus"


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    """Two focal points and two couriers of the first."""
    folder = tmp_path_factory.mktemp("letters")
    actors = (COLOMBIA, NETHERLANDS, COURIER, SECOND_COURIER)
    with LocalKafka(folder / "kafka", tuning=Tuning(heap_mb=256), say=lambda _text: None) as kafka:
        yield build_stage(folder / "homes", kafka, actors)


@pytest.fixture(scope="module")
def alerted(stage):
    """The id of an alert that both couriers read, to be answered within the hour."""
    said = alert() | {"answer_by": int(time.time()) + ANSWER_IN_S}
    file = stage.write("alert.json", said)
    stage.tocsin(COLOMBIA, "publish", file, "--audience", "couriers", "--approve")
    for courier in (COURIER, SECOND_COURIER):
        assert [said["title"]] == [one["report"]["title"] for one in stage.read(courier, "alerts")]
    return said["alert_id"]


@pytest.fixture(scope="module")
def answered(stage, alerted):
    """The alert, of which one courier stopped a parcel and found another to be a false match."""
    words = ("answer", alerted[:8], "stopped", "--parcel", PARCEL, "--tick", "--json")
    told = stage.tocsin(COURIER, *words)
    assert "do not tell the customer" in told.err
    assert "published" == told.lines()[0]["state"]
    stage.tocsin(COURIER, "answer", alerted, "false-match", "--count", 2)
    bring_up_to_date(stage, COLOMBIA)
    return alerted


def bring_up_to_date(stage, home, expect=0):
    stage.tocsin(home, "subscribe", "all", "--until-end", expect=expect)


def the_one(lines):
    (one,) = lines
    return one


def test_the_issuer_sees_both_answers_counted_and_who_is_silent(stage, answered):
    row = the_one(stage.tocsin(COLOMBIA, "answers", "--json").lines())
    assert {"stopped": 1, "false-match": 2} == row["counts"]
    assert (2, 1, ["Rival"], []) == (row["sent"], row["answered"], row["silent"], row["late"])


def test_each_answer_shows_its_firm_and_only_the_ticked_number(stage, answered):
    found = stage.tocsin(COLOMBIA, "answers", answered[:8], "--json").lines()
    assert {("stopped", PARCEL), ("false-match", None)} == {
        (one["code"], one["item_number"]) for one in found
    }
    assert {"Courier"} == {one["by"] for one in found}


def test_an_answer_that_did_not_come_in_time_is_listed_as_overdue(stage, answered):
    late = stage.tocsin_later(2 * ANSWER_IN_S, COLOMBIA, "answers", "--overdue", "--json", expect=5)
    assert ["Rival"] == the_one(late.lines())["late"]


def test_the_same_answer_again_is_the_same_answer(stage, answered):
    again = stage.tocsin(COURIER, "answer", answered, "false-match", "--count", 2, "--json")
    assert "known" == the_one(again.lines())["result"]


def test_a_later_answer_under_the_same_hit_takes_the_earlier_ones_place(stage, answered):
    stage.tocsin(COURIER, "answer", answered, "held", "--hit", "aa01")
    stage.tocsin(COURIER, "answer", answered, "refused", "--hit", "aa01")
    bring_up_to_date(stage, COLOMBIA)
    counts = the_one(stage.tocsin(COLOMBIA, "answers", "--json").lines())["counts"]
    assert (1, None) == (counts["refused"], counts.get("held"))
    found = stage.tocsin(COLOMBIA, "answers", answered, "--json").lines()
    assert ["alert"] == [one["ground"] for one in found if one["code"] == "refused"]


def test_a_second_courier_sees_no_answer_in_anything_that_it_may_read(stage, answered):
    """Its inbox and streams hold no record of the first courier, and it opens nothing of it."""
    first = bytes.fromhex(stage.ids[COURIER])
    topics = [
        f"tocsin.inbox.firm.{stage.ids[SECOND_COURIER]}.v1",
        "tocsin.alerts.v1",
        "tocsin.manifests.v1",
    ]
    for topic in topics:
        found = asyncio.run(read_to_end(stage.kafka.bootstrap, topic, 0))
        assert first not in [originator_of(one.value) for one in found]
    bring_up_to_date(stage, SECOND_COURIER)
    kinds = {one["schema"] for one in stage.tocsin(SECOND_COURIER, "reports", "--json").lines()}
    assert {"tocsin.report.v1.Alert"} == kinds


def originator_of(value):
    """Who sealed a record or signed a statement; None for anything else."""
    try:
        return wire.decode_header(wire.decode_envelope(value).header).originator
    except MalformedError:
        return None


def test_heads_of_the_inbox_log_are_stated_in_that_inbox(stage, answered):
    inbox = f"tocsin.inbox.gov.{stage.ids[COLOMBIA]}.v1"
    found = asyncio.run(read_to_end(stage.kafka.bootstrap, inbox, 0))
    statements = [one.value for one in found if wire.kind_of(one.value) == "statement"]
    stated = [body for body in map(body_of, statements) if isinstance(body, wire.Checkpoint)]
    assert {("inbox", audience_id(f"to.{stage.ids[COLOMBIA]}").hex())} == {
        (head.stream, head.region) for one in stated for head in one.heads
    }


def body_of(value):
    return read_statement(value)[0]


def test_feedback_reaches_the_firm_that_answered_and_no_other(stage, answered):
    stage.tocsin(COLOMBIA, "feedback", "give", answered[:8], "led-to-seizure", "--text", "Thank you.")
    for courier, expected in ((COURIER, ["led-to-seizure"]), (SECOND_COURIER, [])):
        bring_up_to_date(stage, courier)
        found = stage.tocsin(courier, "feedback", "list", "--json").lines()
        assert expected == [one["code"] for one in found]


@pytest.fixture(scope="module")
def tipped(stage):
    """The id of a tip of the courier to its own authority."""
    template = json.loads(stage.tocsin(COURIER, "publish", "tip", "--template").out)
    tip = template | {"title": f"An order of {CANARY}", "text": "Courier saw it.", "exercise": True}
    file = stage.write("tip.json", tip)
    told = stage.tocsin(COURIER, "publish", "tip", file)
    assert "do not tell the customer" in told.err
    bring_up_to_date(stage, COLOMBIA)
    bring_up_to_date(stage, NETHERLANDS)
    return the_one(stage.tocsin(COLOMBIA, "tips", "list", "--json").lines())["tip_id"]


def test_whoever_reads_on_is_told_of_new_letters(stage, tipped):
    stage.tocsin(COURIER, "publish", "tip", stage.write("more.json", {"kind": "parcel", "title": "Odd"}))
    told = stage.tocsin(COLOMBIA, "subscribe", "all", "--until-end").err
    assert "1 new letter in the inbox: tocsin answers, tips list" in told


def test_a_tip_is_opened_by_the_firms_own_authority_alone(stage, tipped):
    shown = the_one(stage.tocsin(COLOMBIA, "tips", "show", tipped).lines())
    assert (True, "MOU-7") == (shown["tip"]["voluntary"], shown["tip"]["agreement"])
    assert [] == stage.tocsin(NETHERLANDS, "tips", "list", "--json").lines()


def test_an_authority_answers_a_tip_and_the_firm_reads_it_and_is_told_not_to_tell(stage, tipped):
    stage.tocsin(COLOMBIA, "tips", "answer", tipped, "needs-more", "--text", "Who else asked?")
    bring_up_to_date(stage, COURIER)
    told = stage.tocsin(COURIER, "tips", "list", "--json")
    assert ["needs-more"] == the_one(one for one in told.lines() if one["tip_id"] == tipped)["answers"]
    assert "do not tell the customer" in told.err


def test_the_draft_of_a_report_can_be_sent_and_does_not_name_the_firm(stage, tipped, tmp_path):
    out = tmp_path / "report.json"
    stage.tocsin(COLOMBIA, "tips", "to-report", tipped, "--out", out)
    assert CANARY in out.read_text()
    assert "courier" not in out.read_text().lower()
    stage.tocsin(COLOMBIA, "report", "check", out)


def test_the_draft_of_an_alert_holds_no_sentence_of_the_tip(stage, tipped, tmp_path):
    out = tmp_path / "alert.json"
    stage.tocsin(COLOMBIA, "tips", "to-alert", tipped, "--sector", "chemical", "--out", out)
    assert CANARY not in out.read_text()
    assert ["Acetic anhydride"] == [one["code"] for one in json.loads(out.read_text())["substances"]]
    checked = the_one(stage.tocsin(COLOMBIA, "report", "check", out, expect=3).lines())
    assert {"title", "advice"} == {one["place"] for one in checked["problems"]}


def test_a_firm_cannot_hand_a_tip_or_report_to_anybody_else(stage):
    other = f"to.{stage.ids[NETHERLANDS]}"
    refused = stage.tocsin(
        COURIER, "publish", stage.write("alert2.json", alert()), "--audience", other, expect=3
    )
    assert "a firm writes answers and tips to its own national authority" in refused.err


def test_a_request_is_answered_and_closed_by_its_owner_alone(stage):
    words = ("request", "new", "NL", "Who ordered lot 7?", "--text", "Please trace it.", "--exercise")
    stage.tocsin(COLOMBIA, *words, "--identifier", "lot=7", "--kind", "backtracking")
    bring_up_to_date(stage, NETHERLANDS)
    asked = the_one(stage.tocsin(NETHERLANDS, "request", "list", "--json").lines())
    thread = asked["thread_id"]
    refused = stage.tocsin(NETHERLANDS, "request", "close", thread, "answered", expect=3)
    assert "only Colombia can close it" in refused.err
    stage.tocsin(NETHERLANDS, "request", "answer", thread[:8], "answered", "--text", "A school did.")
    bring_up_to_date(stage, COLOMBIA)
    shown = the_one(stage.tocsin(COLOMBIA, "request", "show", thread).lines())
    assert ("answered", "A school did.") == (shown["state"], shown["responses"][0]["text"])
    stage.tocsin(COLOMBIA, "request", "close", thread, "answered")
    bring_up_to_date(stage, NETHERLANDS)
    assert "closed" == the_one(stage.tocsin(NETHERLANDS, "request", "list", "--json").lines())["state"]


def test_an_overdue_request_is_listed_reminded_of_and_escalated(stage):
    day_s = 86_400
    stage.tocsin(COLOMBIA, "request", "new", "Netherlands", "And lot 8?", "--text", "The same.")
    listed = stage.tocsin_later(15 * day_s, COLOMBIA, "request", "list", "--overdue", "--json", expect=5)
    thread = the_one(listed.lines())["thread_id"]
    early = stage.tocsin(COLOMBIA, "request", "remind", thread, "--escalate", expect=3)
    assert "not overdue yet" in early.err
    later = ("request", "remind", "--overdue", "--escalate", "--no-wait")
    stage.tocsin_later(15 * day_s, COLOMBIA, *later, expect=5)
    stage.tocsin(COLOMBIA, "send")
    bring_up_to_date(stage, NETHERLANDS)
    shown = the_one(stage.tocsin(NETHERLANDS, "request", "show", thread).lines())
    assert (1, True) == (shown["reminders"], shown["escalated"])
