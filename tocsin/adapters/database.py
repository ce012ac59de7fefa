"""Opens encrypted databases; the only file that knows `apsw` and SQLite3 Multiple Ciphers.

A file is encrypted whole (ChaCha20-Poly1305, page by page) under a key of its own, derived from the
participant's storage key and a label. What a transaction wrote is on disk under fsync when it ends.
Before a newer release changes a schema, a copy of what was is kept (`upgrade_copies`); a log that another
database left is refused (`log_owner`). Foreign errors become ours here, with the path and what to do; their
texts never hold values. Source: wire format, "At rest".
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn, Self

import apsw

from tocsin.adapters.log_owner import note_owner, refuse_foreign_log
from tocsin.adapters.upgrade_copies import making_copy
from tocsin.core.errors import HeldElsewhereError, KeyUnusableError, StorageError, TocsinError
from tocsin.core.primitives import expand_sha512

BUSY_TIMEOUT_MS = 5_000
MAX_WAL_BYTES = 67_108_864
WAL_CHECKPOINT_PAGES = 1_000
CACHE_KIB = 16_384
COPY_PAGES = 1_000
STORAGE_KEY_BYTES = 32

Row = tuple[Any, ...]
Told = Callable[[int, int], None]
Values = Sequence[str | int | float | bytes | None]


class Database:
    """One connection. A writer holds the home's lock; any number of readers may open beside it."""

    def __init__(self, connection: apsw.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    @classmethod
    def open(
        cls,
        path: Path,
        storage_key: bytes,
        label: bytes,
        migrations: Sequence[str],
        *,
        read_only: bool = False,
    ) -> Self:
        """The database at `path`, made where it is missing (0600), its schema brought up to date.

        `storage_key`: the participant's 32 bytes; `label` keeps databases apart; the first n
        `migrations` make version n. `read_only` never creates or changes anything.
        Raises KeyUnusableError (wrong key, or no such database), StorageError, HeldElsewhereError.
        """
        key = _key_of(storage_key, label)
        refuse_foreign_log(path)
        _prepare(path, read_only)
        with _opened(path, key, read_only=read_only) as connection:
            _tune(connection, read_only)
            if not read_only:
                note_owner(path)
            _migrate(connection, path, key, migrations, read_only)
        return cls(connection, path)

    @staticmethod
    def version_of(path: Path, storage_key: bytes, label: bytes) -> int:
        """How many migrations the database at `path` has had. Changes nothing, and brings nothing up to
        date. Raises KeyUnusableError, StorageError, HeldElsewhereError.
        """
        _prepare(path, read_only=True)
        try:
            connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
            try:
                _unlock(connection, expand_sha512(storage_key, label))
                return int(connection.pragma("user_version"))
            finally:
                connection.close(True)
        except apsw.Error as error:
            _raise_ours(error, path)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is executed inside is on disk when the block ends, or nothing of it."""
        self.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.execute("COMMIT")
        except BaseException:
            # A full disk may have rolled back already.
            if self._connection.in_transaction:
                self.execute("ROLLBACK")
            raise

    def execute(self, sql: str, values: Values = ()) -> list[Row]:
        """All rows that `sql` gives; ask for pages with LIMIT where there may be many."""
        try:
            return self._connection.execute(sql, values).fetchall()
        except apsw.Error as error:
            _raise_ours(error, self._path)

    def execute_many(self, sql: str, rows: Iterable[Values]) -> None:
        """Run `sql` once for each of `rows`."""
        try:
            self._connection.executemany(sql, rows)
        except apsw.Error as error:
            _raise_ours(error, self._path)

    def changes(self) -> int:
        """How many rows the last statement that wrote has changed."""
        return self._connection.changes()

    def size_bytes(self) -> int:
        """What the database takes on disk, without its log."""
        pages = self.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
        return int(pages[0][0])

    def truncate_log(self) -> None:
        """Move the write-ahead log into the database and empty it, as far as readers allow."""
        self.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close the connection; what was committed is on disk already."""
        self._connection.close(True)

    def __repr__(self) -> str:
        return f"Database({str(self._path)!r})"


def settle(path: Path, storage_key: bytes, label: bytes) -> int:
    """Move a database's log into it, whatever its version, so that the file alone is all of it.

    Returns the version.
    Raises KeyUnusableError, StorageError, HeldElsewhereError.
    """
    refuse_foreign_log(path)
    with _opened(path, _key_of(storage_key, label), read_only=False) as connection:
        version = int(connection.pragma("user_version"))
        busy, *_frames = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()[0]
        connection.close(True)
    if busy:
        raise HeldElsewhereError(f"another process reads {path}: stop it first")
    return version


def _key_of(storage_key: bytes, label: bytes) -> bytes:
    if len(storage_key) != STORAGE_KEY_BYTES:
        raise KeyUnusableError(f"a storage key has {STORAGE_KEY_BYTES} bytes")
    return expand_sha512(storage_key, label)


@contextmanager
def _opened(path: Path, key: bytes, *, read_only: bool) -> Iterator[apsw.Connection]:
    """A connection that stays open where the block ends well; foreign errors become ours."""
    connection: apsw.Connection | None = None
    try:
        flags = apsw.SQLITE_OPEN_READONLY if read_only else apsw.SQLITE_OPEN_READWRITE
        connection = apsw.Connection(str(path), flags=flags)
        _unlock(connection, key)
        yield connection
    except BaseException as error:
        if connection is not None:
            connection.close(True)
        if isinstance(error, apsw.Error):
            _raise_ours(error, path)
        raise


def copy_database(
    path: Path, target: Path, storage_key: bytes, label: bytes, told: Told = lambda *_: None
) -> int:
    """Copy a database of whatever version, also while another process writes, into the new file `target`,
    which is encrypted under the same key and needs no file beside it; the version of the copy.

    `told` is given (pages copied, pages in all). Raises KeyUnusableError, StorageError.
    """
    refuse_foreign_log(path)
    return _copy(path, target, _key_of(storage_key, label), told)


def _copy(path: Path, target: Path, key: bytes, told: Told = lambda *_: None) -> int:
    _prepare(target, read_only=False)
    with _opened(path, key, read_only=True) as source, _opened(target, key, read_only=False) as copy:
        with copy.backup("main", source, "main") as pages:
            while not pages.done:
                pages.step(COPY_PAGES)
                told(pages.page_count - pages.remaining, pages.page_count)
        copy.pragma("journal_mode", "delete")
        version = int(copy.pragma("user_version"))
        copy.close(True)
        source.close(True)
    return version


def _prepare(path: Path, read_only: bool) -> None:
    if read_only:
        if not path.exists():
            raise StorageError(f"there is no {path} yet")
        return
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise StorageError(f"{path} cannot be opened: {error.strerror}") from error


def _unlock(connection: apsw.Connection, key: bytes) -> None:
    connection.set_busy_timeout(BUSY_TIMEOUT_MS)
    connection.pragma("cipher", "chacha20")
    connection.pragma("key", f"raw:{key.hex()}")
    connection.pragma("schema_version")  # the first read: a wrong key fails here


def _tune(connection: apsw.Connection, read_only: bool) -> None:
    connection.pragma("cache_size", -CACHE_KIB)
    connection.pragma("foreign_keys", True)
    if read_only:
        connection.pragma("query_only", True)
        return
    connection.pragma("journal_mode", "wal")
    connection.pragma("synchronous", "full")
    connection.pragma("secure_delete", True)
    connection.pragma("wal_autocheckpoint", WAL_CHECKPOINT_PAGES)
    connection.pragma("journal_size_limit", MAX_WAL_BYTES)


def _migrate(
    connection: apsw.Connection, path: Path, key: bytes, migrations: Sequence[str], read_only: bool
) -> None:
    version = int(connection.pragma("user_version"))
    if version > len(migrations):
        raise StorageError(
            f"{path} was written by a newer version of Tocsin (schema {version}, and this one knows "
            f"{len(migrations)}): update this one, or go back with tocsin restore --before-upgrade"
        )
    if read_only and version < len(migrations):
        raise StorageError(f"{path} is of an older version: start the service once to bring it up to date")
    if version < len(migrations):
        connection.execute("BEGIN IMMEDIATE")  # another process may be about to do the same
        with connection:
            version = int(connection.pragma("user_version"))
            if version:
                _keep_what_was(path, key, version)
            for number, script in enumerate(migrations[version:], version + 1):
                connection.execute(script)
                connection.pragma("user_version", number)
        connection.execute("COMMIT")


def _keep_what_was(path: Path, key: bytes, version: int) -> None:
    """A copy for the way back, while nobody can write; the connection that may cannot be copied from."""
    with making_copy(path, version, time.time()) as target:
        _copy(path, target, key)


def _raise_ours(error: apsw.Error, path: Path) -> NoReturn:
    """Our error for a foreign one; a broken constraint is a bug and stays what it is."""
    ours = _translated(error, path)
    if ours is None:
        raise error
    raise ours from error


def _translated(error: apsw.Error, path: Path) -> TocsinError | None:
    match error:
        case apsw.NotADBError():
            return KeyUnusableError(f"{path} is damaged, or belongs to another storage key")
        case apsw.FullError():
            return StorageError(f"the disk of {path} is full: make room, nothing was lost")
        case apsw.BusyError() | apsw.LockedError():
            return HeldElsewhereError(f"another process is writing to {path}")
        case apsw.ReadOnlyError() | apsw.PermissionsError() | apsw.CantOpenError():
            return StorageError(f"{path} cannot be written: check its owner, mode and mount")
        case apsw.CorruptError():
            return StorageError(f"{path} is damaged: stop, and restore the last backup")
        case apsw.IOError() | apsw.NoMemError():
            return StorageError(f"reading or writing {path} failed ({type(error).__name__})")
        case _:
            return None
