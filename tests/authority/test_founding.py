"""`tocsin authority init`: keys, root, streams, schemas and first audiences, once."""

import json
import stat

import pytest

from services.authority import founding
from services.authority.office import hold
from tests.support.office import write_passphrase
from tests.support.parties import DAY_S
from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.tuf_repository import TufRepository
from tocsin.core import codes
from tocsin.core.errors import KeyUnusableError


def test_a_new_directory_refuses_none_of_its_entries(desk) -> None:
    directory = desk.office.directory()
    assert {} == directory.refused
    assert codes.regions() == directory.layout.regions
    assert {"ion", "pics", "alerts", "blobs"} == set(directory.layout.streams)
    every = (founding.schemas_named(name) for name in founding.REPORTS)
    assert frozenset().union(*every) == directory.schemas.keys()


def test_governments_get_incidents_with_files_and_firms_get_alerts_that_two_persons_approved(desk) -> None:
    directory = desk.office.directory()
    governments = directory.audience_named("focal-points")
    assert {"focal-point", "analyst", "secretariat"} == governments.roles
    reports = frozenset().union(*map(founding.schemas_named, founding.FOR_GOVERNMENTS))
    assert (reports, 0) == (governments.schemas, governments.approvals)
    firms = [directory.audience_named(name) for name in founding.FIRM_AUDIENCES]
    assert {(founding.schemas_named("alert"), 2, 1)} == {
        (one.schemas, one.approvals, one.safety_approvals) for one in firms
    }
    assert codes.sectors() == frozenset().union(*(one.sectors for one in firms))


def test_no_audience_keeps_records_longer_than_a_stream_does(desk) -> None:
    directory = desk.office.directory()
    longest_days = max(stream.retention_days for stream in directory.layout.streams.values())
    assert longest_days * DAY_S >= max(one.max_age_s for one in directory.audiences.values())


def test_keys_are_private_and_one_for_each_role(desk) -> None:
    keys = desk.home / "keys"
    names = {"root.pem", "targets.pem", "snapshot.pem", "timestamp.pem", "kdf.json"}
    assert names == {file.name for file in keys.iterdir()}
    assert {0} == {stat.S_IMODE(file.stat().st_mode) & 0o077 for file in (keys, *keys.iterdir())}


def test_init_says_how_it_goes_on(desk, tmp_path) -> None:
    said = desk.run("init", name="Secretariat", home=tmp_path / "new")
    assert "Secretariat: the directory stands in" in said.err
    assert "" == said.out


def test_a_second_init_is_refused_and_changes_nothing(desk) -> None:
    before = desk.files()
    assert "holds an authority already" in desk.run("init", name="Other", code=3).err
    assert before == desk.files()


def test_a_start_that_was_cut_off_keeps_its_keys_and_goes_on(desk, tmp_path, monkeypatch) -> None:
    home, words = tmp_path / "cut", write_passphrase(tmp_path)

    class PowerCut(BaseException):
        pass

    def cut(*_arguments):
        raise PowerCut

    with monkeypatch.context() as patch:
        patch.setattr(TufRepository, "create", cut)
        with pytest.raises(PowerCut):
            founding.found(home, words)
    root = (home / "keys" / "root.pem").read_bytes()
    (home / "keys" / "timestamp.pem").unlink()
    office = founding.found(home, words)
    assert root == (home / "keys" / "root.pem").read_bytes()
    assert {} == office.directory().refused


def test_a_folder_without_an_authority_is_named_and_not_made(desk, tmp_path) -> None:
    said = desk.run("status", home=tmp_path / "typo", code=2)
    assert "typo holds no authority: make one with tocsin authority init" in said.err
    assert not (tmp_path / "typo").exists()


def test_a_folder_that_others_may_enter_is_refused(desk) -> None:
    desk.home.chmod(0o755)
    assert "chmod 0700" in desk.run("status", code=2).err


def test_a_folder_in_use_says_by_whom(desk) -> None:
    with hold(ParticipantHome(desk.home)):
        assert "holds it since" in desk.run("status", code=4).err


def test_a_wrong_passphrase_signs_nothing(desk) -> None:
    desk.passphrase_file.write_text("wrong horse battery staple")
    before = desk.files()
    assert "passphrase is wrong" in desk.run("renew", code=2).err
    assert before == desk.files()


def test_keys_of_another_passphrase_are_not_taken_over(desk, tmp_path) -> None:
    (desk.home / "repository" / "timestamp.json").unlink()
    desk.passphrase_file.write_text("wrong horse battery staple")
    with pytest.raises(KeyUnusableError):
        founding.found(desk.home, desk.passphrase_file)


def test_status_counts_and_tells_when_each_role_ends(desk) -> None:
    said = desk.run("status")
    rows = [json.loads(line) for line in said.out.splitlines()]
    assert {"root": 365, "targets": 30, "snapshot": 7, "timestamp": 1} == {
        one["role"]: (one["hours_left"] + 1) // 24 for one in rows
    }
    assert "0 participants, 7 audiences, 13 schemas, 0 refused entries" in said.err


@pytest.mark.parametrize(("words", "roots"), [((), 1), (("--root",), 2)])
def test_renewing_signs_the_list_and_where_asked_the_root(desk, words, roots) -> None:
    desk.run("renew", *words)
    versions = desk.office.repository.standing().versions
    assert {"root": roots, "targets": 2, "snapshot": 2, "timestamp": 2} == versions


def test_every_verb_has_an_example(desk) -> None:
    verbs = ("init", "admit", "welcome", "stream", "schema", "renew", "status")
    kafka = ("publish", "timestamp", "serve")
    for words in [
        *([verb] for verb in (*verbs, *kafka)),
        ["topics", "plan"],
        ["topics", "apply"],
        ["audience", "set"],
    ]:
        assert "Example: tocsin authority" in desk.run(*words, "--help").out
