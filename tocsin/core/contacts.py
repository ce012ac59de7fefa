"""Law: when two e-mail addresses or houses are the same, and two numbers to their last digits.

Each function gives a key that equal things share, or None for what cannot be told: a number without its
country, a postcode without its house. Nothing here guesses, and no text whatsoever makes it fail.
Telephone numbers are `phone_numbers`; the only file that knows idna. Source: report and alert, "Screening".
"""

from __future__ import annotations

import unicodedata

import idna

from tocsin.core.identifiers import tidied

MAX_CONTACT_CHARACTERS = 320
LAST_DIGITS = 6


def last_digits(value: str) -> str:
    """What equal numbers share without knowing a country: the last digits, however written."""
    return "".join(str(unicodedata.decimal(char)) for char in value if char.isdecimal())[-LAST_DIGITS:]


def email_key(value: str) -> str | None:
    """The address with its domain in the form that the DNS has; the part before the @ as written."""
    local, at, domain = unicodedata.normalize("NFC", value.strip()).rpartition("@")
    if not (local and at and domain) or len(value) > MAX_CONTACT_CHARACTERS:
        return None
    try:
        return f"{local}@{idna.encode(domain, uts46=True).decode().lower()}"
    except (idna.IDNAError, UnicodeError):
        return None


def house_key(country: str, postcode: str, house_no: str) -> str | None:
    """Postcode and house number of a country; only together do they say where something goes."""
    parts = [tidied(one) for one in (country, postcode, house_no)]
    return "/".join(parts) if all(parts) else None
