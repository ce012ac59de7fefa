"""Each condition of a finding where no broker is needed to meet it."""

import asyncio
import shutil
import socket
from dataclasses import replace
from types import SimpleNamespace

import pytest

from services.doctor import check_directory, check_heartbeat, check_network
from services.doctor.case import Asked, Kind, case_of
from services.doctor.check_home import check_files, check_home
from services.doctor.check_keys import check_passphrase
from services.doctor.check_network import check_login, check_names, check_tls, check_web
from services.doctor.examining import CHECKS, examine, exit_of
from tests.support.clinic import symptoms
from tests.support.homes import LivingDirectory, living_targets, write_home
from tests.support.parties import DAY_S
from tests.support.world import NEIGHBOUR
from tocsin.adapters import locks
from tocsin.adapters.inbox.store import open_inbox
from tocsin.adapters.kafka.records import IncomingRecord, Placed
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.adapters.reachability import Port
from tocsin.core.directory import read_directory
from tocsin.core.errors import DirectoryStaleError, SettingsError, StorageError
from tocsin.core.findings import ill, skipped
from tocsin.core.heartbeat import Last
from tocsin.core.log_heads import SESSION_RANDOM_BITS
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


def test_a_database_that_the_keys_do_not_open_is_named_beside_the_keys_that_do(case):
    (case.home.path / "inbox").mkdir(mode=0o700)
    open_inbox(case.home.path / "inbox", b"another storage key of 32 bytes!").close()
    found = run(check_passphrase, case)
    assert [Level.PASS, Level.FAIL] == [one.level for one in found]
    assert {"keys do not open"} == symptoms(found)


def test_a_role_s_key_that_is_damaged_is_told_to_the_authority(case):
    case.kind = Kind.AUTHORITY
    (case.home.keys / "timestamp.pem").write_bytes(b"no key")
    assert {"keys do not open"} == symptoms(run(check_passphrase, case))


@pytest.fixture
def reads(case, monkeypatch):
    """What is said of the directory where it is read so: with a trouble, signed so long ago."""

    def read(trouble, age_s=0, refused=None, error=None):
        now_s = case.now_s
        known = read_directory(1, now_s + DAY_S - age_s, living_targets(now_s))
        directory = replace(known, refused=refused or {})

        class Follower:
            clock = None

            def __init__(self, *_parts):
                self.trouble = trouble

            async def refresh(self, _now_s, *, forced):
                if error:
                    raise error
                return directory if forced else None

        monkeypatch.setattr(check_directory, "DirectoryFollower", Follower)
        return symptoms(run(check_directory.check_directory, case))

    return read


def test_a_trouble_of_the_directory_is_told_where_its_age_is_well(reads):
    assert (set(), {"no directory"}) == (reads(None), reads("the topic stopped"))


def test_of_a_directory_that_is_too_old_the_age_is_told_and_not_what_follows_from_it(reads):
    assert {"directory too old"} == reads("the timestamp has expired", age_s=5 * DAY_S)


def test_an_entry_that_readers_leave_out_is_told(reads):
    assert {"entry refused"} == reads(None, refused={"participants/ab": "no country"})


def test_where_no_directory_verifies_the_doctor_says_so(reads):
    assert {"no directory"} == reads(None, error=DirectoryStaleError("none yet"))


def test_where_nothing_signed_could_be_read_no_clock_is_judged(case):
    assert [Level.SKIPPED] == [one.level for one in run(check_directory.check_clock, case)]


@pytest.fixture
def beating(case, monkeypatch):
    """A case that has come to its heartbeat; its broker acknowledges, and has what `lies` says."""
    run(check_passphrase, case)
    case.me = NEIGHBOUR.id
    case.entry = read_directory(1, case.now_s + DAY_S, living_targets(case.now_s)).participants[case.me]
    case.lies, case.how = [], []

    async def read_to_end(*_where, **how):
        case.how.append(how)
        return case.lies

    class Acknowledging:
        def __init__(self, _access):
            pass

        async def __aenter__(self):
            return self

        async def __aexit__(self, *_error):
            return None

        async def publish(self, records):
            return [Placed(one.topic, one.partition, 7) for one in records]

    monkeypatch.setattr(check_heartbeat, "read_to_end", read_to_end)
    monkeypatch.setattr(check_heartbeat, "Publisher", Acknowledging)
    return case


@pytest.mark.parametrize("lies", [[], [IncomingRecord("t", 0, 8, None, b"behind it", 0)]])
def test_a_heartbeat_that_was_acknowledged_and_is_not_there_did_not_return(beating, lies):
    beating.lies = lies
    assert {"heartbeat did not return"} == symptoms(run(check_heartbeat.check_heartbeat, beating))
    assert 200 == beating.how[0]["last"]


def test_another_record_at_its_place_is_a_heartbeat_that_was_changed(beating):
    beating.lies = [IncomingRecord("t", 0, 7, None, b"another", 0)]
    assert {"heartbeat came back changed"} == symptoms(run(check_heartbeat.check_heartbeat, beating))


def test_after_a_clock_that_was_ahead_no_heartbeat_is_sent(beating):
    ahead = Last((beating.now_s + 3_600) * 1_000 << SESSION_RANDOM_BITS, bytes(32))
    check_heartbeat._remember(beating.home.path / check_heartbeat.FILE_NAME, check_heartbeat._Memory(ahead))
    (one,) = run(check_heartbeat.check_heartbeat, beating)
    assert (Level.SKIPPED, True) == (one.level, "this clock was ahead" in one.what)


def test_while_another_doctor_sends_its_heartbeat_none_is_sent(beating):
    with beating.home.hold(check_heartbeat.LOCK_NAME):
        assert [Level.SKIPPED] == [one.level for one in run(check_heartbeat.check_heartbeat, beating)]
