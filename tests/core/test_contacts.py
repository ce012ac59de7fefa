"""Equal telephone numbers, addresses and houses share a key; what cannot be told has none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.core.contacts import (
    MAX_CONTACT_CHARACTERS,
    email_key,
    house_key,
    last_digits,
)
from tocsin.core.phone_numbers import phone_key


@pytest.mark.parametrize(
    "value", ["+61 2 9374 4000", "(02) 9374-4000", "02 93 74 40 00", "0011 61 2 9374 4000"]
)
def test_a_number_is_the_same_however_it_is_dialled(value: str) -> None:
    assert "+61293744000" == phone_key(value, "AU")


@pytest.mark.parametrize("value", ["", "x", "9374 4000", "+61 1", "+1 234", "1" * 400])
def test_a_number_that_cannot_be_placed_has_no_key(value: str) -> None:
    assert phone_key(value, None) is None


def test_a_number_needs_its_country_or_a_plus() -> None:
    assert phone_key("(02) 9374 4000", None) is None
    assert "+61293744000" == phone_key("+61293744000", None)


@given(st.sampled_from(["+61 2 9374 4000", "02 9374 4000", "(02) ９３７４ ４０００"]))
def test_equal_numbers_share_their_last_digits(value: str) -> None:
    assert last_digits("+61293744000") == last_digits(value)


@pytest.mark.parametrize("value", ["a@bücher.example", "a@BÜCHER.example", " a@xn--bcher-kva.EXAMPLE "])
def test_a_domain_is_compared_as_the_dns_has_it(value: str) -> None:
    assert "a@xn--bcher-kva.example" == email_key(value)


def test_the_part_before_the_at_is_kept() -> None:
    assert email_key("A@b.example") != email_key("a@b.example")


@pytest.mark.parametrize(
    "value", ["", "a", "@b.example", "a@", "a@b..c", "a@" + "b" * MAX_CONTACT_CHARACTERS]
)
def test_what_is_no_address_has_no_key(value: str) -> None:
    assert email_key(value) is None


def test_postcode_and_house_count_only_together() -> None:
    assert "GB/SW1A2AA/10" == house_key("gb", "sw1a 2aa", "10")
    assert [None, None, None] == [
        house_key("GB", "SW1A 2AA", ""),
        house_key("GB", "", "10"),
        house_key("", "1", "1"),
    ]


@given(st.text(max_size=60), st.text(max_size=2))
def test_no_text_makes_them_fail(value: str, country: str) -> None:
    phone_key(value, country)
    email_key(value)
    house_key(country, value, value)
    last_digits(value)
