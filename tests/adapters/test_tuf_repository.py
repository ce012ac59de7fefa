"""The authority's folder: versions go up, the timestamp is last, a crash leaves the state before."""

import shutil

import pytest

from tests.support.authority import COLOMBIA, NETHERLANDS, new_repository, role_key
from tests.support.parties import DAY_S, NOW_S, Party
from tests.support.world import targets
from tocsin.adapters import tuf_entries, tuf_repository, tuf_roots
from tocsin.adapters.tuf_client import DirectoryClient
from tocsin.adapters.tuf_repository import TufRepository
from tocsin.core.errors import RefusedByRuleError, StorageError

BRAZIL = Party("Brazil", country="BR")


@pytest.fixture
def repository(tmp_path):
    return new_repository(tmp_path / "repository")


class PowerCut(BaseException):
    """Nothing catches it, as nothing catches a power cut."""


def read_by_stranger(repository, folder, now_s=NOW_S):
    """The directory as somebody reads it who only has the pinned root."""
    return DirectoryClient(folder, repository.pinned_root()).refresh(repository.files(), now_s)


def cut_after(monkeypatch, writes):
    """Let `writes` files be written, then cut the power."""
    left = [writes]
    write = tuf_repository.write_whole

    def failing(path, data, *mode):
        if left[0] == 0:
            raise PowerCut
        left[0] -= 1
        write(path, data, *mode)

    for module in (tuf_repository, tuf_roots):
        monkeypatch.setattr(module, "write_whole", failing)


def test_a_stranger_with_the_root_reads_what_was_put(repository, tmp_path) -> None:
    directory = read_by_stranger(repository, tmp_path / "client")
    assert {COLOMBIA.id, NETHERLANDS.id} == set(directory.participants)
    assert {} == directory.refused


def test_the_timestamp_is_published_last_and_the_root_first(repository) -> None:
    names = list(repository.files())
    assert "1.root.json" == names[0]
    assert ["1.targets.json", "1.snapshot.json", "timestamp.json"] == names[-3:]


def test_a_target_is_named_as_stock_clients_ask_for_it(repository) -> None:
    name, data = COLOMBIA.target()
    folder, last = name.split("/")
    digest = tuf_repository.sha256(data).hex()
    assert data == repository.files()[f"targets/{folder}/{digest}.{last}"]


def test_each_role_ends_after_its_time(repository) -> None:
    ends = repository.standing().ends_at_s
    days = {"root": 365, "targets": 30, "snapshot": 7, "timestamp": 1}
    assert {role: NOW_S + count * DAY_S for role, count in days.items()} == ends


def test_putting_a_target_keeps_the_others(repository, tmp_path) -> None:
    repository.put_targets(dict([BRAZIL.target()]), NOW_S)
    directory = read_by_stranger(repository, tmp_path / "client")
    assert {COLOMBIA.id, NETHERLANDS.id, BRAZIL.id} == set(directory.participants)
    assert 2 == directory.version


def test_a_removed_target_is_gone(repository, tmp_path) -> None:
    repository.put_targets({}, NOW_S, remove=[COLOMBIA.target()[0]])
    assert {NETHERLANDS.id} == set(read_by_stranger(repository, tmp_path / "c").participants)


def test_a_new_timestamp_leaves_the_snapshot(repository) -> None:
    repository.refresh_timestamp(NOW_S + 3_600)
    standing = repository.standing()
    assert {"root": 1, "targets": 1, "snapshot": 1, "timestamp": 2} == standing.versions
    assert NOW_S + 3_600 == standing.signed_at_s


def test_a_snapshot_about_to_end_is_signed_anew_with_the_timestamp(repository) -> None:
    repository.refresh_timestamp(NOW_S + 5 * DAY_S)
    standing = repository.standing()
    assert 2 == standing.versions["snapshot"]
    assert NOW_S + 12 * DAY_S == standing.ends_at_s["snapshot"]


def test_only_the_timestamp_key_is_needed_for_a_timestamp(repository) -> None:
    asked = []

    def key_of(role):
        asked.append(role)
        return role_key(role)

    TufRepository(repository.folder, key_of).refresh_timestamp(NOW_S)
    assert ["timestamp"] == asked


def test_a_client_follows_a_renewed_root(repository, tmp_path) -> None:
    client = DirectoryClient(tmp_path / "client", repository.pinned_root())
    client.refresh(repository.files(), NOW_S)
    later = NOW_S + 20 * DAY_S
    repository.roots.renew(later)
    repository.put_targets({}, later)
    assert 2 == client.refresh(repository.files(), later).version
    assert later + 365 * DAY_S == repository.standing().ends_at_s["root"]


def test_a_second_creation_is_refused(repository) -> None:
    with pytest.raises(RefusedByRuleError, match="holds a directory already"):
        repository.create(targets(), NOW_S)


@pytest.mark.parametrize("writes", range(4))
def test_power_cut_while_putting_leaves_the_state_before_and_the_next_goes_on(
    repository, tmp_path, monkeypatch, writes
) -> None:
    with monkeypatch.context() as patch:
        cut_after(patch, writes)
        with pytest.raises(PowerCut):
            repository.put_targets(dict([BRAZIL.target()]), NOW_S)
    client = DirectoryClient(tmp_path / "client", repository.pinned_root())
    assert 1 == client.refresh(repository.files(), NOW_S).version
    repository.put_targets(dict([BRAZIL.target()]), NOW_S + 1)
    assert BRAZIL.id in client.refresh(repository.files(), NOW_S + 1).participants
    assert {"root": 1, "targets": 2, "snapshot": 2, "timestamp": 2} == repository.standing().versions


@pytest.mark.parametrize("writes", [0, 1, 2, 5, 10])
def test_power_cut_while_creating_is_continued_with_the_same_root(tmp_path, monkeypatch, writes) -> None:
    folder = tmp_path / "repository"
    with monkeypatch.context() as patch:
        cut_after(patch, writes)
        with pytest.raises(PowerCut):
            new_repository(folder)
    root = folder / "1.root.json"
    before = root.read_bytes() if root.exists() else None
    repository = new_repository(folder, now_s=NOW_S + 60)
    assert before in {None, repository.pinned_root()}
    assert 1 == read_by_stranger(repository, tmp_path / "client", NOW_S + 60).version


def test_a_missing_file_names_itself_and_the_backup(repository) -> None:
    (repository.folder / "1.snapshot.json").unlink()
    with pytest.raises(StorageError, match=r"1\.snapshot\.json is missing: restore"):
        repository.files()


def test_a_changed_target_is_never_published(repository) -> None:
    next((repository.folder / "targets" / "participants").iterdir()).write_bytes(b"{}")
    with pytest.raises(StorageError, match="was changed"):
        repository.files()


def copied(repository, folder):
    """A backup of the authority's folder."""
    shutil.copytree(repository.folder, folder)
    return TufRepository(folder, role_key)


def test_what_the_folder_published_itself_is_never_ahead_of_it(repository) -> None:
    published = repository.files()
    repository.refuse_if_behind(published)
    repository.put_targets(dict([BRAZIL.target()]), NOW_S)
    repository.refuse_if_behind(published)
    repository.refuse_if_behind({})


def test_a_restored_copy_with_an_older_timestamp_is_behind(repository, tmp_path) -> None:
    restored = copied(repository, tmp_path / "restored")
    repository.refresh_timestamp(NOW_S)
    with pytest.raises(RefusedByRuleError, match="holds timestamp 2, this folder 1"):
        restored.refuse_if_behind(repository.files())
    restored.refresh_timestamp(NOW_S + 1)
    restored.refuse_if_behind(repository.files())


def test_a_restored_copy_stays_behind_however_often_its_timestamp_is_signed(repository, tmp_path) -> None:
    restored = copied(repository, tmp_path / "restored")
    repository.put_targets(dict([BRAZIL.target()]), NOW_S)
    for _ in range(3):
        restored.refresh_timestamp(NOW_S)
    with pytest.raises(RefusedByRuleError, match="holds snapshot 2, this folder 1"):
        restored.refuse_if_behind(repository.files())


def test_a_restored_copy_that_was_changed_since_stays_refused(repository, tmp_path) -> None:
    restored = copied(repository, tmp_path / "restored")
    repository.put_targets(dict([BRAZIL.target()]), NOW_S)
    for _ in range(2):
        restored.put_targets({}, NOW_S + 1)
    with pytest.raises(RefusedByRuleError, match="another snapshot 2 than this folder"):
        restored.refuse_if_behind(repository.files())


def test_only_what_our_keys_signed_can_be_ahead(repository, tmp_path) -> None:
    stranger = new_repository(tmp_path / "stranger", authority="stranger")
    stranger.refresh_timestamp(NOW_S)
    repository.refuse_if_behind(stranger.files())
    repository.refuse_if_behind({"timestamp.json": b""})
    ours = repository.files()
    repository.refuse_if_behind({"timestamp.json": ours["1.snapshot.json"]})
    repository.refuse_if_behind(ours | {"1.snapshot.json": b"junk"})


def test_more_targets_than_the_bound_are_refused(repository, monkeypatch) -> None:
    monkeypatch.setattr(tuf_entries, "MAX_TARGETS", 3)
    with pytest.raises(RefusedByRuleError, match="of 3"):
        repository.put_targets({}, NOW_S)
