"""Each fault made real once, and found by its name with what to do."""

import asyncio
import json
import socket
import ssl
import threading
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import trustme

from services.doctor.examining import exit_of
from tests.support.clinic import COURIER, NEIGHBOUR, PASSWORD, found_by, later, symptoms
from tests.support.parties import DAY_S, Party
from tocsin.adapters import passphrase
from tocsin.adapters.database import Database
from tocsin.adapters.inbox.store import open_inbox
from tocsin.adapters.kafka.topics import TopicWish, apply, plan
from tocsin.adapters.key_files import KeyFolder
from tocsin.adapters.reachability import Port
from tocsin.core.broker_access import AccessRule
from tocsin.core.errors import KeyUnusableError, StorageError
from tocsin.core.streams import DIRECTORY_TOPIC, stream_topic
from tocsin.core.symptoms import Check, Level
from tocsin.runtime.exits import Exit

pytestmark = pytest.mark.kafka
HOUR_S = 3_600


@pytest.fixture
def patient(clinic, tmp_path):
    """A home of its own to harm; keyword arguments change its [kafka]."""

    def make(party=NEIGHBOUR, **kafka):
        return clinic.make_home(tmp_path / "patient", party, **kafka)

    return make


@contextmanager
def listening(serve=lambda connection: connection.recv(1)):
    """The port of a server that is no Kafka; `serve` handles one connection after another."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        held = []

        def run():
            while True:
                try:
                    connection = server.accept()[0]
                except OSError:
                    return
                held.append(connection)
                threading.Thread(target=_served, args=(serve, connection), daemon=True).start()

        threading.Thread(target=run, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        for connection in held:
            connection.close()


def _served(serve, connection):
    with suppress(OSError):
        serve(connection)


@contextmanager
def showing(certificate):
    """The port of a server that shows `certificate` and then says nothing."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    with listening(lambda connection: context.wrap_socket(connection, server_side=True).recv(1)) as port:
        yield port


def levels(found):
    return {one.check: one.level for one in found}


def test_a_name_without_an_address_fails_and_all_that_needs_the_broker_is_skipped(clinic, patient):
    home = patient(bootstrap="broker.invalid:9093")
    found = found_by(clinic.asked(home))
    assert {"name unknown"} == symptoms(found)
    assert Level.SKIPPED is levels(found)[Check.HEARTBEAT]
    assert Exit.UNREACHABLE is exit_of(found)


def test_a_closed_port_fails(clinic, patient):
    with listening() as port:
        pass
    found = found_by(clinic.asked(patient(bootstrap=f"127.0.0.1:{port}")), Check.PORTS)
    assert {"port closed"} == symptoms(found)


def test_one_of_two_brokers_that_is_down_is_a_warning(clinic, patient):
    with listening() as port:
        pass
    home = patient(bootstrap=f"localhost:{port},{clinic.kafka.bootstrap}")
    found = found_by(clinic.asked(home), Check.LOGIN)
    assert {"port closed"} == symptoms(found, Level.WARN)
    assert Exit.WHOLE is exit_of(found)


def test_a_black_hole_ends_the_doctor_in_bounded_time(clinic, patient):
    with listening() as port:
        home = patient(bootstrap=f"127.0.0.1:{port}", security_protocol="PLAINTEXT", user="")
        found = found_by(clinic.asked(home, wait_s=0.5))
    assert {"no answer"} == symptoms(found)
    assert Level.SKIPPED is levels(found)[Check.RIGHTS]


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({"identities": ["elsewhere.example"]}, "certificate of another name"),
        ({"not_after": datetime.now(UTC) - timedelta(days=1)}, "certificate ended"),
        ({"not_after": datetime.now(UTC) + timedelta(days=5)}, "certificate ends soon"),
    ],
)
def test_a_certificate_with_a_fault_is_found_by_it(clinic, patient, terms, said):
    authority = trustme.CA()
    home = patient()
    authority.cert_pem.write_to_path(home / "ca.pem")
    certificate = authority.issue_cert(*terms.pop("identities", ["localhost"]), **terms)
    with showing(certificate) as port:
        asked = clinic.asked(home, bootstrap=f"localhost:{port}")
        settings = home / "settings.toml"
        settings.write_text(settings.read_text().replace(str(clinic.kafka.ca_file), "ca.pem"))
        assert {said} == symptoms(found_by(asked, Check.TLS))


def test_a_certificate_of_another_authority_is_not_trusted(clinic, patient):
    with showing(trustme.CA().issue_cert("localhost")) as port:
        found = found_by(clinic.asked(patient(bootstrap=f"localhost:{port}")), Check.TLS)
    assert {"certificate not trusted"} == symptoms(found)


def test_a_port_that_speaks_no_tls_is_said_to_be_such(clinic, patient):
    found = found_by(clinic.asked(patient(bootstrap=clinic.kafka.operator)), Check.TLS)
    assert {"no TLS there"} == symptoms(found)


def test_a_wrong_password_fails_and_is_never_shown(clinic, patient):
    home = patient()
    (home / "password").write_text("canary-password")
    found = found_by(clinic.asked(home), Check.LOGIN)
    assert {"login refused"} == symptoms(found)
    assert "canary" not in json.dumps([one.row() for one in found])


def test_a_login_without_rights_is_told_each_that_is_missing(clinic, patient):
    found = found_by(clinic.asked(patient(user="nobody")))
    assert "no directory" in symptoms(found)
    assert Exit.STALE is exit_of(found)


def test_one_right_that_is_missing_is_named_with_its_topic(clinic, patient):
    # The courier's login in a focal point's home: it may read what both may, and writes no stream.
    found = found_by(clinic.asked(patient(user=COURIER.id.hex())), Check.RIGHTS)
    missing = {one.where for one in found if one.symptom == "right missing"}
    assert stream_topic("ion") in missing
    assert DIRECTORY_TOPIC not in missing


def test_a_firm_that_can_read_what_governments_write_is_told(clinic, patient):
    user = "courier-too-much"
    more = AccessRule(f"User:{user}", "read", stream_topic("pics"))
    asyncio.run(clinic.allow_as(user, COURIER, more))
    found = found_by(clinic.asked(patient(COURIER, user=user)), Check.RIGHTS)
    assert {stream_topic("pics")} == {one.where for one in found if one.symptom == "right too much"}


def test_a_broker_without_logins_is_a_warning_and_all_else_passes(clinic, patient):
    home = patient(bootstrap=clinic.kafka.operator, security_protocol="PLAINTEXT", user="")
    found = found_by(clinic.asked(home))
    assert {"no logins", "too few copies"} == symptoms(found)
    assert Exit.WHOLE is exit_of(found)


async def _set(clinic, name, **settings):
    wish = TopicWish(name, 1, {key.replace("_", "."): value for key, value in settings.items()})
    await apply(clinic.kafka.operator, await plan(clinic.kafka.operator, [wish]))


def test_a_topic_that_keeps_records_too_short_fails_with_both_values(clinic):
    topic = "tocsin.checkpoints.v1"
    try:
        asyncio.run(_set(clinic, topic, retention_ms="1000"))
        found = found_by(clinic.asked(clinic.home("neighbour")), Check.TOPICS)
    finally:
        asyncio.run(_set(clinic, topic, retention_ms=str(90 * DAY_S * 1_000)))
    (one,) = [one for one in found if one.symptom == "topic differs"]
    assert topic == one.where
    assert "retention.ms: 1000 -> 7776000000" in one.what


def test_a_clock_that_is_ten_minutes_behind_fails(clinic):
    found = found_by(clinic.asked(clinic.home("neighbour"), clock=later(-600)), Check.CLOCK)
    assert {"clock behind"} == symptoms(found)


@pytest.mark.parametrize(
    ("ahead_s", "said", "level"),
    [
        (4 * HOUR_S, "directory late", Level.WARN),
        (25 * HOUR_S, "directory stale", Level.FAIL),
        (97 * HOUR_S, "directory too old", Level.FAIL),
    ],
)
def test_the_directory_s_age_is_judged_by_the_bounds_of_the_services(clinic, ahead_s, said, level):
    home = clinic.home("neighbour")
    found = found_by(clinic.asked(home, clock=later(ahead_s)), Check.DIRECTORY)
    assert {said} == symptoms(found, level)


def test_a_key_that_ends_in_five_days_is_a_warning_with_the_days(clinic):
    asked = clinic.asked(clinic.home("neighbour"), clock=later(294 * DAY_S))
    case_found = _judged_later(asked)
    assert {"key ends soon"} == symptoms(case_found)
    assert "record key ends in 5 days" in [one.what for one in case_found]


def _judged_later(asked):
    """The keys, by the directory as it is now and the clock of `asked`: nobody signed that far ahead."""
    from services.doctor.case import case_of
    from services.doctor.check_keys import check_keys
    from services.doctor.examining import examine

    async def run():
        case = case_of(replace(asked, clock=later(0)))
        async for _one in examine(case, [Check.KEYS], lambda _check: None):
            pass
        case.asked = asked
        return await check_keys(case)

    return asyncio.run(run())


def test_a_disk_that_is_nearly_full_fails(clinic):
    asked = clinic.asked(clinic.home("neighbour"), free_bytes=lambda _path: 50_000_000)
    found = found_by(asked, Check.DISK)
    assert {"disk nearly full"} == symptoms(found, Level.FAIL)


def test_a_key_file_that_others_may_read_fails_with_the_mode(clinic, patient):
    home = patient()
    (home / "keys" / "record.pem").chmod(0o644)
    found = found_by(clinic.asked(home), Check.FILES)
    assert {"open to others"} == symptoms(found)
    assert "mode 0644" in found[-1].what


def test_a_log_that_a_killed_service_left_is_a_warning(clinic, patient):
    home = patient()
    (home / "outbox").mkdir(mode=0o700)
    log = home / "outbox" / "outbox.db-wal"
    log.touch(mode=0o600)
    log.write_bytes(b"x")
    assert {"leftover log"} == symptoms(found_by(clinic.asked(home), Check.FILES))


def test_a_log_of_another_database_fails(clinic, patient):
    home = patient()
    (home / "inbox").mkdir(mode=0o700)
    for name, content in (("inbox.db", b"a" * 16), ("inbox.db-wal", b"x"), ("inbox.db-owner", b"b" * 16)):
        (home / "inbox" / name).touch(mode=0o600)
        (home / "inbox" / name).write_bytes(content)
    assert {"log of another database"} == symptoms(found_by(clinic.asked(home), Check.FILES))


def test_a_wrong_passphrase_fails_and_is_never_shown(clinic, patient):
    home = patient()
    (home / "passphrase").write_text("canary words")
    found = found_by(clinic.asked(home), Check.PASSPHRASE)
    assert {"keys do not open"} == symptoms(found)
    assert "canary" not in json.dumps([one.row() for one in found])


def test_a_web_port_that_another_program_has_fails(clinic, patient, monkeypatch):
    with listening() as port:
        monkeypatch.setenv("TOCSIN_CONSUMER_PORT", str(port))
        found = found_by(clinic.asked(patient()), Check.WEB)
    assert {"web port taken"} == symptoms(found)


def test_a_folder_that_is_no_home_fails_and_everything_is_skipped(clinic, tmp_path):
    found = found_by(clinic.asked(tmp_path))
    assert {"no home"} == symptoms(found)
    assert Exit.USAGE is exit_of(found)


def test_a_home_that_was_not_admitted_says_what_comes_next(clinic, patient):
    home = patient()
    (home / "participant.json").unlink()
    found = found_by(clinic.asked(home), Check.HOME)
    assert {"not admitted"} == symptoms(found)
    assert "tocsin keys request" in found[-1].do


def test_a_setting_that_nobody_knows_is_named(clinic, patient):
    home = patient()
    with (home / "settings.toml").open("a") as file:
        file.write("[consumer]\nportt = 1\n")
    found = found_by(clinic.asked(home), Check.HOME)
    assert {"settings are wrong"} == symptoms(found)
    assert "portt" in found[-1].what


def test_without_a_passphrase_the_keys_are_skipped_and_the_end_is_incomplete(clinic, monkeypatch, tmp_path):
    monkeypatch.setattr("tocsin.adapters.passphrase.TERMINAL", tmp_path / "no terminal")
    found = found_by(clinic.asked(clinic.home("neighbour"), passphrase_file=None))
    assert {Check.PASSPHRASE, Check.KEYS, Check.HEARTBEAT} == {
        one.check for one in found if one.level is Level.SKIPPED
    }
    assert Exit.INCOMPLETE is exit_of(found)


def test_topics_that_are_hidden_from_the_login_are_missing(clinic, patient):
    found = found_by(clinic.asked(patient(user=COURIER.id.hex())), Check.TOPICS)
    missing = {one.where for one in found if one.symptom == "topic missing"}
    assert {stream_topic("ion"), stream_topic("pics")} <= missing


def test_a_login_that_may_not_see_settings_is_told_and_judged_by_what_it_sees(clinic, patient):
    user = "sees-no-settings"
    rules = [
        AccessRule(f"User:{user}", "read", topic) for topic in (DIRECTORY_TOPIC, stream_topic("alerts"))
    ]
    asyncio.run(clinic.kafka.add_login(user, PASSWORD))
    asyncio.run(clinic.kafka.allow(rules))
    found = found_by(clinic.asked(patient(COURIER, user=user)), Check.TOPICS)
    assert "topic missing" in symptoms(found)
    assert ["tocsin authority acl apply"] == [
        command for one in found if one.level is Level.SKIPPED for command in one.what.split("`")[1::2]
    ]


def test_a_broker_that_names_an_address_out_of_reach_fails(clinic, monkeypatch):
    from services.doctor import check_network

    async def port_of(host, port, _timeout_s):
        return Port.SILENT if monkeypatch.login_began else Port.OPEN

    async def inspect(access):
        monkeypatch.login_began = True
        return await real(access)

    real, monkeypatch.login_began = check_network.inspect, False
    monkeypatch.setattr(check_network, "inspect", inspect)
    monkeypatch.setattr(check_network, "port_of", port_of)
    found = found_by(clinic.asked(clinic.home("neighbour")), Check.LOGIN)
    assert {"advertised broker out of reach"} == symptoms(found)
    assert clinic.kafka.bootstrap == found[-1].where


def test_a_participant_that_the_directory_does_not_name_is_told(clinic, patient):
    home = patient(Party("Stranger"), user=NEIGHBOUR.id.hex())
    found = found_by(clinic.asked(home), Check.ENTRY)
    assert {"not in the directory"} == symptoms(found)
    assert Exit.REFUSED is exit_of(found)


@pytest.mark.parametrize(
    ("step", "said"), [(1, "database too new"), (-1, "database to be renewed"), (0, None)]
)
def test_a_database_of_another_version_is_found_and_left_as_it_is(clinic, patient, step, said):
    home = patient()
    keys = KeyFolder.open(home / "keys", passphrase.existing(home / "passphrase"))
    (home / "inbox").mkdir(mode=0o700)
    inbox = open_inbox(home / "inbox", keys.storage_key())
    version = inbox.database.execute("PRAGMA user_version")[0][0] + step
    inbox.database.execute(f"PRAGMA user_version = {version}")
    inbox.close()
    found = found_by(clinic.asked(home), Check.PASSPHRASE)
    assert ({said} if said else set()) == symptoms(found)
    label = b"tocsin/1/inbox"
    assert version == Database.version_of(home / "inbox" / "inbox.db", keys.storage_key(), label)


def test_a_connection_in_clear_that_leaves_the_machine_is_a_warning(clinic):
    from services.doctor.case import case_of
    from services.doctor.check_network import check_tls

    case = case_of(clinic.asked(clinic.home("neighbour")))
    case.addresses = [("192.0.2.1", 9092)]
    found = asyncio.run(check_tls(case))
    assert {"connection in clear"} == symptoms(found, Level.WARN)


def test_a_library_that_computes_wrongly_keeps_the_keys_shut(clinic, monkeypatch):
    def wrong():
        raise KeyUnusableError("the cryptography library fails its self-test: wrong result")

    monkeypatch.setattr("services.doctor.check_home.self_test", wrong)
    found = found_by(clinic.asked(clinic.home("neighbour")))
    assert {"self-test failed"} == symptoms(found, Level.FAIL)
    assert Level.SKIPPED is levels(found)[Check.PASSPHRASE]


def test_a_fault_that_no_check_foresees_is_a_finding_and_ends_nothing(clinic, monkeypatch):
    def broken(_path):
        raise StorageError("the disk is gone")

    found = found_by(clinic.asked(clinic.home("neighbour"), free_bytes=broken), Check.DISK, Check.WEB)
    assert {"check not finished"} == symptoms(found)
    assert Level.PASS is levels(found)[Check.WEB]


def test_a_check_that_takes_too_long_is_ended(clinic, monkeypatch):
    from services.doctor import examining

    async def for_ever(_case):
        await asyncio.Event().wait()

    monkeypatch.setattr(examining, "CHECKS", {**examining.CHECKS, Check.DISK: for_ever})
    found = found_by(clinic.asked(clinic.home("neighbour"), wait_s=0.1), Check.DISK)
    assert "it did not end within 0.3 s" == found[-1].what
