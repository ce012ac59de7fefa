"""`tocsin import --watch FOLDER`: every file that comes into a folder is imported, once, whole.

When a file is complete is said in `adapters.spool_folder`; it is looked at every `settle_s` seconds. It
stays where it is until all its rows are accepted or refused under fsync; then the report is written,
and last the file is moved to `done/`, or to `failed/` where something was refused. A watch that was
killed finds the file again, and rows that were accepted are known. The report beside a file does not
say on which own watch-list a row was found: others may look into the folder.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from services.producer.importing.column_map import read_map
from services.producer.importing_file import Importing, Outcome, Source, importing
from services.producer.publishing import Ask
from tocsin.adapters.locks import hold, refuse_network_file_system
from tocsin.adapters.spool_folder import (
    DONE,
    FAILED,
    LOCK_NAME,
    Seen,
    complete_files,
    make_outcome_folders,
    put_away,
)
from tocsin.core.errors import OurFault, TheirFault
from tocsin.runtime import console
from tocsin.runtime.exits import Exit
from tocsin.runtime.stop_signals import stop_signals

MAX_REASONS = 100


def watch_folder(ask: Ask, folder: Path, source: Source, audience: str | None, settle_s: float) -> Exit:
    """Import what comes into `folder` until SIGTERM or SIGINT. Raises TocsinError."""
    refuse_network_file_system(folder)
    if source.map is not None:
        read_map(source.map)  # a wrong map is said now, not file by file
    make_outcome_folders(folder)
    home = importing(ask, audience, names_lists=False)
    with hold(folder / LOCK_NAME), home as opened, stop_signals() as stop:
        console.say(f"watching {folder}; a file is taken when it was unchanged for {settle_s:g} s")
        seen: Seen = {}
        while not stop.wait(settle_s):
            for path in complete_files(folder, seen):
                if stop.is_set():
                    break
                take(opened, path, source)
    return Exit.WHOLE


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
        return put_away(path, FAILED, {"file": path.name, "error": str(error)}, {})
    whole = not outcome.count.refused + outcome.count.conflict
    if whole:
        refused_to.unlink(missing_ok=True)
    beside = {} if whole else {f".refused{ending}": refused_to}
    target = put_away(path, DONE if whole else FAILED, _report(path, outcome), beside)
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
            {"column": one[0], "reason": one[1], "rows": times, "first": outcome.reasons.first[one]}
            for one, times in outcome.reasons.most_common(MAX_REASONS)
        ],
        "remarks": [
            {"column": one[0], "remark": one[1], "rows": times, "first": outcome.remarks.first[one]}
            for one, times in outcome.remarks.most_common(MAX_REASONS)
        ],
    }
