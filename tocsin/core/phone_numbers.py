"""Law: where in a text a telephone number stands, and when two are the same; the only file that knows them.

It guarantees that a number in international form is found whatever its country, and one in national form
where the country is given; that dates and CAS numbers are not taken for numbers. What is to be done about
one is left to the caller. Source: ITU-T E.164, by way of Google's libphonenumber.
"""

from __future__ import annotations

import re
from collections.abc import Collection

import phonenumbers
from phonenumbers import Leniency, PhoneNumberMatcher

MIN_DIGITS = 7  # six in a row are a heading of the Harmonized System
MAX_COUNTRIES_TRIED = 250  # every one that has numbers
# What says in words that a number follows; then also one that no numbering plan has.
_SAID = re.compile(
    r"(?i)\b(?:tel|telephone|phone|mobile|cell|fax|whatsapp|signal|telegram|hotline|call|dial|ring)\b"
    r"[\s.:#]*(?:us|me|him|her|on|at|number|no)?[\s.:#]*(\+?\d[\d\s()./-]{3,}\d)"
)
_NO_NUMBER = re.compile(r"(?:19|20)\d{2}-(?:0[1-9]|1[0-2])(?:-\d{2})?|\d{2,7}-\d{2}-\d")


def phone_places(value: str, countries: Collection[str]) -> list[tuple[int, int]]:
    """(start, end) of each telephone number in `value`, in order and not overlapping.

    `countries`: ISO 3166-1 codes whose national numbers are looked for, at most 250.
    """
    found = {match.span(1) for match in _SAID.finditer(value)}
    for country in [None, *sorted(countries)[:MAX_COUNTRIES_TRIED]]:
        for match in PhoneNumberMatcher(value, country, Leniency.VALID):
            if _NO_NUMBER.fullmatch(match.raw_string) is None and _digits(match.raw_string) >= MIN_DIGITS:
                found.add((match.start, match.end))
    return _apart(sorted(found, key=lambda place: (place[0], -place[1])))


def phone_key(value: str, country: str | None) -> str | None:
    """E.164 of a number as it is dialled in `country` (ISO 3166-1 alpha-2), or written with a plus."""
    try:
        number = phonenumbers.parse(value, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _digits(value: str) -> int:
    return sum(character.isdigit() for character in value)


def _apart(places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for start, end in places:
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept
