"""A courier screens a day of parcels by an alert that came over Kafka, answers, and sees it cleared."""

import gzip
import random
import time

import pytest

from tests.support.exercises import cleared
from tests.support.firm import GLUE, GLUE_PARCEL, parcel, table
from tests.support.stage import COLOMBIA, COURIER
from tocsin.core.exercise import exercise_alert

pytestmark = pytest.mark.kafka
PARCELS = 20_000
S10, WAYBILL = "RA473124829CH", "020-81140743"


def release(stage, body, *more: str) -> None:
    file = stage.write("alert.json", body)
    stage.tocsin(COLOMBIA, "publish", file, "--audience", "couriers", "--approve", *more)


def receive(stage) -> list[str]:
    """The courier takes up what came; the titles of its alerts."""
    return [one["report"]["title"] for one in stage.read(COURIER, "alerts")]


def screen(stage, *words, expect: int = 0):
    return stage.tocsin(COURIER, "screen", *words, "--exercise", "--json", expect=expect)


@pytest.fixture(scope="module")
def body():
    alert = exercise_alert(random.Random(7), issued_s=int(time.time()))
    return alert | {"sectors": ["courier"], "selectors": [GLUE], "action": "hold-and-ask"}


@pytest.fixture(scope="module")
def day(stage):
    """A day of parcels with one for the pattern, two numbers of the courier's own list, three bad rows."""
    rows = [parcel(item_id=f"RA{number:09}DE") for number in range(PARCELS - 6)]
    rows[100] = GLUE_PARCEL
    rows += [parcel(item_id="ra 473 124 829 ch"), parcel(item_id="", awb_house="020 8114-0743")]
    path = stage.folder / "day.csv.gz"
    path.write_bytes(gzip.compress((table(*rows) + "half a line\n" * 3).encode()))
    return path


@pytest.fixture(scope="module")
def own_list(stage):
    path = stage.folder / "own.csv"
    path.write_text(f"type,value\ns10,{S10}\nawb,{WAYBILL}\n")
    return path


@pytest.fixture(scope="module")
def screened(stage, body, day, own_list):
    """The alert came and the day was screened once: what was said."""
    release(stage, body)
    assert [body["title"]] == receive(stage)
    return screen(stage, day, "--list", own_list, expect=3)


def test_two_numbers_and_one_pattern_are_found_in_a_day(screened):
    assert f"{PARCELS - 1:,} read, 3 malformed, 2 exact, 1 pattern (3 new)" in screened.err
    assert ["exact", "exact", "pattern, 4 of 4 tests"] == sorted(one["matched"] for one in screened.lines())


def test_the_pattern_says_what_to_do_and_not_to_tell_the_customer(stage, screened):
    (hit,) = [one for one in screened.lines() if one["matched"] != "exact"]
    explained = stage.tocsin(COURIER, "screen", "explain", hit["hit"], "--json").lines()[0]
    assert ("Colombia", "hold-and-ask", False) == (
        explained["originator"],
        explained["action"],
        explained["tell_customer"],
    )


def test_screening_again_repeats_nothing(stage, screened, day, own_list):
    again = screen(stage, day, "--list", own_list, expect=3)
    assert [] == again.lines()
    assert "2 exact, 1 pattern (0 new)" in again.err


def test_the_answer_to_a_hit_reaches_the_authority_once_and_own_numbers_are_nobody_s_business(
    stage, screened, body
):
    for hit in screened.lines():
        stage.tocsin(COURIER, "screen", "answer", hit["hit"], "stopped")
    said = stage.tocsin(COURIER, "answer", "--hits", "--json")
    assert 1 == len(said.lines())
    again = stage.tocsin(COURIER, "answer", "--hits", "--json")
    assert ([], 0) == (again.lines(), again.code)
    stage.read(COLOMBIA, "ion")
    (counted,) = stage.tocsin(COLOMBIA, "answers", "--json", expect=None).lines()
    assert (body["alert_id"], 1) == (counted["alert_id"], counted["answered"])


def test_a_pattern_that_is_too_broad_is_told_to_the_issuer_once_without_a_parcel(stage, screened, body):
    path = stage.folder / "glue.csv"
    path.write_text(table(*(GLUE_PARCEL | {"item_id": f"RB{number:09}CN"} for number in range(40))))
    assert "too broad: selector 1" in screen(stage, path).err
    (sent,) = stage.tocsin(COURIER, "answer", "--hits", "--json").lines()
    assert "published" == sent["state"]
    assert [] == stage.tocsin(COURIER, "answer", "--hits", "--json").lines()
    stage.read(COLOMBIA, "ion")
    (row,) = stage.tocsin(COLOMBIA, "answers", "--json", expect=None).lines()
    assert {"Courier": ["selector 1, 1000 of 1,000 parcels"]} == row["too_broad"]
    said = stage.tocsin(COLOMBIA, "answers", body["alert_id"][:8], expect=None)
    assert "too broad, says Courier: selector 1, 1000 of 1,000 parcels" in said.err
    assert "RB0000" not in said.out + said.err


def test_a_cleared_alert_marks_the_hit_and_hits_no_more(stage, screened, body, day):
    release(stage, cleared(body), "--update")
    receive(stage)
    assert "0 exact, 0 pattern" in screen(stage, day, expect=3).err
    statuses = {
        one["matched"]: one["status"] for one in stage.tocsin(COURIER, "screen", "hits", "--json").lines()
    }
    assert {"exact": "active", "pattern, 4 of 4 tests": "cleared"} == statuses


def test_screening_works_while_the_consumer_holds_the_inbox(stage, screened, day):
    """The service is what a courier runs all day; nobody stops it to look at a file."""
    from tocsin.adapters.locks import hold

    with hold(stage.home(COURIER) / "inbox.lock"):
        screen(stage, day, expect=3)
