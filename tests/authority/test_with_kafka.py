"""The authority against a real Kafka: topics in line, the directory on its topic, the service beside it."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time

import httpx
import pytest

from services.authority import publishing
from services.authority.office import Office
from services.authority.serving import Signing
from services.authority.standby import Standby
from services.workshop.local_kafka import LocalKafka, Tuning
from services.workshop.ports import find_free
from tests.support.homes import publish
from tests.support.office import Desk, write_request
from tests.support.parties import DAY_S, Party
from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.adapters.kafka.subscriber import Subscriber
from tocsin.adapters.tuf_client import DirectoryClient
from tocsin.adapters.tuf_topic import DirectoryTopic
from tocsin.core.streams import DIRECTORY_TOPIC, inbox_topic

pytestmark = pytest.mark.kafka


@pytest.fixture(scope="module")
def kafka(tmp_path_factory):
    """A broker of this module's own: the topics have fixed names."""
    with LocalKafka(
        tmp_path_factory.mktemp("kafka"), tuning=Tuning(heap_mb=256), say=lambda _: None
    ) as kafka:
        yield kafka


@pytest.fixture(scope="module")
def folder(founded, tmp_path_factory):
    """One authority for all tests of this module, which go on where the one before ended."""
    folder = tmp_path_factory.mktemp("office")
    shutil.copytree(founded, folder, dirs_exist_ok=True)
    return folder


@pytest.fixture
def office(kafka, folder, monkeypatch, capsys) -> Desk:
    monkeypatch.setenv("TOCSIN_HOME", str(folder / "authority"))
    monkeypatch.setenv("TOCSIN_PASSPHRASE_FILE", str(folder / "passphrase"))
    monkeypatch.setenv("TOCSIN_BOOTSTRAP", kafka.bootstrap)
    return Desk(folder / "authority", folder / "passphrase", capsys)


@pytest.fixture
def standing(office) -> Desk:
    """With its topics, and everything published."""
    office.run("topics", "apply")
    office.run("publish")
    return office


def admit(office, folder, name) -> bytes:
    file = write_request(folder, Party(name))
    office.challenge(file, Party(name))
    said = office.admit(file, "--role", "focal-point", "--out", folder / f"{name}.w")
    return bytes.fromhex(said.out.strip())


def on_topic(kafka):
    topic = DirectoryTopic(kafka.bootstrap)
    asyncio.run(topic.read(anew=True))
    return topic.files


def test_before_there_are_topics_publishing_says_what_to_do(kafka, office) -> None:
    assert "tocsin authority topics apply" in office.run("publish", code=6).err


def test_the_difference_is_printed_then_made_then_nothing_is_left(office) -> None:
    planned = office.run("topics", "plan")
    assert 7 == len(planned.out.splitlines())
    assert {"+"} == {line[0] for line in planned.out.splitlines()}
    assert "7 topics wanted, 7 differ" in planned.err
    assert planned.out == office.run("topics", "apply").out
    after = office.run("topics", "plan")
    assert ("", True) == (after.out, "7 topics wanted, 0 differ" in after.err)
    assert "" == office.run("topics", "apply").out


def test_all_is_sent_with_the_timestamp_last_and_then_nothing(kafka, standing) -> None:
    standing.run("renew")
    sent = standing.run("publish").out.splitlines()
    assert ["2.targets.json", "2.snapshot.json", "timestamp.json"] == sent
    again = standing.run("publish")
    assert ("", True) == (again.out, "holds everything already" in again.err)
    assert asyncio.run(last_key(kafka.bootstrap)) == b"timestamp.json"
    assert standing.office.repository.files().items() <= on_topic(kafka).items()


async def last_key(bootstrap):
    place = (DIRECTORY_TOPIC, 0)
    async with Subscriber(bootstrap, {place: 0}) as subscriber:
        end = (await subscriber.end_offsets())[place]
        subscriber.seek(place, end - 1)
        while not (found := await subscriber.poll()):
            pass
        return found[-1].key


def test_a_participant_more_is_an_inbox_more_and_everybody_sees_it(
    kafka, standing, folder, tmp_path
) -> None:
    id_ = admit(standing, folder, "Colombia")
    (line,) = standing.run("topics", "plan").out.splitlines()
    assert line.startswith(f"+ {inbox_topic(id_, firm=False)} partitions=1")
    standing.run("topics", "apply")
    standing.run("publish")
    client = DirectoryClient(tmp_path / "client", standing.office.repository.pinned_root())
    assert id_ in client.refresh(on_topic(kafka), int(time.time())).participants


def test_a_changed_retention_is_a_changed_topic(standing) -> None:
    words = ("--width", "1", "--retention-days", "30", "--publish-role", "focal-point")
    standing.run("stream", "blobs", *words)
    planned = standing.run("topics", "plan").out
    assert f"~ tocsin.blobs.v1 retention.ms: {400 * 86_400_000} -> {30 * 86_400_000}\n" == planned
    standing.run("topics", "apply")
    assert "" == standing.run("topics", "plan").out


def test_a_timestamp_now_is_one_file(standing) -> None:
    assert ["timestamp.json"] == standing.run("timestamp").out.splitlines()


def test_a_restored_older_folder_is_refused_and_changes_nothing(kafka, standing, folder, tmp_path) -> None:
    restored = tmp_path / "restored"
    shutil.copytree(standing.home, restored)
    admit(standing, folder, "Peru")
    standing.run("publish")
    before = on_topic(kafka)
    for _ in range(3):
        said = standing.run("timestamp", home=restored, code=3)
    assert "restored from an older copy" in said.err
    assert before == on_topic(kafka)


def test_what_was_replaced_leaves_the_topic_after_thirty_days(kafka, standing) -> None:
    repository = standing.office.repository
    kept, late_s = set(repository.files()), int(time.time()) + 31 * DAY_S
    standing.run("renew")
    standing.run("publish")
    assert kept <= set(on_topic(kafka))
    access = KafkaAccess(kafka.bootstrap)
    assert [] == asyncio.run(publishing.publish(repository, repository.files(), access, late_s))
    assert repository.files() == on_topic(kafka)


def test_junk_on_the_topic_is_overwritten(kafka, standing) -> None:
    asyncio.run(publish(kafka.bootstrap, DIRECTORY_TOPIC, {"timestamp.json": b"{}"}))
    assert ["timestamp.json"] == standing.run("publish").out.splitlines()


def test_the_service_publishes_when_the_broker_is_back(standing, tmp_path) -> None:
    home = ParticipantHome(standing.home)
    office = Office(home, standing.passphrase_file)

    async def run() -> None:
        away = Signing(office, KafkaAccess("127.0.0.1:9"), 3_600)
        assert not await away._round()
        assert "127.0.0.1:9" in away.troubles()[0]
        back = Signing(office, home.access(os.environ["TOCSIN_BOOTSTRAP"]), 3_600)
        assert await back._round()
        assert [] == back.troubles()

    asyncio.run(run())


def test_the_service_runs_until_it_is_told_to_stop(kafka, standing) -> None:
    before = on_topic(kafka)["timestamp.json"]
    port = find_free(1)
    environment = os.environ | {"TOCSIN_AUTHORITY_PORT": str(port)}
    command = [sys.executable, "-m", "services.authority", "--every", "3600"]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        for line in process.stderr:
            if "directory.published" in line:
                break
        answers = {
            path: httpx.get(f"http://127.0.0.1:{port}/{path}") for path in ("healthz", "readyz", "metrics")
        }
        assert {200} == {one.status_code for one in answers.values()}
        assert 'rounds_total{result="published"} 1.0' in answers["metrics"].text
        assert before != on_topic(kafka)["timestamp.json"]
        standing.run("status")
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert 0 == process.returncode


def test_a_standby_on_another_machine_signs_what_a_reader_takes(
    kafka, standing, folder, tmp_path, monkeypatch
) -> None:
    home, public, root = tmp_path / "standby", tmp_path / "s.json", tmp_path / "1.root.json"
    standing.run("standby", "new", "--name", "Vienna", "--out", public, home=home)
    standing.run("standby", "admit", public, "--out", root)
    standing.run("publish")
    standing.run("standby", "accept", root, home=home)
    assert "nothing to do" in standing.run("standby", "sign", home=home).err
    late_s = time.time() + 4 * 3_600
    monkeypatch.setattr(Standby, "now_s", lambda _self: int(late_s))
    standing.run("standby", "sign", home=home)
    client = DirectoryClient(tmp_path / "client", standing.office.repository.pinned_root())
    assert int(late_s) == client.refresh(on_topic(kafka), int(late_s)).signed_at_s
    assert "a standby signed timestamp" in standing.run("publish").err


def test_a_region_follows_the_topic_and_its_list_reaches_everybody_through_it(
    kafka, standing, folder, tmp_path, monkeypatch
) -> None:
    home, region = tmp_path / "dora", "western-and-central-europe"
    standing.run("holder", "new", "--home", home, "--name", "dora", "--out", tmp_path / "dora.json")
    standing.run("registrar", "add", "europe", "--region", region, "--keys", tmp_path / "dora.json")
    standing.run("registrar", "state", "--out", tmp_path / "state")
    standing.run("region", "init", "europe", "--home", home, "--state", tmp_path / "state")
    standing.run("publish")
    standing.run("region", "update", "--home", home)
    with monkeypatch.context() as there:
        there.setenv("TOCSIN_HOME", str(home))
        france = Party("France", country="FR")
        file = write_request(tmp_path, france)
        standing.challenge(file, france)
        standing.admit(file, "--role", "focal-point", "--out", tmp_path / "w")
    standing.run("registrar", "take", home / "region.list")
    standing.run("publish")
    client = DirectoryClient(tmp_path / "client", standing.office.repository.pinned_root())
    found = client.refresh(on_topic(kafka), int(time.time()))
    assert ["France"] == [found.participants[id_].name for id_ in found.list_of]
