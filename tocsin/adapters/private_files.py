"""Files and folders that only their owner may read; new ones written whole or not at all.

A file is refused unless it is ours and nobody else may read it (mode 0600 or stricter), a folder
unless it is 0700. The check is made on the open file, so nothing can be swapped in between.
Source: wire format, "At rest".
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from tocsin.core.errors import KeyUnusableError, StorageError
from tocsin.core.primitives import random_bytes

MAX_PRIVATE_FILE_BYTES = 65_536
FILE_MODE = 0o600
FOLDER_MODE = 0o700


def read_private(path: Path, max_bytes: int = MAX_PRIVATE_FILE_BYTES) -> bytes:
    """The content of a private file of at most `max_bytes`.

    Raises KeyUnusableError, naming path and fault, never content.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise KeyUnusableError(_why_unreadable(path, error)) from error
    try:
        _check(path, os.fstat(descriptor), "file")
        data = os.read(descriptor, max_bytes + 1)
    finally:
        os.close(descriptor)
    if len(data) > max_bytes:
        raise KeyUnusableError(f"{path} is larger than {max_bytes} bytes")
    if not data:
        raise KeyUnusableError(f"{path} is empty")
    return data


def check_private_folder(path: Path) -> None:
    """Raises KeyUnusableError unless `path` is a folder of ours that nobody else may enter."""
    try:
        status = path.stat()
    except OSError as error:
        raise KeyUnusableError(_why_unreadable(path, error)) from error
    _check(path, status, "folder")


def make_private_folder(path: Path) -> None:
    """Make `path`, and what is above it, with mode 0700. One that is there is checked only."""
    with storage_errors(path):
        # `parents=True` alone would give what is above the mode of the day.
        missing = [one for one in (path, *path.parents) if not one.exists()]
        for one in reversed(missing):
            one.mkdir(mode=FOLDER_MODE, exist_ok=True)
    check_private_folder(path)


def write_new(path: Path, data: bytes) -> None:
    """Write a private file that must not exist yet. Raises KeyUnusableError if it does."""
    with storage_errors(path), _written(path, data) as temporary:
        try:
            # Unlike rename, link never replaces what is there.
            path.hardlink_to(temporary)
        except FileExistsError as error:
            raise KeyUnusableError(f"{path} exists and is never overwritten") from error


def destroy_private(path: Path) -> None:
    """Noise over the file, then its name goes. A copying file system may keep old blocks all the same.

    Raises StorageError.
    """
    with storage_errors(path):
        size_bytes = path.stat().st_size
        with path.open("r+b") as file:
            file.write(random_bytes(size_bytes))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
        sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make names in `path` survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn what the system says about `path` into a StorageError."""
    try:
        yield
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror or 'unknown fault'}") from error


@contextlib.contextmanager
def _written(path: Path, data: bytes) -> Iterator[Path]:
    temporary = path.with_name(f".{path.name}.{random_bytes(8).hex()}.new")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    try:
        with os.fdopen(os.open(temporary, flags, FILE_MODE), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)


def _check(path: Path, status: os.stat_result, kind: Literal["file", "folder"]) -> None:
    right = stat.S_ISREG(status.st_mode) if kind == "file" else stat.S_ISDIR(status.st_mode)
    if not right:
        raise KeyUnusableError(f"{path} is no {kind}")
    mode = FILE_MODE if kind == "file" else FOLDER_MODE
    found = stat.S_IMODE(status.st_mode)
    if status.st_uid != os.geteuid():
        raise KeyUnusableError(
            f"{path} belongs to uid {status.st_uid}, and this process is uid {os.geteuid()}: "
            f"run as its owner, or chown {os.geteuid()} {path}"
        )
    if found & 0o077:
        raise KeyUnusableError(
            f"{path} has mode {found:04o}, so others may use it: chmod {mode:04o} {path}"
        )


def _why_unreadable(path: Path, error: OSError) -> str:
    if not isinstance(error, PermissionError):
        return f"{path} cannot be read: {error.strerror or 'unknown fault'}"
    owner = ""
    with contextlib.suppress(OSError):
        status = path.stat()
        owner = f", which belongs to uid {status.st_uid} with mode {stat.S_IMODE(status.st_mode):04o}"
    return f"uid {os.geteuid()} may not read {path}{owner}: run as its owner"
