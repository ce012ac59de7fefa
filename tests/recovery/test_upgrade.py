"""An upgrade keeps the way back, and the way back loses nothing in silence."""

import pytest

from tests.recovery.conftest import AUDIENCE, ME, NOW_S
from tocsin.adapters.database import Database
from tocsin.adapters.home import ParticipantHome
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
