"""Whose home it is, where one machine holds several."""

import json
from pathlib import Path

import pytest

from services.producer.participant import check_is
from tocsin.core.errors import RefusedByRuleError, SettingsError

ID = "0a" * 16


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    (folder / "keys").mkdir(parents=True, mode=0o700)
    folder.chmod(0o700)
    (folder / "participant.json").write_text(json.dumps({"id": ID, "name": "Office"}))
    return folder


@pytest.mark.parametrize("expected", [None, ID, ID.upper()])
def test_the_expected_participant_may_go_on(home: Path, expected: str | None) -> None:
    check_is(home, expected)


def test_another_home_is_refused_and_both_ids_are_named(home: Path) -> None:
    other = "0b" * 16
    with pytest.raises(RefusedByRuleError, match=f"{ID}.*{other}"):
        check_is(home, other)


def test_a_home_that_was_never_admitted_is_nobody_yet(home: Path) -> None:
    (home / "participant.json").unlink()
    with pytest.raises(SettingsError, match="not admitted"):
        check_is(home, ID)
