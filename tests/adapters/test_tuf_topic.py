"""The directory's topic is read on from where it was; a follower keeps what was good."""

import asyncio

import pytest

from tests.support.authority import COLOMBIA, NETHERLANDS, new_repository
from tests.support.homes import publish
from tests.support.parties import DAY_S, NOW_S, Party
from tocsin.adapters import tuf_topic
from tocsin.adapters.kafka.publisher import Publisher
from tocsin.adapters.kafka.records import IncomingRecord, OutgoingRecord
from tocsin.adapters.kafka.topics import TopicWish, apply, plan
from tocsin.adapters.tuf_client import DirectoryClient
from tocsin.adapters.tuf_roots import MAX_METADATA_BYTES
from tocsin.adapters.tuf_topic import MAX_NAME_BYTES, DirectoryFollower, DirectoryTopic
from tocsin.core.errors import BrokerUnavailableError, DirectoryStaleError, UntrustedError

BRAZIL = Party("Brazil", country="BR")


class Log:
    """A topic in memory, in the place of `read_to_end`."""

    def __init__(self):
        self.records = []
        self.reads = []
        self.away = False

    def put(self, files, stored_at_ms=0):
        for name, data in files.items():
            key = name.encode() if isinstance(name, str) else name
            offset = len(self.records)
            self.records.append(IncomingRecord("topic", 0, offset, key, data, stored_at_ms))

    async def read_to_end(self, access, topic, *, from_offset):
        self.reads.append(from_offset)
        await asyncio.sleep(0)
        if self.away:
            raise BrokerUnavailableError("no broker answers")
        return self.records[from_offset:]


@pytest.fixture
def log(monkeypatch):
    log = Log()
    monkeypatch.setattr(tuf_topic, "read_to_end", log.read_to_end)
    return log


@pytest.fixture
def topic(log):
    return DirectoryTopic("127.0.0.1:9")


@pytest.fixture
def repository(tmp_path):
    return new_repository(tmp_path / "repository")


@pytest.fixture
def follower(log, repository, tmp_path):
    return new_follower(repository, tmp_path)


def new_follower(repository, folder):
    client = DirectoryClient(folder / "client", repository.pinned_root())
    return DirectoryFollower("127.0.0.1:9", client, NETHERLANDS.id)


async def test_the_newest_value_of_a_name_counts(log, topic) -> None:
    log.put({"timestamp.json": b"1"})
    log.put({"timestamp.json": b"2"}, stored_at_ms=7)
    await topic.read()
    assert {"timestamp.json": b"2"} == topic.files
    assert {"timestamp.json": 7} == topic.stored_at_ms


async def test_a_tombstone_takes_a_file_away(log, topic) -> None:
    log.put({"1.snapshot.json": b"1"})
    log.put({"1.snapshot.json": None, "never.json": None})
    await topic.read()
    assert {} == topic.files
    assert {} == topic.stored_at_ms


@pytest.mark.parametrize("key", [None, b"\xff", b"n" * (MAX_NAME_BYTES + 1)])
async def test_a_key_that_names_no_file_is_passed_over(log, topic, key) -> None:
    log.put({key: b"junk", "n" * MAX_NAME_BYTES: b"kept"})
    await topic.read()
    assert [b"kept"] == list(topic.files.values())


async def test_a_read_goes_on_where_the_last_one_ended(log, topic) -> None:
    for name in ("a", "b"):
        log.put({name: b""})
        await topic.read()
    await topic.read()
    assert [0, 1, 2] == log.reads
    assert {"a": b"", "b": b""} == topic.files


async def test_a_read_anew_forgets_what_is_gone(log, topic) -> None:
    log.put({"a": b"", "b": b""})
    await topic.read()
    del log.records[0]
    await topic.read(anew=True)
    assert {"b": b""} == topic.files


async def test_a_failed_read_changes_nothing(log, topic) -> None:
    log.put({"a": b""})
    await topic.read()
    log.away = True
    with pytest.raises(BrokerUnavailableError):
        await topic.read(anew=True)
    assert {"a": b""} == topic.files


async def test_memory_is_freed_of_all_but_the_endings(log, topic) -> None:
    log.put({"1.root.json": b"", "timestamp.json": b"", "targets/participants/x": b""})
    await topic.read()
    topic.keep_only((".root.json", "timestamp.json"))
    assert ["1.root.json", "timestamp.json"] == list(topic.files)


async def test_a_follower_has_the_directory_of_the_topic(log, repository, follower) -> None:
    log.put(repository.files())
    found = await follower.refresh(NOW_S)
    assert {COLOMBIA.id, NETHERLANDS.id} == set(found.participants)
    assert None is follower.trouble
    assert found is follower.directory


async def test_the_topic_is_looked_at_once_a_minute_unless_forced(log, repository, follower) -> None:
    log.put(repository.files())
    await follower.refresh(NOW_S)
    await follower.refresh(NOW_S + 59)
    assert 1 == len(log.reads)
    await follower.refresh(NOW_S + 59, forced=True)
    assert 2 == len(log.reads)
    await follower.refresh(NOW_S + 119)
    assert 3 == len(log.reads)


async def test_many_who_ask_at_once_cause_one_look(log, repository, follower) -> None:
    log.put(repository.files())
    await asyncio.gather(*(follower.refresh(NOW_S) for _ in range(5)))
    assert 1 == len(log.reads)


async def test_news_are_read_on_and_need_no_file_twice(log, repository, follower) -> None:
    log.put(repository.files())
    await follower.refresh(NOW_S)
    known = repository.files()
    repository.put_targets(dict([BRAZIL.target()]), NOW_S + 60)
    log.put({name: data for name, data in repository.files().items() if known.get(name) != data})
    assert BRAZIL.id in (await follower.refresh(NOW_S + 60)).participants
    assert [0, len(known)] == log.reads


async def test_a_broker_that_is_away_leaves_the_directory_and_is_said(log, repository, follower) -> None:
    log.put(repository.files())
    held = await follower.refresh(NOW_S)
    log.away = True
    assert held is await follower.refresh(NOW_S + 60)
    assert isinstance(follower.trouble, BrokerUnavailableError)


async def test_a_restart_without_a_broker_has_the_directory(log, repository, follower, tmp_path) -> None:
    log.put(repository.files())
    await follower.refresh(NOW_S)
    log.away = True
    again = new_follower(repository, tmp_path)
    assert 2 == len((await again.refresh(NOW_S + 3_600)).participants)


async def test_without_any_directory_the_reason_is_raised(log, follower) -> None:
    log.away = True
    with pytest.raises(DirectoryStaleError, match="there is no directory yet: no broker answers"):
        await follower.refresh(NOW_S)


async def test_h38_a_forged_timestamp_leaves_the_directory_until_a_good_one_comes(
    log, repository, follower
) -> None:
    log.put(repository.files())
    held = await follower.refresh(NOW_S)
    log.put({"timestamp.json": b"{}"})
    assert held is await follower.refresh(NOW_S + 60)
    assert isinstance(follower.trouble, UntrustedError)
    repository.refresh_timestamp(NOW_S + 120)
    log.put({"timestamp.json": repository.files()["timestamp.json"]})
    assert NOW_S + 120 + DAY_S == (await follower.refresh(NOW_S + 120)).expires_at_s
    assert None is follower.trouble


async def test_a_file_that_was_freed_is_read_anew_when_it_is_needed(
    log, repository, follower, tmp_path
) -> None:
    """A target may be published, freed here, lost from the cache, and named again later."""
    log.put(repository.files())
    await follower.refresh(NOW_S)
    for path in (tmp_path / "client" / "targets").iterdir():
        path.unlink()
    known = repository.files()
    repository.put_targets(dict([BRAZIL.target()]), NOW_S + 60)
    log.put({name: data for name, data in repository.files().items() if known.get(name) != data})
    assert 3 == len((await follower.refresh(NOW_S + 60)).participants)
    assert [0, len(known), 0] == log.reads


async def test_a_topic_made_anew_is_found_before_the_directory_ends(log, repository, follower) -> None:
    log.put(repository.files())
    await follower.refresh(NOW_S)
    later = NOW_S + 4 * 3_600
    repository.refresh_timestamp(later)
    log.records.clear()
    log.put(repository.files())
    assert later + DAY_S == (await follower.refresh(later)).expires_at_s


@pytest.mark.kafka
async def test_a_real_topic_is_followed(kafka_bootstrap, topic_name, repository, tmp_path) -> None:
    settings = {"cleanup.policy": "compact", "max.message.bytes": "6291456"}
    await apply(kafka_bootstrap, await plan(kafka_bootstrap, [TopicWish(topic_name, 1, settings)]))
    topic = DirectoryTopic(kafka_bootstrap, topic_name)
    await topic.read()
    assert {} == topic.files
    await publish(kafka_bootstrap, topic_name, repository.files())
    await topic.read()
    assert repository.files() == topic.files
    client = DirectoryClient(tmp_path / "client", repository.pinned_root())
    assert 2 == len(client.refresh(topic.files, NOW_S).participants)
    async with Publisher(kafka_bootstrap) as publisher:
        await publisher.publish([OutgoingRecord(topic_name, 0, b"1.snapshot.json", None)])
    await topic.read()
    assert "1.snapshot.json" not in topic.files


@pytest.mark.kafka
async def test_the_largest_list_of_entries_passes_through_the_topic(kafka_bootstrap, topic_name) -> None:
    settings = {"cleanup.policy": "compact", "max.message.bytes": str(MAX_METADATA_BYTES)}
    await apply(kafka_bootstrap, await plan(kafka_bootstrap, [TopicWish(topic_name, 1, settings)]))
    large = {"1.targets.json": bytes(MAX_METADATA_BYTES - 1_024), "timestamp.json": b"{}"}
    await publish(kafka_bootstrap, topic_name, large)
    topic = DirectoryTopic(kafka_bootstrap, topic_name)
    await topic.read()
    assert large == topic.files
