"""What of a home belongs in a backup: which files are copied as they lie, which databases as SQLite copies.

A list of what is taken, never of what is left: a passphrase that somebody put into the folder must not come
along. What a home holds beyond it is named, so that nobody misses it later.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tocsin.adapters import drafts, watch_lists
from tocsin.adapters.database import Told, copy_database
from tocsin.adapters.desk import store as desk
from tocsin.adapters.desk import tables as desk_tables
from tocsin.adapters.inbox import store as inbox
from tocsin.adapters.inbox import tables as inbox_tables
from tocsin.adapters.log_owner import SIDE_FILES
from tocsin.adapters.outbox import store as outbox
from tocsin.adapters.outbox import tables as outbox_tables
from tocsin.adapters.screening import store as screening
from tocsin.adapters.screening import tables as screening_tables
from tocsin.adapters.upgrade_copies import FOLDER as UPGRADE_FOLDER

OF_A_PARTICIPANT = (
    *("keys", "people", "directory", "participant.json", "settings.toml", "tokens.json"),
    "heartbeat.json",
)
OF_THE_AUTHORITY = ("repository", "challenges", "decisions.jsonl")
OF_A_STANDBY = ("standby.json", "seen.json", "1.root.json")
FILES = (*OF_A_PARTICIPANT, *OF_THE_AUTHORITY, *OF_A_STANDBY)
AUDIT_LOGS = f"{desk.FOLDER}/audit*.jsonl"
LOCKS = (desk.LOCK_NAME, drafts.LOCK_NAME, watch_lists.LOCK_NAME, inbox.LOCK_NAME, outbox.LOCK_NAME)


@dataclass(frozen=True, slots=True)
class HomeDatabase:
    """One database of a home: `name` as "outbox/outbox.db", its key's label, its migrations."""

    name: str
    label: bytes
    migrations: Sequence[str]

    def copy(self, home: Path, target: Path, storage_key: bytes, told: Told = lambda *_: None) -> int:
        """Copy it from the folder `home` to its place in `target`; its version. As `copy_database`."""
        return copy_database(home / self.name, target / self.name, storage_key, self.label, told)


# In this order a copy holds a thing twice rather than not at all: whatever goes into the outbox is ticked
# off afterwards where it comes from, so the sources are copied first.
DATABASES = (
    HomeDatabase(f"{desk.FOLDER}/{desk.FILE_NAME}", desk.KEY_LABEL, desk_tables.MIGRATIONS),
    HomeDatabase(f"{drafts.FOLDER}/{drafts.FILE_NAME}", drafts.KEY_LABEL, drafts.MIGRATIONS),
    HomeDatabase(
        f"{watch_lists.FOLDER}/{watch_lists.FILE_NAME}", watch_lists.KEY_LABEL, watch_lists.MIGRATIONS
    ),
    HomeDatabase(
        f"{screening.FOLDER}/{screening.FILE_NAME}", screening.KEY_LABEL, screening_tables.MIGRATIONS
    ),
    HomeDatabase(f"{inbox.FOLDER}/{inbox.FILE_NAME}", inbox.KEY_LABEL, inbox_tables.MIGRATIONS),
    HomeDatabase(f"{outbox.FOLDER}/{outbox.FILE_NAME}", outbox.KEY_LABEL, outbox_tables.MIGRATIONS),
)
NAMES = frozenset(one.name for one in DATABASES)


def files_of(folder: Path, names: Sequence[str] = ("",)) -> Iterator[Path]:
    """The files of `names` in `folder`, those in folders with them, in order."""
    for name in names:
        one = folder / name
        if one.is_file():
            yield one
        elif one.is_dir():
            yield from sorted(each for each in one.rglob("*") if each.is_file())


def files_to_copy(home: Path) -> Iterator[Path]:
    """The files of `home` that are copied as they lie; what a crash left half-written is no part of it."""
    for file in (*files_of(home, FILES), *sorted(home.glob(AUDIT_LOGS))):
        if not any(part.startswith(".") for part in file.relative_to(home).parts):
            yield file


def left_out(home: Path) -> list[str]:
    """What lies in `home` and is in no backup, in order, folders as one; locks and side files aside."""
    taken = {str(one.relative_to(home)) for one in files_to_copy(home)} | NAMES
    found = {
        name.split("/", maxsplit=1)[0] + "/" if "/" in name else name
        for name in (one.relative_to(home).as_posix() for one in files_of(home))
        if name not in taken and not _is_ours(PurePosixPath(name))
    }
    return sorted(found)


def may_hold(name: str) -> bool:
    """Whether a backup may bring a part of this name into a home."""
    path = PurePosixPath(name)
    if path.is_absolute() or path.as_posix() != name or any(one.startswith(".") for one in path.parts):
        return False
    return name in NAMES or path.parts[0] in FILES or (path.match(AUDIT_LOGS) and len(path.parts) == 2)


def _is_ours(path: PurePosixPath) -> bool:
    is_lock = len(path.parts) == 1 and path.suffix == ".lock"
    of_database = any(path.as_posix() == name + ending for name in NAMES for ending in SIDE_FILES)
    return is_lock or of_database or UPGRADE_FOLDER in path.parts or path.name.startswith(".")
