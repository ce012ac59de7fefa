"""Telephone numbers in a text, by country, and what is none."""

import pytest

from tocsin.core.phone_numbers import phone_places


def found(value: str, *countries: str) -> list[str]:
    return [value[start:end] for start, end in phone_places(value, countries)]


@pytest.mark.parametrize(
    ("value", "countries", "wanted"),
    [
        ("ask +352 691 123 456 first", (), ["+352 691 123 456"]),
        ("ask 2247 8000 first", ("DK",), ["2247 8000"]),
        ("call 691 123 or 44", (), ["691 123"]),
        ("tel.: 12-34-5", (), ["12-34-5"]),
        ("WhatsApp on +49 171 2345678 and call 2247 8000", ("DK",), ["+49 171 2345678", "2247 8000"]),
    ],
)
def test_a_number_is_found_in_full(value: str, countries: tuple[str, ...], wanted: list[str]) -> None:
    assert wanted == found(value, *countries)


@pytest.mark.parametrize(
    "value",
    [
        "since 2026-11-25",
        "in 2026-11",
        "HS 293336, UN 1090",
        "CAS 14188-81-9",
        "15000 to 40000 g",
        "1,500 boxes",
    ],
)
def test_dates_codes_and_amounts_are_none(value: str) -> None:
    assert [] == found(value, "LU", "DK", "CO", "NL", "DE")


def test_a_short_national_number_is_left_to_the_words_before_it() -> None:
    assert [] == found("from 691123 on", "LU")
    assert ["691123"] == found("from phone 691123 on", "LU")


def test_a_national_number_is_not_looked_for_where_no_country_is_given() -> None:
    assert [] == found("ask 2247 8000 first")


def test_of_numbers_that_overlap_the_longest_is_said() -> None:
    assert ["0171 2345678"] == found("ask 0171 2345678", "DE", "LU")
