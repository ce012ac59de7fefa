"""The way back from an upgrade: databases as they were before a newer release changed their schema.

The newer ones are put aside, never deleted: what was accepted since is in them alone. A crash leaves each
database whole, either the newer or the older one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from tocsin.adapters import passphrase
from tocsin.adapters.database import Database, settle
from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.home_contents import DATABASES, LOCKS, HomeDatabase
from tocsin.adapters.key_files import KeyFolder
from tocsin.adapters.log_owner import SIDE_FILES, beside
from tocsin.adapters.outbox import store as outbox_store
from tocsin.adapters.outbox.items import Bounds
from tocsin.adapters.outbox.restored import begin_anew
from tocsin.adapters.private_files import storage_errors, sync_folder
from tocsin.adapters.upgrade_copies import UpgradeCopy, aside, copies_of
from tocsin.adapters.whole_files import copy_whole
from tocsin.core.errors import RefusedByRuleError

_OUTBOX = f"{outbox_store.FOLDER}/{outbox_store.FILE_NAME}"


@dataclass(frozen=True, slots=True)
class WayBack:
    """One database that goes back: from its version now to that of the copy."""

    database: HomeDatabase
    path: Path
    version: int
    copy: UpgradeCopy
    kept_as: Path


def go_back(
    home_path: Path,
    passphrase_file: Path | None,
    *,
    dry_run: bool,
    leave_waiting: bool,
    clock: Callable[[], float] = time.time,
) -> list[WayBack]:
    """Put back every database of which a copy from before an upgrade is there; what was done.

    Raises RefusedByRuleError where there is nothing to go back to, or where reports wait in the newer
    outbox, or may wait where only a newer release can look into it, and `leave_waiting` does not say that
    they may stay; HeldElsewhereError while a service runs.
    """
    home = ParticipantHome.open(home_path)
    keys = KeyFolder.open(home.keys, passphrase.existing(passphrase_file))
    with ExitStack() as held:
        for name in LOCKS:
            held.enter_context(home.hold(name))
        ways = list(_ways(home, keys.storage_key(), clock()))
        if not ways:
            raise RefusedByRuleError(
                f"{home.path} holds no copy from before an upgrade that this version of Tocsin can read: "
                "there is nothing to go back to"
            )
        for way in ways:
            if not leave_waiting:
                _refuse_waiting(home, keys.storage_key(), way)
        for way in () if dry_run else ways:
            _put_back(home, keys.storage_key(), way, clock())
    return ways


def _ways(home: ParticipantHome, storage_key: bytes, now_s: float) -> Iterator[WayBack]:
    for one in DATABASES:
        path = home.path / one.name
        copies = copies_of(path)
        if not path.exists() or not copies:
            continue
        version = settle(path, storage_key, one.label)
        older = [copy for copy in copies if copy.version < version and copy.version <= len(one.migrations)]
        if older:
            yield WayBack(one, path, version, older[-1], aside(path, version, now_s))


def _refuse_waiting(home: ParticipantHome, storage_key: bytes, way: WayBack) -> None:
    if way.database.name != _OUTBOX:
        return
    if way.version != len(way.database.migrations):
        raise RefusedByRuleError(
            "a newer version of Tocsin made the outbox, and this one cannot see whether reports wait in "
            "it: run this command with the newer version, or --leave-waiting if they shall be filed again"
        )
    me = home.participant_id()
    with closing(outbox_store.open_outbox(home.outbox, storage_key, me, read_only=True)) as outbox:
        waiting = outbox.items.waiting_items + outbox.records.unsent_count()
    if waiting:
        raise RefusedByRuleError(
            f"{waiting} reports or records wait in the outbox, and would stay behind: tocsin send first, "
            "or --leave-waiting if they shall be filed again"
        )


def _put_back(home: ParticipantHome, storage_key: bytes, way: WayBack, now_s: float) -> None:
    fresh = way.path.with_name(f".{way.path.name}.before-upgrade")
    with storage_errors(way.path):
        for ending in ("", *SIDE_FILES):
            beside(fresh, ending).unlink(missing_ok=True)
        copy_whole(way.copy.path, fresh)
        migrations = way.database.migrations[: way.copy.version]
        with closing(Database.open(fresh, storage_key, way.database.label, migrations)) as database:
            if way.database.name == _OUTBOX:
                begin_anew(outbox_store.Outbox(database, home.participant_id(), Bounds()), now_s)
        way.kept_as.hardlink_to(way.path)
        fresh.replace(way.path)
        for ending in SIDE_FILES:
            beside(fresh, ending).unlink(missing_ok=True)
            beside(way.path, ending).unlink(missing_ok=True)
        sync_folder(way.kept_as.parent)
        sync_folder(way.path.parent)
