"""A focal point's whole day: admitted, cut off, publishing, correcting, alerting, withdrawing."""

import json
import subprocess
import time
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from openpyxl import Workbook

from services.workshop.local_kafka import LocalKafka, Tuning
from tests.chaos.processes import Build, ServiceProcess
from tests.support.exercises import reports
from tests.support.photographs import opened, photograph, place_of
from tests.support.stage import (
    ANALYST,
    AUTHORITY,
    COLOMBIA,
    COURIER,
    NETHERLANDS,
    SECOND_COURIER,
    TOCSIN,
    build_stage,
)
from tocsin.core import flat_columns
from tocsin.runtime.exits import Exit

pytestmark = pytest.mark.kafka
THIRD_READER = "pe"
ACTORS = (COLOMBIA, NETHERLANDS, ANALYST, THIRD_READER, COURIER, SECOND_COURIER)
FIRST, SECOND = "CO-CUS-2026-00001", "CO-CUS-2026-00002"
DAY_S = 86_400
FORM = """seizure
{today}
CO
El Dorado airport
acetic anhydride
presumptive
pics
25
l
AF
NL
air
020-81140743
tile glue

Found in a shipment of glue.
en
amber

no
"""
ALERT = {
    "kind": "suspicious-shipment",
    "sectors": ["courier"],
    "title": "Solvent declared as tile glue",
    "advice": "Hold it and call 2247 8000 before delivery.",
    "language": "en",
    "selectors": [
        {
            "tests": [
                {"field": "origin_country", "operator": "equals", "values": ["AF"]},
                {"field": "declared_text", "operator": "phrase", "values": ["tile glue"]},
            ]
        }
    ],
    "action": "hold-and-ask",
    "exercise": True,
}


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    """Three focal points, an analyst, two couriers; the first focal point is customs, and goes first."""
    folder = tmp_path_factory.mktemp("day")
    with LocalKafka(folder / "kafka", tuning=Tuning(heap_mb=256), say=lambda _text: None) as kafka:
        stage = build_stage(folder / "homes", kafka, ACTORS)
        stage.tocsin(COLOMBIA, "send")
        (stage.home(COLOMBIA) / "settings.toml").write_text('[report]\nagency = "CUS"\n')
        yield stage


def year_of(reference):
    """The reference as this year's day gives it."""
    return reference.replace("2026", time.strftime("%Y", time.gmtime()))


def the_one(lines):
    (one,) = lines
    return one


@pytest.fixture(scope="module")
def photo(stage):
    path = stage.folder / "photo.jpg"
    path.write_bytes(photograph())
    return path


@pytest.fixture(scope="module")
def drafted(stage, photo):
    """Step 3: the broker is gone, and an officer fills in the quick form."""
    stage.kafka.kill()
    day = time.strftime("%Y-%m-%d", time.gmtime(time.time() - DAY_S))
    return subprocess.run(
        [TOCSIN, "report", "new", "--attach", photo],
        env=stage.environment(COLOMBIA),
        input=FORM.format(today=day),
        capture_output=True,
        text=True,
        check=True,
    )


@pytest.fixture(scope="module")
def submitted(stage, drafted, photo):
    """Step 4: submitted all the same."""
    draft = the_one(stage.tocsin(COLOMBIA, "report", "drafts").lines())["draft"]
    return stage.tocsin(COLOMBIA, "report", "submit", draft, "--attach", photo, expect=Exit.INCOMPLETE)


def post(service, token, report):
    """(HTTP status, receipt) of a report that is handed to the service under one key."""
    headers = {
        "Content-Type": "application/json",
        "Authorization": f"Bearer {token}",
        "Idempotency-Key": "case-4711",
    }
    body = json.dumps(report).encode()
    ends = time.monotonic() + 30
    while True:
        try:
            with urlopen(
                Request(f"http://127.0.0.1:{service.port}/v1/reports", body, headers), timeout=20
            ) as answer:
                return answer.status, json.loads(answer.read())
        except HTTPError:
            raise
        except OSError:
            assert time.monotonic() < ends, "the publisher does not answer"
            time.sleep(0.05)


@pytest.fixture(scope="module")
def handed_in(stage, submitted):
    """Steps 4 and 5 by another way in: the database of the office hands the same report in twice."""
    token = stage.tocsin(COLOMBIA, "producer", "token", "database").out.strip()
    report = reports(7, 1)[0] | {"exercise": False}
    del report["national_reference"]
    service = ServiceProcess(stage, "producer", COLOMBIA, Build())
    service.start()
    answers = [post(service, token, report) for _ in range(2)]
    service.kill()
    return answers


@pytest.fixture(scope="module")
def back_again(stage, handed_in):
    """Step 5: the publisher was killed; it and the broker are started again."""
    stage.kafka.start()
    service = ServiceProcess(stage, "producer", COLOMBIA, Build())
    service.start()
    ends = time.monotonic() + 60
    while (said := status(stage, FIRST, SECOND))[0]["state"] != "published":
        assert time.monotonic() < ends, said
    service.stop()
    assert [] == service.troubles
    return status(stage, FIRST, SECOND)


def status(stage, *references):
    return [
        the_one(stage.tocsin(COLOMBIA, "status", year_of(one), "--json", expect=None).lines())
        for one in references
    ]


@pytest.fixture(scope="module")
def seen(stage, back_again):
    """Step 6: what the Netherlands read of the first report."""
    return the_one(
        one
        for one in stage.read(NETHERLANDS, "pics")
        if one["report"]["national_reference"] == year_of(FIRST)
    )


@pytest.fixture(scope="module")
def updated(stage, seen):
    """Step 7: the laboratory confirms it."""
    report = seen["report"] | {}
    report["substances"] = [report["substances"][0] | {"status": "confirmed"}]
    report.pop("attachments", None)
    stage.tocsin(COLOMBIA, "publish", stage.write("update.json", report), "--update")
    said = stage.tocsin(NETHERLANDS, "subscribe", "pics", "--until-end", "--json")
    return the_one(said.lines())


def test_step_1_both_screens_show_one_fingerprint(stage):
    request = stage.folder / "newcomer.request"
    stage.tocsin("newcomer", "keys", "init", "--name", "Newcomer", "--country", "PE")
    ours = stage.tocsin("newcomer", "keys", "request", "--out", request).err
    theirs = stage.tocsin(AUTHORITY, "authority", "challenge", request).err

    def words(text):
        return next(line for line in text.splitlines() if line.startswith("in words:"))

    assert words(ours) == words(theirs)
    assert 13 == len(words(ours).split()) - 2


def test_step_2_the_doctor_finds_nothing_that_fails(stage):
    said = stage.tocsin(COLOMBIA, "doctor", "--json")
    assert set() == {one["check"] for one in said.lines() if one["level"] == "fail"}
    assert {"pass"} == {one["level"] for one in said.lines() if one["check"] == "heartbeat"}


def test_step_3_the_form_is_filled_in_without_a_broker(drafted):
    assert "location removed" in drafted.stderr
    assert "can be sent; completeness 73 of 100" in drafted.stdout
    assert 3 == drafted.stdout.count("would help:")


def test_step_4_it_has_a_reference_and_waits_for_the_broker(submitted):
    assert (year_of(FIRST), "accepted") == tuple(
        the_one(submitted.lines())[name] for name in ("reference", "state")
    )
    assert "cannot be reached" in submitted.err
    assert "waits in the outbox" in submitted.err


def test_steps_4_and_5_what_is_handed_in_again_keeps_its_reference(handed_in):
    assert [(201, year_of(SECOND)), (200, year_of(SECOND))] == [
        (code, receipt["reference"]) for code, receipt in handed_in
    ]


def test_step_5_after_a_kill_both_are_published_to_three_regions_and_once(stage, back_again):
    first = back_again[0]
    assert {"published"} == {one["state"] for one in first["destinations"]}
    assert 3 == len(first["regions"])
    read = [one["report"]["national_reference"] for one in stage.read(NETHERLANDS, "ion,pics")]
    assert sorted(map(year_of, (FIRST, SECOND))) == sorted(read)


def test_step_6_the_photograph_opens_and_holds_no_place(stage, seen, tmp_path):
    stage.tocsin(NETHERLANDS, "attachments", "save", year_of(FIRST), "--out", tmp_path)
    content = (tmp_path / "photo.jpg").read_bytes()
    assert (320, 240) == opened(content).size
    assert {} == place_of(content)


def test_step_7_the_reader_sees_the_second_version_and_what_changed(updated):
    assert (2, ["substances[0].status"]) == (updated["version"], updated["changed"])


@pytest.fixture(scope="module")
def unit(stage, updated):
    """Two people with release keys of their own."""
    change, by = Path(), ()
    for handle, roles in (
        ("ana", ("administrator", "officer", "release-officer")),
        ("ben", ("release-officer",)),
    ):
        words = stage.folder / f"{handle}.words"
        words.touch(mode=0o600)
        words.write_text(f"the very own words of {handle}\n")
        change = stage.folder / f"{handle}.change"
        wanted = [word for role in roles for word in ("--role", role)]
        more = (*wanted, *by, "--new-passphrase-file", words, "--out", change)
        stage.tocsin(COLOMBIA, "people", "add", handle, "--name", handle.title(), *more)
        by = ("--as", "ana", "--person-passphrase-file", stage.folder / "ana.words")
    stage.tocsin(AUTHORITY, "authority", "participant", "change-keys", change)
    stage.tocsin(AUTHORITY, "authority", "publish")
    stage.tocsin(COLOMBIA, "send")
    return stage


def alert(stage, handle, *words, expect=0):
    more = ("--as", handle, "--person-passphrase-file", stage.folder / f"{handle}.words")
    return stage.tocsin(COLOMBIA, "alert", *words, *more, expect=expect)


@pytest.fixture(scope="module")
def proposed(unit):
    """Step 8: an alert that asks for an answer within a day."""
    body = ALERT | {"answer_by": int(time.time()) + DAY_S}
    words = ("new", unit.write("proposal.json", body), "--audience", "couriers")
    return body, the_one(alert(unit, "ana", *words).lines())["name"]


@pytest.fixture(scope="module")
def released(unit, proposed):
    """Step 9: edited by its author, released by another person; both couriers read it."""
    body, name = proposed
    found = the_one(unit.tocsin(COLOMBIA, "alert", "lint", name, expect=Exit.REFUSED).lines())
    edited = body | {"advice": "Hold it and ask your national authority."}
    alert(unit, "ana", "edit", name, unit.write("edited.json", edited))
    alert(unit, "ben", "approve", name, "--reason", "checked")
    read = {one: the_one(unit.read(one, "alerts")) for one in (COURIER, SECOND_COURIER)}
    return found, read


@pytest.fixture(scope="module")
def answered(unit, released):
    """Step 10: one courier stopped a parcel and found nothing more, the other says nothing for two days."""
    id_ = released[1][COURIER]["report"]["alert_id"]
    unit.tocsin(COURIER, "answer", id_, "stopped")
    unit.tocsin(COURIER, "answer", id_, "nothing-found")
    unit.tocsin(COLOMBIA, "subscribe", "all", "--until-end", expect=None)
    return unit.tocsin_later(2 * DAY_S, COLOMBIA, "answers", "--json", expect=Exit.INCOMPLETE)


def test_step_8_the_author_may_not_release(unit, proposed):
    refused = alert(unit, "ana", "approve", proposed[1], "--reason", "urgent", expect=Exit.BUSY)
    assert "the author may not release" in refused.err


def test_step_9_the_telephone_number_was_found_and_both_couriers_see_what_was_released(released):
    found, read = released
    assert "2247 8000" == found["excerpt"]
    assert {"Hold it and ask your national authority."} == {
        one["report"]["advice"] for one in read.values()
    }


def test_step_10_the_answers_are_counted_and_who_is_silent_is_late(answered):
    shown = the_one(answered.lines())
    assert {"stopped": 1, "nothing-found": 1} == {
        code: count for code, count in shown["counts"].items() if count
    }
    assert [SECOND_COURIER.capitalize()] == shown["late"]


@pytest.fixture(scope="module")
def sheet(stage):
    """A hundred rows; one names a country that is none, one a quantity that is no number."""
    book = Workbook()
    codes = ("reference", "country", "event_date", "substance", "unit", "amount", "kind", "system", "tlp")
    book.active.append([flat_columns.column(code).label["en"] for code in codes])
    for number in range(2, 102):
        row = [f"S-{number}", "CO", "2026-11-03", "Ephedrine", "KGM", number, "seizure", "pics", "amber"]
        book.active.append(row)
    book.active["B17"], book.active["F40"] = "Atlantis", "about three"
    path = stage.folder / "s.xlsx"
    book.save(path)
    return path


def test_step_11_a_sheet_is_tried_then_imported_and_imported_again_adds_nothing(stage, answered, sheet):
    words = ("import", sheet, "--json")
    tried = stage.tocsin(COLOMBIA, *words, "--dry-run", expect=Exit.REFUSED)
    assert "row 17: B17 (Country): is no country that is known" in tried.err
    assert "row 40: F40 (Quantity): is no number" in tried.err
    counts = [the_one(stage.tocsin(COLOMBIA, *words, expect=Exit.REFUSED).lines()) for _ in range(2)]
    assert 98 == the_one(tried.lines())["accepted"]
    assert [98, 0] == [one["accepted"] for one in counts]


def test_step_12_a_withdrawn_report_is_gone_and_two_of_three_have_confirmed(stage, updated, answered):
    stage.tocsin(COLOMBIA, "publish", "--withdraw", year_of(FIRST), "--reason", "error")
    for reader in (NETHERLANDS, ANALYST):
        assert year_of(FIRST) not in json.dumps(stage.read(reader, "ion,pics"))
    stage.tocsin(COLOMBIA, "send")
    said = stage.tocsin(COLOMBIA, "status", year_of(FIRST)).err
    assert "receipts 2 of 3" in said
    assert THIRD_READER.capitalize() in said
