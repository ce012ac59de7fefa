"""A courier's whole day in order: admitted, alerted, screening, answering, tipping, cleared, at its end."""

import asyncio
import gzip
import json
import random
import time

import pytest

from services.workshop.local_kafka import LocalKafka, Tuning
from tests.support.desk import Desk
from tests.support.exercises import reports
from tests.support.firm import GLUE, GLUE_PARCEL, parcel, table
from tests.support.receivers import MailBox, Receiver
from tests.support.stage import (
    AUTHORITY,
    COLOMBIA,
    COURIER,
    NETHERLANDS,
    SECOND_COURIER,
    build_stage,
)
from tocsin.adapters.kafka.publisher import Publisher
from tocsin.adapters.kafka.reading import read_to_end
from tocsin.adapters.kafka.records import OutgoingRecord
from tocsin.core import wire
from tocsin.core.errors import MalformedError
from tocsin.core.exercise import exercise_alert
from tocsin.core.standing import day_end_s
from tocsin.core.streams import stream_topic
from tocsin.core.symptoms import Check

pytestmark = pytest.mark.kafka
PARCELS = 100_000
S10, WAYBILL = "RA473124829CH", "020-81140743"
CANARY = "zanzibar"
DAY_S = 86_400
ALERTS = stream_topic("alerts")


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    """Two focal points, and two couriers that the first sponsors."""
    folder = tmp_path_factory.mktemp("day")
    actors = (COLOMBIA, NETHERLANDS, COURIER, SECOND_COURIER)
    with LocalKafka(folder / "kafka", tuning=Tuning(heap_mb=256), say=lambda _text: None) as kafka:
        yield build_stage(folder / "homes", kafka, actors)


@pytest.fixture(scope="module")
def desk(stage, tmp_path_factory):
    """Step 3: the reader runs with its three sinks, and was seen to."""
    folder = tmp_path_factory.mktemp("desk")
    with Receiver() as receiver, MailBox(folder) as mailbox:
        desk = Desk(stage, folder, receiver, mailbox)
        desk.start()
        receiver.of("heartbeat")
        yield desk
        desk.kill()


@pytest.fixture(scope="module")
def told(stage):
    """An alert with a pattern and two numbers that are the courier's own."""
    targets = [{"type": "s10", "value": S10}, {"type": "awb", "value": WAYBILL}]
    body = exercise_alert(random.Random(7), issued_s=int(time.time()))
    return body | {
        "sectors": ["courier"],
        "title": f"Glue of {CANARY}",
        "selectors": [GLUE],
        "targets": targets,
        "action": "hold-and-ask",
    }


def release(stage, body, *more, to):
    stage.tocsin(COLOMBIA, "publish", stage.write("alert.json", body), "--audience", to, "--approve", *more)


def to_courier(stage):
    return f"to.{stage.ids[COURIER]}"


def catch_up(stage, home, expect=0):
    return stage.tocsin(home, "subscribe", "all", "--until-end", expect=expect)


def the_one(lines):
    (one,) = lines
    return one


@pytest.fixture(scope="module")
def alerted(stage, desk, told):
    """Step 4: the alert came to the courier alone, by all three ways."""
    release(stage, told, to=to_courier(stage))
    event = desk.receiver.of("alert.active")[0]
    desk.wait_for_files(".json", 1)
    desk.mailbox.wait_for(1)
    return event


@pytest.fixture(scope="module")
def restarted(stage, desk, alerted):
    """Step 5: an alert to all couriers meets a webhook that answers 500, and a reader that is killed."""
    body = exercise_alert(random.Random(8), issued_s=int(time.time())) | {"sectors": ["courier"]}
    desk.receiver.answer = lambda _posted: (500, {})
    release(stage, body, to="couriers")
    failed = desk.receiver.of("alert.active", 2)[1]
    desk.wait_for_files(".json", 2)
    desk.kill()
    files = {path.name: path.stat().st_mtime_ns for path in desk.spool.glob("*alert-*")}
    desk.receiver.answer = lambda _posted: (204, {})
    desk.start()
    return failed, desk.receiver.of("alert.active", 3)[2], files


@pytest.fixture(scope="module")
def day(stage):
    """A day of parcels: one for the pattern, two numbers in another writing, three bad rows."""
    rows = [parcel(item_id=f"RA{number:09}DE") for number in range(PARCELS - 6)]
    rows[100] = GLUE_PARCEL
    rows += [parcel(item_id="ra 473 124 829 ch"), parcel(item_id="", awb_house="020 8114-0743")]
    path = stage.folder / "day.csv.gz"
    path.write_bytes(gzip.compress((table(*rows) + "half a line\n" * 3).encode(), 1))
    return path


def screen(stage, day, expect=3):
    return stage.tocsin(COURIER, "screen", day, "--exercise", "--json", expect=expect)


@pytest.fixture(scope="module")
def screened(stage, restarted, day):
    """Step 6: the day was screened while the reader runs."""
    return screen(stage, day)


@pytest.fixture(scope="module")
def answered(stage, screened, alerted):
    """Step 8: the two parcels that were named are stopped, the third was another; all were sent."""
    for hit in screened.lines():
        code = "stopped" if hit["matched"] == "exact" else "false-match"
        stage.tocsin(COURIER, "screen", "answer", hit["hit"], code)
    sent = stage.tocsin(COURIER, "answer", "--hits", "--json")
    catch_up(stage, COLOMBIA)
    return sent


def test_step_1_the_courier_is_known_with_its_sponsor_sector_and_agreement(stage):
    row = json.loads(stage.tocsin(AUTHORITY, "authority", "participant", "show", stage.ids[COURIER]).out)
    wanted = {"sponsor": stage.ids[COLOMBIA], "sector": "courier", "agreement": "MOU-7"}
    assert wanted == {name: row[name] for name in wanted}


def examined(stage, home):
    """What the doctor finds; it ends with 0 or the test fails."""
    found = stage.tocsin(home, "doctor", "--json").lines()
    assert [] == [one for one in found if one["level"] not in ("pass", "warn", "skipped")]
    return found


def test_step_2_the_doctor_passes_and_tells_the_days_of_the_agreement(stage):
    found = examined(stage, COURIER)
    days = (day_end_s("2035-12-31") - int(time.time())) // DAY_S
    said = the_one(one["what"] for one in found if one["check"] == "entry")
    assert f"agreement MOU-7 with Colombia (CO) ends in {days} days" == said
    assert {"pass"} == {one["level"] for one in found if one["check"] == "heartbeat"}
    assert {"no logins", "too few copies"} == {one["finding"] for one in found} - {None}


@pytest.mark.parametrize("home", [COLOMBIA, AUTHORITY])
def test_step_2_the_doctor_passes_at_its_sponsor_and_at_the_authority(stage, home):
    passed = {one["check"] for one in examined(stage, home) if one["level"] == "pass"}
    wanted = set(Check) - ({Check.HEARTBEAT} if home == AUTHORITY else set())
    assert wanted == passed


def test_step_2_beside_a_reader_that_runs_the_heartbeats_raise_no_alarm(stage, desk):
    for _time in range(2):
        found = examined(stage, COURIER)
    assert "inbox is in use" in "".join(one["what"] for one in found if one["check"] == "files")
    desk.kill()
    catch_up(stage, COURIER)
    assert [] == stage.tocsin(COURIER, "alarms", "--json").lines()
    assert [] == stage.tocsin(COURIER, "quarantine", "list", "--json").lines()
    desk.start()


def test_step_3_a_signed_heartbeat_is_seen(desk):
    secret = desk.sinks_of("secret", "show", f"webhook={desk.url}").out.strip()
    assert desk.receiver.of("heartbeat")[0].signed_by(secret)


def test_step_4_the_alert_to_one_firm_alone_comes_with_its_targets_to_folder_and_webhook(
    desk, alerted, told
):
    name = the_one(one for one in desk.files(".json") if told["alert_id"] in one)
    filed, posted = json.loads((desk.spool / name).read_text())["data"], alerted.json["data"]
    assert filed["report"] == posted["report"]
    # As every reader compares them: an air waybill without its hyphen.
    numbers = [one["value"] for one in posted["report"]["targets"]]
    assert [S10, WAYBILL.replace("-", "")] == numbers
    text = (desk.spool / name).with_suffix(".txt").read_text()
    assert "DO NOT TELL THE CUSTOMER." in text
    assert S10 in text


def test_step_4_the_mail_says_nothing_of_it(desk, alerted):
    mail = desk.mailbox.mails[0].as_string().lower()
    assert not [word for word in (CANARY, "glue", "colombia", S10.lower()) if word in mail]


def test_step_5_what_failed_is_brought_again_under_its_key_and_nothing_else_is(desk, restarted):
    failed, again, files = restarted
    assert (failed.id, failed.body) == (again.id, again.body)
    assert 3 == len(desk.receiver.of("alert.active", 3))
    assert files == {path.name: path.stat().st_mtime_ns for path in desk.spool.glob("*alert-*")}


def test_step_6_two_numbers_and_one_pattern_are_found_in_the_day(screened):
    assert f"{PARCELS - 1:,} read, 3 malformed, 2 exact, 1 pattern (3 new)" in screened.err
    assert ["exact", "exact", "pattern, 4 of 4 tests"] == sorted(one["matched"] for one in screened.lines())


def test_step_7_a_hit_says_which_number_matched_what_to_do_and_whom_not_to_tell(stage, screened):
    for hit in screened.lines():
        explained = the_one(stage.tocsin(COURIER, "screen", "explain", hit["hit"], "--json").lines())
        shown = (explained["originator"], explained["action"], explained["tell_customer"])
        assert ("Colombia", "hold-and-ask", False) == shown


def test_step_8_the_issuer_counts_both_answers_by_their_firm(stage, answered, told):
    assert 3 == len(answered.lines())
    rows = stage.tocsin(COLOMBIA, "answers", "--json", expect=None).lines()
    row = the_one(one for one in rows if one["alert_id"] == told["alert_id"])
    assert {"stopped": 2, "false-match": 1} == row["counts"]
    assert (1, 1, []) == (row["sent"], row["answered"], row["silent"])


def test_step_8_no_number_of_a_parcel_left_and_answering_again_sends_nothing(stage, answered, told):
    found = stage.tocsin(COLOMBIA, "answers", told["alert_id"], "--json").lines()
    assert {None} == {one["item_number"] for one in found}
    assert [] == stage.tocsin(COURIER, "answer", "--hits", "--json").lines()


def test_step_8_a_second_courier_sees_neither_alert_nor_answers_in_any_topic(stage, answered, told):
    catch_up(stage, SECOND_COURIER)
    rows = stage.tocsin(SECOND_COURIER, "reports", "--json").lines()
    assert {"tocsin.report.v1.Alert"} == {one["schema"] for one in rows}
    assert told["alert_id"] not in json.dumps(rows)
    assert [] == stage.tocsin(SECOND_COURIER, "answers", "--json").lines()
    first = bytes.fromhex(stage.ids[COURIER])
    for topic in (f"tocsin.inbox.firm.{stage.ids[SECOND_COURIER]}.v1", ALERTS, "tocsin.manifests.v1"):
        assert first not in {originator_of(one.value) for one in records(stage, topic)}, topic


def records(stage, topic, partition=0):
    return asyncio.run(read_to_end(stage.kafka.bootstrap, topic, partition))


def originator_of(value):
    """Who sealed a record; None for a statement."""
    try:
        return wire.decode_header(wire.decode_envelope(value).header).originator
    except MalformedError:
        return None


@pytest.fixture(scope="module")
def copied(stage, answered):
    """Step 9: somebody who holds the broker copied a record of ION into what the courier reads."""
    file = stage.write("ion.json", reports(0, 1)[0])
    receipt = stage.tocsin(COLOMBIA, "publish", file, "--audience", "focal-points", "--json").lines()[0]
    place = receipt["destinations"][0]
    there = records(stage, place["topic"], place["partition"])
    (value,) = [one.value for one in there if one.offset == place["offset"]]
    copies = [OutgoingRecord(topic, 0, None, value) for topic in (inbox_of(stage), ALERTS)]
    asyncio.run(put(stage, *copies))


async def put(stage, *some):
    async with Publisher(stage.kafka.bootstrap) as publisher:
        await publisher.publish(some)


@pytest.fixture(scope="module")
def cleared(stage, desk, copied, told):
    """Step 11: the alert is cleared, which the courier's reader brings behind the copied record."""
    gone = {name: value for name, value in told.items() if name not in ("selectors", "targets")}
    release(stage, gone | {"version": 2, "status": "cleared"}, "--update", to=to_courier(stage))
    return desk.receiver.of("alert.cleared")[0]


def test_step_9_a_copied_record_of_ion_is_not_opened_and_holds_nothing_up(stage, cleared):
    refused = stage.tocsin(COURIER, "quarantine", "list", "--json").lines()
    assert {(ALERTS, "wrong place"), (inbox_of(stage), "wrong place")} == {
        (one["topic"], one["reason"]) for one in refused
    }
    rows = stage.tocsin(COURIER, "reports", "--json").lines()
    assert {"tocsin.report.v1.Alert"} == {one["schema"] for one in rows}


def inbox_of(stage):
    return f"tocsin.inbox.firm.{stage.ids[COURIER]}.v1"


def test_step_10_a_tip_is_opened_by_the_sponsor_alone(stage, desk):
    template = json.loads(stage.tocsin(COURIER, "publish", "tip", "--template").out)
    tip = template | {"title": f"An order of {CANARY}", "text": "Two litres, cash.", "exercise": True}
    stage.tocsin(COURIER, "publish", "tip", stage.write("order.json", tip))
    catch_up(stage, COLOMBIA)
    catch_up(stage, NETHERLANDS)
    id_ = the_one(stage.tocsin(COLOMBIA, "tips", "list", "--json").lines())["tip_id"]
    shown = the_one(stage.tocsin(COLOMBIA, "tips", "show", id_).lines())
    assert tip["title"] == shown["tip"]["title"]
    assert [] == stage.tocsin(NETHERLANDS, "tips", "list", "--json").lines()


def test_step_11_a_clearance_is_a_file_and_an_event(desk, cleared, told):
    assert told["alert_id"] == cleared.json["data"]["report"]["alert_id"]
    name = the_one(desk.wait_for_files("-cleared.txt", 1))
    assert "CLEARED" in (desk.spool / name).read_text()


def test_step_11_the_same_day_hits_no_more_and_old_hits_say_why(stage, cleared, day):
    again = screen(stage, day)
    assert [] == again.lines()
    assert "0 exact, 0 pattern" in again.err
    hits = stage.tocsin(COURIER, "screen", "hits", "--json").lines()
    assert ["cleared"] * 3 == [one["status"] for one in hits]


def test_step_12_after_the_agreement_the_next_alert_reaches_the_second_courier_alone(stage, desk, cleared):
    desk.kill()
    today = time.strftime("%Y-%m-%d", time.gmtime())
    words = ("participant", "agreement", stage.ids[COURIER], "--reference", "MOU-7", "--ends", today)
    stage.tocsin(AUTHORITY, "authority", *words)
    stage.tocsin(AUTHORITY, "authority", "publish")
    body = exercise_alert(random.Random(9), issued_s=int(time.time()) + DAY_S) | {"sectors": ["courier"]}
    file = stage.write("late.json", body)
    publish = ("publish", file, "--audience", "couriers", "--approve")
    stage.tocsin_later(DAY_S, AUTHORITY, "authority", "timestamp")
    stage.tocsin_later(DAY_S, COLOMBIA, *publish)
    read = ("subscribe", "alerts", "--from", "earliest", "--until-end", "--json")
    late = stage.tocsin_later(DAY_S, COURIER, *read, expect=5)
    assert body["title"] not in {one["report"]["title"] for one in late.lines()}
    assert "the agreement MOU-7 with Colombia (CO) ended on" in late.err
    assert "ask Colombia (CO) to prolong it" in late.err
    other = stage.tocsin_later(DAY_S, SECOND_COURIER, *read, expect=None)
    assert body["title"] in {one["report"]["title"] for one in other.lines()}, other.err
