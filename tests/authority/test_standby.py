"""A standby keeps the directory fresh while the authority is silent; the authority comes back over it."""

import asyncio
import json
import time

import pytest

from services.authority import publishing, standby, standby_serving
from services.authority.publishing import publish
from services.authority.standby import open_standby
from services.authority.standby_serving import StandingBy
from tests.support.office import Desk
from tocsin.adapters import tuf_topic
from tocsin.adapters.kafka.records import IncomingRecord
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.adapters.locks import hold
from tocsin.adapters.standby_home import KEY_FILE, PUBLIC_FILE
from tocsin.adapters.tuf_client import DirectoryClient
from tocsin.adapters.tuf_standing import StandbySignedError
from tocsin.core.errors import BrokerUnavailableError, DirectoryStaleError

HOUR_S = 3_600
NOWHERE = KafkaAccess("127.0.0.1:9")


class Topic:
    """The directory's topic in memory, in the place of Kafka."""

    def __init__(self):
        self.files, self.away, self.read_from = {}, False, []

    async def read_to_end(self, access, topic, *, from_offset):
        self.read_from.append(from_offset)
        if self.away:
            raise BrokerUnavailableError("no broker answers")
        return [
            IncomingRecord(topic, 0, at, name.encode(), data, int(time.time() * 1_000))
            for at, (name, data) in enumerate(self.files.items())
        ]

    def publisher(self, _access):
        topic = self

        class Publisher:
            async def __aenter__(self):
                return self

            async def __aexit__(self, *_error):
                return None

            async def publish(self, records):
                topic.files |= {one.key.decode(): one.value for one in records}

        return Publisher()


@pytest.fixture
def topic(monkeypatch):
    topic = Topic()
    monkeypatch.setattr(tuf_topic, "read_to_end", topic.read_to_end)
    for module in (publishing, standby):
        monkeypatch.setattr(module, "Publisher", topic.publisher)
    return topic


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "standby"


@pytest.fixture
def admitted(desk, topic, folder, tmp_path) -> Desk:
    """An authority with a standby, published."""
    desk.run("standby", "new", "--name", "Vienna", "--out", tmp_path / "s.json", home=folder)
    desk.run("standby", "admit", tmp_path / "s.json", "--out", tmp_path / "1.root.json")
    desk.run("standby", "accept", tmp_path / "1.root.json", home=folder)
    desk.run("publish")
    return desk


@pytest.fixture
def opened(admitted, folder):
    """The standby, by a clock that the test moves."""
    found = open_standby(folder, admitted.passphrase_file, "127.0.0.1:9")
    now_s = time.time()
    found.clock = lambda: now_s + found.ahead_s
    found.ahead_s = 0
    return found


async def round_at(opened, ahead_s):
    opened.ahead_s = ahead_s
    standing = StandingBy(opened)
    await standing.round()
    return standing


def client(desk, folder):
    return DirectoryClient(folder, desk.office.repository.pinned_root())


def test_a_standby_looks_and_leaves_a_fresh_directory_alone(admitted, topic, folder) -> None:
    before = topic.files["timestamp.json"]
    assert "nothing to do" in admitted.run("standby", "sign", home=folder).err
    assert before == topic.files["timestamp.json"]


async def test_stock_clients_go_on_by_its_signature_beyond_the_authority_s_end(
    admitted, topic, opened, tmp_path
) -> None:
    late_s = int(time.time()) + 26 * HOUR_S
    reader = client(admitted, tmp_path / "reader")
    with pytest.raises(DirectoryStaleError):
        reader.refresh(topic.files, late_s)
    standing = await round_at(opened, 25 * HOUR_S)
    assert "standing in for the authority, bring it back" in standing.troubles()[0]
    assert reader.refresh(topic.files, late_s).expires_at_s > late_s + 22 * HOUR_S


async def test_a_timestamp_has_one_signature_and_the_role_two_keys_at_most(admitted, topic, opened) -> None:
    await round_at(opened, 4 * HOUR_S)
    assert 1 == len(json.loads(topic.files["timestamp.json"])["signatures"])
    root = json.loads(topic.files["2.root.json"])["signed"]["roles"]["timestamp"]
    assert (2, 1) == (len(root["keyids"]), root["threshold"])
    assert len(topic.files["timestamp.json"]) < 16_384


async def test_it_signs_hourly_while_it_stands_in_and_is_quiet_when_the_authority_is_back(
    admitted, topic, opened
) -> None:
    await round_at(opened, 4 * HOUR_S)
    first = topic.files["timestamp.json"]
    assert [] != (await round_at(opened, 4 * HOUR_S + 1_800)).troubles()
    assert first == topic.files["timestamp.json"]
    await round_at(opened, 5 * HOUR_S + 1)
    assert first != topic.files["timestamp.json"]
    await asyncio.to_thread(admitted.run, "publish")
    assert [] == (await round_at(opened, HOUR_S)).troubles()


def test_the_authority_that_comes_back_signs_over_it(admitted, topic, opened, tmp_path) -> None:
    for ahead_s in (4, 6, 8):
        asyncio.run(round_at(opened, ahead_s * HOUR_S))
    version = json.loads(topic.files["timestamp.json"])["signed"]["version"]
    reader = client(admitted, tmp_path / "reader")
    reader.refresh(topic.files, int(time.time()))
    said = admitted.run("publish")
    assert ("timestamp.json\n", True) == (said.out, "a standby signed timestamp" in said.err)
    assert version + 1 == admitted.office.repository.standing().versions["timestamp"]
    reader.refresh(topic.files, int(time.time()))
    admitted.run("renew")
    admitted.run("publish")
    assert 2 == reader.refresh(topic.files, int(time.time())).version


def test_what_the_authority_changed_while_a_standby_signed_goes_out(
    admitted, topic, opened, tmp_path
) -> None:
    for ahead_s in (4, 6, 8):
        asyncio.run(round_at(opened, ahead_s * HOUR_S))
    reader = client(admitted, tmp_path / "reader")
    reader.refresh(topic.files, int(time.time()))
    admitted.run("renew")
    assert "a standby signed timestamp" in admitted.run("publish").err
    assert 2 == reader.refresh(topic.files, int(time.time())).version


async def test_a_standby_s_signature_is_told_apart_from_a_restored_folder(admitted, topic, opened) -> None:
    await round_at(opened, 4 * HOUR_S)
    repository = admitted.office.repository
    with pytest.raises(StandbySignedError):
        await publish(repository, repository.files(), NOWHERE, int(time.time()))


async def test_an_old_state_on_the_topic_is_not_prolonged(admitted, topic, opened) -> None:
    old = dict(topic.files)
    await asyncio.to_thread(admitted.run, "renew")
    await asyncio.to_thread(admitted.run, "publish")
    await round_at(opened, 0)
    topic.files = dict(old)
    standing = await round_at(opened, 4 * HOUR_S)
    assert "the broker shows an old state" in standing.troubles()[0]
    assert old == topic.files


async def test_a_forged_timestamp_is_not_prolonged(topic, opened) -> None:
    topic.files["timestamp.json"] = topic.files["timestamp.json"].replace(b'"version":2', b'"version":9')
    topic.files["timestamp.json"] = topic.files["timestamp.json"].replace(b'"version":1', b'"version":9')
    before = dict(topic.files)
    assert "not signed by the root's key" in (await round_at(opened, 4 * HOUR_S)).troubles()[0]
    assert before == topic.files


@pytest.mark.parametrize("name", ["timestamp.json", "1.snapshot.json", "1.targets.json"])
async def test_a_file_that_is_missing_is_named(topic, opened, name) -> None:
    del topic.files[name]
    assert f"does not hold {name}" in (await round_at(opened, 4 * HOUR_S)).troubles()[0]


async def test_after_72_hours_it_signs_no_more(topic, opened) -> None:
    await round_at(opened, 71 * HOUR_S)
    before = topic.files["timestamp.json"]
    standing = await round_at(opened, 73 * HOUR_S)
    assert "a standby stands in for 72 hours only" in standing.troubles()[0]
    assert before == topic.files["timestamp.json"]


async def test_a_broker_that_is_away_is_trouble_and_no_end(topic, opened) -> None:
    topic.away = True
    assert "no broker answers" in (await round_at(opened, 0)).troubles()[0]


async def test_the_service_stops_while_a_look_hangs(opened, monkeypatch) -> None:
    begun, stop = asyncio.Event(), asyncio.Event()

    async def hang(_self):
        begun.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(standby.Standby, "look", hang)
    running = asyncio.ensure_future(StandingBy(opened).run(stop))
    await begun.wait()
    stop.set()
    await running


def test_a_dry_run_signs_nothing(admitted, topic, folder, monkeypatch) -> None:
    now_s = time.time() + 4 * HOUR_S
    monkeypatch.setattr(time, "time", lambda: now_s)
    monkeypatch.setattr(standby.Standby, "now_s", lambda _self: int(now_s))
    before = topic.files["timestamp.json"]
    assert "without --dry-run it would be" in admitted.run("standby", "sign", "--dry-run", home=folder).err
    assert before == topic.files["timestamp.json"]
    assert "timestamp 2\n" == admitted.run("standby", "sign", home=folder).out
    assert before != topic.files["timestamp.json"]


def test_a_second_standby_is_refused_until_the_first_is_removed(admitted, folder, tmp_path) -> None:
    other = tmp_path / "other.json"
    admitted.run("standby", "new", "--name", "Geneva", "--out", other, home=tmp_path / "other")
    words = ("standby", "admit", other, "--out", tmp_path / "1.root.json")
    assert "Vienna is the standby already" in admitted.run(*words, code=3).err
    admitted.run("standby", "remove", "--dry-run")
    assert "Vienna is the standby already" in admitted.run(*words, code=3).err
    admitted.run("standby", "remove")
    assert "held by" in admitted.run(*words).err


async def test_who_was_removed_signs_no_more(admitted, topic, opened) -> None:
    await asyncio.to_thread(admitted.run, "standby", "remove")
    await asyncio.to_thread(admitted.run, "publish")
    assert "does not name this standby" in (await round_at(opened, 4 * HOUR_S)).troubles()[0]


def test_a_signature_of_a_standby_that_was_removed_is_published_over(
    admitted, topic, opened, tmp_path
) -> None:
    for ahead_s in (4, 6):
        asyncio.run(round_at(opened, ahead_s * HOUR_S))
    reader = client(admitted, tmp_path / "reader")
    reader.refresh(topic.files, int(time.time()))
    admitted.run("standby", "remove")
    admitted.run("publish")
    assert 1 == reader.refresh(topic.files, int(time.time())).version


def test_where_people_hold_the_root_they_sign_the_standby_s_draft(desk, tmp_path, monkeypatch) -> None:
    admit = ("standby", "admit", tmp_path / "s.json", "--out", tmp_path / "1.root.json")
    desk.run("standby", "new", "--name", "Vienna", "--out", tmp_path / "s.json", home=tmp_path / "s")
    (desk.home / "keys" / "root.pem").unlink()
    assert "give --draft" in desk.run(*admit, code=2).err
    desk.run(*admit, "--draft", tmp_path / "2.root.json")
    said = desk.run("root", "show", tmp_path / "2.root.json").err
    assert ("signed by nobody" in said, "a standby too: Vienna" in said) == (True, True)


def test_wrong_files_are_refused_with_what_to_do(desk, folder, tmp_path) -> None:
    out = tmp_path / "s.json"
    assert "holds no standby" in desk.run("standby", "sign", home=folder, code=2).err
    desk.run("standby", "new", "--name", "Vienna", "--out", out, home=folder)
    assert (
        "never overwritten"
        in desk.run("standby", "new", "--name", "V", "--out", out, home=folder, code=2).err
    )
    assert "pins no root yet" in desk.run("standby", "sign", home=folder, code=2).err
    assert "there is no file" in desk.run("standby", "accept", tmp_path / "x", home=folder, code=2).err
    assert "not TUF's root" in desk.run("standby", "accept", out, home=folder, code=3).err
    assert "names no standby" in desk.run("standby", "remove", code=3).err
    people = tmp_path / "alice.json"
    desk.run("holder", "new", "--name", "alice", "--out", people, home=tmp_path / "alice")
    words = ("standby", "admit", people, "--out", tmp_path / "1.root.json")
    assert "not a file of tocsin authority standby new" in desk.run(*words, code=3).err


def test_another_authority_s_root_is_not_pinned_over_the_first(admitted, folder, tmp_path) -> None:
    other = Desk(tmp_path / "elsewhere", admitted.passphrase_file, admitted.capsys)
    other.run("init", "--name", "Elsewhere", home=other.home)
    root = other.home / "repository" / "1.root.json"
    assert "pins another root" in admitted.run("standby", "accept", root, home=folder, code=3).err
    second = admitted.home / "repository" / "2.root.json"
    assert (
        "this is root 2, and the first root"
        in admitted.run("standby", "accept", second, home=folder, code=3).err
    )


def test_a_damaged_memory_signs_nothing(admitted, folder) -> None:
    (folder / "seen.json").write_text("{")
    assert "is damaged" in admitted.run("standby", "sign", home=folder, code=3).err
    assert (folder / "keys" / KEY_FILE).exists()


class Looks:
    """A standby whose look hangs, or finds no broker."""

    def __init__(self, hangs):
        self._hangs, self.begun = hangs, asyncio.Queue()

    async def look(self):
        self.begun.put_nowait(None)
        if self._hangs:
            await asyncio.Event().wait()
        raise BrokerUnavailableError("no broker answers")


@pytest.mark.parametrize("hangs", [True, False])
async def test_after_a_look_that_hangs_or_fails_the_next_one_comes_soon(monkeypatch, hangs) -> None:
    assert (300, 30) == (standby_serving.LOOK_EVERY_S, standby_serving.RETRY_S)
    monkeypatch.setattr(standby_serving, "RETRY_S", 0.001)
    looks, stop = Looks(hangs), asyncio.Event()
    standing = StandingBy(looks)
    running = asyncio.ensure_future(standing.run(stop))
    await looks.begun.get()
    standing.renew()
    await asyncio.wait_for(looks.begun.get(), 30)
    stop.set()
    await running


async def test_an_alarm_is_logged_once_for_as_long_as_it_lasts(capsys) -> None:
    standing = StandingBy(Looks(hangs=False))
    assert ["the topic was not looked at yet"] == standing.troubles()
    for _ in range(2):
        assert not await standing.round()
    assert 1 == capsys.readouterr().err.count("standby.alarm")


async def test_its_metrics_say_since_when_it_stands_in_and_when_it_may_no_more(opened) -> None:
    standing, seen = StandingBy(opened), []
    for hours in (0, 4, 4.5, 76):
        opened.ahead_s = hours * HOUR_S
        await standing.round()
        names = ("standing_in", "signed_total")
        seen.append([standing.registry.get_sample_value(f"tocsin_standby_{name}") for name in names])
    assert [[0, 0], [1, 1], [1, 1], [0, 1]] == seen


async def test_what_the_loop_waits_for_is_said(opened) -> None:
    standing = await round_at(opened, 0)
    standing.pulse.waits_for = "the broker does not answer"
    assert ["the broker does not answer"] == standing.troubles()


async def test_each_look_reads_the_topic_from_its_beginning(topic, opened) -> None:
    topic.read_from.clear()
    for _ in range(2):
        await opened.look()
    assert [0, 0] == topic.read_from


def test_a_start_that_was_cut_off_goes_on_with_its_key(desk, folder, tmp_path) -> None:
    new = ("standby", "new", "--name", "Vienna", "--out", tmp_path / "s.json")
    desk.run(*new, home=folder)
    first = (folder / PUBLIC_FILE).read_bytes()
    (folder / PUBLIC_FILE).unlink()
    desk.run(*new, home=folder)
    assert first == (folder / PUBLIC_FILE).read_bytes()


def test_the_root_that_is_pinned_may_be_accepted_again(admitted, folder, tmp_path) -> None:
    assert "Next:" in admitted.run("standby", "accept", tmp_path / "1.root.json", home=folder).err


def test_two_processes_never_sign_with_one_folder(admitted, folder) -> None:
    with hold(folder / "standby.lock"):
        assert "in use" in admitted.run("standby", "sign", home=folder, code=4).err


def test_a_folder_that_others_may_enter_signs_nothing(admitted, folder) -> None:
    folder.chmod(0o750)
    assert "others may use it: chmod 0700" in admitted.run("standby", "sign", home=folder, code=2).err
