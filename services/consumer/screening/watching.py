"""`tocsin screen --watch FOLDER`: every file that comes is screened once, whole; new alerts are taken up.

A file is complete as `adapters.spool_folder` says. It stays where it is until it was read to its end and
its hits are stored; then its report is written, and last it is moved to `done/`, or to `failed/` where it
is no table. A watch that was killed finds the file again, and repeats no hit. With an archive, each new
alert is looked for in the files of the past as well; `done/` may be that archive.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from services.consumer.screening.archive import Archive
from services.consumer.screening.desk import Desk, open_desk
from services.consumer.screening.parcel_files import open_parcels
from services.consumer.screening.scanning import file_id
from services.consumer.screening.screening import (
    Asked,
    build_screen,
    look_through,
    say_what_is_looked_for,
    take_own_list,
)
from services.consumer.screening.showing import print_new
from tocsin.adapters.locks import hold, refuse_network_file_system
from tocsin.adapters.private_files import storage_errors
from tocsin.adapters.spool_folder import (
    DONE,
    FAILED,
    LOCK_NAME,
    Seen,
    complete_files,
    make_outcome_folders,
    put_away,
)
from tocsin.core.errors import MalformedError, SettingsError
from tocsin.core.pauses import has_passed
from tocsin.core.screening import Screen
from tocsin.runtime import console
from tocsin.runtime.exits import Exit
from tocsin.runtime.stop_signals import stop_signals

REBUILD_EVERY_S = 600
"""Alerts end by themselves, so what is looked for is made anew at least so often."""


def watch_parcels(asked: Asked, folder: Path, archive: Path | None, settle_s: float) -> Exit:
    """Screen what comes into `folder` until SIGTERM or SIGINT. Raises TocsinError."""
    refuse_network_file_system(folder)
    make_outcome_folders(folder)
    with (
        hold(folder / LOCK_NAME),
        open_desk(asked.home, asked.passphrase_file) as desk,
        stop_signals() as stop,
    ):
        console.say(f"watching {folder}; a file is taken when it was unchanged for {settle_s:g} s")
        take_own_list(desk, asked)
        watch, seen = Watch(desk, asked, archive), Seen()
        watch.take_up_alerts()
        while not stop.wait(settle_s):
            watch.take_up_alerts()
            for path in complete_files(folder, seen):
                if stop.is_set():
                    break
                watch.take(path)
    return Exit.WHOLE


class Watch:
    """What is looked for now, in each file that comes."""

    def __init__(self, desk: Desk, asked: Asked, archive: Path | None) -> None:
        self._desk, self._asked = desk, asked
        self._archive = None if archive is None else Archive(desk, asked, archive)
        self._alerts_to = -1
        self._built_at_s = 0
        self._screen: Screen | None = None

    def take_up_alerts(self) -> None:
        """Where alerts came or ended, look for those in force from now on, and in the archive."""
        alerts_to, now_s = self._desk.take_up_alerts(), self._desk.now_s()
        came = alerts_to != self._alerts_to
        if not came and not has_passed(self._built_at_s, REBUILD_EVERY_S, now_s):
            return
        self._alerts_to, self._built_at_s = alerts_to, now_s
        self._screen = None
        if came and self._archive is not None:
            self._archive.catch_up(alerts_to)

    def take(self, path: Path) -> Path:
        """Screen one complete file and move it, its report beside it; where it lies then."""
        cursor = self._desk.screening.hits.last_seq()
        with storage_errors(path):
            id_ = file_id(path, self._asked.format)
        try:
            with open_parcels(path, self._asked.format) as file:
                count = look_through(self._desk, self._looking(), file)
        except (MalformedError, SettingsError) as error:
            # What cannot be read must not be tried for ever, nor block the files behind it.
            console.fault(f"{path.name}: {error}")
            print_new(self._desk, cursor, as_json=self._asked.as_json)
            return put_away(path, FAILED, {"file": path.name, "error": str(error)}, {})
        self._desk.screening.scanned.note(id_, self._alerts_to, self._desk.now_s())
        print_new(self._desk, cursor, as_json=self._asked.as_json)
        return put_away(path, DONE, {"file": path.name, **asdict(count)}, {})

    def _looking(self) -> Screen:
        if self._screen is None:
            self._screen = build_screen(self._desk, self._asked)
            say_what_is_looked_for(self._desk, self._screen)
        return self._screen
