"""A file is there whole or not at all; nothing but a file is replaced."""

import os
import stat
from pathlib import Path

import pytest

from tocsin.adapters import whole_files
from tocsin.adapters.whole_files import read_whole, write_new, write_together, write_whole
from tocsin.core.errors import StorageError


def test_what_was_written_is_read(tmp_path) -> None:
    write_whole(tmp_path / "new" / "a", b"text")
    assert b"text" == read_whole(tmp_path / "new" / "a", 4)
    assert 0o600 == stat.S_IMODE((tmp_path / "new" / "a").stat().st_mode)


def test_what_is_not_there_is_none(tmp_path) -> None:
    assert None is read_whole(tmp_path / "a", 4)


def test_a_larger_file_is_refused(tmp_path) -> None:
    write_whole(tmp_path / "a", b"text!")
    with pytest.raises(StorageError, match="a is over 4 bytes"):
        read_whole(tmp_path / "a", 4)


def test_a_failed_write_leaves_what_was_there_and_no_rest(tmp_path, monkeypatch) -> None:
    write_whole(tmp_path / "a", b"old")

    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(whole_files.os, "fsync", full)
    with pytest.raises(StorageError, match="a cannot be written: No space left"):
        write_whole(tmp_path / "a", b"new")
    assert {"a": b"old"} == {one.name: one.read_bytes() for one in tmp_path.iterdir()}


def test_a_device_pipe_or_folder_is_never_replaced(tmp_path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    (tmp_path / "folder").mkdir()
    for name in ("pipe", "link", "folder"):
        with pytest.raises(StorageError, match=f"{name} is no file"):
            write_whole(tmp_path / name, b"")
    assert stat.S_ISFIFO((tmp_path / "link").stat().st_mode)


def test_files_that_are_written_together_come_in_their_order_and_the_first_fault_names_its_file(
    tmp_path,
) -> None:
    (tmp_path / "b").mkdir()
    with pytest.raises(StorageError, match="b is no file"):
        write_together([(tmp_path / name, name.encode()) for name in "abc"])
    assert {"a", "b"} == {path.name for path in tmp_path.iterdir()}
    assert b"a" == (tmp_path / "a").read_bytes()


def test_files_are_not_written_together_into_a_folder_that_is_not_there(tmp_path) -> None:
    with pytest.raises(StorageError, match="cannot be written"):
        write_together([(tmp_path / "new" / "a", b"text")])


def without_links(_self, _target):
    raise PermissionError(1, "Operation not permitted")


@pytest.mark.parametrize("links", [True, False])
def test_a_new_file_is_private_and_never_over_another(tmp_path, monkeypatch, links) -> None:
    if not links:
        monkeypatch.setattr(Path, "hardlink_to", without_links)
    assert write_new(tmp_path / "folder" / "a", b"first")
    assert not write_new(tmp_path / "folder" / "a", b"second")
    assert {"a": b"first"} == {one.name: one.read_bytes() for one in (tmp_path / "folder").iterdir()}
    assert 0o600 == stat.S_IMODE((tmp_path / "folder" / "a").stat().st_mode)


def test_a_new_file_that_cannot_be_written_leaves_nothing(tmp_path, monkeypatch) -> None:
    def full(_handle):
        raise OSError(28, "No space left on device")

    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="a cannot be written"):
        write_new(tmp_path / "file" / "a", b"x")
    monkeypatch.setattr(whole_files.os, "fsync", full)
    with pytest.raises(StorageError, match="a cannot be written: No space left"):
        write_new(tmp_path / "a", b"x")
    assert ["file"] == [one.name for one in tmp_path.iterdir()]
