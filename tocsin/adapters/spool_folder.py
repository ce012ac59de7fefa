"""A folder into which others put files: which of them are complete, and where they go afterwards.

A file is complete when its name does not begin with a point nor end with .part or .tmp, when size and
time have not changed between two looks, and when no process that we can see holds it open. Links and
folders are passed over.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tocsin.adapters.private_files import storage_errors
from tocsin.adapters.whole_files import write_whole

DONE, FAILED = "done", "failed"
LOCK_NAME = ".tocsin-watch.lock"
REPORT_SUFFIX = ".report.json"
MAX_FILES_AT_ONCE = 10_000
_UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart")
_PROCESSES = Path("/proc")

Seen = dict[str, tuple[int, int]]


def make_outcome_folders(folder: Path) -> None:
    """Make `done` and `failed` in `folder`. Raises StorageError."""
    with storage_errors(folder):
        for name in (DONE, FAILED):
            (folder / name).mkdir(mode=0o700, exist_ok=True)


def complete_files(folder: Path, seen: Seen) -> list[Path]:
    """The files that did not change since the last call; `seen` remembers between calls."""
    now: Seen = {}
    with storage_errors(folder), os.scandir(folder) as entries:
        for entry in entries:
            if is_hidden_or_unfinished(entry.name):
                continue
            if entry.is_file(follow_symlinks=False) and len(now) < MAX_FILES_AT_ONCE:
                status = entry.stat(follow_symlinks=False)
                now[entry.name] = (status.st_size, status.st_mtime_ns)
    settled = [folder / name for name, state in sorted(now.items()) if seen.get(name) == state]
    seen.clear()
    seen.update(now)
    if not settled:
        return []
    held = _open_files()
    return [path for path in settled if str(path.resolve()) not in held]


def is_hidden_or_unfinished(name: str) -> bool:
    """Whether a file of that name is passed over, by its name alone."""
    return name.startswith(".") or name.lower().endswith(_UNFINISHED)


def free_name(path: Path) -> Path:
    """`path`, or with a number where a file of that name came before."""
    number, found = 2, path
    while found.exists():
        found, number = path.with_name(f"{path.stem}-{number}{path.suffix}"), number + 1
    return found


def put_away(path: Path, where: str, report: Mapping[str, Any], beside: Mapping[str, Path]) -> Path:
    """Move `path` into the folder `where` beside it, with its report; where it lies then.

    `beside`: files that go with it, by what is added to its name. Report first, the file last: a file in
    `done` always has its report. Raises StorageError.
    """
    target = free_name(path.parent / where / path.name)
    text = json.dumps(report, ensure_ascii=False, indent=1) + "\n"
    write_whole(target.with_name(f"{target.name}{REPORT_SUFFIX}"), text.encode())
    with storage_errors(target):
        for suffix, other in beside.items():
            other.replace(target.with_name(f"{target.name}{suffix}"))
        path.rename(target)
    return target


def _open_files() -> set[str]:
    """Files that processes of ours hold open, where the system tells (Linux)."""
    found = set()
    for link in _PROCESSES.glob("[0-9]*/fd/*"):
        try:
            found.add(str(link.readlink()))
        except OSError:
            continue  # the process ended meanwhile, or is not ours
    return found
