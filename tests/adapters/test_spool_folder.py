"""Which files of a folder are complete: unchanged, not hidden, not half-written, held open by nobody."""

from pathlib import Path

import pytest

from tocsin.adapters.spool_folder import complete_files, free_name, make_outcome_folders


@pytest.fixture
def spool(tmp_path):
    folder = tmp_path / "spool"
    folder.mkdir()
    make_outcome_folders(folder)
    return folder


def put(path: Path) -> Path:
    path.write_text("a,b\n1,2\n")
    return path


def test_a_file_is_complete_when_it_did_not_change_between_two_looks(spool):
    seen = {}
    path = put(spool / "a.csv")
    assert [] == complete_files(spool, seen)
    assert [path] == complete_files(spool, seen)
    path.write_text(path.read_text() + "more")
    assert [] == complete_files(spool, seen)


def test_hidden_and_unfinished_names_links_and_folders_are_passed_over(spool, tmp_path):
    for name in (".a.csv", "a.csv.part", "a.csv.TMP"):
        put(spool / name)
    (spool / "link.csv").symlink_to(put(tmp_path / "elsewhere.csv"))
    seen = {}
    assert [[], []] == [complete_files(spool, seen) for _ in range(2)]


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="this system does not tell open files")
def test_a_file_that_somebody_holds_open_waits(spool):
    path, seen = put(spool / "a.csv"), {}
    complete_files(spool, seen)
    with path.open():
        assert [] == complete_files(spool, seen)
    assert [path] == complete_files(spool, seen)


def test_a_name_that_is_taken_gets_a_number(spool):
    assert spool / "b.csv" == free_name(spool / "b.csv")
    put(spool / "b.csv")
    put(spool / "b-2.csv")
    assert spool / "b-3.csv" == free_name(spool / "b.csv")
