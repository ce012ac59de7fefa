"""`tocsin screen FILE`: the firm's parcels against the alerts in force, and what is said of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from services.consumer.screening.aside import writing_aside
from services.consumer.screening.desk import Desk, open_desk
from services.consumer.screening.own_list import read_own_list
from services.consumer.screening.parcel_files import ParcelFile, ParcelFormat, open_parcels
from services.consumer.screening.run import Count, FileRun, Hooks
from services.consumer.screening.scanning import file_id
from services.consumer.screening.showing import print_new
from tocsin.adapters.tables.rows import BadRow
from tocsin.core.primitives import random_bytes
from tocsin.core.screening import MAX_PATTERNS, Screen
from tocsin.runtime import console
from tocsin.runtime.exits import Exit

KEY_BYTES = 16
MAX_SAID_ROWS = 20


@dataclass(frozen=True)
class Asked:
    """What every pass over parcels is given."""

    home: Path
    passphrase_file: Path | None
    format: ParcelFormat = field(default_factory=ParcelFormat)
    exercise: bool = False
    own_list: Path | None = None
    as_json: bool = False


def screen_file(asked: Asked, path: Path, refused: Path | None) -> Exit:
    """Look through one file, or standard input; 3 if a row was malformed. Raises TocsinError."""
    with open_desk(asked.home, asked.passphrase_file) as desk:
        alerts_to = desk.take_up_alerts()
        take_own_list(desk, asked)
        screen = build_screen(desk, asked)
        say_what_is_looked_for(desk, screen)
        cursor = desk.screening.hits.last_seq()
        with open_parcels(path, asked.format) as file:
            for sentence in file.said:
                console.say(f"{file.name}: {sentence}")
            with writing_aside(refused) as aside:
                count = look_through(desk, screen, file, aside)
        if file.size_bytes is not None:
            desk.screening.scanned.note(file_id(path, asked.format), alerts_to, desk.now_s())
        print_new(desk, cursor, as_json=asked.as_json)
    return Exit.REFUSED if count.malformed else Exit.WHOLE


def take_own_list(desk: Desk, asked: Asked) -> None:
    """Look for the firm's own numbers beside its alerts. Raises MalformedError, StorageError."""
    if asked.own_list is not None:
        desk.alerts.add_own(read_own_list(asked.own_list))


def build_screen(desk: Desk, asked: Asked, after: int = 0) -> Screen:
    """All alerts in force behind the inbox's cursor `after`, ready to be asked."""
    screen = Screen(random_bytes(KEY_BYTES), asked.format.map.reading, lambda seq: desk.alerts.load(seq)[1])
    muted = desk.screening.broad.muted()
    for seq, body in desk.alerts.in_force(after, desk.now_s(), exercise=asked.exercise):
        screen.add(seq, body, muted.get(desk.alerts.version(seq), frozenset()))
    return screen


def say_what_is_looked_for(desk: Desk, screen: Screen) -> None:
    """How much is looked for; and what is not, and why."""
    console.say(
        f"looking for {len(screen.targets):,} numbers and {screen.pattern_count:,} patterns"
        f" of {screen.alerts:,} alerts in force"
    )
    if count := desk.alerts.exercises_left_out:
        console.say(
            f"{count:,} of exercises {'is' if count == 1 else 'are'} left out: --exercise takes them"
        )
    reasons = Counter((desk.alerts.version(one.alert)[1], one.why) for one in screen.unusable)
    for (alert_id, why), times in sorted(reasons.items())[:MAX_SAID_ROWS]:
        console.warn(f"alert {alert_id}: {times} selectors are not looked for: {why}")
    if screen.foreign_targets:
        console.warn(f"{screen.foreign_targets} targets are of kinds that no parcel carries")
    if screen.beyond:
        console.warn(f"{screen.beyond} selectors beyond {MAX_PATTERNS:,} are not looked for")


def look_through(
    desk: Desk, screen: Screen, file: ParcelFile, aside: Callable[[BadRow], None] = lambda _: None
) -> Count:
    """Look through an open file and say what was found. Raises MalformedError, StorageError."""
    bad: list[BadRow] = []

    def malformed(row: BadRow) -> None:
        aside(row)
        if len(bad) < MAX_SAID_ROWS:
            bad.append(row)

    screen.doubts.clear()
    with _progress(file) as progress:
        run = FileRun(desk, screen, file.name, Hooks(malformed, progress))
        count = run.run(file.parcels)
    for row in bad:
        console.warn(f"{file.name}, line {row.line}: {row.reason}")
    for (name, why), times in sorted(screen.doubts.items()):
        console.warn(f"{file.name}: {name} {why} ({times:,} times)")
    for broad in run.broad:
        console.warn(
            f"too broad: selector {broad.selector + 1} of alert {broad.alert[1]} hit {broad.hits:,} of"
            f" {broad.parcels:,} parcels; it is muted; `tocsin answer --hits` tells its originator"
        )
    console.say(f"{file.name}: {count}")
    return count


@contextmanager
def _progress(file: ParcelFile) -> Iterator[Callable[[int], None]]:
    with console.progress() as progress:
        task = progress.add_task(file.name, total=file.size_bytes)

        def told(parcels: int) -> None:
            progress.update(
                task, completed=file.read_bytes(), description=f"{file.name}: {parcels:,} parcels"
            )

        yield told
