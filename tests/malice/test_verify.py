"""`tocsin verify`, as an officer runs it, behind a broker that lies."""

import asyncio
import json
from dataclasses import dataclass

import pytest

from tests.malice.lies import Instead
from tests.support.homes import write_home
from tests.support.world import NEIGHBOUR
from tocsin.main import main

pytestmark = pytest.mark.kafka


@dataclass
class Officer:
    """A home whose commands reach the broker through the liar."""

    home: object
    bootstrap: str
    capsys: pytest.CaptureFixture[str]

    async def run(self, *words):
        """(exit code, stdout, stderr) of `tocsin WORDS`."""
        options = ["--home", str(self.home), "--passphrase-file", str(self.home / "passphrase")]
        online = ["--bootstrap", self.bootstrap] if {"subscribe", "--from-topic"} & set(words) else []
        self.capsys.readouterr()
        code = await asyncio.to_thread(main, [*words, *options, *online])
        return (code, *self.capsys.readouterr())

    async def row(self, originator, *words):
        """What `verify` says of the log of `originator` in South America."""
        code, out, _err = await self.run("verify", "--stream", "ion", "--json", *words)
        rows = [json.loads(line) for line in out.splitlines()]
        (row,) = [
            one
            for one in rows
            if (one["originator"], one["region"]) == (originator.party.id.hex(), "south-america")
        ]
        assert (5 if any(one["standing"] != "complete" for one in rows) else 0) == code
        return row


@pytest.fixture
def officer(scene, liar, tmp_path, capsys):
    home = tmp_path / "home"
    write_home(home, NEIGHBOUR, scene.living.repository.pinned_root())
    return Officer(home, liar.bootstrap, capsys)


async def test_a_whole_log_is_complete_until_its_last_checkpoint(officer, originator):
    await originator.publish(3)
    await originator.state()
    await officer.run("subscribe", "ion", "--until-end")
    for words in ((), ("--from-topic",)):
        row = await officer.row(originator, *words)
        assert ("complete", 3, 3) == (row["standing"], row["read_up_to"], row["stated_up_to"])
        assert row["complete_until"] == row["last_checkpoint"]
    assert not (officer.home / "verify").exists()


async def test_a_dropped_record_is_named_by_originator_stream_region_and_counter(officer, originator, liar):
    await originator.publish(3)
    await originator.state()
    liar.lies = [await originator.only(0, 2)]
    code, _out, err = await officer.run("subscribe", "ion", "--until-end")
    assert (5, True) == (code, f"{originator.party.name}, ion, south-america, before 3" in err)
    for words in ((), ("--from-topic",)):
        row = await officer.row(originator, *words)
        assert ("records are missing", 1, None) == (row["standing"], row["missing"], row["complete_until"])
        assert [3] == [one["counter"] for one in row["gaps"]]


async def test_a_replay_misses_what_the_inbox_holds_and_the_broker_no_longer_shows(
    officer, originator, liar, found
):
    await originator.publish(3)
    await officer.run("subscribe", "ion", "--until-end")
    liar.lies = [await originator.only(0)]
    row = await officer.row(originator, "--from-topic")
    assert row["stated_up_to"] is None
    assert ("its end is missing", 2) == (row["standing"], row["missing"])
    found("truncates a log behind its readers", "tocsin verify --from-topic: its end is missing", "at once")


async def test_a_replay_does_not_wait_for_what_was_stated_before_its_end(officer, originator, liar):
    await originator.publish(3)
    await originator.state()
    liar.lies = [await originator.only(0)]
    row = await officer.row(originator, "--from-topic")
    assert ("its end is missing", 3, 2) == (row["standing"], row["stated_up_to"], row["missing"])


async def test_a_hidden_beginning_is_said(officer, originator, liar, scene):
    await originator.publish(3)
    await originator.state()
    truth = await scene.truth(originator.place)
    liar.lies = [Instead(originator.place, truth[-1:])]
    await officer.run("subscribe", "ion", "--until-end")
    row = await officer.row(originator)
    assert ("complete", True) == (row["standing"], row["begins_later"])
    _code, _out, err = await officer.run("verify")
    assert "began before the first record that came" in err


async def test_what_is_wrong_is_said_with_what_to_do(officer, originator, liar):
    await originator.publish(2)
    await officer.run("subscribe", "ion", "--until-end")
    code, _out, err = await officer.run("verify", "--stream", "ion")
    said = f"{originator.party.name}, ion, south-america: not stated yet: no checkpoint names it yet"
    assert (5, True) == (code, said in " ".join(err.split()))
    code, out, err = await officer.run("verify", "--stream", "nowhere")
    assert (2, "", True) == (code, out, "there are alerts, ion, pics, inbox" in " ".join(err.split()))


async def test_a_replay_has_no_earlier_time(officer):
    code, out, err = await officer.run("verify", "--from-topic", "--since", "2026-01-01")
    assert (2, "", True) == (code, out, "a replay knows no earlier time" in err)
