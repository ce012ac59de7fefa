"""Machine tokens: shown once, stored hashed, one purpose each, gone at once when taken away."""

import json
import stat

import pytest

from tocsin.adapters.tokens import MAX_TOKENS, Tokens
from tocsin.core.errors import RefusedByRuleError, StorageError


@pytest.fixture
def path(tmp_path):
    return tmp_path / "tokens.json"


def test_a_token_is_known_by_its_name_and_only_for_its_purpose(path):
    token = Tokens(path).create("dashboard", "read")
    assert "dashboard" == Tokens(path).holder(token, "read")
    assert Tokens(path).holder(token, "submit") is None
    assert Tokens(path).holder(token + "x", "read") is None


def test_the_file_is_private_and_does_not_hold_the_token(path):
    token = Tokens(path).create("dashboard", "read")
    assert token.encode() not in path.read_bytes()
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)


def test_a_token_taken_away_is_refused_by_a_service_that_runs(path):
    running = Tokens(path)
    token = running.create("dashboard", "read")
    assert "dashboard" == running.holder(token, "read")
    assert Tokens(path).remove("dashboard")
    assert running.holder(token, "read") is None


def test_a_name_is_given_once(path):
    Tokens(path).create("dashboard", "read")
    with pytest.raises(RefusedByRuleError):
        Tokens(path).create("dashboard", "read")
    assert {"dashboard": "read"} == Tokens(path).names()


@pytest.mark.parametrize(("name", "good"), [("", False), ("n" * 64, True), ("n" * 65, False)])
def test_a_name_has_1_to_64_characters(path, name, good):
    if good:
        assert Tokens(path).create(name, "read")
    else:
        with pytest.raises(RefusedByRuleError):
            Tokens(path).create(name, "read")


def test_there_are_so_many_tokens_and_no_more(path):
    entry = {"purpose": "read", "sha256": "00" * 32}
    path.write_text(json.dumps({str(one): entry for one in range(MAX_TOKENS - 1)}))
    assert Tokens(path).create("last", "read")
    with pytest.raises(RefusedByRuleError):
        Tokens(path).create("one more", "read")


@pytest.mark.parametrize("content", ["[1]", '{"a": {"purpose": "read", "sha256": "\u00e9"}}'])
def test_a_damaged_file_lets_nobody_in(path, content):
    path.write_text(content)
    with pytest.raises(StorageError):
        Tokens(path).holder("x", "read")
