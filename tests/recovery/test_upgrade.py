"""An upgrade keeps the way back, and the way back loses nothing in silence."""

import shutil
from dataclasses import replace

import pytest

from services.recovery import going_back
from tests.adapters.outbox.test_outbox import item
from tests.recovery.conftest import AUDIENCE, ME, NOW_S
from tocsin.adapters.database import Database
from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.home_contents import DATABASES
from tocsin.adapters.inbox import store as inbox_store
from tocsin.adapters.inbox import tables as inbox_tables
from tocsin.adapters.outbox import store, tables
from tocsin.adapters.outbox.items import Bounds
from tocsin.adapters.outbox.store import Outbox
from tocsin.adapters.upgrade_copies import copies_of
from tocsin.core.errors import StorageError
from tocsin.core.generations import Why, begin
from tocsin.core.key_schedule import GenerationId

OLDER = tables.MIGRATIONS[:-1]


def older_outbox(home):
    """The outbox as the release before opens it."""
    database = Database.open(home.path / "outbox" / "outbox.db", home.storage_key, store.KEY_LABEL, OLDER)
    return Outbox(database, ME, Bounds())


@pytest.fixture
def older(home):
    """A home whose outbox the release before has made, with a generation in use."""
    for file in (home.path / "outbox").iterdir():
        file.unlink()
    outbox = older_outbox(home)
    with outbox.transaction():
        outbox.keys.keep(begin(GenerationId(ME, AUDIENCE, 7), b"s" * 32, (ME,), NOW_S))
    outbox.close()
    return home


@pytest.fixture
def upgraded(older):
    """The newer release has started once, and worked."""
    outbox = older.outbox()
    with outbox.transaction():
        outbox.references.keep_draft("SINCE", "CO-9")
    outbox.close()
    return older


def test_the_release_before_is_stopped_and_shown_the_way_back(upgraded):
    with pytest.raises(StorageError, match="tocsin restore --before-upgrade"):
        older_outbox(upgraded)


def test_after_the_way_back_the_release_before_goes_on_in_new_generations(upgraded):
    upgraded.run("restore", "--before-upgrade")
    outbox = older_outbox(upgraded)
    assert (None, Why.RESTORED) == (outbox.keys.current(AUDIENCE), outbox.keys.why_ended(AUDIENCE))
    assert None is outbox.references.of_draft("SINCE")
    outbox.close()


def test_the_newer_database_is_kept_with_all_that_was_done_since(upgraded):
    out, err = upgraded.run("restore", "--before-upgrade")
    assert "alone: keep them" in err
    (kept,) = (upgraded.path / "outbox" / "before-upgrade").glob("aside-*.db")
    assert str(kept) in out
    newer = Database.open(kept, upgraded.storage_key, store.KEY_LABEL, tables.MIGRATIONS)
    assert "CO-9" == Outbox(newer, ME, Bounds()).references.of_draft("SINCE")
    newer.close()


def test_a_dry_run_of_the_way_back_changes_nothing(upgraded):
    _, err = upgraded.run("restore", "--before-upgrade", "--dry-run")
    assert "nothing was changed" in err
    outbox = upgraded.outbox()
    assert "CO-9" == outbox.references.of_draft("SINCE")
    outbox.close()


def test_there_and_back_and_there_and_back_again(upgraded):
    upgraded.run("restore", "--before-upgrade")
    upgraded.outbox().close()
    assert 2 == len(copies_of(upgraded.path / "outbox" / "outbox.db"))
    upgraded.run("restore", "--before-upgrade")
    older_outbox(upgraded).close()


def test_reports_that_wait_are_not_left_behind_in_silence(upgraded, monkeypatch):
    monkeypatch.setattr("tocsin.adapters.outbox.records.OutboxRecords.unsent_count", lambda _self: 3)
    _, err = upgraded.run("restore", "--before-upgrade", code=3)
    assert "3 reports or records wait" in err
    upgraded.run("restore", "--before-upgrade", "--leave-waiting")


def test_a_report_that_is_not_sealed_yet_waits_too(upgraded):
    outbox = upgraded.outbox()
    with outbox.transaction():
        outbox.items.add(item(), NOW_S)
    outbox.close()
    assert "1 reports or records wait" in upgraded.run("restore", "--before-upgrade", code=3)[1]


def knowing(monkeypatch, fewer):
    """This release as it was when the outbox had `fewer` migrations less."""
    known = [
        replace(one, migrations=one.migrations[:-fewer]) if one.name == going_back._OUTBOX else one
        for one in DATABASES
    ]
    monkeypatch.setattr(going_back, "DATABASES", tuple(known))


def test_a_release_that_cannot_look_into_the_newer_outbox_leaves_nothing_behind_in_silence(
    upgraded, monkeypatch
):
    knowing(monkeypatch, fewer=1)
    _, err = upgraded.run("restore", "--before-upgrade", code=3)
    assert "cannot see whether reports wait" in err
    upgraded.outbox().close()
    upgraded.run("restore", "--before-upgrade", "--leave-waiting")
    older_outbox(upgraded).close()


def test_a_copy_that_this_release_cannot_read_is_no_way_back(upgraded, monkeypatch):
    knowing(monkeypatch, fewer=2)
    words = ("restore", "--before-upgrade", "--leave-waiting")
    assert "there is nothing to go back to" in upgraded.run(*words, code=3)[1]


def test_who_went_back_goes_back_no_further(upgraded):
    upgraded.run("restore", "--before-upgrade")
    assert "there is nothing to go back to" in upgraded.run("restore", "--before-upgrade", code=3)[1]
    older_outbox(upgraded).close()


def test_a_database_that_is_gone_is_not_brought_back(upgraded):
    (upgraded.path / "outbox" / "outbox.db").unlink()
    assert "there is nothing to go back to" in upgraded.run("restore", "--before-upgrade", code=3)[1]
    assert not (upgraded.path / "outbox" / "outbox.db").exists()


def test_the_way_back_leads_to_the_newest_copy(upgraded):
    upgraded.run("restore", "--before-upgrade")
    outbox = older_outbox(upgraded)
    with outbox.transaction():
        outbox.references.keep_draft("BETWEEN", "CO-5")
    outbox.close()
    upgraded.outbox().close()
    upgraded.run("restore", "--before-upgrade")
    outbox = older_outbox(upgraded)
    assert "CO-5" == outbox.references.of_draft("BETWEEN")
    outbox.close()


def test_another_database_goes_back_though_reports_wait(home, monkeypatch):
    for file in (home.path / "inbox").iterdir():
        file.unlink()
    inbox = home.path / "inbox" / "inbox.db"
    Database.open(inbox, home.storage_key, inbox_store.KEY_LABEL, inbox_tables.MIGRATIONS[:-1]).close()
    home.inbox().close()
    monkeypatch.setattr("tocsin.adapters.outbox.records.OutboxRecords.unsent_count", lambda _self: 3)
    out, _ = home.run("restore", "--before-upgrade")
    assert ("inbox/inbox.db" in out, "outbox/outbox.db" in out) == (True, False)


def test_what_a_killed_service_left_in_its_log_is_in_the_newer_database_that_is_kept(upgraded, tmp_path):
    folder = upgraded.path / "outbox"
    outbox = upgraded.outbox()
    with outbox.transaction():
        outbox.references.keep_draft("LAST", "CO-10")
    for file in folder.glob("outbox.db*"):
        shutil.copyfile(file, tmp_path / file.name)
    outbox.close()
    for file in tmp_path.glob("outbox.db*"):
        shutil.copyfile(file, folder / file.name)
    upgraded.run("restore", "--before-upgrade")
    assert {"outbox.db", "before-upgrade"} == {one.name for one in folder.iterdir()}
    (kept,) = (folder / "before-upgrade").glob("aside-*.db")
    newer = Database.open(kept, upgraded.storage_key, store.KEY_LABEL, tables.MIGRATIONS)
    assert "CO-10" == Outbox(newer, ME, Bounds()).references.of_draft("LAST")
    newer.close()


def test_where_no_upgrade_was_there_is_nothing_to_go_back_to(home):
    _, err = home.run("restore", "--before-upgrade", code=3)
    assert "nothing to go back to" in err


def test_while_a_service_runs_there_is_no_way_back(upgraded):
    with ParticipantHome.open(upgraded.path).hold("outbox"):
        assert "is in use: process" in upgraded.run("restore", "--before-upgrade", code=4)[1]


def test_a_crash_before_the_older_one_is_in_place_leaves_the_newer_one(upgraded, monkeypatch):
    def killed(_self, _target):
        raise KeyboardInterrupt

    monkeypatch.setattr("pathlib.Path.hardlink_to", killed)
    upgraded.run("restore", "--before-upgrade", code=130)
    monkeypatch.undo()
    outbox = upgraded.outbox()
    assert "CO-9" == outbox.references.of_draft("SINCE")
    outbox.close()
    upgraded.run("restore", "--before-upgrade")
    older_outbox(upgraded).close()


def test_a_backup_of_the_release_before_is_restored_and_upgraded(older, tmp_path):
    older.run("backup", tmp_path / "older.tar")
    again = older.at(tmp_path / "again")
    again.run("restore", tmp_path / "older.tar")
    outbox = again.outbox()
    assert Why.RESTORED == outbox.keys.why_ended(AUDIENCE)
    outbox.close()


@pytest.mark.parametrize("words", [(), ("somewhere", "--before-upgrade"), ("somewhere", "--leave-waiting")])
def test_words_that_do_not_go_together_are_refused(home, words):
    home.run("restore", *words, code=2)
