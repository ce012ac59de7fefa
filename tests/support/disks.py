"""Small file systems of their own, to be filled."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support import run


@contextmanager
def small_disk(path: Path, size_bytes: int) -> Iterator[Path]:
    """A file system of this size at `path`; the test is skipped where nobody may mount one."""
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size_bytes}", run.name(), str(path)]
    if os.getuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a small file system")
    try:
        yield path
    finally:
        subprocess.run(["umount", "-l", str(path)], check=True)


def fill(path: Path, *, leave_bytes: int = 0) -> None:
    """Write zeros to a file until the disk is full; then give `leave_bytes` back."""
    with path.open("wb", buffering=0) as filler:
        try:
            while filler.write(bytes(65_536)):
                pass
        except OSError:
            filler.truncate(max(0, filler.tell() - leave_bytes))
