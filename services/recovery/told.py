"""What people see of backups: progress, what is in them, and what they cannot know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from services.recovery.backing_up import Told, back_up
from services.recovery.going_back import go_back
from services.recovery.manifest import Manifest
from services.recovery.restoring import Restoring
from tocsin.runtime import console
from tocsin.runtime.times import clock_time, iso_time

MAX_LEFT_OUT_SHOWN = 20


def back_up_told(home: Path, passphrase_file: Path | None, out: Path, *, as_json: bool) -> None:
    """Back up, and say what is in it. Raises TocsinError."""
    with _progress() as told:
        made = back_up(home, out, passphrase_file, told)
    _row(made.manifest, made.path, as_json=as_json, left_out=made.left_out)
    console.say(f"{made.path} is whole and on disk; it opens with the passphrase that the home has now")
    for name in made.left_out[:MAX_LEFT_OUT_SHOWN]:
        console.warn(f"{name} is not in it: keep a copy elsewhere if it shall not be lost")
    if (more := len(made.left_out) - MAX_LEFT_OUT_SHOWN) > 0:
        console.warn(f"and {more} more are not in it")
    console.say(f"try it: tocsin restore {out} --home EMPTY --dry-run")


def restore_told(
    source: Path, home: Path, passphrase_file: Path | None, *, dry_run: bool, as_json: bool
) -> None:
    """Restore, and say what the backup cannot know. Raises TocsinError."""
    with _progress() as told:
        manifest = Restoring(source, home, passphrase_file, dry_run, told).run()
    _row(manifest, home, as_json=as_json)
    made = clock_time(manifest.made_at_s)
    if dry_run:
        console.say(f"{source} is whole and opens with this passphrase; nothing was changed")
        return
    console.say(f"{home} is as of {made}")
    if manifest.is_of_an_authority:
        console.warn(
            f"what was decided after {made} is not in it: where the topic is ahead of this folder, "
            "tocsin authority publish refuses and says so"
        )
    if manifest.participant is None:
        return
    console.warn(f"what was accepted after {made} and not published yet is not in it: file it again")
    console.say(
        "its next start reads back what it published since; every audience gets a new secret. If the old "
        "home may be in other hands: tocsin keys rotate --reason stolen"
    )


def go_back_told(
    home: Path, passphrase_file: Path | None, *, dry_run: bool, leave_waiting: bool, as_json: bool
) -> None:
    """Undo an upgrade, and say what stays behind. Raises TocsinError."""
    ways = go_back(home, passphrase_file, dry_run=dry_run, leave_waiting=leave_waiting)
    rows = [
        {
            "database": way.database.name,
            "from_schema": way.version,
            "to_schema": way.copy.version,
            "as_of": iso_time(way.copy.made_at_s),
            "newer_one_kept_as": str(way.kept_as),
        }
        for way in ways
    ]
    console.rows(rows, list(rows[0]), as_json=as_json)
    if dry_run:
        console.say("nothing was changed")
        return
    console.warn("what was accepted or read after these times is in the newer databases alone: keep them")
    console.say("next: start the older version of Tocsin")


def _row(manifest: Manifest, path: Path, *, as_json: bool, left_out: Sequence[str] = ()) -> None:
    row: dict[str, Any] = {
        "path": str(path),
        "participant": manifest.participant,
        "made_at": iso_time(manifest.made_at_s),
        "made_by": manifest.made_by,
        "parts": len(manifest.parts),
        "size_bytes": manifest.size_bytes,
        "schemas": dict(manifest.schemas),
        "left_out": list(left_out),
    }
    columns = ["path", "participant", "made_at", "made_by", "parts", "size_bytes"]
    console.rows([row], columns, as_json=as_json)


@contextmanager
def _progress() -> Iterator[Told]:
    """A bar that shows which part is being worked on, and how far."""
    bar = console.progress()
    task = bar.add_task("", total=None)

    def told(part: str, done: int, of: int) -> None:
        # Not before there is something to tell: a bar paints over the question for the passphrase.
        bar.start()
        bar.update(task, description=part, completed=done, total=of)

    try:
        yield told
    finally:
        bar.stop()
