"""The rehearsal of a ceremony: several people hold the root, one is lost, nobody is fooled by a stick."""

import json
import shutil
import time

import pytest

from services.authority import ceremony
from services.authority.founding import install_root
from tests.support.office import Desk, write_passphrase
from tocsin.adapters.tuf_client import DirectoryClient
from tocsin.core.errors import UntrustedError
from tocsin.main import main


@pytest.fixture
def stick(tmp_path):
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


@pytest.fixture
def desk(tmp_path, monkeypatch, capsys):
    """An empty folder where the authority shall be."""
    monkeypatch.setenv("TOCSIN_HOME", str(tmp_path / "authority"))
    monkeypatch.setenv("TOCSIN_PASSPHRASE_FILE", str(write_passphrase(tmp_path)))
    return Desk(tmp_path / "authority", tmp_path / "passphrase", capsys)


@pytest.fixture
def person(desk, tmp_path, stick):
    """Makes a holder; the options that name it."""

    def new(name):
        out = stick / f"{name}.json"
        desk.run("holder", "new", "--name", name, "--out", out, "--home", tmp_path / name)
        return ["--holder", str(out)]

    return new


@pytest.fixture
def sign(desk, tmp_path, stick):
    def sign(name, file, code=0):
        return desk.run("holder", "sign", stick / file, "--home", tmp_path / name, code=code)

    return sign


@pytest.fixture
def founded(desk, person, sign, stick):
    """Alice, Bob and Carol hold the root, two of them sign; the first root is in force."""
    people = [word for name in ("alice", "bob", "carol") for word in person(name)]
    desk.run("init", "--name", "Secretariat", *people, "--quorum", "2", "--draft", stick / "1.root.json")
    sign("alice", "1.root.json")
    sign("carol", "1.root.json")
    desk.run("root", "install", stick / "1.root.json")
    return desk


def follow(desk, folder):
    """What a stock client that pinned the first root makes of the repository."""
    repository = desk.office.repository
    client = DirectoryClient(folder, repository.pinned_root())
    return client.refresh(repository.files(), int(time.time()) + 1)


def test_two_of_three_found_an_authority_that_stock_clients_read(founded, tmp_path):
    assert 1 <= follow(founded, tmp_path / "client").version
    assert not (founded.home / "keys" / "root.pem").exists()


def test_a_lost_holder_is_replaced_and_clients_follow(founded, person, sign, stick, tmp_path):
    follow(founded, tmp_path / "client")
    shutil.rmtree(tmp_path / "carol")
    people = ["--holder", stick / "alice.json", "--holder", stick / "bob.json", *person("dave")]
    said = founded.run("root", "draft", *people, "--quorum", "2", "--out", stick / "2.root.json")
    assert "held by alice, bob, dave" in said.err
    sign("alice", "2.root.json")
    assert "signed by alice, bob" in sign("bob", "2.root.json").err
    founded.run("root", "install", stick / "2.root.json")
    founded.run("timestamp", code=2)  # no broker is named; the signature was made
    client = DirectoryClient(tmp_path / "client", founded.office.repository.pinned_root())
    client.refresh(founded.office.repository.files(), int(time.time()) + 1)
    assert 2 == client._held.root


def test_the_same_holders_sign_for_another_year(founded, sign, stick):
    founded.run("root", "draft", "--out", stick / "2.root.json")
    for name in ("alice", "bob"):
        sign(name, "2.root.json")
    founded.run("root", "install", stick / "2.root.json")
    assert 2 == founded.office.repository.standing().versions["root"]


def test_too_few_signatures_install_nothing(founded, sign, stick):
    founded.run("root", "draft", "--out", stick / "2.root.json")
    sign("alice", "2.root.json")
    before = founded.files()
    assert "signed by 2/4 keys" in founded.run("root", "install", stick / "2.root.json", code=3).err
    assert before == founded.files()


def test_new_holders_alone_are_not_enough(founded, person, sign, stick):
    people = [word for name in ("dave", "eve", "frank") for word in person(name)]
    founded.run("root", "draft", *people, "--quorum", "2", "--out", stick / "2.root.json")
    for name in ("dave", "eve"):
        sign(name, "2.root.json")
    assert "signed by 0/4 keys" in founded.run("root", "install", stick / "2.root.json", code=3).err
    for name in ("alice", "bob"):
        sign(name, "2.root.json")
    founded.run("root", "install", stick / "2.root.json")


def test_a_stick_with_an_old_state_is_refused_on_both_sides(founded, sign, stick):
    old = (stick / "1.root.json").read_bytes()
    founded.run("root", "draft", "--out", stick / "2.root.json")
    for name in ("alice", "bob"):
        sign(name, "2.root.json")
    founded.run("root", "install", stick / "2.root.json")
    (stick / "2.root.json").write_bytes(old)
    assert "the stick holds an old state" in sign("alice", "2.root.json", code=3).err
    assert "root 3 comes next" in founded.run("root", "install", stick / "2.root.json", code=3).err


def test_a_root_that_has_expired_is_not_installed(founded, sign, stick, monkeypatch):
    founded.run("root", "draft", "--out", stick / "2.root.json")
    for name in ("alice", "bob"):
        sign(name, "2.root.json")
    late_s = int(time.time()) + 400 * 86_400
    monkeypatch.setattr("services.authority.office.Office.now_s", lambda _self: late_s)
    assert "has expired: draft it anew" in founded.run("root", "install", stick / "2.root.json", code=3).err


def test_the_authority_alone_renews_no_root(founded):
    said = founded.run("renew", "--root", code=3)
    assert "people hold it" in said.err


def test_what_the_office_signs_needs_no_holder(founded, tmp_path):
    founded.run("renew")
    assert follow(founded, tmp_path / "client").version == 2


@pytest.mark.parametrize(("quorum", "reason"), [(1, "too few"), (4, "cannot be met"), (3, None), (2, None)])
def test_a_quorum_that_cannot_be_met_or_that_one_algorithm_meets_is_refused(
    desk, person, stick, quorum, reason
):
    people = [word for name in ("alice", "bob", "carol") for word in person(name)]
    words = ["init", "--name", "S", *people, "--quorum", quorum, "--draft", stick / "1.root.json"]
    said = desk.run(*words, code=0 if reason is None else 2)
    assert (reason or "waits for its holders") in said.err
    assert (reason is None) == (stick / "1.root.json").exists()


def test_one_key_in_two_seats_is_refused(desk, person, stick):
    people = [*person("alice"), "--holder", stick / "alice.json", *person("bob")]
    words = ["init", "--name", "S", *people, "--quorum", 2, "--draft", stick / "1.root.json"]
    assert "one key is held twice" in desk.run(*words, code=2).err


@pytest.mark.parametrize("content", ["{}", '{"tocsin_holder": 1}', "x", '{"tocsin_holder":1,"keys":[1,2]}'])
def test_a_file_that_names_no_holder_is_refused(desk, stick, content):
    (stick / "x.json").write_text(content)
    words = ["init", "--name", "S", "--holder", stick / "x.json", "--draft", stick / "1.root.json"]
    assert "not a file of tocsin authority holder new" in desk.run(*words, code=3).err


def test_holders_and_draft_go_together(desk, person, stick):
    assert "--holder for each, and --draft" in desk.run("init", "--name", "S", *person("a"), code=2).err


def test_keys_of_a_holder_are_never_overwritten(person, desk, tmp_path, stick):
    person("alice")
    words = ["holder", "new", "--name", "alice", "--out", stick / "y.json", "--home", tmp_path / "alice"]
    assert "never overwritten" in desk.run(*words, code=2).err


def test_a_draft_that_is_none_is_refused(desk, person, sign, stick):
    person("alice")
    (stick / "1.root.json").write_text(json.dumps({"signed": 1}))
    sign("alice", "1.root.json", code=3)
    desk.run("root", "show", stick / "1.root.json", code=3)
    desk.run("init", "--name", "S")
    with pytest.raises(UntrustedError):
        install_root(desk.home, desk.passphrase_file, stick / "1.root.json")


@pytest.mark.parametrize("kind", ["create", "rotate", "lost-holder"])
def test_the_script_names_every_command_that_is_needed(desk, kind):
    said = desk.run("ceremony", kind, "--person", "alice", "--person", "bob", "--quorum", "2")
    assert said.out.startswith("1. ")
    for command in ("holder new", "holder sign", "root install"):
        assert f"tocsin authority {command}" in said.out


def test_a_script_without_a_majority_is_refused(desk):
    words = ["ceremony", "create", "--person", "a", "--person", "b", "--quorum", "1"]
    assert "more than half" in desk.run(*words, code=2).err
    assert "there is no ceremony" in desk.run("ceremony", "x", "--person", "a", "--quorum", "1", code=2).err


@pytest.mark.parametrize(
    ("reason", "second"),
    [("is no short name", "bob; rm -rf"), ("is no short name", "../bob"), ("named twice", "alice")],
)
def test_a_person_of_a_script_has_a_short_name_of_its_own(desk, reason, second):
    people = ("--person", "alice", "--person", second)
    assert reason in desk.run("ceremony", "create", *people, "--quorum", "2", code=2).err


def test_every_verb_has_an_example(desk):
    for words in (["holder", "new"], ["holder", "sign"], ["root", "draft"], ["root", "show"]):
        assert "Example: tocsin authority" in desk.run(*words, "--help").out
    assert ceremony.script("create", ["a"], 1)
    assert main(["authority", "root", "install", "--help"]) == 0
