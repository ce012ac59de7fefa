"""Law: what is doubtful about an identifier, as one sentence; never whether a report is accepted.

`doubt` looks at what was typed for a type of identifier of goods, `account_doubt` at an account or wallet,
`cas_doubt` and `lei_doubt` at the numbers of a substance and of a firm. They guarantee that separators,
width and letter case do not matter (`tidied`), that no text whatsoever makes them fail, and that the
sentence never quotes the identifier. A number without a doubt may still belong to nothing: only form and
check digit are looked at. Keeping the text as typed is left to the report.
Sources: UPU S10; IATA Resolution 600a (air waybill); ISO 6346; IMO Resolution A.1117(30); GS1 General
Specifications (SSCC); CAS Registry; ISO 13616 (IBAN); ISO 17442 (LEI); Base58Check and bech32 (Bitcoin).
Check digits of ISO 6346, IMO, GS1, CAS, IBAN, LEI, cards and Bitcoin are python-stdnum's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from types import ModuleType

from stdnum import bitcoin, casrn, ean, iban, imo, iso6346, lei, luhn

from tocsin.core import codes

_SEPARATORS = re.compile(r"[\s./_\u2010-\u2015-]+")
_LATIN, _LOOKALIKE = re.compile("[A-Za-z]"), re.compile("[\u0370-\u03ff\u0400-\u052f]")  # Greek, Cyrillic
_SHORTENED = re.compile(r"[0-9][.,]?[0-9]*E\+?[0-9]{1,3}")
_S10 = re.compile(r"[A-Z]{2}([0-9]{8})([0-9])([A-Z]{2})")
_S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)
_AWB_SERIAL = slice(3, 10)
_ETHEREUM_CHARACTERS = 42

_DIGIT = "the check digit does not fit: a character is probably mistyped"
_MIXED = "mixes letters of two alphabets, of which some look alike: type it from the label"
_SPOILED = "looks like a number that a spreadsheet has shortened: digits are lost, type it from the label"


def doubt(kind: str | None, value: str) -> str | None:
    """What is doubtful about `value` as an identifier of this type (`identifier_types`); None if nothing.

    Types without a public rule (courier numbers, flights, plates) are never doubted for their form; without
    a type only what has the letters and digits of an S10 or a container is, for digits alone fit anything.
    """
    tidy = tidied(value)
    if _LATIN.search(value) and _LOOKALIKE.search(value):
        return _MIXED
    if is_shortened(value):
        return _SPOILED
    if kind is None:
        return _DIGIT if any(_RULES[one](tidy) == _DIGIT for one in _LETTERED) else None
    rule = _RULES.get(kind)
    return rule(tidy) if rule else None


def tidied(value: str) -> str:
    """`value` in capitals and plain width, without what people write between its characters."""
    if value.isascii() and value.isalnum():
        return value.upper()
    plain = unicodedata.normalize("NFKC", value)
    shown = "".join(char for char in plain if unicodedata.category(char) != "Cf")
    return _SEPARATORS.sub("", shown).upper()


def is_shortened(value: str) -> bool:
    """Whether a spreadsheet made a number of it and lost digits: `1.23E+11`."""
    # The separators of 1.23E+11 are part of its look.
    return _SHORTENED.fullmatch(value.strip().upper()) is not None


def is_s10_form(tidy: str) -> bool:
    """Whether a tidied text has the form of an S10; its check digit is not looked at."""
    return len(tidy) == 13 and _S10.fullmatch(tidy) is not None


def cas_doubt(value: str) -> str | None:
    """What is doubtful about a CAS Registry Number; None if nothing."""
    return None if value.isascii() and casrn.is_valid(value) else _DIGIT


def lei_doubt(value: str) -> str | None:
    """What is doubtful about a Legal Entity Identifier; None if nothing."""
    return _by_library(lei, value)


def account_doubt(kind: str | None, value: str) -> str | None:
    """What is doubtful about `value` as an account of this type (`account_types`); None if nothing.

    Of wallets only Bitcoin (not Taproot) and Ethereum are known by their look; others are never doubted.
    """
    tidy = _SEPARATORS.sub("", value)
    if is_shortened(value):
        return _SPOILED
    rule = _ACCOUNTS.get(kind or "")
    return rule(tidy) if rule else None


def detected(value: str) -> str | None:
    """The type whose form and check digit `value` fits (the forms exclude each other); None for none."""
    tidy = tidied(value)
    return next((kind for kind, rule in _RULES.items() if kind in _TELLING and rule(tidy) is None), None)


def _s10(tidy: str) -> str | None:
    found = _S10.fullmatch(tidy)
    if found is None:
        return "an S10 is 2 letters, 9 digits and the 2 letters of the issuing country"
    serial, check, country = found.groups()
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(serial, _S10_WEIGHTS, strict=True)) % 11
    if {10: 0, 11: 5}.get(rest, rest) != int(check):
        return _DIGIT
    if country not in codes.country_codes():
        return "its last two letters are no country of ISO 3166-1"
    return None


def _air_waybill(tidy: str) -> str | None:
    if re.fullmatch(r"[0-9]{11}", tidy) is None:
        return "an air waybill is 11 digits: 3 of the airline, 7, and a check digit"
    return None if int(tidy[_AWB_SERIAL]) % 7 == int(tidy[-1]) else _DIGIT


def _container(tidy: str) -> str | None:
    if re.fullmatch(r"[A-Z]{3}[UJZ][0-9]{7}", tidy) is None:
        return "a container number is 3 letters, U, J or Z, and 7 digits"
    return _by_library(iso6346, tidy)


def _ship(tidy: str) -> str | None:
    digits = tidy.removeprefix("IMO")
    if re.fullmatch(r"[0-9]{7}", digits) is None:
        return "an IMO ship number is 7 digits"
    return _by_library(imo, digits)


def _sscc(tidy: str) -> str | None:
    digits = tidy.removeprefix("(00)")
    if re.fullmatch(r"[0-9]{18}", digits) is None:
        return "an SSCC is 18 digits"
    return None if ean.calc_check_digit(digits[:-1]) == digits[-1] else _DIGIT


def _receptacle(tidy: str) -> str | None:
    if re.fullmatch(r"[A-Z0-9]{29}", tidy) is None:
        return "a receptacle identifier (S9) is 29 letters and digits"
    return None


def _iban(tidy: str) -> str | None:
    if re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{8,30}", tidy.upper()) is None:
        return "an IBAN is two letters, two digits and 8 to 30 letters and digits"
    return None if iban.is_valid(tidy.upper(), check_country=False) else _DIGIT


def _card(tidy: str) -> str | None:
    if re.fullmatch(r"[0-9]{12,19}", tidy) is None:
        return None  # often only the last four digits are known
    return _by_library(luhn, tidy)


def _wallet(tidy: str) -> str | None:
    if re.fullmatch(r"0[xX][0-9a-fA-F]+", tidy):
        return None if len(tidy) == _ETHEREUM_CHARACTERS else "an Ethereum address is 0x and 40 hex digits"
    if re.fullmatch(r"[13][1-9A-HJ-NP-Za-km-z]{25,34}|(?:bc1q|BC1Q)[0-9A-Za-z]{6,87}", tidy):
        return _by_library(bitcoin, tidy)
    return None


def _by_library(module: ModuleType, tidy: str) -> str | None:
    return None if module.is_valid(tidy) else _DIGIT


_RULES: dict[str, Callable[[str], str | None]] = {
    "s10": _s10,
    "awb": _air_waybill,
    "container": _container,
    "imo": _ship,
    "sscc": _sscc,
    "receptacle": _receptacle,
}
_ACCOUNTS: dict[str, Callable[[str], str | None]] = {"iban": _iban, "card": _card, "wallet": _wallet}
_LETTERED = ("s10", "container")
# 29 letters and digits tell nothing: a receptacle has no check digit.
_TELLING = frozenset(_RULES) - {"receptacle"}
