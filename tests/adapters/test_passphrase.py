"""A passphrase comes from a private file or a terminal and is long enough for new keys."""

import getpass
import pickle
from pathlib import Path

import pytest

from tocsin.adapters import passphrase
from tocsin.adapters.passphrase import Passphrase
from tocsin.core.errors import KeyUnusableError, SettingsError

LONG = "twelve chars and more"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "passphrase"
    path.touch(mode=0o600)
    return path


@pytest.fixture
def typed(monkeypatch):
    answers: list[str] = []
    monkeypatch.setattr(passphrase, "TERMINAL", Path("/dev/null"))
    monkeypatch.setattr(getpass, "getpass", lambda prompt: answers.pop(0))
    return answers


@pytest.mark.parametrize("text", ["secret", "secret\n", "secret\r\n", "\ufeffsecret\n"])
def test_a_last_newline_and_a_byte_order_mark_do_not_belong_to_it(file, text) -> None:
    file.write_bytes(text.encode())
    assert b"secret" == passphrase.existing(file).reveal()


def test_spaces_belong_to_it(file) -> None:
    file.write_bytes(b" secret \n")
    assert b" secret " == passphrase.existing(file).reveal()


def test_the_same_letters_from_two_keyboards_are_the_same() -> None:
    assert Passphrase("Caf\u00e9").reveal() == Passphrase("Cafe\u0301").reveal()


def test_a_file_that_others_may_read_is_refused(file) -> None:
    file.write_bytes(b"secret")
    file.chmod(0o644)
    with pytest.raises(KeyUnusableError, match="chmod 0600"):
        passphrase.existing(file)


@pytest.mark.parametrize("data", [b"", b"\n", b"x" * 1_025, b"x" * 5_000, b"\xff\xfe"])
def test_no_passphrase_or_no_text_is_refused(file, data) -> None:
    file.write_bytes(data)
    with pytest.raises(KeyUnusableError):
        passphrase.existing(file)


def test_a_new_one_has_at_least_12_characters(file) -> None:
    file.write_text("eleven char")
    with pytest.raises(KeyUnusableError, match="at least 12 characters"):
        passphrase.new(file)
    file.write_text("twelve chars")
    assert b"twelve chars" == passphrase.new(file).reveal()


def test_a_new_one_is_asked_for_twice(typed) -> None:
    typed += [LONG, LONG]
    assert LONG.encode() == passphrase.new(None).reveal()
    assert [] == typed


def test_two_different_answers_change_nothing(typed) -> None:
    typed += [LONG, LONG + "x"]
    with pytest.raises(KeyUnusableError, match="differ"):
        passphrase.new(None)


def test_an_existing_one_is_asked_for_once(typed) -> None:
    typed += ["short"]
    assert b"short" == passphrase.existing(None).reveal()


def test_without_file_and_terminal_it_says_what_to_give(monkeypatch) -> None:
    monkeypatch.setattr(passphrase, "TERMINAL", Path("/dev/no-such-terminal"))
    with pytest.raises(SettingsError, match="--passphrase-file"):
        passphrase.existing(None)


def test_it_is_never_pickled() -> None:
    with pytest.raises(TypeError, match="never pickled"):
        pickle.dumps(Passphrase(LONG))
