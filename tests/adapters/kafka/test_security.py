import pytest

from services.workshop import ports
from services.workshop.local_kafka import LocalKafka
from services.workshop.node import Tuning
from tocsin.adapters.kafka.publisher import Publisher
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.adapters.kafka.subscriber import Subscriber
from tocsin.adapters.kafka.topics import plan
from tocsin.core.errors import BrokerRefusedError, SettingsError

CANARY = "canary-password"


@pytest.fixture
def password_file(tmp_path):
    path = tmp_path / "password"
    path.touch(mode=0o600)
    path.write_text(CANARY + "\n")
    return path


def sasl(password_file, bootstrap="h:1", **others):
    return KafkaAccess(
        bootstrap, security_protocol="SASL_PLAINTEXT", user="gov", password_file=password_file,
        **others,
    )  # fmt: skip


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
    with pytest.raises(SettingsError, match=f"password file {password_file}"):
        sasl(password_file).client_options()


def test_a_password_file_that_others_may_read_is_refused(password_file):
    password_file.chmod(0o640)
    with pytest.raises(SettingsError, match="others may use it: chmod 0600"):
        sasl(password_file).client_options()


def test_a_missing_password_or_ca_file_is_named(tmp_path):
    with pytest.raises(SettingsError, match=r"password file .*nowhere"):
        sasl(tmp_path / "nowhere").client_options()
    with pytest.raises(SettingsError, match=r"CA file .*nowhere"):
        KafkaAccess("h:1", "SSL", ca_file=tmp_path / "nowhere").client_options()


@pytest.fixture(scope="module")
def secured(tmp_path_factory):
    """The address of a listener that asks for user and password."""
    base = ports.find_free(1)
    login = "org.apache.kafka.common.security.plain.PlainLoginModule"
    settings = {
        "listeners": f"PLAINTEXT://127.0.0.1:{base},CONTROLLER://127.0.0.1:{base + 10},"
        f"SECURED://127.0.0.1:{base + 5}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{base},SECURED://127.0.0.1:{base + 5}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURED:SASL_PLAINTEXT",
        "listener.name.secured.sasl.enabled.mechanisms": "PLAIN",
        "listener.name.secured.plain.sasl.jaas.config": f'{login} required user_gov="{CANARY}";',
    }
    folder = tmp_path_factory.mktemp("secured")
    with LocalKafka(folder, port=base, tuning=Tuning(settings=settings), say=lambda _: None):
        yield f"127.0.0.1:{base + 5}"


@pytest.mark.kafka
async def test_the_right_password_opens(secured, password_file):
    async with Publisher(sasl(password_file, secured, sasl_mechanism="PLAIN")) as publisher:
        assert [] == await publisher.publish([])


@pytest.mark.kafka
async def test_a_wrong_password_is_said_and_never_shown(secured, password_file, caplog):
    password_file.write_text(CANARY + "-wrong")
    access = sasl(password_file, secured, sasl_mechanism="PLAIN")
    for attempt in (Publisher(access).start, Subscriber(access, {}).start, lambda: plan(access, [])):
        with pytest.raises(BrokerRefusedError, match="password is wrong") as refused:
            await attempt()
        assert CANARY not in str(refused.value)

    assert CANARY not in caplog.text


@pytest.mark.kafka
async def test_a_mechanism_that_is_not_offered_is_said(secured, password_file):
    with pytest.raises(BrokerRefusedError, match="does not offer that SASL mechanism"):
        await Publisher(sasl(password_file, secured)).start()
