"""Each condition of a finding where no broker is needed to meet it."""

import asyncio
import shutil
import socket
from types import SimpleNamespace

import pytest

from services.doctor import check_network
from services.doctor.case import Asked, case_of
from services.doctor.check_home import check_files, check_home
from services.doctor.check_network import check_login, check_names, check_tls, check_web
from services.doctor.examining import CHECKS, examine, exit_of
from tests.support.clinic import symptoms
from tests.support.homes import LivingDirectory, write_home
from tests.support.world import NEIGHBOUR
from tocsin.adapters import locks
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.adapters.reachability import Port
from tocsin.core.errors import SettingsError, StorageError
from tocsin.core.findings import ill, skipped
from tocsin.core.symptoms import Check, Level, Symptom
from tocsin.runtime.exits import Exit


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A home that only its owner may read; nobody changes it."""
    folder = tmp_path_factory.mktemp("made")
    write_home(folder / "home", NEIGHBOUR, LivingDirectory(folder / "repository").repository.pinned_root())
    for path in (folder / "home").rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    (folder / "home").chmod(0o700)
    return folder / "home"


@pytest.fixture
def case(made, tmp_path):
    """Nobody has looked at it yet."""
    home = shutil.copytree(made, tmp_path / "home")
    return case_of(Asked(home, home / "passphrase", "127.0.0.1:9", wait_s=1.0))


def run(check, case):
    return asyncio.run(check(case))


def web(case, port, *services):
    case.settings = {name: SimpleNamespace(host="127.0.0.1", port=port) for name in services}
    return symptoms(run(check_web, case))


def test_a_name_without_an_address_is_asked_nothing_more(case):
    case.access = KafkaAccess("broker.invalid:9093,127.0.0.1:9")
    assert {"name unknown"} == symptoms(run(check_names, case), Level.WARN)
    assert [("127.0.0.1", 9)] == case.addresses


@pytest.mark.parametrize("state", list(Port))
def test_a_broker_that_is_advertised_must_be_open(case, monkeypatch, state):
    async def inspect(_access):
        return SimpleNamespace(brokers=[("127.0.0.1", 9)])

    async def port_of(*_where):
        return state

    monkeypatch.setattr(check_network, "inspect", inspect)
    monkeypatch.setattr(check_network, "port_of", port_of)
    found = symptoms(run(check_login, case))
    assert (set() if state is Port.OPEN else {"advertised broker out of reach"}) == found


HERE = ("localhost", "a.localhost", "127.0.0.1", "::1")


@pytest.mark.parametrize(("host", "is_far"), [*((one, False) for one in HERE), ("broker.example", True)])
def test_a_connection_in_clear_is_told_where_it_leaves_the_machine(case, host, is_far):
    case.access, case.addresses = KafkaAccess(f"{host}:9092"), [(host, 9092)]
    assert ({"connection in clear"} if is_far else set()) == symptoms(run(check_tls, case))


def test_a_port_is_free_or_taken_by_our_own_service_or_by_another_program(case):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert {"web port taken"} == web(case, port, "consumer")
        with locks.hold(case.home.path / "inbox.lock"):
            assert set() == web(case, port, "consumer")
    assert set() == web(case, port, "consumer")
    assert {"web port taken"} == web(case, port, "consumer", "producer")


def test_an_address_that_is_not_of_this_machine_cannot_be_listened_at(case):
    case.settings = {"consumer": SimpleNamespace(host="192.0.2.1", port=8080)}
    (found,) = run(check_web, case)
    assert ("web port taken", True) == (found.symptom, "cannot listen there" in found.what)


def test_a_folder_with_signed_files_is_an_authority_s_also_where_a_standby_s_file_lies_there(case):
    (case.home.path / "repository").mkdir()
    (case.home.path / "standby.json").touch()
    (found,) = run(check_home, case)
    assert (Level.PASS, "the home of the authority") == (found.level, found.what)


def test_a_home_without_its_pinned_root_is_not_admitted(case):
    (case.home.path / "directory" / "1.root.json").unlink()
    assert {"not admitted"} == symptoms(run(check_home, case))


def test_a_home_on_a_network_file_system_is_no_home(case, monkeypatch):
    def refuse(_path):
        raise SettingsError("a network file system")

    monkeypatch.setattr(locks, "refuse_network_file_system", refuse)
    assert {"no home"} == symptoms(run(check_home, case))


PRIVATE = (
    *("tokens.json", "passphrase", "people/x/key.pem"),
    *("drafts/drafts.db", "watchlists/x", "screening/x"),
)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o610])
@pytest.mark.parametrize("name", PRIVATE)
def test_whatever_is_private_is_told_where_others_may_open_it(case, name, mode):
    path = case.home.path / name
    for folder in reversed(path.relative_to(case.home.path).parents):
        (case.home.path / folder).mkdir(mode=0o700, exist_ok=True)
    path.touch(mode=0o600)
    assert set() == symptoms(run(check_files, case))
    path.chmod(mode)
    (found,) = run(check_files, case)
    assert ("open to others", str(path)) == (found.symptom, found.where)


@pytest.mark.parametrize("folder", ["", "keys"])
def test_a_folder_that_others_may_enter_is_told(case, folder):
    (case.home.path / folder).chmod(0o710)
    assert [str(case.home.path / folder)] == [one.where for one in run(check_files, case)]


@pytest.mark.parametrize(
    ("size_bytes", "runs", "expected"), [(0, False, set()), (1, True, set()), (1, False, {"leftover log"})]
)
def test_a_log_is_left_over_where_it_holds_something_and_nobody_runs(case, size_bytes, runs, expected):
    (case.home.path / "outbox").mkdir(mode=0o700)
    for name, data in (("outbox.db", b"a" * 16), ("outbox.db-wal", b"x" * size_bytes)):
        (case.home.path / "outbox" / name).touch(mode=0o600)
        (case.home.path / "outbox" / name).write_bytes(data)
    lock = case.home.path / "outbox.lock"
    if runs:
        with locks.hold(lock):
            assert expected == symptoms(run(check_files, case))
    else:
        assert expected == symptoms(run(check_files, case))


@pytest.mark.parametrize(
    "error", [StorageError("no room"), PermissionError(13, "Permission denied", "x"), TimeoutError()]
)
def test_a_check_that_meets_a_fault_says_so_and_ends_no_other(case, monkeypatch, error):
    async def fails(_case):
        raise error

    monkeypatch.setattr("services.doctor.examining.CHECKS", {**CHECKS, Check.DISK: fails})

    async def found():
        return [one async for one in examine(case, [Check.DISK, Check.VERSIONS], lambda _check: None)]

    levels = {one.check: one.level for one in asyncio.run(found())}
    assert Level.PASS is levels[Check.VERSIONS]
    assert Level.PASS is not levels[Check.DISK]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([ill(Symptom.NO_DIRECTORY, "x"), ill(Symptom.NO_HOME, "x")], Exit.STALE),
        ([ill(Symptom.CLOCK_BEHIND, "x")], Exit.USAGE),
        ([ill(Symptom.NOT_NAMED, "x")], Exit.REFUSED),
        ([ill(Symptom.NO_RETURN, "x")], Exit.INCOMPLETE),
        ([skipped(Check.PASSPHRASE, "none")], Exit.INCOMPLETE),
        ([skipped(Check.HEARTBEAT, "none")], Exit.WHOLE),
    ],
)
def test_the_first_failure_says_how_the_doctor_ends(found, expected):
    assert expected is exit_of(found)
