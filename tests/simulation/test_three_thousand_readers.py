"""Two hundred originators and three thousand readers in one directory: what it takes is bounded."""

from dataclasses import replace

import pytest

from tests.support.authority import role_key
from tests.support.crowd import EXPIRES_S, Crowd
from tests.support.parties import NOW_S, Party, seed
from tests.support.publishing import Writer, read_all
from tests.support.reading import Reading
from tocsin.adapters import tuf_client
from tocsin.adapters.tuf_client import DirectoryClient
from tocsin.adapters.tuf_entries import MAX_TARGETS
from tocsin.adapters.tuf_repository import TufRepository
from tocsin.adapters.tuf_roots import MAX_METADATA_BYTES
from tocsin.core import canonical_json, wire
from tocsin.core.directory import participant_target, read_directory
from tocsin.core.primitives import WRAP_BYTES
from tocsin.core.streams import MANIFESTS_TOPIC

ORIGINATORS, READERS = 200, 3_000
OTHERS = ORIGINATORS + READERS - 1  # an originator wraps for everybody but itself
FREE = wire.MAX_MEMBERS - OTHERS
LATER = Party("Comes later", roles=("analyst",), country="AT")


@pytest.fixture(scope="module")
def everybody():
    return Crowd(ORIGINATORS, READERS)


@pytest.fixture(scope="module")
def directory(everybody):
    return everybody.directory()


@pytest.fixture
def writer(everybody, directory, tmp_path):
    (tmp_path / "outbox").mkdir()
    return Writer(tmp_path / "outbox", directory, everybody.parties[0])


@pytest.fixture(scope="module")
def repository(everybody, tmp_path_factory):
    repository = TufRepository(tmp_path_factory.mktemp("repository"), role_key)
    repository.create(everybody.targets(), NOW_S)
    return repository


def wraps(writer):
    values = [value for log in writer.topics.values.values() for value in log]
    return [value for value in values if wire.kind_of(value) == "wrap"]


def test_all_of_them_are_in_the_directory_with_all_their_keys(directory):
    assert ORIGINATORS + READERS == len(directory.participants)
    assert {} == directory.refused


def test_the_list_of_entries_is_a_fraction_of_what_may_be_published(everybody, repository):
    files = repository.files()
    assert len(everybody.targets()) < MAX_TARGETS / 5
    assert len(files["1.targets.json"]) < MAX_METADATA_BYTES / 8
    assert max(map(len, files.values())) == len(files["1.targets.json"])


def test_a_change_of_one_entry_brings_one_entry_and_is_read_as_one(
    everybody, repository, tmp_path, monkeypatch
):
    client = DirectoryClient(tmp_path, repository.pinned_root())
    before, read = repository.files(), []
    client.refresh(before, NOW_S)
    real = tuf_client.read_participant
    monkeypatch.setattr(tuf_client, "read_participant", lambda data: read.append(data) or real(data))
    changed = everybody.parties[ORIGINATORS + 7].entry() | {"name": "Another name"}
    name = participant_target(everybody.parties[ORIGINATORS + 7].id)
    repository.put_targets({name: canonical_json.dump(changed)}, NOW_S)
    after = repository.files()
    new = {one for one in after if before.get(one) != after[one]}
    assert {"2.targets.json", "2.snapshot.json", "timestamp.json"} < new
    assert 4 == len(new)
    found = client.refresh(after, NOW_S)
    assert "Another name" == found.participants[everybody.parties[ORIGINATORS + 7].id].name
    assert [canonical_json.dump(changed)] == read


async def test_a_record_costs_three_thousand_wraps_once_and_no_more_bytes_than_they_need(writer):
    for name in ("a", "b"):
        writer.accept(name, route=[])
        writer.seal()
    await writer.deliver()
    found, (manifest,) = wraps(writer), writer.topics.on(MANIFESTS_TOPIC)
    assert OTHERS == len(found)
    assert WRAP_BYTES < max(map(len, found)) < WRAP_BYTES + 100
    assert 16 * OTHERS < len(manifest) < 16 * OTHERS + 5_000
    inboxes = [topic for topic, _ in writer.topics.values if topic.startswith("tocsin.inbox")]
    assert OTHERS == len(inboxes)


async def test_the_last_of_them_opens_with_its_own_wrap(everybody, directory, writer, tmp_path):
    writer.accept("a", route=[])
    writer.seal()
    await writer.deliver()
    (tmp_path / "reader").mkdir()
    reading = Reading(tmp_path / "reader", directory, everybody.parties[-1])
    assert 1 == len(read_all(reading, writer.topics))


async def test_who_joins_costs_one_wrap_and_who_leaves_costs_them_all(everybody, writer):
    writer.accept("a", route=[])
    writer.seal()
    grown = everybody.targets() | dict([LATER.target()])
    shrunk = everybody.targets()
    del shrunk[participant_target(everybody.parties[-1].id)]
    counts = [writer.outbox.keys.queued_count()]
    for targets in (grown, shrunk):
        writer.directory = read_directory(2, EXPIRES_S, targets)
        writer.accept(f"{len(targets)}", route=[])
        writer.seal()
        counts.append(writer.outbox.keys.queued_count() - sum(counts))
    assert [OTHERS + 1, 1 + 1, OTHERS - 1 + 1] == counts


def test_four_thousand_and_ninety_six_members_are_served_and_one_more_is_not(
    everybody, directory, tmp_path
):
    """The members above 3,200 have the keys of others: what is counted is members."""
    some = [one for one in directory.participants.values() if "analyst" in one.roles]
    twins = [replace(one, id=seed(str(at))[:16]) for at, one in enumerate(some[: FREE + 1])]
    outcomes = []
    for extra in (FREE, FREE + 1):
        people = dict(directory.participants) | {one.id: one for one in twins[:extra]}
        (tmp_path / str(extra)).mkdir()
        writer = Writer(
            tmp_path / str(extra), replace(directory, participants=people), everybody.parties[0]
        )
        writer.accept("a", route=[])
        outcomes.append((writer.seal().records, writer.seal().waits.get("focal-points")))
    assert [
        (1, None),
        (0, f"audience focal-points has over {wire.MAX_MEMBERS} members: use a smaller one"),
    ] == outcomes
