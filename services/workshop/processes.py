"""Processes that outlive the command that started them: found again by pid and mark."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

_PROC = Path("/proc")


def spawn(command: Sequence[str], mark: str, output: Path, environment: dict[str, str]) -> int:
    """Start `command`, which has `mark` among its arguments, in a session of its own; the pid.

    What it prints goes to the end of `output`.
    """
    with output.open("ab") as sink:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )
    try:
        # For an instant after exec the command line is still empty.
        while not is_running(process.pid, mark) and process.poll() is None:
            time.sleep(0.002)
    except BaseException:
        process.kill()
        process.wait()
        raise
    # The pid is kept in the state folder; Popen must not warn that it is still running.
    process.returncode = 0
    return process.pid


def is_running(pid: int, mark: str) -> bool:
    """Whether `pid` is still the process with `mark` on its command line, not a later one."""
    if _PROC.exists():
        try:
            return mark.encode() in (_PROC / str(pid) / "cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
    shown = subprocess.run(
        ["ps", "-ww", "-p", str(pid), "-o", "command="],
        capture_output=True,
        text=True,
        check=False,
    )
    return mark in shown.stdout.split()


def find_marked(mark: str) -> set[int]:
    """Pids of all processes that carry `mark` as an argument (Linux; elsewhere empty).

    Finds those whose pid was never written down because their starter was killed.
    """
    pids = (int(entry.name) for entry in _PROC.glob("[0-9]*") if entry.name.isdigit())
    return {pid for pid in pids if is_running(pid, mark)}


def send(pids: Iterable[int], which: signal.Signals) -> None:
    """Send a signal to each; one that has gone meanwhile is no fault."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, which)


def end_all(
    pids: Iterable[int], mark: str, patience_s: float, first: signal.Signals = signal.SIGTERM
) -> bool:
    """Ask all to end together, after `patience_s` make them; whether all obeyed at once.

    Only those that still carry `mark` are touched: a pid may belong to somebody else by now.
    """
    alive = [pid for pid in pids if is_running(pid, mark)]
    send(alive, first)
    stubborn = _wait_for_end(alive, mark, patience_s)
    send(stubborn, signal.SIGKILL)
    _wait_for_end(stubborn, mark, patience_s)
    reap(pid for pid in alive if not is_running(pid, mark))
    return not stubborn


def _wait_for_end(pids: list[int], mark: str, patience_s: float) -> list[int]:
    deadline = time.monotonic() + patience_s
    while (pids := [pid for pid in pids if is_running(pid, mark)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    return pids


def reap(pids: Iterable[int]) -> None:
    """Our own children that have ended stay zombies until waited for; others' are left alone."""
    for pid in pids:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, 0)
