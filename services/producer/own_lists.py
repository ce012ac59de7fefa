"""`tocsin codes load | lists | forget`: a country's own watch-lists. Nothing of them leaves this home."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.producer.reading_lists import read_list
from tocsin.adapters import passphrase
from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.key_files import KeyFolder
from tocsin.adapters.machine import check_machine
from tocsin.adapters.watch_lists import KeptLists, has_watch_lists, open_watch_lists, watch_lists_of
from tocsin.core.errors import RefusedByRuleError, SettingsError
from tocsin.core.watch_lists import NO_LISTS, WatchLists
from tocsin.runtime import console
from tocsin.runtime.times import iso_time


def lists_of(home_path: Path, passphrase_file: Path | None) -> WatchLists:
    """The lists of a home, to be asked. A home without any, or no home, asks for no passphrase.

    Raises KeyUnusableError, SettingsError, StorageError: what was not looked at is never passed over.
    """
    if not has_watch_lists(home_path):
        return NO_LISTS
    home, storage_key = _opened(home_path, passphrase_file)
    return watch_lists_of(home, storage_key)


def load_list(home_path: Path, passphrase_file: Path | None, file: Path, name: str | None) -> None:
    """Keep the lists in `file`, in place of those of the same names. Raises TocsinError."""
    try:
        entries = read_list(file, name)
    except OSError as error:
        raise SettingsError(f"{file} cannot be read: {error.strerror}") from error
    home, storage_key = _opened(home_path, passphrase_file)
    with open_watch_lists(home, storage_key) as kept:
        kept.load(entries, int(time.time()))
    console.say(f"{file.name}: {len(entries)} entries are kept, encrypted, in this home alone")


def print_lists(home_path: Path, passphrase_file: Path | None, name: str | None, *, as_json: bool) -> None:
    """Print the lists, or the entries of one. Raises RefusedByRuleError for one that is not there."""
    if name is None and not has_watch_lists(home_path):
        console.say("no list is kept here; `tocsin codes load FILE` keeps one")
        return
    with _kept(home_path, passphrase_file) as kept:
        if name is None:
            rows = [
                {"list": one.name, "entries": one.entries, "loaded_at": iso_time(one.loaded_at_s)}
                for one in kept.all()
            ]
            console.rows(rows, ["list", "entries", "loaded_at"], as_json=as_json)
            return
        found = [one for one in kept.entries() if one.list_name == name]
    if not found:
        raise RefusedByRuleError("there is no list of that name: `tocsin codes lists` shows all")
    entries = (
        {"name": one.name, "cas": list(one.cas), "synonyms": list(one.synonyms), "note": one.note}
        for one in found
    )
    console.rows(entries, ["name", "cas", "synonyms", "note"], as_json=as_json)


def forget_list(home_path: Path, passphrase_file: Path | None, name: str) -> None:
    """Take a list away for good. Raises RefusedByRuleError where there is none of that name."""
    with _kept(home_path, passphrase_file) as kept:
        kept.forget(name)
    console.say("forgotten; a backup that was made before still has it")


@contextmanager
def _kept(home_path: Path, passphrase_file: Path | None) -> Iterator[KeptLists]:
    home, storage_key = _opened(home_path, passphrase_file)
    with open_watch_lists(home, storage_key) as kept:
        yield kept


def _opened(home_path: Path, passphrase_file: Path | None) -> tuple[ParticipantHome, bytes]:
    check_machine()
    home = ParticipantHome.open(home_path)
    return home, KeyFolder.open(home.keys, passphrase.existing(passphrase_file)).storage_key()
