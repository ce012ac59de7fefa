"""The command as people and programs see it; no broker is needed for that."""

import json
import stat

import pytest

from services.doctor.case import Asked
from services.doctor.telling import examine_told, line
from tests.support.homes import LivingDirectory, write_home
from tests.support.world import NEIGHBOUR
from tocsin.core.findings import ill, well
from tocsin.core.symptoms import Check, Symptom
from tocsin.main import main
from tocsin.runtime.exits import Exit

FIELDS = ["check", "level", "finding", "what", "where", "do"]


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home whose broker is away."""
    for name in ("TOCSIN_BOOTSTRAP", "TOCSIN_PASSPHRASE_FILE", "TOCSIN_HOME"):
        monkeypatch.delenv(name, raising=False)
    root = LivingDirectory(tmp_path / "repository").repository.pinned_root()
    write_home(tmp_path / "home", NEIGHBOUR, root)
    return tmp_path / "home"


def doctor(home, *words):
    passphrase = ("--passphrase-file", str(home / "passphrase"), "--bootstrap", "127.0.0.1:9")
    return main(["doctor", "--home", str(home), *passphrase, *words])


def test_each_line_of_json_has_the_same_six_fields(home, capsys):
    assert Exit.UNREACHABLE == doctor(home, "--json")
    rows = [json.loads(one) for one in capsys.readouterr().out.splitlines()]
    assert {tuple(FIELDS)} == {tuple(row) for row in rows}
    assert [check.value for check in Check] == list(dict.fromkeys(row["check"] for row in rows))


def test_the_end_is_told_on_the_other_stream(home, capsys):
    doctor(home)
    assert "1 fail" in capsys.readouterr().err


def test_one_check_brings_what_it_stands_on_only_where_that_failed(home, capsys):
    doctor(home, "--only", "login", "--json")
    rows = [json.loads(one) for one in capsys.readouterr().out.splitlines()]
    assert ["ports", "tls", "login"] == [row["check"] for row in rows]


def test_a_check_that_does_not_exist_names_those_that_do(home, capsys):
    assert Exit.USAGE == doctor(home, "--only", "dns")
    assert "heartbeat" in capsys.readouterr().err


def test_a_person_is_shown_a_line_with_what_to_do_beneath():
    shown = line(ill(Symptom.PORT_CLOSED, "broker.example:9093"))
    first, second = shown.splitlines()
    assert first.startswith("fail    ports      nothing takes connections there (broker.example:9093)")
    assert "-> ask the operator" in second


def test_names_from_outside_are_made_harmless():
    assert "\x1b" not in line(well(Check.ENTRY, "takes part", "Bad \x1b[2J name"))


def test_secrets_stand_in_no_finding(home, capsys):
    (home / "passphrase").write_text("canary words of a person")
    (home / "settings.toml").write_text('[kafka]\nuser = "u"\npassword_file = "password"\n')
    (home / "password").touch(mode=0o600)
    (home / "password").write_text("canary-password")
    doctor(home, "--json")
    shown = capsys.readouterr()
    assert "canary" not in shown.out + shown.err


def test_nothing_in_the_home_is_changed_where_nothing_answers(home):
    before = _snapshot(home)
    doctor(home)
    assert before == _snapshot(home)


def _snapshot(home):
    return {
        str(path): (stat.S_IMODE(path.lstat().st_mode), path.read_bytes() if path.is_file() else None)
        for path in home.rglob("*")
    }


def test_a_home_without_a_broker_s_address_says_where_to_write_it(home, capsys):
    asked = Asked(home, home / "passphrase")
    assert Exit.USAGE is examine_told(asked, [Check.HOME], as_json=True)
    assert "[kafka]" in json.loads(capsys.readouterr().out)["what"]
