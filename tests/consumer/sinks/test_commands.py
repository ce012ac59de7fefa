"""`tocsin sinks …`, as a person runs it, also beside a service that holds the inbox."""

import base64
import json

import pytest

from services.consumer.sinks.plans import name_of
from tests.support.homes import PASSPHRASE, write_home
from tests.support.parties import DAY_S
from tests.support.world import COURIER
from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.inbox.sink_items import NewItem
from tocsin.adapters.inbox.store import open_inbox
from tocsin.adapters.key_files import KeyFolder
from tocsin.adapters.passphrase import Passphrase
from tocsin.main import main

URL = "webhook=https://desk.firm.example/very-secret-path"
NAME = name_of(URL)


class Person:
    """Runs commands in a home; `inbox` is beside them."""

    def __init__(self, folder, capsys, monkeypatch):
        self.home, self._capsys = folder / "home", capsys
        monkeypatch.setenv("TOCSIN_HOME", str(self.home))
        monkeypatch.setenv("TOCSIN_PASSPHRASE_FILE", str(write_home(self.home, COURIER, b"{}")))
        key = KeyFolder.open(self.home / "keys", Passphrase(PASSPHRASE)).storage_key()
        self.inbox = open_inbox(self.home / "inbox", key)

    def run(self, *words, code=0):
        found = main(["sinks", *words])
        said = self._capsys.readouterr()
        assert code == found, said.err
        return said

    def began(self, *, dead=0):
        with self.inbox.transaction():
            self.inbox.sinks.begin(NAME, "webhook", 0, 0)
            for number in range(dead):
                self.inbox.sink_items.add(NAME, NewItem(f"report-{number}", 0, number), 0)
            for item in self.inbox.sink_items.due(NAME, DAY_S, 1_000):
                self.inbox.sink_items.failed(item, "it answered 500", None, 3 * DAY_S)


@pytest.fixture
def person(tmp_path, capsys, monkeypatch):
    return Person(tmp_path, capsys, monkeypatch)


def test_a_secret_is_shown_before_the_first_event_and_stays(person):
    first = person.run("secret", "show", URL).out.strip()
    assert 32 == len(base64.b64decode(first.removeprefix("whsec_")))
    assert first == person.run("secret", "show", NAME).out.strip()


def test_a_secret_changes_and_both_are_in_use_for_a_while(person):
    old = person.run("secret", "show", URL).out.strip()
    said = person.run("secret", "rotate", URL, "--overlap-hours", "1")
    assert old != said.out.strip()
    assert "signed under both until" in said.err
    assert "the one before it" in person.run("secret", "show", URL).err


def test_only_webhooks_have_a_secret(person):
    assert "only webhooks" in person.run("secret", "show", "spool=in", code=3).err


def test_a_list_says_what_each_sink_did_and_no_secret(person):
    person.began(dead=2)
    (row,) = [json.loads(line) for line in person.run("list", "--json").out.splitlines()]
    assert (NAME, 0, 2) == (row["name"], row["delivered"], row["dead"])
    assert "very-secret-path" not in json.dumps(row)


def test_a_sink_that_ails_ends_with_5_and_a_sentence(person):
    person.began(dead=2)
    assert "given up: 2, see tocsin sinks dead list" in person.run("status", URL, code=5).err
    person.run("dead", "drop", "--all")
    person.run("status", URL)


def test_what_was_given_up_is_listed_tried_anew_and_dropped(person):
    person.began(dead=3)
    ids = [json.loads(line)["id"] for line in person.run("dead", "list", "--json").out.splitlines()]
    assert 3 == len(ids)
    assert "1 will be tried again" in person.run("dead", "retry", str(ids[0])).err
    assert "1 dropped" in person.run("dead", "drop", str(ids[1])).err
    assert "1 will be tried again" in person.run("dead", "retry", "--all").err
    assert "" == person.run("dead", "list", "--json").out


def test_commands_work_beside_a_service_that_holds_the_inbox(person):
    person.began(dead=1)
    with ParticipantHome.open(person.home).hold("inbox"):
        person.run("dead", "retry", "--all")
        person.run("secret", "rotate", URL)
        person.run("list")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("status", "desk"), 3, "there is no sink desk: none began yet"),
        (("enable", "Desk One"), 2, "no sink's name"),
        (("dead", "retry"), 2, "give the ID of one, or --all"),
        (("dead", "drop", "3", "--all"), 2, "give the ID of one, or --all"),
        (("dead", "drop", "77"), 3, "nothing of number 77 was given up"),
    ],
)
def test_what_cannot_be_meant_is_refused(person, words, code, said):
    assert said in person.run(*words, code=code).err


def test_a_sink_that_was_disabled_is_enabled(person):
    person.began()
    with person.inbox.transaction():
        person.inbox.sinks.disable(NAME, "it answered 410: it wants no more")
    assert "is disabled" in person.run("status", NAME, code=5).err
    person.run("enable", NAME)
    person.run("status", NAME)


def test_a_sink_that_is_used_no_more_is_forgotten_with_its_secrets(person):
    person.began(dead=2)
    old = person.run("secret", "show", URL).out
    person.run("forget", URL)
    assert "" == person.run("list").out + person.run("dead", "list").out
    assert old != person.run("secret", "show", URL).out


@pytest.mark.parametrize(
    "words",
    [
        *(("list",), ("status",), ("enable",), ("forget",), ("secret", "show"), ("secret", "rotate")),
        *(("dead", "list"), ("dead", "retry"), ("dead", "drop")),
    ],
)
def test_each_command_has_an_example(person, words):
    assert f"Example: tocsin sinks {' '.join(words)}" in person.run(*words, "--help").out
