"""Signatures of webhooks, against a vector of the specification's own reference implementation."""

import base64

from tocsin.core.webhook_signing import event_id, headers, new_secret, secret_text

# Made with the reference implementation of Standard Webhooks, 1.1.0.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID, TIME_S, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, b'{"test": 2432232314}'
KEY = base64.b64decode(SECRET.removeprefix("whsec_"))
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_signature_is_that_of_the_reference_implementation():
    found = headers([KEY], ID, TIME_S, BODY)
    assert {
        "webhook-id": ID,
        "webhook-timestamp": "1614265330",
        "webhook-signature": SIGNATURE,
    } == dict(found)


def test_during_a_change_of_secrets_there_is_a_signature_under_each():
    found = headers([new_secret(), KEY], ID, TIME_S, BODY)["webhook-signature"]
    assert SIGNATURE == found.split(" ")[1]


def test_a_secret_is_written_as_receivers_know_it():
    assert SECRET == secret_text(KEY)
    assert 32 == len(new_secret())


def test_an_events_id_is_the_same_every_time_and_parts_cannot_run_together():
    assert event_id(b"a", b"bc") == event_id(b"a", b"bc")
    assert event_id(b"a", b"bc") != event_id(b"ab", b"c")
