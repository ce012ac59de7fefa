"""The encrypted database: keys, modes, transactions, faults."""

import resource
import stat

import pytest

from tocsin.adapters.database import Database
from tocsin.core.errors import HeldElsewhereError, KeyUnusableError, StorageError

KEY = bytes(range(32))
TABLES = ("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)",)
ADD = "INSERT INTO notes (text) VALUES (?)"
ALL = "SELECT text FROM notes ORDER BY id"


def opened(path, key=KEY, label=b"tocsin/1/test", migrations=TABLES, **options):
    return Database.open(path, key, label, migrations, **options)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "notes.db"


def test_what_was_committed_is_there_after_reopening(path):
    database = opened(path)
    with database.transaction():
        database.execute(ADD, ("one",))
    database.close()
    assert [("one",)] == opened(path).execute(ALL)


def test_nothing_of_a_failed_transaction_stays(path):
    database = opened(path)
    with pytest.raises(ZeroDivisionError), database.transaction():
        database.execute(ADD, (f"one {database.execute(ADD, ('two',)) or 1 / 0}",))
    assert [] == database.execute(ALL)


def test_another_key_is_refused_and_changes_nothing(path):
    opened(path).close()
    before = path.read_bytes()
    with pytest.raises(KeyUnusableError, match="another storage key"):
        opened(path, key=bytes(32))
    assert before == path.read_bytes()


def test_another_label_is_another_key(path):
    opened(path).close()
    with pytest.raises(KeyUnusableError):
        opened(path, label=b"tocsin/1/other")


def test_no_file_of_the_database_holds_plaintext(path):
    database = opened(path)
    with database.transaction():
        database.execute_many(ADD, [("CANARY" * 200,)] * 500)
    files = list(path.parent.iterdir())
    assert 2 <= len(files)
    assert all(b"CANARY" not in file.read_bytes() for file in files)
    assert not path.read_bytes().startswith(b"SQLite")


def test_only_the_owner_may_read_the_files(path):
    database = opened(path)
    database.execute(ADD, ("one",))
    assert {0o600} == {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}


def test_a_reader_sees_what_the_writer_commits_and_cannot_write(path):
    writer = opened(path)
    reader = opened(path, read_only=True)
    writer.execute(ADD, ("one",))
    assert [("one",)] == reader.execute(ALL)
    with pytest.raises(StorageError):
        reader.execute(ADD, ("two",))


def test_reading_a_database_that_is_not_there_makes_none(path):
    with pytest.raises(StorageError, match="there is no"):
        opened(path, read_only=True)
    assert not path.exists()


def test_a_second_writer_is_told_who_is_in_the_way(path, monkeypatch):
    monkeypatch.setattr("tocsin.adapters.database.BUSY_TIMEOUT_MS", 1)
    first, second = opened(path), opened(path)
    with first.transaction(), pytest.raises(HeldElsewhereError, match="another process"):
        second.execute("BEGIN IMMEDIATE")


def test_migrations_run_once_and_in_order(path):
    opened(path).close()
    wider = (*TABLES, "ALTER TABLE notes ADD COLUMN tag TEXT DEFAULT 'x'")
    database = opened(path, migrations=wider)
    database.execute(ADD, ("one",))
    database.close()
    assert [("one", "x")] == opened(path, migrations=wider).execute("SELECT text, tag FROM notes")


def test_a_failed_migration_leaves_the_old_version(path):
    opened(path).close()
    with pytest.raises(Exception, match="syntax"):
        opened(path, migrations=(*TABLES, "CREATE TABLE more (a); NONSENSE"))
    assert [] == opened(path).execute(ALL)


def test_a_database_of_a_newer_version_is_refused(path):
    opened(path, migrations=(*TABLES, "CREATE TABLE more (a)")).close()
    with pytest.raises(StorageError, match="newer version"):
        opened(path)


def test_a_damaged_file_is_refused_by_name(path):
    database = opened(path)
    database.execute_many(ADD, [("text" * 500,)] * 50)
    database.close()
    data = bytearray(path.read_bytes())
    data[4096 * 3 : 4096 * 6] = bytes(4096 * 3)
    path.write_bytes(data)
    with pytest.raises((StorageError, KeyUnusableError), match=r"notes\.db"):
        opened(path).execute(ALL)


def test_a_full_disk_says_so_and_keeps_what_was_there(path):
    database = opened(path)
    database.execute(ADD, ("one",))
    database.execute("PRAGMA max_page_count = 3")
    with pytest.raises(StorageError, match="full"), database.transaction():
        database.execute_many(ADD, [("x" * 4_000,)] * 20)
    assert [("one",)] == database.execute(ALL)


def test_a_folder_that_is_missing_is_named(tmp_path):
    with pytest.raises(StorageError, match="No such file"):
        opened(tmp_path / "missing" / "notes.db")


def test_a_storage_key_of_another_length_is_refused(path):
    with pytest.raises(KeyUnusableError, match="32 bytes"):
        opened(path, key=bytes(16))
    assert not path.exists()


def test_the_log_is_emptied_on_request(path):
    database = opened(path)
    database.execute_many(ADD, [("x" * 1_000,)] * 100)
    database.truncate_log()
    assert 0 == path.with_name("notes.db-wal").stat().st_size
    assert 100_000 < database.size_bytes()


def test_its_repr_shows_the_path_alone(path):
    assert f"Database('{path}')" == repr(opened(path))


def test_many_databases_can_be_open(tmp_path):
    """No connection leaks a file when opening fails."""
    path = tmp_path / "notes.db"
    opened(path).close()
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    for _ in range(min(limit, 300)):
        with pytest.raises(KeyUnusableError):
            opened(path, key=bytes(32))
