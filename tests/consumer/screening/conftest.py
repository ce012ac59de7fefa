"""A courier's home with an empty inbox, and its commands."""

import json
from typing import Any

import pytest
from click.testing import CliRunner

from tests.support.firm import Firm
from tocsin.main import root


class Commands:
    """Runs `tocsin screen …` in a firm's home."""

    def __init__(self, firm: Firm) -> None:
        self._firm = firm

    def __call__(self, *words: object, code: int = 0) -> list[dict[str, Any]]:
        """The JSON Lines of a command that ends with `code`; `err` has its messages."""
        environment = {
            "TOCSIN_HOME": str(self._firm.home),
            "TOCSIN_PASSPHRASE_FILE": str(self._firm.passphrase_file),
        }
        done = CliRunner().invoke(root(), ["screen", *map(str, words)], env=environment)
        assert code == done.exit_code, done.stderr
        self.err = done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def firm(tmp_path):
    return Firm(tmp_path)


@pytest.fixture
def screen(firm):
    return Commands(firm)
