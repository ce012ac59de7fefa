"""What the tests of the publisher's commands share."""

import pytest

from tests.support.homes import LivingDirectory, write_home
from tests.support.world import ORIGINATOR


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home that never saw a directory, and no broker."""
    home = tmp_path / "home"
    root = LivingDirectory(tmp_path / "repository").repository.pinned_root()
    passphrase = write_home(home, ORIGINATOR, root)
    monkeypatch.setenv("TOCSIN_HOME", str(home))
    monkeypatch.setenv("TOCSIN_PASSPHRASE_FILE", str(passphrase))
    monkeypatch.setenv("TOCSIN_BOOTSTRAP", "127.0.0.1:9")
    return home
