"""A courier's day without a word of Kafka: heartbeat, alert, failing webhook, clearance, agreement."""

import json
import subprocess
import time
from contextlib import suppress

import httpx
import pytest

from services.workshop.ports import find_free
from tests.support.desk import Desk
from tests.support.exercises import alert, cleared
from tests.support.receivers import MailBox, Receiver
from tests.support.stage import AUTHORITY, COLOMBIA, COURIER, ROOT, TOCSIN

pytestmark = pytest.mark.kafka
CANARY = "zanzibar canary"


@pytest.fixture(scope="module")
def desk(stage, tmp_path_factory):
    folder = tmp_path_factory.mktemp("desk")
    with Receiver() as receiver, MailBox(folder) as mailbox:
        desk = Desk(stage, folder, receiver, mailbox)
        yield desk
        desk.kill()


@pytest.fixture(scope="module")
def secret(desk):
    return desk.sinks_of("secret", "show", f"webhook={desk.url}").out.strip()


@pytest.fixture(scope="module")
def said(stage):
    return {**alert(), "title": CANARY, "advice": f"Look for {CANARY}."}


def publish(stage, told, *words):
    stage.tocsin(COLOMBIA, "publish", stage.write("alert.json", told), "--audience", "couriers", *words)


@pytest.fixture(scope="module")
def beaten(desk, secret):
    """Step 3: the line stands."""
    desk.start()
    return desk.receiver.of("heartbeat")[0]


@pytest.fixture(scope="module")
def delivered(stage, desk, beaten, said):
    """Step 4: an alert was published and reached all three."""
    publish(stage, said, "--approve")
    event = desk.receiver.of("alert.active")[0]
    desk.wait_for_files(".json", 1)
    desk.mailbox.wait_for(1)
    return event


@pytest.fixture(scope="module")
def failed(stage, desk, delivered, said):
    """Step 5: the webhook answers 500 to a second alert, and the process is killed."""
    desk.receiver.answer = lambda _posted: (500, {})
    second = {**alert(), "alert_id": "f" * 32, "title": f"{CANARY} two"}
    publish(stage, second, "--approve")
    first_try = desk.receiver.of("alert.active", 2)[1]
    desk.wait_for_files(".json", 2)
    desk.kill()
    desk.receiver.answer = lambda _posted: (204, {})
    before = {path.name: path.stat().st_mtime_ns for path in desk.spool.glob("*alert-*")}
    desk.start()
    again = desk.receiver.of("alert.active", 3)[2]
    return first_try, again, before


def test_step_3_a_signed_heartbeat_is_seen(beaten, secret):
    assert beaten.signed_by(secret)
    assert 0 == beaten.json["data"]["dead"]


def test_step_4_a_file_for_programs_and_one_for_people_appear_whole(desk, delivered, said):
    (name,) = [one for one in desk.files(".json") if said["alert_id"] in one]
    assert name.startswith("EXERCISE-alert-")
    assert name.endswith("-v0001-active.json")
    assert said["title"] == json.loads((desk.spool / name).read_text())["data"]["report"]["title"]
    text = (desk.spool / name).with_suffix(".txt").read_text()
    assert "DO NOT TELL THE CUSTOMER." in text
    assert "Your authority: Colombia (CO)." in text
    assert [] == [path for path in desk.spool.iterdir() if path.name.startswith(".")]
    assert {0o600} == {path.stat().st_mode & 0o777 for path in desk.spool.iterdir()}


def test_step_4_the_webhook_is_signed_and_has_an_idempotency_key(delivered, secret, said):
    assert delivered.signed_by(secret)
    assert delivered.id.startswith("msg_")
    assert said["title"] == delivered.json["data"]["report"]["title"]


def test_step_4_the_mail_has_not_one_word_of_content(desk, delivered):
    mail = desk.mailbox.mails[0].as_string()
    assert "1 notice is waiting" in mail
    assert not [word for word in ("zanzibar", "canary", "alert", "Colombia") if word in mail]


def test_step_5_what_failed_comes_again_under_the_same_key_after_a_restart(failed):
    first_try, again, _ = failed
    assert (first_try.id, first_try.body) == (again.id, again.body)


def test_step_5_nothing_else_repeats(desk, failed):
    _, _, before = failed
    assert 3 == len(desk.receiver.of("alert.active", 3))
    assert before == {path.name: path.stat().st_mtime_ns for path in desk.spool.glob("*alert-*")}


def test_step_11_a_clearance_is_a_new_file_and_event(stage, desk, failed, said):
    publish(stage, cleared(said), "--approve", "--update")
    event = desk.receiver.of("alert.cleared")[0]
    assert said["alert_id"] == event.json["data"]["report"]["alert_id"]
    (name,) = desk.wait_for_files("-cleared.txt", 1)
    assert "CLEARED" in (desk.spool / name).read_text()


def test_it_is_seen_what_each_sink_delivered(desk, failed):
    rows = {one["kind"]: one for one in desk.sinks_of("list", "--json").lines()}
    assert {"spool", "webhook", "ping"} == set(rows)
    assert {"well"} == {one["state"] for one in rows.values()}
    assert "very-secret-path" not in json.dumps(rows)


def test_what_is_said_and_stored_beside_the_sinks_holds_no_content_and_no_secret(stage, desk, failed):
    told = desk.log.read_text()
    assert "sink webhook-" in told
    assert not [word for word in ("zanzibar", "very-secret-path") if word in told]
    home = stage.home(COURIER)
    for path in home.rglob("*"):
        if path.is_file():
            assert b"zanzibar" not in path.read_bytes(), path


def test_the_service_brings_alerts_to_the_sinks_of_its_settings_and_says_what_ails(stage, desk, failed):
    desk.kill()
    settings = stage.home(COURIER) / "settings.toml"
    folder = desk.spool.parent / "service"
    settings.write_text(
        f'{desk.mailbox.settings()}\n[consumer.sinks.files]\nto = "spool={folder}"\n'
        f'[consumer.sinks.hook]\nto = "webhook={desk.url}"\nfilters = ["action>=look-up"]\n'
    )
    desk.receiver.answer = lambda _posted: (500, {})
    port = find_free(1)
    environment = stage.environment(COURIER, TOCSIN_CONSUMER_PORT=str(port))
    with desk.log.open("ab") as log:
        service = subprocess.Popen(
            [TOCSIN, "consumer", "serve"], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    try:
        ready = wait_for(f"http://127.0.0.1:{port}/readyz", "warning: sink hook: failed", desk.log)
        assert "sink files" not in ready
        assert 3 == len(list(folder.glob("*alert-*.json")))
        metrics = wait_for(
            f"http://127.0.0.1:{port}/metrics", 'sink_delivered_total{sink="files"} 4', desk.log
        )
        assert not [word for word in ("zanzibar", "very-secret-path") if word in ready + metrics]
    finally:
        service.terminate()
        service.wait(30)
        desk.receiver.answer = lambda _posted: (204, {})
    assert 0 == service.returncode


def wait_for(url, text, log):
    """What is answered at `url`, once `text` is in it."""
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        with suppress(httpx.TransportError):
            if text in (said := httpx.get(url).text):
                return said
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def test_step_12_when_the_agreement_ended_the_next_alert_does_not_open_and_the_sponsor_is_named(
    stage, desk, failed, said
):
    desk.kill()
    tomorrow = time.strftime("%Y-%m-%d", time.gmtime(time.time()))
    words = ("participant", "agreement", stage.ids[COURIER], "--reference", "MOU-7", "--ends", tomorrow)
    stage.tocsin(AUTHORITY, "authority", *words)
    stage.tocsin(AUTHORITY, "authority", "publish")
    soon = stage.tocsin(COURIER, "subscribe", "alerts", "--sink", desk.sinks[0], "--until-end", expect=0)
    assert "the agreement MOU-7 with Colombia (CO) ends within a day" in soon.err
    assert [True] == [path.name.endswith("-1.txt") for path in desk.spool.glob("agreement-*.txt")]
    late = stage.tocsin_later(86_400, COURIER, "subscribe", "alerts", "--until-end", expect=None)
    assert "the agreement MOU-7 with Colombia (CO) ended on" in late.err, late.err
    assert "ask Colombia (CO) to prolong it" in late.err
    assert 5 == late.code, late.err
