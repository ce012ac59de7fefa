"""A secret, a file, a certificate change while services run: they say what is wrong, and heal alone."""

import asyncio
import shutil

import pytest

from services.consumer import keeping
from services.producer import running as running_module
from tests.support.clinic import PASSWORD, Clinic
from tests.support.loops import accept, all_sent, publishing, reading, times_held, until, writing
from tests.support.secure_kafka import secure_broker
from tests.support.world import NEIGHBOUR, ORIGINATOR
from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.runtime import pulse

pytestmark = [pytest.mark.kafka, pytest.mark.slow]
NEW_SECRET = "canary-another-secret"


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    return secure_broker(tmp_path_factory.mktemp("broker"))


@pytest.fixture(scope="module")
def clinic(broker, tmp_path_factory):
    with broker as kafka:
        yield Clinic(tmp_path_factory.mktemp("clinic"), kafka)


@pytest.fixture
def writer(clinic, tmp_path):
    with writing(tmp_path, clinic.living.directory) as writer:
        yield writer


@pytest.fixture
def impatient(monkeypatch):
    """The same bounds, in seconds instead of minutes."""
    monkeypatch.setattr(running_module, "LONGEST_PAUSE_S", 0.5)
    monkeypatch.setattr(pulse, "LOOK_EVERY_S", 1.0)
    monkeypatch.setattr(pulse, "RENEW_AFTER_S", 10.0)
    for name, seconds in (("LONGEST_PAUSE_S", 0.5), ("SILENCE_S", 1), ("ASK_ANEW_S", 3)):
        monkeypatch.setattr(keeping, name, seconds)


def access_of(clinic, name):
    return ParticipantHome(clinic.home(name)).access(None)


def said_by(running):
    return "; ".join([*running._producing.troubles.values(), running.pulse.waits_for or ""])


async def test_a_password_file_that_others_may_read_stops_no_service_and_is_said(clinic, writer, impatient):
    password = clinic.home("originator") / "password"
    password.chmod(0o644)
    async with publishing(access_of(clinic, "originator"), writer) as running:
        accept(writer, running, "OPEN-1")
        await until(lambda: f"chmod 0600 {password}" in said_by(running))
        password.chmod(0o600)
        await until(all_sent(writer))


async def test_another_certificate_and_another_secret_are_said_and_taken_up_without_a_restart(
    broker, clinic, writer, impatient, caplog
):
    async with publishing(access_of(clinic, "originator"), writer) as running:
        accept(writer, running, "CHANGE-1")
        await until(all_sent(writer))
        await clinic.kafka.add_login(ORIGINATOR.id.hex(), NEW_SECRET)
        other = await asyncio.to_thread(broker.change_authority)
        accept(writer, running, "CHANGE-2")
        await until(lambda: "not signed by an authority of ca_file" in said_by(running))
        shutil.copy(other, clinic.kafka.ca_file)
        await until(lambda: "or the login was removed" in said_by(running))
        said = said_by(running)
        (clinic.home("originator") / "password").write_text(NEW_SECRET + "\n")
        await until(all_sent(writer))
    for secret in (PASSWORD, NEW_SECRET):
        assert secret not in said + caplog.text


async def test_a_reader_says_so_of_both_and_of_an_open_file_and_takes_them_up_without_a_restart(
    broker, clinic, writer, impatient, caplog
):
    home, operator = clinic.home("neighbour"), KafkaAccess(clinic.kafka.operator)
    async with (
        publishing(operator, writer) as running,
        reading(access_of(clinic, "neighbour"), home) as (inbox, health),
    ):
        before = accept(writer, running, "READ-1")
        await until(lambda: [1] == times_held(inbox, before))
        await clinic.kafka.add_login(NEIGHBOUR.id.hex(), NEW_SECRET)
        other = await asyncio.to_thread(broker.change_authority)
        await until(lambda: "not signed by an authority of ca_file" in (health.broker or ""))
        shutil.copy(other, clinic.kafka.ca_file)
        await until(lambda: "or the login was removed" in (health.broker or ""))
        said = health.broker or ""
        (home / "password").write_text(NEW_SECRET + "\n")
        (home / "password").chmod(0o644)
        await until(lambda: f"chmod 0600 {home / 'password'}" in (health.broker or ""))
        (home / "password").chmod(0o600)
        after = accept(writer, running, "READ-2")
        await until(lambda: [1, 1] == times_held(inbox, [*before, *after]))
        await until(lambda: health.reads)
    for secret in (PASSWORD, NEW_SECRET):
        assert secret not in said + caplog.text
