"""Secrets and fingerprints in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.adapters.custodians import Rule, combine, split, spoken
from tocsin.core.enrolment import fingerprint
from tocsin.core.errors import SettingsError, UntrustedError

ZEROS, ONES = "0" * 64, "f" * 64


def test_words_of_a_fingerprint_are_the_first_130_bits() -> None:
    assert ("academic " * 13).strip() == spoken(ZEROS)
    assert ("zero " * 13).strip() == spoken(ONES)
    assert spoken(ZEROS) == spoken(ZEROS[:33] + ONES[33:])
    assert spoken(ZEROS) != spoken(ZEROS[:32] + ONES[32:])


@given(st.binary(max_size=8), st.binary(max_size=8))
def test_other_requests_have_other_words(one: bytes, other: bytes) -> None:
    assert (one == other) == (spoken(fingerprint(one)) == spoken(fingerprint(other)))


@given(st.binary(min_size=32, max_size=32))
def test_enough_shares_make_the_secret(secret: bytes) -> None:
    shares = split(secret, Rule(3, 2))
    assert secret == combine(shares[1:])


def test_a_share_is_33_words() -> None:
    assert [33, 33] == [len(one.split()) for one in split(bytes(32), Rule(2, 2))]


def test_one_share_is_too_few() -> None:
    with pytest.raises(UntrustedError):
        combine(split(bytes(32), Rule(2, 2))[:1])


def test_a_rule_that_one_person_meets_is_refused() -> None:
    with pytest.raises(SettingsError):
        split(bytes(32), Rule(2, 1))


def test_a_secret_of_another_size_is_a_bug() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        split(b"short", Rule(2, 2))
