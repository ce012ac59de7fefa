"""One process at a time for a folder, and a sentence that says who it is.

The kernel holds the lock (flock), so it ends with its process, also after kill -9; the file's content
only tells people. Network file systems do not keep such locks apart and are refused.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from tocsin.core.errors import HeldElsewhereError, SettingsError, StorageError

MAX_LOCK_FILE_BYTES = 4_096
MAX_COMMAND_CHARACTERS = 200
MOUNTS = Path("/proc/self/mounts")
NETWORK_FILE_SYSTEMS = {
    *("nfs", "nfs4", "cifs", "smb2", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre"),
    *("beegfs", "gpfs", "davfs", "fuse.sshfs", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs"),
}


@contextlib.contextmanager
def hold(path: Path, clock: Callable[[], float] = time.time) -> Iterator[None]:
    """Hold the lock file `path` while the block runs.

    Raises HeldElsewhereError saying who holds it and since when, StorageError.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StorageError(f"{path} cannot be locked: {error.strerror}") from error
    try:
        _lock(path, descriptor)
        _sign(descriptor, int(clock()))
        try:
            yield
        finally:
            os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def holder_of(path: Path) -> str | None:
    """Who holds the lock file `path`, in words; None where nobody does, or it is not there."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        if not os.fstat(descriptor).st_size:
            return None  # nobody signed it: not even for a moment is it taken from who is about to
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _holder(descriptor)
    except OSError:
        return None
    else:
        return None
    finally:
        os.close(descriptor)


def refuse_network_file_system(path: Path, mounts: Path = MOUNTS) -> None:
    """Raises SettingsError if `path` (or what of it exists) lies on a network file system."""
    kind = _file_system(path.resolve(), mounts)
    if kind in NETWORK_FILE_SYSTEMS:
        raise SettingsError(
            f"{path} lies on a network file system ({kind}), where locks and databases can break: "
            "choose a folder on a local disk"
        )


def _lock(path: Path, descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise HeldElsewhereError(f"{path.parent} is in use: {_holder(descriptor)}") from error
    except OSError as error:
        raise StorageError(f"{path} cannot be locked: {error.strerror}") from error


def _sign(descriptor: int, now_s: int) -> None:
    since = datetime.fromtimestamp(now_s, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    words = [Path(sys.argv[0]).name, *sys.argv[1:3]]
    record = {"pid": os.getpid(), "command": " ".join(words)[:MAX_COMMAND_CHARACTERS], "since": since}
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, json.dumps(record).encode(), 0)


def _holder(descriptor: int) -> str:
    try:
        record = json.loads(os.pread(descriptor, MAX_LOCK_FILE_BYTES, 0))
        return f"process {record['pid']} ({record['command']}) holds it since {record['since']}"
    except (ValueError, KeyError, TypeError, RecursionError):
        return "another process holds it"


def _file_system(path: Path, mounts: Path) -> str | None:
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None  # no Linux: nothing to ask
    best, kind = -1, None
    for line in lines:
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = Path(fields[1].replace("\\040", " ").replace("\\134", "\\"))
        # A later mount on the same point hides the earlier one.
        if path.is_relative_to(point) and len(point.parts) >= best:
            best, kind = len(point.parts), fields[2]
    return kind
