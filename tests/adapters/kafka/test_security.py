import asyncio
from dataclasses import replace

import pytest

from tests.support.secure_kafka import secure_broker
from tocsin.adapters.kafka.publisher import Publisher
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.adapters.kafka.subscriber import Subscriber
from tocsin.adapters.kafka.topics import plan
from tocsin.core.broker_access import AccessRule
from tocsin.core.errors import BrokerRefusedError, LoginUnusableError, SettingsError

CANARY = "canary-password"


@pytest.fixture
def password_file(tmp_path):
    path = tmp_path / "password"
    path.touch(mode=0o600)
    path.write_text(CANARY + "\n")
    return path


def sasl(password_file):
    return KafkaAccess("h:1", "SASL_PLAINTEXT", "gov", password_file)


def test_the_password_is_read_when_needed_and_never_shown(password_file):
    access = sasl(password_file)

    assert CANARY == access.client_options()["sasl_plain_password"]
    assert CANARY not in repr(access)


def test_all_that_is_wrong_is_listed_at_once():
    access = KafkaAccess("nohost,h:99999,good:1", security_protocol="SASL_TLS")

    assert 4 == len(access.problems())
    with pytest.raises(SettingsError, match=r"'nohost' is not host:port.*'h:99999'.*SASL_TLS.*user"):
        access.client_options()


@pytest.mark.parametrize("content", [b"", b"\n", b"x" * 2000, b"\xff\xfe"])
def test_an_unusable_password_file_is_named_without_its_content(password_file, content):
    password_file.write_bytes(content)
    with pytest.raises(LoginUnusableError, match=f"password file {password_file}"):
        sasl(password_file).client_options()


def test_a_password_file_that_others_may_read_is_refused(password_file):
    password_file.chmod(0o640)
    with pytest.raises(LoginUnusableError, match="others may use it: chmod 0600"):
        sasl(password_file).client_options()


def test_a_missing_password_or_ca_file_is_named(tmp_path):
    with pytest.raises(LoginUnusableError, match=r"password file .*nowhere"):
        sasl(tmp_path / "nowhere").client_options()
    with pytest.raises(LoginUnusableError, match=r"CA file .*nowhere"):
        KafkaAccess("h:1", "SSL", ca_file=tmp_path / "nowhere").client_options()


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    with secure_broker(tmp_path_factory.mktemp("secured")) as broker:
        asyncio.run(broker.add_login("gov", CANARY))
        topic = AccessRule("User:gov", "write", "some.topic")
        asyncio.run(broker.allow([topic]))
        yield broker


@pytest.fixture
def access(broker, password_file):
    """The way in of `gov`."""
    return KafkaAccess(broker.bootstrap, "SASL_SSL", "gov", password_file, broker.ca_file)


@pytest.mark.kafka
async def test_the_right_password_opens(access):
    async with Publisher(access) as publisher:
        assert [] == await publisher.publish([])


@pytest.mark.kafka
async def test_a_wrong_password_is_said_and_never_shown(access, password_file, caplog):
    password_file.write_text(CANARY + "-wrong")
    for attempt in (Publisher(access).start, Subscriber(access, {}).start, lambda: plan(access, [])):
        with pytest.raises(BrokerRefusedError, match="password is wrong") as refused:
            await attempt()
        assert CANARY not in str(refused.value)

    assert CANARY not in caplog.text


@pytest.mark.kafka
async def test_a_mechanism_that_is_not_offered_is_said(access):
    with pytest.raises(BrokerRefusedError, match="does not offer that SASL mechanism"):
        await Publisher(replace(access, sasl_mechanism="PLAIN")).start()
