"""Before a newer release changes a schema, what was is kept: whole, encrypted, the last three."""

import resource
import stat

import pytest

from tests.adapters.test_database import ADD, ALL, KEY, TABLES, opened
from tocsin.adapters import database as owner
from tocsin.adapters.upgrade_copies import MAX_COPIES, copies_of, making_copy
from tocsin.core.errors import StorageError

WIDER = (*TABLES, "ALTER TABLE notes ADD COLUMN tag TEXT DEFAULT 'x'")


@pytest.fixture
def path(tmp_path):
    """A database of the older release, with one note."""
    path = tmp_path / "notes.db"
    database = opened(path)
    database.execute(ADD, ("one",))
    database.close()
    return path


def test_an_upgrade_keeps_the_database_as_it_was(path):
    opened(path, migrations=WIDER).close()
    (copy,) = copies_of(path)
    assert (1, 0o600) == (copy.version, stat.S_IMODE(copy.path.stat().st_mode))
    assert [("one",)] == opened(copy.path).execute(ALL)


def test_nothing_is_copied_where_nothing_changes(path, tmp_path):
    opened(path).close()
    opened(tmp_path / "new.db", migrations=WIDER).close()
    assert [] == [*copies_of(path), *copies_of(tmp_path / "new.db")]


def test_an_upgrade_that_fails_leaves_the_database_as_it_was_and_its_copy(path):
    with pytest.raises(Exception, match="syntax"):
        opened(path, migrations=(*TABLES, "NONSENSE"))
    assert [("one",)] == opened(path).execute(ALL)
    assert 1 == len(copies_of(path))


def test_where_no_copy_can_be_made_nothing_is_upgraded(path, monkeypatch):
    def full(*_arguments):
        raise StorageError("the disk is full")

    monkeypatch.setattr(owner, "_copy", full)
    with pytest.raises(StorageError, match="the disk is full"):
        opened(path, migrations=WIDER)
    monkeypatch.undo()
    assert [("one",)] == opened(path).execute(ALL)
    assert [] == copies_of(path)


def test_only_the_last_copies_are_kept(path):
    for second in range(MAX_COPIES + 2):
        with making_copy(path, 1, 1_790_000_000 + second) as target:
            target.write_bytes(b"x")
    assert [1_790_000_002, 1_790_000_003, 1_790_000_004] == [one.made_at_s for one in copies_of(path)]


def test_a_copy_that_was_made_by_a_clock_behind_is_kept_too(path):
    for made_at_s in (*(1_790_000_000 + one for one in range(MAX_COPIES)), 1_750_000_000):
        with making_copy(path, 1, made_at_s) as target:
            target.write_bytes(b"copy")
    found = [one.made_at_s for one in copies_of(path)]
    assert [1_750_000_000, 1_790_000_001, 1_790_000_002] == found


def test_a_copy_that_was_not_finished_does_not_count(path):
    with pytest.raises(StorageError, match="No such file"), making_copy(path, 1, 1_790_000_000) as target:
        (target.parent / "missing" / target.name).write_bytes(b"x")
    assert [] == list((path.parent / "before-upgrade").iterdir())


def test_the_older_release_refuses_the_newer_database_and_names_the_way_back(path):
    opened(path, migrations=WIDER).close()
    with pytest.raises(StorageError, match=r"schema 2, and this one knows 1.*restore --before-upgrade"):
        opened(path)


def test_many_upgrades_that_fail_leave_no_file_open(path):
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    for _ in range(min(limit, 100) // 2):
        with pytest.raises(Exception, match="syntax"):
            opened(path, migrations=(*TABLES, "NONSENSE"))
    assert KEY
