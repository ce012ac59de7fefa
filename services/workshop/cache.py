"""The per-user folder that keeps what was downloaded or trained once."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from tocsin.core.errors import StorageError

UNUSED_AFTER_S = 30 * 86_400


def cache_folder(environment: Mapping[str, str]) -> Path:
    """Where the jars live: $XDG_CACHE_HOME/tocsin, else ~/.cache/tocsin.

    An account without a home that can be written (containers, HOME= in a unit file) gets a
    folder of its own under the temporary directory. Raises StorageError when none can be made.
    """
    for folder in _candidates(environment):
        with contextlib.suppress(OSError):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if os.access(folder, os.W_OK) and folder.stat().st_uid == os.getuid():
                return folder
    raise StorageError(
        "no folder for downloaded jars can be made: set XDG_CACHE_HOME to a folder you may write"
    )


@contextlib.contextmanager
def exclusively(folder: Path) -> Iterator[None]:
    """Only one process at a time fills `folder`; the others wait and find it filled."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def forget_unused(folder: Path, pattern: str, now_s: float) -> None:
    """Delete what matches `pattern` below `folder` and was last used over 30 days ago.

    Each Python environment has a Java of its own, so what is derived from it piles up.
    """
    for entry in folder.glob(pattern):
        with contextlib.suppress(OSError):
            if now_s - entry.stat().st_mtime > UNUSED_AFTER_S:
                shutil.rmtree(entry)


def _candidates(environment: Mapping[str, str]) -> Iterator[Path]:
    if named := environment.get("XDG_CACHE_HOME"):
        yield Path(named) / "tocsin"
    if home := environment.get("HOME") or _home_by_account():
        yield Path(home) / ".cache" / "tocsin"
    yield Path(tempfile.gettempdir()) / f"tocsin-cache-{os.getuid()}"


def _home_by_account() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:
        return ""
