import os
import tempfile

from services.workshop.cache import UNUSED_AFTER_S, cache_folder, forget_unused


def test_xdg_cache_home_wins(tmp_path):
    assert tmp_path / "x" / "tocsin" == cache_folder(
        {"XDG_CACHE_HOME": str(tmp_path / "x"), "HOME": str(tmp_path)}
    )


def test_an_empty_home_folder_gets_its_cache(tmp_path):
    assert tmp_path / ".cache" / "tocsin" == cache_folder({"HOME": str(tmp_path)})


def test_a_home_that_cannot_be_written_falls_back_to_a_private_temporary_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    folder = cache_folder({"HOME": "/proc/nowhere"})

    assert (tmp_path, 0o700) == (folder.parent, folder.stat().st_mode & 0o777)


def test_what_was_not_used_for_a_month_is_forgotten(tmp_path):
    old, new = tmp_path / "kafka-old", tmp_path / "kafka-new"
    for folder, used_at_s in ((old, 0), (new, UNUSED_AFTER_S)):
        folder.mkdir()
        os.utime(folder, (used_at_s, used_at_s))
    forget_unused(tmp_path, "kafka-*", UNUSED_AFTER_S + 1)

    assert [new] == list(tmp_path.iterdir())
