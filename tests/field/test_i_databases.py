"""Trouble that people met with SQLite, each by its source; what it must lead to here.

Row 51: David-Crty/databasement#344: a log on a network file system, two containers, locked until a restart.
Row 52: superseriousbusiness/gotosocial#2808: the log grows under readers that never end.
Row 54: datafusion-contrib/datafusion-table-providers#208, infinidysk/infinidysk#942: a full disk is tried
again and again, and floods the log.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.disks import fill, small_disk
from tests.support.publishing import Writer
from tests.support.source import ROOT
from tocsin.adapters import locks
from tocsin.adapters.database import MAX_WAL_BYTES, Database
from tocsin.core.errors import StorageError

MIB = 1 << 20
KEY = bytes(32)
TABLE = ("CREATE TABLE texts (text BLOB)",)
HOLD = (
    "import pathlib, sys; from tocsin.adapters import locks\n"
    "with locks.hold(pathlib.Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
)


def test_row51_a_second_process_is_told_who_is_in_the_way_and_killed_it_is_in_nobodys(home) -> None:
    home.publish()
    command = [sys.executable, "-c", HOLD, str(home.path / "outbox.lock")]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert "held\n" == other.stdout.readline()
        code, said = home.publish()
        assert (4, True) == (code, f"process {other.pid}" in said)
        other.kill()
    assert 5 == home.publish()[0]


def test_row51_a_home_on_a_network_volume_is_refused_at_once(home, monkeypatch, tmp_path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"server:/x {tmp_path} nfs4 rw 0 0\n")
    monkeypatch.setattr(locks.refuse_network_file_system, "__defaults__", (mounts,))
    code, said = home.publish()
    assert (2, True) == (code, "network file system (nfs4)" in said)


def opened(path: Path, *, read_only: bool = False) -> Database:
    return Database.open(path, KEY, b"row 52", TABLE, read_only=read_only)


def test_row52_a_reader_that_does_not_end_is_named_and_once_it_ends_the_log_is_bounded(tmp_path) -> None:
    path = tmp_path / "texts.db"
    log = tmp_path / "texts.db-wal"
    database = opened(path)
    reader = opened(path, read_only=True)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM texts")
    for _ in range(MAX_WAL_BYTES // MIB + 8):
        database.execute("INSERT INTO texts VALUES (zeroblob(1048576))")
    assert log.stat().st_size > MAX_WAL_BYTES
    assert f"{log} has " in database.log_trouble()
    reader.execute("COMMIT")
    for _ in range(3):  # a checkpoint empties the log, the next writer begins it anew
        database.execute("INSERT INTO texts VALUES (zeroblob(1))")
    assert log.stat().st_size <= MAX_WAL_BYTES
    assert None is database.log_trouble()


def accept_until_full(writer: Writer) -> int:
    """How many reports were acknowledged before the disk was full."""
    acknowledged = 0
    for batch in range(1_000):
        try:
            acknowledged += len(writer.accept(*(f"XX-{batch}-{one}" for one in range(20))))
        except StorageError:
            return acknowledged
    raise AssertionError("the disk was never full")


def test_row54_a_disk_that_fills_in_an_import_takes_whole_batches_or_nothing_and_then_goes_on(
    tmp_path,
) -> None:
    with small_disk(tmp_path, 20 * MIB):
        writer = Writer(tmp_path)
        fill(tmp_path / "filler", leave_bytes=MIB)
        acknowledged = accept_until_full(writer)
        per_report = 2  # the seizure concerns two regions
        assert 0 < acknowledged
        assert acknowledged * per_report == writer.outbox.items.waiting_items
        with pytest.raises(StorageError, match="full: make room"):
            writer.accept(*(f"XX-again-{one}" for one in range(500)))
        (tmp_path / "filler").unlink()
        assert 1 == len(writer.accept("XX-after"))
        writer.close()
        again = Writer(tmp_path)
        assert (acknowledged + 1) * per_report == again.outbox.items.waiting_items
        again.close()


def test_row54_with_only_the_folder_for_temporary_files_full_a_report_is_accepted_all_the_same(
    home, tmp_path, monkeypatch
) -> None:
    full = tmp_path / "full"
    full.mkdir()
    with small_disk(full, MIB):
        fill(full / "filler")
        for name in ("TMPDIR", "SQLITE_TMPDIR"):
            monkeypatch.setenv(name, str(full))
        assert 5 == home.publish()[0]
