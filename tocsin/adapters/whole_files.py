"""Files that are there whole or not at all, whatever crashes: temporary file, fsync, rename, fsync."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from tocsin.core.errors import StorageError

PRIVATE = 0o600


def write_whole(path: Path, data: bytes, mode: int = PRIVATE) -> None:
    """Put `data` at `path`, replacing a file that was there; folders above are made.

    Raises StorageError naming path and cause; then what was there before still is.
    """
    check_replaceable(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _replaced(path, mode) as file:
            file.write(data)
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}") from error


def write_new(path: Path, data: bytes, mode: int = PRIVATE) -> bool:
    """Put `data` at `path` if nothing is there; whether that was so. Folders above are made.

    Raises StorageError; then nothing is there that was not before.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _temporary(path, mode) as (file, name):
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            path.hardlink_to(name)  # unlike a rename it never replaces what is there
    except FileExistsError:
        return False
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}") from error
    _sync_folder(path.parent)
    return True


@contextmanager
def writing_whole(path: Path, mode: int = PRIVATE) -> Iterator[BinaryIO]:
    """A file to write piece by piece; it takes the place of `path` only when the block ends well.

    Raises StorageError; then, and after any error in the block, what was there before still is.
    """
    check_replaceable(path)
    try:
        with _replaced(path, mode) as file:
            yield file
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}") from error


def read_whole(path: Path, max_bytes: int) -> bytes | None:
    """The content of `path`; None if it is not there. Raises StorageError, also for a larger file."""
    try:
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StorageError(f"{path} cannot be read: {error.strerror}") from error
    if len(data) > max_bytes:
        raise StorageError(f"{path} is over {max_bytes} bytes")
    return data


def file_digest(path: Path) -> str:
    """SHA-256 of a file of any size, in hex. Raises StorageError."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise StorageError(f"{path} cannot be read: {error.strerror}") from error


def copy_whole(source: Path, target: Path) -> None:
    """Copy a file of any size to a new private file, on disk when this returns. Raises StorageError."""
    try:
        with source.open("rb") as file, target.open("xb") as copy:
            os.fchmod(copy.fileno(), PRIVATE)
            shutil.copyfileobj(file, copy)
            copy.flush()
            os.fsync(copy.fileno())
    except OSError as error:
        raise StorageError(f"{target} cannot be written: {error.strerror}") from error


def check_replaceable(path: Path) -> None:
    """Raises StorageError for what is there and is no file."""
    # The rename would put a file in the place of /dev/null, too.
    if path.exists() and not path.is_file():
        raise StorageError(
            f"{path} is no file, and only a file is replaced: leave the option out for stdout"
        )


@contextmanager
def _replaced(path: Path, mode: int) -> Iterator[BinaryIO]:
    with _temporary(path, mode) as (file, name):
        yield file
        file.flush()
        os.fsync(file.fileno())
        name.replace(path)
    _sync_folder(path.parent)


@contextmanager
def _temporary(path: Path, mode: int) -> Iterator[tuple[BinaryIO, Path]]:
    """A file beside `path`, which is gone afterwards unless it was renamed."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:64]}.")
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), mode)
            yield file, Path(name)
    finally:
        with suppress(FileNotFoundError):
            Path(name).unlink()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
