"""A home is backed up while it works, and comes back whole, changed in nothing, or not at all."""

import hashlib
import io
import json
import shutil
import stat
import tarfile

import pytest

from services.recovery import backing_up
from services.recovery.backing_up import back_up
from services.recovery.manifest import MANIFEST_FILE
from services.recovery.restoring import Restoring
from tests.recovery.conftest import AUDIENCE, ME, NOW_S
from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.key_files import KeyFolder
from tocsin.core.errors import HeldElsewhereError, KeyUnusableError, StorageError
from tocsin.core.generations import Why

KINDS = ["backup", "backup.tar"]


@pytest.fixture
def backup(home, tmp_path):
    home.run("backup", tmp_path / "backup")
    return tmp_path / "backup"


@pytest.fixture
def archive(home, tmp_path):
    home.run("backup", tmp_path / "backup.tar")
    return tmp_path / "backup.tar"


def refused(home, source, code=3):
    """What a restore of `source` says; nothing is there afterwards."""
    again = home.at(home.path.with_name("again"))
    _, err = again.run("restore", source, code=code)
    assert not again.path.exists()
    assert [] == [one.name for one in again.path.parent.iterdir() if "unfinished" in one.name]
    return err


@pytest.mark.parametrize("name", KINDS)
def test_a_home_comes_back_as_it_was(home, tmp_path, name):
    home.run("backup", tmp_path / name)
    again = home.at(tmp_path / "again")
    _, err = again.run("restore", tmp_path / name)
    assert "file it again" in err
    assert ME == ParticipantHome.open(again.path).participant_id()
    assert home.storage_key == again.storage_key
    again.inbox().close()


def test_a_restored_outbox_ends_its_generations_and_says_why(home, archive, tmp_path):
    again = home.at(tmp_path / "again")
    again.run("restore", archive)
    outbox = again.outbox()
    assert (None, Why.RESTORED) == (outbox.keys.current(AUDIENCE), outbox.keys.why_ended(AUDIENCE))
    outbox.close()


def test_what_is_written_while_a_service_runs_is_in_the_next_backup(home, tmp_path):
    outbox = home.outbox()
    with ParticipantHome.open(home.path).hold("outbox"):
        with outbox.transaction():
            outbox.references.keep_draft("DRAFT-1", "CO-1")
        home.run("backup", tmp_path / "backup")
    outbox.close()
    again = home.at(tmp_path / "again")
    again.run("restore", tmp_path / "backup")
    restored = again.outbox()
    assert "CO-1" == restored.references.of_draft("DRAFT-1")
    restored.close()


@pytest.mark.parametrize("name", KINDS)
def test_only_the_owner_may_read_a_backup(home, tmp_path, name):
    home.run("backup", tmp_path / name)
    files = [tmp_path / name, *(tmp_path / name).rglob("*")]
    assert {0o600, 0o700} >= {stat.S_IMODE(one.stat().st_mode) for one in files}


def test_a_backup_holds_no_secret_in_the_open_and_no_passphrase_that_lay_in_the_home(home, tmp_path):
    shutil.copyfile(home.words, home.path / "passphrase")
    _, err = home.run("backup", tmp_path / "backup.tar")
    data = (tmp_path / "backup.tar").read_bytes()
    folder = KeyFolder.open(home.path / "keys", backing_up.passphrase.existing(home.words))
    secrets = (folder.recovery(), folder.storage_key(), b"s" * 32, home.words.read_bytes().strip())
    assert not any(secret in data for secret in secrets)
    assert "passphrase is not in it" in err


def test_its_manifest_says_what_is_in_it_and_names_nothing_else(home, tmp_path):
    (home.path / "case of X").write_text("a letter")
    backup = tmp_path / "backup"
    _, err = home.run("backup", backup)
    assert "case of X is not in it" in err
    assert "case of X" not in (backup / MANIFEST_FILE).read_text()
    manifest = json.loads((backup / MANIFEST_FILE).read_bytes())
    assert (ME.hex(), {"inbox/inbox.db", "outbox/outbox.db"}) == (
        manifest["participant"],
        set(manifest["schemas"]),
    )
    assert {one.relative_to(backup).as_posix() for one in backup.rglob("*") if one.is_file()} == {
        MANIFEST_FILE,
        *manifest["parts"],
    }


@pytest.mark.parametrize("name", KINDS)
def test_a_dry_run_checks_all_of_it_and_makes_nothing(home, tmp_path, name):
    home.run("backup", tmp_path / name)
    again = home.at(tmp_path / "again")
    _, err = again.run("restore", tmp_path / name, "--dry-run")
    assert "nothing was changed" in err
    assert not again.path.exists()


@pytest.mark.parametrize("name", ["outbox/outbox.db", "keys/kem.pem", "participant.json"])
@pytest.mark.parametrize("dry_run", [(), ("--dry-run",)])
def test_a_part_that_was_changed_is_named(home, backup, tmp_path, name, dry_run):
    data = bytearray((backup / name).read_bytes())
    data[len(data) // 2] ^= 1
    (backup / name).write_bytes(data)
    _, err = home.at(tmp_path / "again").run("restore", backup, *dry_run, code=3)
    assert f"{name} in" in err
    assert "was changed" in err


def test_a_manifest_that_was_changed_with_its_parts_is_refused(home, backup):
    """Whoever keeps the backup may not bring another setting into the home."""
    (backup / "settings.toml").write_text('[kafka]\nbootstrap = "evil:9092"\n')
    manifest = json.loads((backup / MANIFEST_FILE).read_bytes())
    data = (backup / "settings.toml").read_bytes()
    digest = backing_up.file_digest(backup / "settings.toml")
    manifest["parts"]["settings.toml"] = {"size_bytes": len(data), "sha256": digest}
    (backup / MANIFEST_FILE).write_text(json.dumps(manifest))
    assert "somebody changed the backup" in refused(home, backup)


@pytest.mark.parametrize("name", ["outbox/outbox.db", "keys/kem.pem"])
def test_a_part_that_is_missing_is_named(home, backup, name):
    (backup / name).unlink()
    assert f"{name} is missing in" in refused(home, backup)


def test_what_a_manifest_names_outside_the_home_is_never_written(home, archive, tmp_path):
    """The manifest is sealed, but parts are copied before its seal can be looked at."""
    evil = {"size_bytes": 4, "sha256": hashlib.sha256(b"evil").hexdigest()}
    with tarfile.open(archive) as old, tarfile.open(tmp_path / "evil.tar", "w") as new:
        for member in old.getmembers():
            content = old.extractfile(member).read()
            if member.name == MANIFEST_FILE:
                manifest = json.loads(content)
                manifest["parts"]["../evil"] = evil
                content = json.dumps(manifest).encode()
            member.size = len(content)
            new.addfile(member, io.BytesIO(content))
        member = tarfile.TarInfo("../evil")
        member.size = 4
        new.addfile(member, io.BytesIO(b"evil"))
    assert "names ../evil, which belongs in no home" in refused(home, tmp_path / "evil.tar")
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize("cut_bytes", [1, 5_000, 20_000])
def test_an_archive_that_was_cut_is_refused(home, archive, cut_bytes):
    data = archive.read_bytes().rstrip(b"\0")
    archive.write_bytes(data[:-cut_bytes])
    err = refused(home, archive)
    assert "cut off" in err or "is missing in" in err


def test_an_archive_in_which_a_byte_was_turned_is_refused(home, archive):
    data = archive.read_bytes()
    for place in range(700, len(data), len(data) // 7):
        if data[place : place + 512].strip(b"\0"):
            archive.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
            refused(home, archive)


def test_a_file_that_is_no_backup_is_refused(home, tmp_path):
    (tmp_path / "junk.tar").write_bytes(b"junk" * 1_000)
    assert "is no backup" in refused(home, tmp_path / "junk.tar")
    assert "there is no backup" in refused(home, tmp_path / "nothing", code=2)
    (tmp_path / "empty").mkdir()
    assert "holds no manifest.json" in refused(home, tmp_path / "empty", code=2)


@pytest.mark.parametrize("ending", ["-wal", "-shm", "-journal"])
def test_a_log_that_was_left_beside_a_database_is_refused(home, backup, ending):
    (backup / "outbox" / f"outbox.db{ending}").write_bytes(b"x")
    assert "was left beside a database" in refused(home, backup)


@pytest.mark.parametrize(
    "name", ["../evil", "/etc/evil", "keys/../../evil", "bin/evil", "outbox/outbox.db"]
)
def test_an_archive_that_brings_anything_else_is_refused(home, archive, tmp_path, name):
    with tarfile.open(archive, "a") as tar:
        member = tarfile.TarInfo(name)
        tar.addfile(member)
    assert "is no part of the backup" in refused(home, archive)
    assert not (tmp_path / "evil").exists()


def test_an_archive_with_a_link_is_refused(home, archive):
    with tarfile.open(archive, "a") as tar:
        member = tarfile.TarInfo("keys/link")
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(member)
    assert "which is no file" in refused(home, archive)


def test_a_backup_of_a_newer_release_is_refused_before_anything_is_written(home, backup):
    manifest = json.loads((backup / MANIFEST_FILE).read_bytes())
    manifest["schemas"]["outbox/outbox.db"] = 99
    (backup / MANIFEST_FILE).write_text(json.dumps(manifest))
    assert "has schema 99" in refused(home, backup)
    (backup / MANIFEST_FILE).write_text(json.dumps(manifest | {"tocsin_service_backup": 2}))
    assert "newer version of Tocsin" in refused(home, backup)


def test_a_folder_that_is_not_empty_is_never_touched(home, backup):
    before = sorted(home.path.rglob("*"))
    _, err = home.run("restore", backup, code=3)
    assert "is not empty" in err
    assert before == sorted(home.path.rglob("*"))


def test_what_is_no_folder_is_never_replaced(home, backup, tmp_path):
    (tmp_path / "again").write_text("a letter")
    home.at(tmp_path / "again").run("restore", backup, code=2)
    assert "a letter" == (tmp_path / "again").read_text()


def test_the_folder_of_a_running_service_is_refused_with_who_runs(home, backup):
    with ParticipantHome.open(home.path).hold("outbox"):
        _, err = home.run("restore", backup, code=4)
    assert "is in use: process" in err


def test_a_wrong_passphrase_is_refused_on_both_ways(home, archive, tmp_path):
    wrong = tmp_path / "wrong"
    wrong.touch(mode=0o600)
    wrong.write_text("these are other words")
    with pytest.raises(KeyUnusableError, match="passphrase is wrong"):
        back_up(home.path, tmp_path / "other", wrong)
    assert not (tmp_path / "other").exists()
    home.words = wrong
    assert "does not hold: the passphrase" in refused(home, archive)


def test_a_home_without_databases_is_backed_up_under_its_own_passphrase_alone(home, tmp_path):
    for folder in ("outbox", "inbox"):
        shutil.rmtree(home.path / folder)
    wrong = tmp_path / "wrong"
    wrong.touch(mode=0o600)
    wrong.write_text("these are other words")
    with pytest.raises(KeyUnusableError, match="passphrase is wrong"):
        back_up(home.path, tmp_path / "other", wrong)


def test_a_dry_run_puts_nothing_but_keys_on_the_disk(home, backup, tmp_path):
    written = set()

    def look(*_progress):
        there = (tmp_path / ".again.unfinished").rglob("*")
        written.update(one.parent.name for one in there if one.is_file())

    Restoring(backup, tmp_path / "again", home.words, dry_run=True, told=look).run()
    assert {"keys"} == written


def test_an_empty_folder_that_is_there_becomes_the_home(home, backup, tmp_path):
    (tmp_path / "again").mkdir(mode=0o700)
    again = home.at(tmp_path / "again")
    again.run("restore", backup)
    assert ME == ParticipantHome.open(again.path).participant_id()


def test_nothing_is_written_over(home, backup):
    before = backing_up.file_digest(backup / MANIFEST_FILE)
    _, err = home.run("backup", backup, code=3)
    assert "never written over" in err
    assert before == backing_up.file_digest(backup / MANIFEST_FILE)
    assert "would be lost with it" in home.run("backup", home.path / "backup", code=3)[1]


def test_a_backup_that_fails_leaves_nothing(home, tmp_path, monkeypatch):
    def full(*_arguments, **_options):
        raise StorageError("the disk is full")

    monkeypatch.setattr(backing_up.HomeDatabase, "copy", full)
    _, err = home.run("backup", tmp_path / "backup", code=6)
    assert "the disk is full" in err
    assert ["home"] == [one.name for one in tmp_path.iterdir()]


def test_a_person_at_the_desk_is_waited_for_and_then_named(home, tmp_path, monkeypatch):
    monkeypatch.setattr(backing_up, "PATIENCE_S", 0.2)
    (home.path / "desk").mkdir()
    with ParticipantHome.open(home.path).hold("desk"), pytest.raises(HeldElsewhereError, match="process"):
        back_up(home.path, tmp_path / "backup", home.words)


def test_each_kind_of_backup_names_the_command_of_the_other(home, tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "backup.json").write_text("{}")
    assert "tocsin keys restore" in refused(home, tmp_path / "other", code=2)


def test_a_folder_that_is_no_home_is_named(home, tmp_path):
    (tmp_path / "empty").mkdir()
    assert "give its --home" in home.at(tmp_path / "empty").run("backup", tmp_path / "b", code=2)[1]
    assert NOW_S
