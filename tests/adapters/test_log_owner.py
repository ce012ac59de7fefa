"""A log that another database left is refused, and a database's own log never is."""

import shutil

import pytest

from tests.adapters.test_database import ADD, ALL, KEY, TABLES, opened
from tocsin.adapters.database import copy_database, settle
from tocsin.core.errors import StorageError

LABEL = b"tocsin/1/test"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "notes.db"


@pytest.fixture
def killed(path, tmp_path):
    """A folder as a process that was killed left it: "two" is in the log alone."""
    database = opened(path)
    database.execute(ADD, ("one",))
    database.truncate_log()
    database.execute(ADD, ("two",))
    folder = tmp_path / "killed"
    folder.mkdir()
    for file in path.parent.glob("notes.db*"):
        shutil.copyfile(file, folder / file.name)
    database.close()
    return folder / "notes.db"


@pytest.fixture
def copy(path, tmp_path):
    """A backup of before: it has "one" alone."""
    database = opened(path)
    database.execute(ADD, ("one",))
    copy_database(path, tmp_path / "copy.db", KEY, LABEL)
    database.close()
    path.unlink()
    return tmp_path / "copy.db"


def test_what_a_killed_process_left_is_played_back(killed):
    assert [("one",), ("two",)] == opened(killed).execute(ALL)


@pytest.mark.parametrize("read_only", [False, True])
def test_a_backup_put_in_place_beside_a_left_log_is_refused_with_what_to_do(copy, killed, read_only):
    shutil.copyfile(copy, killed)
    before = killed.read_bytes()
    with pytest.raises(StorageError, match=r"notes\.db-wal was left by another database.*move notes"):
        opened(killed, read_only=read_only)
    assert before == killed.read_bytes()


def test_once_the_left_log_is_moved_away_the_backup_is_taken(copy, killed):
    shutil.copyfile(copy, killed)
    for ending in ("-wal", "-shm"):
        killed.with_name(killed.name + ending).unlink()
    database = opened(killed)
    assert [("one",)] == database.execute(ALL)
    database.execute(ADD, ("three",))  # and the log that it begins is its own
    assert [("one",), ("three",)] == opened(killed).execute(ALL)


def test_a_log_whose_database_is_gone_is_refused_and_not_begun_anew(killed):
    killed.unlink()
    with pytest.raises(StorageError, match="left by another database"):
        opened(killed)
    assert not killed.exists()


def test_a_home_from_before_there_were_owners_opens(killed):
    killed.with_name("notes.db-owner").unlink()
    assert [("one",), ("two",)] == opened(killed).execute(ALL)


def test_a_settled_database_is_one_file_with_all_of_it(killed, tmp_path):
    assert len(TABLES) == settle(killed, KEY, LABEL)
    shutil.copyfile(killed, tmp_path / "alone.db")
    assert [("one",), ("two",)] == opened(tmp_path / "alone.db").execute(ALL)
