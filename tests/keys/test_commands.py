"""`tocsin keys`, from an empty folder to an admitted participant."""

import json

import pytest
import typer
from typer.testing import CliRunner

from services.keys import commands, making
from services.keys.making import KeyTerms, make_keys
from tests.support.authority import new_repository
from tocsin.adapters import machine
from tocsin.adapters.key_files import KeyFolder
from tocsin.adapters.passphrase import Passphrase
from tocsin.adapters.tuf_signing import first_root_fingerprint
from tocsin.core.enrolment import Welcome, read_request, write_welcome
from tocsin.core.errors import KeyUnusableError, SettingsError, StorageError
from tocsin.core.ids import key_id
from tocsin.core.public_keys import PURPOSES
from tocsin.runtime.edge import EdgeGroup
from tocsin.runtime.exits import Exit

WORDS = "canary words nobody guesses"
TERMS = KeyTerms("Focal point", "CO", None, 730)
NOW_S = 1_760_000_400
ME = b"\x07" * 16


@pytest.fixture
def root(tmp_path):
    """The first root of an authority."""
    return new_repository(tmp_path / "authority").pinned_root()


@pytest.fixture
def words_file(tmp_path):
    file = tmp_path / "passphrase"
    file.touch(mode=0o600)
    file.write_text(WORDS + "\n")
    return file


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


@pytest.fixture
def run(home, words_file):
    app = typer.Typer(cls=EdgeGroup)
    app.callback()(lambda: None)
    commands.register(app)

    def call(verb, *arguments):
        environment = {"TOCSIN_HOME": str(home), "TOCSIN_PASSPHRASE_FILE": str(words_file)}
        return CliRunner().invoke(app, ["keys", verb, *map(str, arguments)], env=environment)

    return call


@pytest.fixture
def made(run):
    result = run("init", "--name", "Focal point", "--country", "CO", "--person", "officer-7")
    assert (0, "") == (result.exit_code, result.stdout)
    return result


def test_the_request_holds_the_keys_that_the_files_hold(made, run, home) -> None:
    request = read_request(run("request").stdout.strip().encode())
    folder = KeyFolder.open(home / "keys", Passphrase(WORDS))
    publics = {
        "record": folder.ed25519("record.pem").public,
        "release": folder.ed25519("release.pem").public,
        "statement": folder.composite("statement.pem").public,
        "kem": folder.xwing("kem.pem").public,
    }
    expected = {purpose: key_id(PURPOSES[purpose], public) for purpose, public in publics.items()}
    assert expected == {key.purpose: key.id for key in request.keys}
    assert ("Focal point", "CO") == (request.name, request.country)
    assert 32 == len(folder.storage_key())


def test_only_the_release_key_names_a_person(made, run) -> None:
    rows = [json.loads(line) for line in run("show").stdout.splitlines()]
    assert {"record": None, "statement": None, "kem": None, "release": "officer-7"} == {
        row["purpose"]: row["person"] for row in rows
    }


def test_both_sides_see_one_fingerprint(made, run, tmp_path) -> None:
    out = tmp_path / "request.json"
    told = run("request", "--out", out).stderr
    fingerprint = read_request(out.read_bytes()).fingerprint
    assert fingerprint in told
    assert fingerprint in made.stderr
    assert fingerprint in run("show").stderr


def test_a_second_init_changes_nothing(made, run, home) -> None:
    before = {file.name: file.read_bytes() for file in (home / "keys").iterdir()}
    result = run("init", "--name", "Other", "--country", "PE")
    assert Exit.USAGE == result.exit_code
    assert "never overwritten" in result.stderr
    assert before == {file.name: file.read_bytes() for file in (home / "keys").iterdir()}


def test_a_welcome_makes_it_a_participant(made, run, root, tmp_path) -> None:
    file = tmp_path / "welcome.json"
    file.write_bytes(write_welcome(Welcome(ME, root, "Focal point")))
    said = run("accept", file)
    assert (0, True) == (
        said.exit_code,
        f"aloud to the authority: {first_root_fingerprint(root)}" in said.stderr,
    )
    assert f"admitted as {ME.hex()}" in run("show").stderr


def test_another_root_is_refused(made, run, root, tmp_path) -> None:
    file = tmp_path / "welcome.json"
    other = new_repository(tmp_path / "other", authority="stranger").pinned_root()
    for one, code in ((root, 0), (other, Exit.REFUSED), (root, 0)):
        file.write_bytes(write_welcome(Welcome(ME, one)))
        assert code == run("accept", file).exit_code


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda root: b"root", "not TUF's root metadata"),
        (lambda root: root.replace(b'"version":1', b'"version":2'), "not signed by the root's key"),
    ],
)
def test_what_is_no_first_root_is_not_pinned(made, run, root, home, tmp_path, damage, reason) -> None:
    file = tmp_path / "welcome.json"
    file.write_bytes(write_welcome(Welcome(ME, damage(root), "Focal point")))
    said = run("accept", file)
    assert (Exit.REFUSED, True) == (said.exit_code, reason in said.stderr)
    assert not (home / "directory").exists()


def test_a_second_root_is_not_pinned(made, run, tmp_path) -> None:
    repository = new_repository(tmp_path / "authority")
    repository.roots.renew(NOW_S)
    file = tmp_path / "welcome.json"
    file.write_bytes(write_welcome(Welcome(ME, repository.root(2), "Focal point")))
    assert "this is root 2" in run("accept", file).stderr


def test_the_welcome_of_somebody_else_is_refused(made, run, root, home, tmp_path) -> None:
    file = tmp_path / "welcome.json"
    file.write_bytes(write_welcome(Welcome(ME, root, "Other point")))
    said = run("accept", file)
    assert (Exit.REFUSED, True) == (said.exit_code, "the welcome of Other point" in said.stderr)
    assert not (home / "participant.json").exists()


def test_junk_or_nothing_is_no_welcome(made, run, tmp_path) -> None:
    file = tmp_path / "welcome.json"
    assert Exit.USAGE == run("accept", file).exit_code
    file.write_text("junk")
    assert Exit.REFUSED == run("accept", file).exit_code


def test_a_damaged_request_is_named(made, run, home) -> None:
    (home / "keys" / "request.json").write_text("{}")
    result = run("show")
    assert Exit.USAGE == result.exit_code
    assert "request.json is damaged" in result.stderr


def test_keys_that_end_soon_are_warned_of(run) -> None:
    run("init", "--name", "Focal point", "--country", "CO", "--valid-days", "7")
    assert 4 == run("show").stderr.count("warning: the ")


@pytest.mark.parametrize(
    "terms",
    [
        KeyTerms("", "CO", None, 1),
        KeyTerms("two\nlines", "CO", None, 1),
        KeyTerms("Focal point", "Colombia", None, 1),
        KeyTerms("Focal point", "CO", "", 1),
    ],
)
def test_bad_terms_make_no_folder(terms, home, words_file) -> None:
    with pytest.raises(SettingsError):
        make_keys(home, terms, words_file)
    assert not home.exists()


def test_h45_a_clock_that_was_never_set_makes_no_keys(home, words_file) -> None:
    with pytest.raises(SettingsError, match="clock"):
        make_keys(home, TERMS, words_file, lambda: 7.0)
    assert not home.exists()


def test_h45_a_library_that_fails_its_test_makes_no_keys(home, words_file, monkeypatch) -> None:
    def fails() -> None:
        raise KeyUnusableError("the cryptography library fails its self-test")

    monkeypatch.setattr(machine, "self_test", fails)
    with pytest.raises(KeyUnusableError, match="self-test"):
        make_keys(home, TERMS, words_file)
    assert not home.exists()


def test_a_short_passphrase_makes_no_keys(home, words_file) -> None:
    words_file.write_text("short")
    with pytest.raises(KeyUnusableError, match="at least 12 characters"):
        make_keys(home, TERMS, words_file)
    assert not (home / "keys").exists()


def test_a_full_disk_leaves_no_half_made_keys(home, words_file, monkeypatch) -> None:
    def full(_path, _data):
        raise StorageError("no space left")

    monkeypatch.setattr(making, "write_whole", full)
    with pytest.raises(StorageError):
        make_keys(home, TERMS, words_file)
    assert ["keys.lock"] == [path.name for path in home.iterdir()]


def test_what_a_crash_left_behind_does_not_stop_the_next_init(home, words_file) -> None:
    (home / "keys.unfinished").mkdir(parents=True, mode=0o700)
    home.chmod(0o700)
    (home / "keys.unfinished" / "kdf.json").write_text("torn")
    assert 4 == len(make_keys(home, TERMS, words_file).keys)
    assert not (home / "keys.unfinished").exists()


def test_keys_begin_with_the_hour_and_last_as_long_as_asked(home, words_file) -> None:
    request = make_keys(home, TERMS, words_file, lambda: NOW_S + 1_234.5)
    assert {(NOW_S, NOW_S + 730 * 86_400)} == {(key.not_before_s, key.not_after_s) for key in request.keys}


def test_h46_no_output_holds_passphrase_or_private_key(made, run) -> None:
    shown = made.output + run("show").output + run("request").output
    assert "canary" not in shown
    assert "PRIVATE" not in shown
