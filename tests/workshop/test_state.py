import pytest

from services.workshop.state import ClusterState, load, save
from tocsin.core.errors import SettingsError, StorageError


def test_what_was_saved_is_loaded(tmp_path):
    state = ClusterState(3, 9092, pids={1: 11, 3: 33})
    save(tmp_path / "state.json", state)

    assert state == load(tmp_path / "state.json")


def test_no_file_is_no_state(tmp_path):
    assert None is load(tmp_path / "state.json")


@pytest.mark.parametrize("text", ["", "[]", '{"brokers":1}', '{"brokers":"x"'])
def test_a_damaged_file_is_named(tmp_path, text):
    (tmp_path / "state.json").write_text(text)
    with pytest.raises(SettingsError, match=r"state\.json is damaged"):
        load(tmp_path / "state.json")


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(StorageError, match="cannot be written"):
        save(tmp_path / "missing" / "state.json", ClusterState(1, 9092))
