"""A publisher's home whose commands are run as its officer would."""

import json

import pytest

from tests.support.homes import LivingDirectory, write_home
from tests.support.incidents import SEIZURE
from tests.support.world import ORIGINATOR
from tocsin.main import main


class Home:
    """`path` is the home; `publish` hands in a report and gives (exit code, what was said)."""

    def __init__(self, path, capsys) -> None:
        self.path, self._capsys, self._reference = path, capsys, 0

    def publish(self) -> tuple[int, str]:
        self._reference += 1
        file = self.path.parent / "report.json"
        file.write_text(json.dumps(SEIZURE | {"national_reference": f"XX-{self._reference}"}))
        self._capsys.readouterr()
        code = main(["publish", "--no-wait", str(file)])
        return code, self._capsys.readouterr().err

    def run(self, *words: object) -> tuple[int, str, str]:
        self._capsys.readouterr()
        code = main([str(one) for one in words])
        said = self._capsys.readouterr()
        return code, said.out, said.err


@pytest.fixture
def home(tmp_path, monkeypatch, capsys) -> Home:
    path = tmp_path / "home"
    root = LivingDirectory(tmp_path / "repository").repository.pinned_root()
    passphrase = write_home(path, ORIGINATOR, root)
    monkeypatch.setenv("TOCSIN_HOME", str(path))
    monkeypatch.setenv("TOCSIN_PASSPHRASE_FILE", str(passphrase))
    monkeypatch.setenv("TOCSIN_BOOTSTRAP", "127.0.0.1:9")
    return Home(path, capsys)
