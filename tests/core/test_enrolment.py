"""An application holds together under its own signature, and has one fingerprint."""

import json
import re
from base64 import b64encode

import pytest

from tests.support.parties import Party
from tocsin.core import canonical_json, enrolment
from tocsin.core.enrolment import Welcome
from tocsin.core.errors import MalformedError, UntrustedError

PARTY = Party("National Unit")
OTHER = Party("Another Unit")


def request(**changes) -> bytes:
    data = enrolment.write_request(PARTY.name, PARTY.country, PARTY.keys, PARTY.statement)
    return canonical_json.dump(json.loads(data) | changes)


def test_a_request_comes_back_whole() -> None:
    read = enrolment.read_request(request())
    assert (PARTY.name, PARTY.country, PARTY.keys) == (read.name, read.country, read.keys)


def test_its_fingerprint_is_the_hash_of_what_was_signed_in_groups_of_four() -> None:
    first = enrolment.read_request(request()).fingerprint
    assert re.fullmatch(r"([0-9a-f]{4} ){15}[0-9a-f]{4}", first)
    # ML-DSA is randomised: another signature over the same request is the same request.
    assert first == enrolment.read_request(request()).fingerprint


@pytest.mark.parametrize(
    "changes", [{"name": "Somebody Else"}, {"country": "PE"}, {"self_signature": "AAAA"}]
)
def test_a_request_that_was_changed_is_refused(changes) -> None:
    with pytest.raises(UntrustedError):
        enrolment.read_request(request(**changes))


def test_a_request_signed_by_somebody_else_is_refused() -> None:
    data = enrolment.write_request(PARTY.name, PARTY.country, PARTY.keys, OTHER.statement)
    with pytest.raises(UntrustedError):
        enrolment.read_request(data)


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"tocsin_request":2}', b" " * 65_537])
def test_another_file_is_refused(data) -> None:
    with pytest.raises(MalformedError):
        enrolment.read_request(data)


def test_a_request_over_its_bound_is_refused_though_it_would_read() -> None:
    most = request() + b" " * (enrolment.MAX_REQUEST_BYTES - len(request()))
    assert PARTY.name == enrolment.read_request(most).name
    with pytest.raises(MalformedError, match="over 65536"):
        enrolment.read_request(most + b" ")


def test_a_request_of_another_format_is_refused() -> None:
    with pytest.raises(MalformedError, match="not a file"):
        enrolment.read_request(request(tocsin_request=2))


@pytest.mark.parametrize("name", ["", "x" * 201, "two\nlines", "\u202eevil", " space", "space ", None])
def test_a_name_is_one_printable_line(name) -> None:
    with pytest.raises(MalformedError, match="a name"):
        enrolment.check_name(name)


@pytest.mark.parametrize("country", ["", "co", "COL", "C1", "ÄÖ", None])
def test_a_country_is_two_capitals(country) -> None:
    with pytest.raises(MalformedError, match="two capital letters"):
        enrolment.check_country(country)


def test_a_signed_request_with_a_bad_name_is_refused() -> None:
    data = enrolment.write_request("two\nlines", "CO", PARTY.keys, PARTY.statement)
    with pytest.raises(MalformedError, match="a name"):
        enrolment.read_request(data)


def test_a_signed_request_with_a_bad_country_is_refused() -> None:
    data = enrolment.write_request("Unit", "Colombia", PARTY.keys, PARTY.statement)
    with pytest.raises(MalformedError, match="two capital letters"):
        enrolment.read_request(data)


@pytest.mark.parametrize("name", ["Colombia", None])
def test_a_welcome_comes_back_whole(name) -> None:
    welcome = Welcome(PARTY.id, b'{"signed": {}}', name)
    assert welcome == enrolment.read_welcome(enrolment.write_welcome(welcome))


@pytest.mark.parametrize(
    "record",
    [
        {"participant_id": PARTY.id.hex(), "root": "bm90IGJhc2U2NA==!"},
        {"participant_id": "short", "root": b64encode(b"x").decode()},
        {"participant_id": PARTY.id.hex()},
        {"root": ""},
        {"participant_id": PARTY.id.hex(), "root": "", "name": "two\nlines"},
    ],
)
def test_a_damaged_welcome_is_refused(record) -> None:
    with pytest.raises(MalformedError):
        enrolment.read_welcome(canonical_json.dump({"tocsin_welcome": 1} | record))
