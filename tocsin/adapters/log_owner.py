"""Which database a write-ahead log belongs to: one that was left by another is never played back.

SQLite plays any sound log back into the database that it finds beside it, also into a backup that was put
there since, and mixes two states without a word. Each of our files begins with 16 random bytes of its own,
and a copy by `copy_database` has others; `NAME-owner` holds those of the database whose log is beside it. A
copy of the bare file has the same 16 bytes and cannot be told apart: back up with `tocsin backup`.
"""

from __future__ import annotations

from pathlib import Path

from tocsin.adapters.whole_files import read_whole, write_whole
from tocsin.core.errors import StorageError

OWN_BYTES = 16
SIDE_FILES = ("-wal", "-shm", "-journal", "-owner")


def beside(path: Path, ending: str) -> Path:
    """The file that SQLite, or we, keep beside a database."""
    return path.with_name(path.name + ending)


def refuse_foreign_log(path: Path) -> None:
    """Raises StorageError where the log beside `path` was written for another database."""
    log = beside(path, "-wal")
    if not log.exists() or not log.stat().st_size:
        return
    owner = read_whole(beside(path, "-owner"), OWN_BYTES)
    if owner is not None and owner != _first_bytes(path):
        raise StorageError(
            f"{log} was left by another database than the {path.name} beside it, and would be mixed into "
            f"it. If {path.name} is a backup that was put in place: stop, move {log.name} and "
            f"{beside(path, '-shm').name} away, start again. If it is the log that you want to keep: put "
            "its own database back"
        )


def note_owner(path: Path) -> None:
    """From now on the log beside `path` is its own. Raises StorageError."""
    own, file = _first_bytes(path), beside(path, "-owner")
    if len(own) == OWN_BYTES and read_whole(file, OWN_BYTES) != own:
        write_whole(file, own)


def _first_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(OWN_BYTES)
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise StorageError(f"{path} cannot be read: {error.strerror}") from error
