"""An authority that was founded once, and a copy of its folder for each test."""

import shutil

import pytest

from services.authority.founding import found
from tests.support.office import Desk, write_passphrase


@pytest.fixture(scope="session")
def founded(tmp_path_factory):
    """Its folder; nobody changes it."""
    folder = tmp_path_factory.mktemp("founded")
    found(folder / "authority", write_passphrase(folder))
    return folder


@pytest.fixture
def desk(founded, tmp_path, monkeypatch, capsys) -> Desk:
    """The commands in a folder of the test's own; no broker."""
    shutil.copytree(founded, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("TOCSIN_HOME", str(tmp_path / "authority"))
    monkeypatch.setenv("TOCSIN_PASSPHRASE_FILE", str(tmp_path / "passphrase"))
    monkeypatch.setenv("TOCSIN_BOOTSTRAP", "127.0.0.1:9")
    return Desk(tmp_path / "authority", tmp_path / "passphrase", capsys)
