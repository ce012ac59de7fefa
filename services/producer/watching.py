"""`tocsin import --watch FOLDER`: every file that comes into a folder is imported, once, whole.

A file is complete when its name does not begin with a point nor end with .part or .tmp, when size and
time have not changed for `settle_s` seconds, and when no process that we can see holds it open. It
stays where it is until all its rows are accepted or refused under fsync; then the report is written,
and last the file is moved to `done/`, or to `failed/` where something was refused. A watch that was
killed finds the file again, and rows that were accepted are known. The report beside a file does not
say on which own watch-list a row was found: others may look into the folder.
"""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from services.producer.importing.column_map import read_map
from services.producer.importing_file import Importing, Outcome, Source, importing
from services.producer.publishing import Ask
from tocsin.adapters.locks import hold, refuse_network_file_system
from tocsin.adapters.private_files import storage_errors
from tocsin.adapters.whole_files import write_whole
from tocsin.core.errors import OurFault, TheirFault
from tocsin.runtime import console
from tocsin.runtime.exits import Exit

DONE, FAILED = "done", "failed"
LOCK_NAME = ".tocsin-watch.lock"
MAX_REASONS = 100
MAX_FILES_AT_ONCE = 10_000
_UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart")
_PROCESSES = Path("/proc")

Seen = dict[str, tuple[int, int]]


def watch_folder(ask: Ask, folder: Path, source: Source, audience: str | None, settle_s: float) -> Exit:
    """Import what comes into `folder` until SIGTERM or SIGINT. Raises TocsinError."""
    refuse_network_file_system(folder)
    if source.map is not None:
        read_map(source.map)  # a wrong map is said now, not file by file
    with storage_errors(folder):
        for name in (DONE, FAILED):
            (folder / name).mkdir(mode=0o700, exist_ok=True)
    home = importing(ask, audience, names_lists=False)
    with hold(folder / LOCK_NAME), home as opened, _stop_signals() as stop:
        console.say(f"watching {folder}; a file is taken when it was unchanged for {settle_s:g} s")
        seen: Seen = {}
        while not stop.wait(settle_s):
            for path in complete_files(folder, seen):
                if stop.is_set():
                    break
                take(opened, path, source)
    return Exit.WHOLE


def complete_files(folder: Path, seen: Seen) -> list[Path]:
    """The files that did not change since the last call; `seen` remembers between calls."""
    now: Seen = {}
    with storage_errors(folder), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(".") or entry.name.lower().endswith(_UNFINISHED):
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


def take(opened: Importing, path: Path, source: Source) -> Path:
    """Import one complete file and move it, its report beside it; where it lies then.

    Raises OutsideFault: then the file stays.
    """
    ending = ".xlsx" if path.suffix.lower() == ".xlsx" else ".csv"
    refused_to = path.with_name(f".{path.name}.refused{ending}")
    try:
        outcome = opened.file(path, source, refused_to)
    except (TheirFault, OurFault) as error:
        # What cannot be read must not be tried for ever, nor block the files behind it.
        console.fault(f"{path.name}: {error}")
        refused_to.unlink(missing_ok=True)
        return _moved(path, FAILED, {"file": path.name, "error": str(error)}, None)
    whole = not outcome.count.refused + outcome.count.conflict
    if whole:
        refused_to.unlink(missing_ok=True)
    target = _moved(path, DONE if whole else FAILED, _report(path, outcome), None if whole else refused_to)
    console.say(
        f"{path.name}: {outcome.count.accepted} accepted, {outcome.count.refused} refused: {target}"
    )
    opened.publish()
    return target


def _report(path: Path, outcome: Outcome) -> dict[str, Any]:
    return {
        "file": path.name,
        **asdict(outcome.count),
        "reasons": [
            {"column": column, "reason": reason, "rows": times}
            for (column, reason), times in outcome.reasons.most_common(MAX_REASONS)
        ],
        "remarks": [
            {"column": column, "remark": remark, "rows": times}
            for (column, remark), times in outcome.remarks.most_common(MAX_REASONS)
        ],
    }


def _moved(path: Path, where: str, report: dict[str, Any], refused: Path | None) -> Path:
    """Report and refused rows first, the file last: a file in `done` always has its report."""
    target = _free(path.parent / where / path.name)
    text = json.dumps(report, ensure_ascii=False, indent=1) + "\n"
    write_whole(target.with_name(f"{target.name}.report.json"), text.encode())
    with storage_errors(target):
        if refused is not None:
            refused.replace(target.with_name(f"{target.name}.refused{refused.suffix}"))
        path.rename(target)
    return target


def _free(path: Path) -> Path:
    """`path`, or with a number where a file of that name came before."""
    number, found = 2, path
    while found.exists():
        found, number = path.with_name(f"{path.stem}-{number}{path.suffix}"), number + 1
    return found


def _open_files() -> set[str]:
    """Files that processes of ours hold open, where the system tells (Linux)."""
    found = set()
    for link in _PROCESSES.glob("[0-9]*/fd/*"):
        try:
            found.add(str(link.readlink()))
        except OSError:
            continue  # the process ended meanwhile, or is not ours
    return found


@contextmanager
def _stop_signals() -> Iterator[threading.Event]:
    stop = threading.Event()
    before = {
        number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
