"""A directory is taken whole or not at all; what was held stays, and the refusal says why."""

import json
import os
import shutil
from dataclasses import replace

import pytest

from tests.support.authority import COLOMBIA, NETHERLANDS, new_repository, role_key
from tests.support.parties import DAY_S, NOW_S, Party
from tocsin.adapters import tuf_client
from tocsin.adapters.tuf_client import DirectoryClient
from tocsin.adapters.tuf_repository import TufRepository
from tocsin.adapters.tuf_signing import HELD_BY_PEOPLE, add_signatures
from tocsin.core.directory import Freshness
from tocsin.core.errors import DirectoryStaleError, StorageError, UntrustedError

BRAZIL = Party("Brazil", country="BR")


@pytest.fixture
def repository(tmp_path):
    return new_repository(tmp_path / "repository")


@pytest.fixture
def client(repository, tmp_path):
    return DirectoryClient(tmp_path / "client", repository.pinned_root())


def restarted(client, repository):
    return DirectoryClient(client._folder, repository.pinned_root())


def refused(client, files, match, now_s=NOW_S + 60, error=UntrustedError):
    """`files` are refused and the directory is what it was, also after a restart without a broker."""
    before = client.directory
    with pytest.raises(error, match=match):
        client.refresh(files, now_s)
    assert before is client.directory
    again = DirectoryClient(client._folder, client._pinned_root).load()
    assert (before and before.version) == (again and again.version)


def test_nothing_is_held_before_the_first_refresh(client) -> None:
    assert None is client.load()
    assert None is client.directory


def test_a_restart_without_a_broker_has_the_directory(client, repository) -> None:
    client.refresh(repository.files(), NOW_S)
    loaded = restarted(client, repository).load()
    assert {COLOMBIA.id, NETHERLANDS.id} == set(loaded.participants)
    assert (1, NOW_S + DAY_S) == (loaded.version, loaded.expires_at_s)


def test_an_expired_directory_is_loaded_and_says_how_old_it_is(client, repository) -> None:
    client.refresh(repository.files(), NOW_S)
    loaded = restarted(client, repository).load()
    assert Freshness.STALE is loaded.freshness(NOW_S + 2 * DAY_S)
    assert Freshness.TOO_OLD is loaded.freshness(NOW_S + 5 * DAY_S)


def test_a_new_timestamp_prolongs_without_reading_the_entries_again(
    client, repository, monkeypatch
) -> None:
    first = client.refresh(repository.files(), NOW_S)
    repository.refresh_timestamp(NOW_S + 3_600)
    monkeypatch.setattr(tuf_client, "read_directory", None)
    second = client.refresh(repository.files(), NOW_S + 3_600)
    assert NOW_S + 3_600 + DAY_S == second.expires_at_s
    assert first.participants is second.participants


def test_an_unchanged_entry_is_parsed_once(client, repository, monkeypatch) -> None:
    client.refresh(repository.files(), NOW_S)
    parsed = []
    read = tuf_client.read_participant
    monkeypatch.setattr(tuf_client, "read_participant", lambda data: parsed.append(1) or read(data))
    repository.put_targets(dict([BRAZIL.target()]), NOW_S)
    assert BRAZIL.id in client.refresh(repository.files(), NOW_S).participants
    assert 1 == len(parsed)


def test_an_entry_on_disk_is_not_asked_of_the_topic_again(client, repository) -> None:
    client.refresh(repository.files(), NOW_S)
    repository.put_targets(dict([BRAZIL.target()]), NOW_S)
    fresh = BRAZIL.id.hex()
    news = {
        name: data
        for name, data in repository.files().items()
        if fresh in name or not name.startswith("targets/")
    }
    assert 3 == len(client.refresh(news, NOW_S).participants)


def test_a_damaged_cache_is_filled_again(client, repository) -> None:
    client.refresh(repository.files(), NOW_S)
    for path in (client._folder / "targets").iterdir():
        path.write_bytes(b"")
    again = restarted(client, repository)
    assert None is again.load()
    assert 2 == len(again.refresh(repository.files(), NOW_S).participants)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"root":1}', b"\xff"])
def test_a_damaged_memory_is_as_none(client, repository, content) -> None:
    client.refresh(repository.files(), NOW_S)
    (client._folder / "held.json").write_bytes(content)
    again = restarted(client, repository)
    assert None is again.load()
    assert 1 == again.refresh(repository.files(), NOW_S).version


@pytest.mark.parametrize("change", [(b"audiences/", b"`udiences/"), (b'"sha256"', b'"sha257"')])
def test_a_memory_in_which_a_bit_was_flipped_is_as_none(client, repository, change) -> None:
    client.refresh(repository.files(), NOW_S)
    file = client._folder / "held.json"
    file.write_bytes(file.read_bytes().replace(*change))
    again = restarted(client, repository)
    assert None is again.load()
    assert 1 == again.refresh(repository.files(), NOW_S).version


def remember(client, **versions):
    """As if `client` had seen other versions."""
    (client._folder / "held.json").write_bytes(
        tuf_client._written(replace(client._read_held(), **versions))
    )


def test_a_memory_without_its_sum_is_none(client, repository) -> None:
    """Or whoever changes it would only have to leave the sum out."""
    client.refresh(repository.files(), NOW_S)
    file = client._folder / "held.json"
    record = json.loads(file.read_bytes())
    del record["sha256"]
    file.write_text(json.dumps(record))
    assert restarted(client, repository).load() is None


def test_h38_an_older_timestamp_is_refused(client, repository) -> None:
    old = repository.files()
    repository.refresh_timestamp(NOW_S)
    client.refresh(repository.files(), NOW_S)
    refused(client, old, "version 1 must be >= 2")


def test_h38_an_older_state_is_refused_though_the_updaters_memory_is_lost(client, repository) -> None:
    old = repository.files()
    repository.put_targets(dict([BRAZIL.target()]), NOW_S)
    client.refresh(repository.files(), NOW_S)
    shutil.rmtree(client._folder / "metadata")
    refused(client, old, "version 1, version 2 was there before")


@pytest.mark.parametrize("role", ["root", "snapshot", "timestamp"])
def test_h38_no_version_goes_back_though_the_updaters_memory_is_lost(client, repository, role) -> None:
    client.refresh(repository.files(), NOW_S)
    remember(client, **{role: getattr(client._read_held(), role) + 1})
    with pytest.raises(UntrustedError, match="was there before"):
        restarted(client, repository).refresh(repository.files(), NOW_S)


def test_h38_mixed_states_are_refused(client, repository) -> None:
    old = repository.files()
    client.refresh(old, NOW_S)
    repository.put_targets(dict([BRAZIL.target()]), NOW_S)
    mixed = repository.files() | {"2.snapshot.json": old["1.snapshot.json"]}
    refused(client, mixed, "version 2, got 1")


def test_h38_a_frozen_directory_is_refused_when_it_has_expired(client, repository) -> None:
    files = repository.files()
    client.refresh(files, NOW_S)
    refused(
        client,
        files,
        "timestamp.json is expired",
        NOW_S + DAY_S + 1,
        DirectoryStaleError,
    )
    assert Freshness.STALE is client.directory.freshness(NOW_S + DAY_S + 1)


def test_h38_metadata_without_its_signature_is_refused(client, repository) -> None:
    client.refresh(repository.files(), NOW_S)
    repository.refresh_timestamp(NOW_S + 1)
    files = repository.files()
    timestamp = json.loads(files["timestamp.json"])
    timestamp["signatures"] = []
    refused(client, files | {"timestamp.json": json.dumps(timestamp).encode()}, "signed by 0/1 keys")


def test_a_pinned_root_that_is_cut_off_is_said_to_be_damaged_here(client, repository, tmp_path) -> None:
    cut = DirectoryClient(tmp_path / "cut", repository.pinned_root()[:-20])
    refused(cut, repository.files(), "the root pinned here is damaged")


def test_h38_another_authoritys_directory_is_refused(client, repository, tmp_path) -> None:
    client.refresh(repository.files(), NOW_S)
    stranger = new_repository(tmp_path / "stranger", authority="stranger")
    stranger.put_targets({}, NOW_S)
    refused(client, stranger.files(), "signed by 0/1 keys")


def test_h38_a_root_signed_by_new_keys_only_is_refused(client, repository, tmp_path) -> None:
    client.refresh(repository.files(), NOW_S)
    stranger = new_repository(tmp_path / "stranger", authority="stranger")
    stranger.roots.renew(NOW_S)
    refused(
        client,
        repository.files() | {"2.root.json": stranger.files()["2.root.json"]},
        "root was signed by 0/2 keys",
    )


class BrokenAlgorithm:
    """Of a role's key one half only: what whoever breaks the other half's algorithm cannot make."""

    def __init__(self, key, part):
        self._part = key.parts()[part]

    def parts(self):
        return (self._part,)


def forger(folder, repository, broken):
    """Signs what it likes on top of `repository`, with one algorithm of the keys that people hold."""
    shutil.copytree(repository.folder, folder)

    def key_of(role):
        key = role_key(role)
        return BrokenAlgorithm(key, broken) if role in HELD_BY_PEOPLE else key

    return TufRepository(folder, key_of)


@pytest.mark.parametrize("broken", [0, 1], ids=["Ed25519", "ML-DSA-65"])
def test_h38_who_breaks_one_algorithm_puts_no_entry_in(client, repository, tmp_path, broken) -> None:
    client.refresh(repository.files(), NOW_S)
    forged = forger(tmp_path / "forged", repository, broken)
    forged.put_targets(dict([BRAZIL.target()]), NOW_S + 1)
    refused(client, forged.files(), "targets was signed by 1/2 keys")


@pytest.mark.parametrize("broken", [0, 1], ids=["Ed25519", "ML-DSA-65"])
def test_h38_who_breaks_one_algorithm_makes_no_root(client, repository, tmp_path, broken) -> None:
    client.refresh(repository.files(), NOW_S)
    forged = forger(tmp_path / "forged", repository, broken)
    root = add_signatures(forged.roots.draft({}, NOW_S + 1), BrokenAlgorithm(role_key("root"), broken))
    refused(client, forged.files() | {"2.root.json": root}, "root was signed by 1/2 keys")


def test_h38_a_skipped_root_version_is_refused(client, repository) -> None:
    client.refresh(repository.files(), NOW_S)
    repository.roots.renew(NOW_S)
    repository.roots.renew(NOW_S)
    files = repository.files()
    refused(client, files | {"2.root.json": files["3.root.json"]}, "Expected root version 2")


def test_h38_a_forged_entry_is_refused(client, repository) -> None:
    files = repository.files()
    name = next(name for name in files if COLOMBIA.id.hex() in name)
    forged = files[name].replace(b"Colombia", b"Columbia")
    refused(client, files | {name: forged}, "refused")
    assert 2 == len(client.refresh(files, NOW_S).participants)


@pytest.mark.parametrize("part", ["1.snapshot.json", "1.targets.json", "timestamp.json", "targets/"])
@pytest.mark.parametrize("content", [None, b""])
def test_h38_a_missing_or_empty_part_is_refused_and_taken_when_it_comes(
    client, repository, part, content
) -> None:
    files = repository.files()
    spoilt = {
        name: content if name.startswith(part) else data
        for name, data in files.items()
        if not name.startswith(part) or content is not None
    }
    refused(client, spoilt, "refused")
    assert 2 == len(client.refresh(files, NOW_S).participants)


def test_h38_an_empty_topic_is_refused(client, repository) -> None:
    client.refresh(repository.files(), NOW_S)
    refused(client, {}, r"timestamp\.json is not on the topic")


def test_h38_a_timestamp_over_its_bound_is_refused(client, repository) -> None:
    refused(client, repository.files() | {"timestamp.json": b" " * 16_385}, "16384")


def test_an_entry_over_its_bound_is_refused(client, repository) -> None:
    repository.put_targets({"participants/big": b" " * 262_145}, NOW_S)
    refused(client, repository.files(), "participants/big has 262145 bytes")


def test_more_entries_than_the_bound_are_refused(client, repository, monkeypatch) -> None:
    monkeypatch.setattr(tuf_client, "MAX_TARGETS", 3)
    refused(client, repository.files(), "over 3")


def test_a_directory_without_streams_is_refused_and_the_old_one_stays(client, repository) -> None:
    client.refresh(repository.files(), NOW_S)
    repository.put_targets({}, NOW_S, remove=["streams"])
    before = client.directory
    with pytest.raises(tuf_client.TheirFault, match="no streams target"):
        client.refresh(repository.files(), NOW_S)
    assert before is client.directory


def test_after_a_new_root_versions_may_begin_anew(client, repository, monkeypatch) -> None:
    repository.put_targets({}, NOW_S)
    client.refresh(repository.files(), NOW_S)
    remember(client, snapshot=9, timestamp=9)
    refused_now = restarted(client, repository)
    with pytest.raises(UntrustedError, match="version 9 was there before"):
        refused_now.refresh(repository.files(), NOW_S)
    repository.roots.renew(NOW_S)
    assert 2 == refused_now.refresh(repository.files(), NOW_S).version


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only to root")
def test_a_folder_that_cannot_be_written_is_named(client, repository) -> None:
    client._folder.mkdir()
    client._folder.chmod(0o500)
    with pytest.raises(StorageError, match=str(client._folder)):
        client.refresh(repository.files(), NOW_S)


def test_a_file_in_the_folders_place_is_named(repository, tmp_path) -> None:
    (tmp_path / "client").write_text("")
    client = DirectoryClient(tmp_path / "client", repository.pinned_root())
    with pytest.raises(StorageError, match="client cannot be written"):
        client.refresh(repository.files(), NOW_S)


def test_what_could_not_be_remembered_is_not_gone_by(client, repository, monkeypatch) -> None:
    client.refresh(repository.files(), NOW_S)
    repository.refresh_timestamp(NOW_S + 60)

    def full(*_written: object) -> None:
        raise StorageError("the disk is full")

    monkeypatch.setattr(tuf_client, "write_whole", full)
    refused(client, repository.files(), "the disk is full", error=StorageError)


def test_a_pinned_root_that_is_none_is_refused(repository, tmp_path) -> None:
    client = DirectoryClient(tmp_path / "client", b"{}")
    with pytest.raises(UntrustedError):
        client.refresh(repository.files(), NOW_S)
