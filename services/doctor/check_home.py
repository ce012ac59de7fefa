"""Looks at the folder itself: what it is, who may read it, how much room it has, what runs on it."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from services.doctor.case import REPOSITORY, Case, Kind, settings_of
from tocsin.adapters import locks
from tocsin.adapters.home_contents import DATABASES
from tocsin.adapters.inbox import attachments
from tocsin.adapters.inbox import store as inbox_store
from tocsin.adapters.log_owner import beside, refuse_foreign_log
from tocsin.adapters.outbox import store as outbox_store
from tocsin.adapters.private_files import FILE_MODE, FOLDER_MODE
from tocsin.adapters.standby_home import is_standby, pinned_root
from tocsin.core.diagnosis import judge_disk, judge_python
from tocsin.core.errors import KeyUnusableError, SettingsError, StorageError
from tocsin.core.findings import Finding, ill, well
from tocsin.core.primitives import self_test
from tocsin.core.symptoms import Check, Symptom

MAX_LOOKED_AT_FILES = 10_000
LOGS = {"outbox": f"outbox/{outbox_store.FILE_NAME}", "inbox": f"inbox/{inbox_store.FILE_NAME}"}
# Public by nature: the directory is the same for all, and a spool folder is read by other programs.
_PRIVATE_FOLDERS = ("keys", "outbox", "inbox", "desk", "people", "drafts", "screening", "watchlists")


async def check_home(case: Case) -> list[Finding]:
    """What the folder is; its settings and the way to Kafka are read for all checks behind."""
    home = case.home
    case.kind = _kind_of(home.path)
    if case.kind is Kind.PARTICIPANT and not home.keys.is_dir():
        return [ill(Symptom.NO_HOME, str(home.path))]
    try:
        locks.refuse_network_file_system(home.path)
    except SettingsError as error:
        return [ill(Symptom.NO_HOME, str(home.path), str(error))]
    if strange := _not_admitted(case):
        return strange
    try:
        case.settings = settings_of(home, case.kind)
        case.access = home.access(case.asked.bootstrap)
        if case.kind is Kind.AUTHORITY and home.settings("kafka_admin"):
            case.admin_access = home.access(case.asked.bootstrap, admin=True)
    except SettingsError as error:
        return [ill(Symptom.SETTINGS, str(home.settings_file), str(error))]
    return [well(Check.HOME, f"the home of {_whose(case)}", str(home.path))]


def _kind_of(home: Path) -> Kind:
    # First the authority: a standby's public file may lie in its folder.
    if (home / REPOSITORY).is_dir():
        return Kind.AUTHORITY
    return Kind.STANDBY if is_standby(home) else Kind.PARTICIPANT


def _not_admitted(case: Case) -> list[Finding]:
    """That whoever admits was not asked yet, or its answer not taken."""
    home = case.home
    try:
        if case.kind is Kind.STANDBY:
            pinned_root(home.path)
        if case.kind is Kind.PARTICIPANT:
            case.me = home.participant_id()
            home.pinned_root()
    except SettingsError as error:
        symptom = Symptom.NO_ROOT if case.kind is Kind.STANDBY else Symptom.NOT_ADMITTED
        return [ill(symptom, str(home.path), str(error))]
    return []


def _whose(case: Case) -> str:
    return f"participant {case.me.hex()}" if case.kind is Kind.PARTICIPANT else f"the {case.kind}"


async def check_files(case: Case) -> list[Finding]:
    """Modes, owners, locks, and logs that a dead service left."""
    open_ones = [_opened(path, wanted) for path, wanted in _private(case) if _is_open(path, wanted)]
    found = open_ones or [well(Check.FILES, "only the owner may read keys and databases")]
    for lock in LOGS:
        if (holder := locks.holder_of(case.home.path / f"{lock}.lock")) is not None:
            found.append(well(Check.FILES, f"the {lock} is in use: {holder}"))
    return [*found, *_logs(case)]


def _logs(case: Case) -> Iterator[Finding]:
    """Of each database's log that lies there: whether it is its own, and whether anybody uses it."""
    for one in DATABASES:
        database = case.home.path / one.name
        log = beside(database, "-wal")
        try:
            refuse_foreign_log(database)
        except StorageError as error:
            yield ill(Symptom.FOREIGN_LOG, str(log), str(error).split(". ")[0])
            continue
        lock = case.home.path / f"{database.parent.name}.lock"
        if _size(log) and one.name in LOGS.values() and locks.holder_of(lock) is None:
            yield ill(Symptom.LEFTOVER_LOG, str(log))


def _private(case: Case) -> Iterator[tuple[Path, int]]:
    """(path, the widest mode that it may have) of all that must be private; at most 10,000."""
    home = case.home.path
    yield home, FOLDER_MODE
    for file in (home / "tokens.json", case.asked.passphrase_file, case.access.password_file):
        if file is not None and file.exists():
            yield file, FILE_MODE
    count = 0
    for name in _PRIVATE_FOLDERS:
        if (home / name).is_dir():
            yield home / name, FOLDER_MODE
        for path in (home / name).rglob("*"):
            count += 1
            if count > MAX_LOOKED_AT_FILES:
                return
            yield path, FOLDER_MODE if path.is_dir() else FILE_MODE


def _is_open(path: Path, wanted: int) -> bool:
    try:
        status = path.lstat()
    except FileNotFoundError:
        return False  # a service took it away meanwhile
    beyond = stat.S_IMODE(status.st_mode) & ~wanted & 0o077
    return not path.is_symlink() and (beyond != 0 or status.st_uid != os.geteuid())


def _opened(path: Path, wanted: int) -> Finding:
    status = path.lstat()
    mode = f"mode {stat.S_IMODE(status.st_mode):04o} of uid {status.st_uid}"
    return ill(
        Symptom.OPEN_TO_OTHERS, str(path), f"it has {mode}, and should have {wanted:04o} of its owner"
    )


async def check_disk(case: Case) -> list[Finding]:
    """Room on the home's disk, against what its bounds let it still take."""
    bounds_bytes = getattr(case.settings.get("producer"), "max_waiting_bytes", 0)
    if case.kind is Kind.PARTICIPANT:
        bounds_bytes += attachments.MAX_BYTES
    used_bytes = sum(_size(case.home.path / database) for database in LOGS.values())
    free_bytes = case.asked.free_bytes(case.home.path)
    return [judge_disk(free_bytes, max(0, bounds_bytes - used_bytes), str(case.home.path))]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


async def check_versions(_case: Case) -> list[Finding]:
    """The interpreter, and the library that everything trusts."""
    try:
        self_test()
        library = well(Check.VERSIONS, "the cryptography library passes its self-test")
    except KeyUnusableError as error:
        library = ill(Symptom.SELF_TEST, "", str(error))
    return [judge_python(tuple(sys.version_info[:3])), library]
