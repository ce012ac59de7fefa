"""A disk that runs out of room is said in time."""

from tocsin.runtime.disk_space import disk_trouble


def test_enough_room_is_no_trouble(tmp_path):
    assert None is disk_trouble(tmp_path, 1)


def test_too_little_room_is_said_with_both_numbers(tmp_path):
    said = disk_trouble(tmp_path, 10**18)
    assert "disk: " == said[:6]
    assert "less than 1000000000000 MB: make room" in said


def test_a_disk_that_is_gone_is_said(tmp_path):
    assert "is it mounted?" in disk_trouble(tmp_path / "gone", 1)
