"""What waits says since when, why and what to do, for people and for programs."""

import json
from types import SimpleNamespace

import pytest

from services.producer import waiting
from tests.producer.test_commands import lines, report, write
from tests.support.world import NOW_S, ORIGINATOR, small_world
from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.outbox.status import DestinationStatus, State
from tocsin.core.clock_skew import TOLERANCE_S
from tocsin.core.directory import TIMESTAMP_LIFETIME_S
from tocsin.main import main


@pytest.fixture
def waits(home, tmp_path, capsys):
    """A home in which one report waits for two regions."""
    main(["publish", "--no-wait", write(tmp_path / "r.json", report("A-1"))])
    capsys.readouterr()
    return home


@pytest.fixture
def broker_answers(monkeypatch):
    async def answers(_access):
        pass

    monkeypatch.setattr(waiting, "ask_broker", answers)


def obstacle(capsys, *words):
    """The first obstacle that `tocsin status` names, as JSON."""
    main(["status", *words, "--json"])
    return next(one["waits"] for one in lines(capsys.readouterr().out) if "waits" in one)


@pytest.mark.parametrize("words", [(), ("A-1",)])
def test_a_broker_that_cannot_be_reached_is_said_with_since_when_and_what_to_do(waits, capsys, words):
    main(["status", *words])
    err = capsys.readouterr().err
    assert " UTC): connecting: Kafka at 127.0.0.1:9 cannot be reached" in err
    assert "what to do: nothing is lost" in err


@pytest.mark.parametrize("words", [(), ("A-1",)])
def test_programs_are_told_why_by_a_word_of_a_closed_list(waits, capsys, words):
    assert "broker-unreachable" == obstacle(capsys, *words)["why"]


def test_only_the_states_in_which_something_waits_say_since_when(waits, capsys):
    main(["status", "--json"])
    assert ["accepted"] == [one["state"] for one in lines(capsys.readouterr().out) if "waits_since" in one]


def test_where_no_broker_is_named_it_is_said_how_to_name_one(waits, capsys, monkeypatch):
    monkeypatch.delenv("TOCSIN_BOOTSTRAP")
    found = obstacle(capsys)
    assert ("no-broker-named", True) == (found["why"], "--bootstrap" in found["said"])


def test_a_directory_that_was_never_read_is_in_the_way_once_the_broker_answers(
    waits, capsys, broker_answers
):
    assert "no-directory" == obstacle(capsys)["why"]


@pytest.mark.parametrize(
    ("off_s", "why"),
    [(TIMESTAMP_LIFETIME_S, "directory-expired"), (-TOLERANCE_S - 1, "clock-behind"), (-TOLERANCE_S, None)],
)
def test_a_clock_that_is_far_from_the_directory_is_in_the_way(off_s, why):
    directory = small_world().directory
    client = SimpleNamespace(load=lambda: directory)
    participant = SimpleNamespace(directory_client=lambda: client, originator=ORIGINATOR)
    found = waiting._of_directory(participant, (), directory.signed_at_s + off_s)
    assert why == (found and found.why)


@pytest.mark.parametrize(("held_until_s", "expected"), [(None, True), (NOW_S, True), (NOW_S + 1, False)])
def test_what_a_time_held_waits_since_that_time_has_come(held_until_s, expected):
    place = DestinationStatus("couriers", "alerts", "global", State.ACCEPTED, held_until_s=held_until_s)
    item = SimpleNamespace(attachments=(), destinations=(place,))
    assert expected is waiting.waits(item, NOW_S)


def test_a_service_that_holds_the_outbox_is_named(waits, capsys, broker_answers, monkeypatch):
    monkeypatch.setattr(waiting, "_of_directory", lambda *_: None)
    with ParticipantHome.open(waits).hold("outbox"):
        found = obstacle(capsys)
    assert ("being-sent", True) == (found["why"], "holds it since" in found["said"])


def test_that_nobody_sends_is_said(waits, capsys, broker_answers, monkeypatch):
    monkeypatch.setattr(waiting, "_of_directory", lambda *_: None)
    assert "not-sent" == obstacle(capsys)["why"]


def test_every_obstacle_says_what_to_do():
    assert set(waiting.Why) == {why for why in waiting.Why if waiting.Obstacle(why, "").do}


def test_where_nothing_waits_no_broker_is_asked(home, tmp_path, capsys, monkeypatch):
    main(["publish", "--no-wait", write(tmp_path / "r.json", report("A-1"))])
    main(["publish", "--withdraw", "A-1", "--reason", "error", "--no-wait"])
    monkeypatch.setattr(waiting, "ask_broker", None)
    capsys.readouterr()
    assert 0 == main(["status"])
    out, err = capsys.readouterr()
    assert "" == err
    assert not any("waits" in json.loads(line) for line in out.splitlines())
