"""`tocsin screen --archive FOLDER`: parcels of the past against alerts that came since.

No index of parcels is kept: each file is read again, and asked only for the alerts that it was not asked
for before. A file is noted when it was read to its end, so a run that was interrupted goes on where it was.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from services.consumer.screening.desk import Desk, open_desk
from services.consumer.screening.parcel_files import open_parcels
from services.consumer.screening.scanning import file_id
from services.consumer.screening.screening import Asked, build_screen, look_through, say_what_is_looked_for
from services.consumer.screening.showing import print_new
from tocsin.adapters.private_files import storage_errors
from tocsin.adapters.spool_folder import REPORT_SUFFIX, is_hidden_or_unfinished
from tocsin.core.errors import MalformedError, SettingsError
from tocsin.core.screening import Screen
from tocsin.runtime import console
from tocsin.runtime.exits import Exit

MAX_ARCHIVED_FILES = 100_000


def screen_archive(asked: Asked, folder: Path) -> Exit:
    """Look through every file in `folder` and below; 3 if a row or file could not be read."""
    with open_desk(asked.home, asked.passphrase_file) as desk:
        alerts_to = desk.take_up_alerts()
        return Archive(desk, asked, folder).catch_up(alerts_to)


class Archive:
    """A folder of files that were screened before, or came from elsewhere."""

    def __init__(self, desk: Desk, asked: Asked, folder: Path) -> None:
        self._desk, self._asked, self._folder = desk, asked, folder
        self._screens: dict[int, Screen] = {}

    def catch_up(self, alerts_to: int) -> Exit:
        """Ask each file for the alerts up to the inbox's cursor `alerts_to` that are new to it."""
        self._screens.clear()
        waiting = [
            (path, id_, before)
            for path, id_, before in map(self._state, archived_files(self._folder))
            if before < alerts_to
        ]
        code = Exit.WHOLE
        for number, (path, id_, before) in enumerate(waiting, 1):
            screen = self._screen(before)
            if not screen.alerts:
                self._desk.screening.scanned.note(id_, alerts_to, self._desk.now_s())
                continue
            console.say(f"archive: file {number} of {len(waiting)}")
            if not self._look(path, screen):
                code = Exit.REFUSED
            self._desk.screening.scanned.note(id_, alerts_to, self._desk.now_s())
        return code

    def _state(self, path: Path) -> tuple[Path, bytes, int]:
        with storage_errors(path):
            id_ = file_id(path, self._asked.format)
        return path, id_, self._desk.screening.scanned.alerts_to(id_)

    def _screen(self, before: int) -> Screen:
        """One screen for all files that were asked for the same alerts; only one is held."""
        if before not in self._screens:
            self._screens = {before: build_screen(self._desk, self._asked, before)}
            if self._screens[before].alerts:
                say_what_is_looked_for(self._desk, self._screens[before])
        return self._screens[before]

    def _look(self, path: Path, screen: Screen) -> bool:
        cursor = self._desk.screening.hits.last_seq()
        try:
            with open_parcels(path, self._asked.format) as file:
                count = look_through(self._desk, screen, file)
            whole = not count.malformed
        except (MalformedError, SettingsError) as error:
            # It will not become readable by being tried for ever, nor may it block the files behind it.
            console.fault(str(error))
            whole = False
        print_new(self._desk, cursor, as_json=self._asked.as_json)
        return whole


def archived_files(folder: Path) -> Iterator[Path]:
    """The files in `folder` and below, in order; no links, no reports of ours. Raises SettingsError."""
    if not folder.is_dir():
        raise SettingsError(f"{folder} is no folder")
    count = 0
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(where, name)
            if is_hidden_or_unfinished(name) or name.endswith(REPORT_SUFFIX) or not _is_file(path):
                continue
            count += 1
            if count > MAX_ARCHIVED_FILES:
                raise SettingsError(f"{folder} holds over {MAX_ARCHIVED_FILES} files: name a part of it")
            yield path


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()
