"""Logins and ACLs at a real broker, one without an authorizer; with one: tests/end_to_end."""

import ssl

import pytest

from tocsin.adapters.kafka.acls import read_acls
from tocsin.adapters.kafka.logins import remove_logins, set_login
from tocsin.adapters.kafka.tls_errors import tls_advice
from tocsin.core.errors import BrokerRefusedError


@pytest.mark.kafka
async def test_a_broker_without_an_authorizer_is_said(kafka_bootstrap) -> None:
    with pytest.raises(
        BrokerRefusedError, match=r"no authorizer: everybody may do everything.*server.prop"
    ):
        await read_acls(kafka_bootstrap)


@pytest.mark.kafka
async def test_a_login_is_made_given_another_secret_and_removed_once(kafka_bootstrap, topic_name) -> None:
    for secret in ("one", "another"):
        await set_login(kafka_bootstrap, topic_name, secret)
    await remove_logins(kafka_bootstrap, [topic_name])
    with pytest.raises(BrokerRefusedError, match=f"changing login {topic_name}"):
        await remove_logins(kafka_bootstrap, [topic_name])


def certificate_error(code: int) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code, error.verify_message = code, "as OpenSSL says"
    return error


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (9, "not valid yet: check this machine's clock"),
        (10, "has expired"),
        (62, "for another host (as OpenSSL says)"),
        (64, "for another host"),
        (20, "not signed by an authority of ca_file"),
        (23, "cannot be trusted (as OpenSSL says)"),
    ],
)
def test_each_fault_of_a_certificate_has_its_words(code, words) -> None:
    said = tls_advice(certificate_error(code))
    assert said is not None
    assert words in said


def test_a_port_that_speaks_no_tls_has_its_words_and_other_faults_none() -> None:
    wrong = tls_advice(ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number"))
    assert (True, None) == ("is it the port for TLS" in str(wrong), tls_advice(OSError("refused")))
