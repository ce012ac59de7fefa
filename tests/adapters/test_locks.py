"""One process at a time, and a sentence that says who it is."""

import subprocess
import sys

import pytest

from tocsin.adapters import locks
from tocsin.core.errors import HeldElsewhereError, SettingsError, StorageError

HOLD = (
    "import pathlib, sys; from tocsin.adapters import locks\n"
    "with locks.hold(pathlib.Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "outbox.lock"


@pytest.fixture
def other(path):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert b"held\n" == process.stdout.readline()
    yield process
    process.kill()
    process.communicate()


def test_another_process_is_named_with_pid_command_and_time(path, other) -> None:
    with pytest.raises(HeldElsewhereError) as refused, locks.hold(path):
        pass
    assert f"process {other.pid} (-c {path})" in str(refused.value)
    assert "since 20" in str(refused.value)


def test_kill_9_frees_the_folder(path, other) -> None:
    other.kill()
    other.wait()
    with locks.hold(path):
        pass


def test_the_same_process_cannot_hold_it_twice(path) -> None:
    with (
        locks.hold(path, lambda: 0.0),
        pytest.raises(HeldElsewhereError, match="since 1970-01-01 00:00:00 UTC"),
        locks.hold(path),
    ):
        pass


def test_it_is_free_and_signed_by_nobody_afterwards(path) -> None:
    for _round in range(2):
        with pytest.raises(ZeroDivisionError), locks.hold(path):
            1 / 0  # noqa: B018
        assert b"" == path.read_bytes()


def test_a_torn_signature_still_refuses(path, other) -> None:
    path.write_bytes(b'{"pid": 7')
    with pytest.raises(HeldElsewhereError, match="another process holds it"), locks.hold(path):
        pass


def test_a_place_without_folder_is_a_storage_fault(path) -> None:
    with pytest.raises(StorageError, match="cannot be locked"), locks.hold(path / "x"):
        pass


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "fuse.sshfs", "9p"])
def test_a_network_file_system_is_refused(tmp_path, kind) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/vda / ext4 rw 0 0\nserver:/x /net/my\\040share {kind} rw 0 0\n")
    with pytest.raises(SettingsError, match=f"network file system .{kind}."):
        locks.refuse_network_file_system(tmp_path.__class__("/net/my share/home"), mounts)


def test_a_local_mount_inside_a_network_one_is_fine(tmp_path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text("server:/x /net nfs rw 0 0\njunk\n/dev/b /net/local ext4 rw 0 0\n")
    locks.refuse_network_file_system(tmp_path.__class__("/net/local/home"), mounts)
    locks.refuse_network_file_system(tmp_path.__class__("/networks/home"), mounts)


def test_a_later_mount_on_the_same_place_counts(tmp_path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text("/dev/b /srv ext4 rw 0 0\nserver:/x /srv nfs rw 0 0\n")
    with pytest.raises(SettingsError, match="nfs"):
        locks.refuse_network_file_system(tmp_path.__class__("/srv/x"), mounts)
