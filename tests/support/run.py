"""A run of tests or of faults, and what it leaves behind when it is ended from outside.

Asked to end (SIGTERM, SIGINT), a run takes its brokers, services and mounts away itself. Killed, it cannot:
the next run does. All that a run starts carries its name in the environment, and its mounts carry it as
their source; the name holds the run's pid and the time at which that process began, since pids come again.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import FrameType

VARIABLE = "RUN_OF_TOCSIN_TESTS"
PREFIX = "tocsin-run-"
_PROC = Path("/proc")


def begin() -> None:
    """Clean up behind dead runs; from now on what is started or mounted is this run's."""
    clean_up()
    os.environ[VARIABLE] = name()
    signal.signal(signal.SIGTERM, _end)


def name() -> str:
    """Of this process."""
    return f"{PREFIX}{os.getpid()}-{_began(os.getpid())}"


def clean_up() -> list[str]:
    """End the processes of dead runs, take their mounts and folders away; a line for each."""
    found = []
    for pid, run in _processes():
        if not _lives(run):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            found.append(f"process {pid} of {run}")
    for folder, run in _mounts():
        if not _lives(run):
            subprocess.run(["umount", "-l", folder], check=False)
            found.append(f"mount {folder} of {run}")
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        if not _lives("-".join(path.name.split("-")[:4])):
            shutil.rmtree(path, ignore_errors=True)
            found.append(f"folder {path}")
    return found


def folder() -> tempfile.TemporaryDirectory[str]:
    """A folder that carries the run's name, gone afterwards."""
    return tempfile.TemporaryDirectory(prefix=f"{name()}-")


def _end(_number: int, _frame: FrameType | None) -> None:
    # Whoever ends us often asks twice; the second must not interrupt the cleaning up.
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, signal.SIG_IGN)
    raise KeyboardInterrupt


def _lives(run: str) -> bool:
    """Whether the process that the name of a run names is still there, and no later one."""
    pid, _, began = run.removeprefix(PREFIX).partition("-")
    return pid.isdigit() and bool(began) and _began(int(pid)) == began


def _began(pid: int) -> str:
    """When a process began, in ticks since the machine's start; empty where there is none.

    proc(5): the 22nd field of stat; the second, in brackets, may hold anything.
    """
    try:
        state, *rest = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except (OSError, ValueError):
        return ""
    return "" if state == "Z" else rest[18]


def _processes() -> Iterator[tuple[int, str]]:
    """(pid, run) of every process that a run started."""
    marked = f"{VARIABLE}={PREFIX}".encode()
    for entry in _PROC.glob("[0-9]*"):
        if int(entry.name) == os.getpid():
            continue
        try:
            variables = (entry / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        for one in variables:
            if one.startswith(marked):
                yield int(entry.name), one.decode().partition("=")[2]


def _mounts() -> Iterator[tuple[str, str]]:
    """(folder, run) of every mount of a run."""
    try:
        lines = (_PROC / "mounts").read_text().splitlines()
    except OSError:
        return
    for line in reversed(lines):
        source, where, *_ = line.split()
        if source.startswith(PREFIX):
            yield where.encode().decode("unicode_escape"), source
