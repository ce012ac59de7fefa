"""Names of countries as people write them: pycountry's (ISO 3166-1), CLDR's through Babel, our aliases.

The only file that knows pycountry and Babel. Codes and regions are `core.codes`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

import pycountry
from babel import Locale

from tocsin.core import codes

LANGUAGES = ("en", "fr", "es", "ar")
MAX_NAME_CHARACTERS = 200
_NO_COUNTRY = frozenset({"ZZ", "XZ"})  # CLDR's "Unknown Region" would make unknown a country
_KINDS_OF_NAME = ("name", "official_name", "common_name", "alpha_2", "alpha_3")


def find_countries(name: str) -> tuple[str, ...]:
    """The codes that `name` may mean: none, one, or several where it is ambiguous, sorted.

    Case, accents, apostrophes and punctuation do not matter; nothing is guessed from a part of a name,
    so neither Congo nor Korea is taken for the other. Two and three letters are codes in capitals only.
    """
    name = name.strip()
    might_be_a_code = len(name) <= 3 and name.isascii()
    if len(name) > MAX_NAME_CHARACTERS or (might_be_a_code and not name.isupper()):
        return ()
    return _codes_by_name().get(_folded(name), ())


def country_name(code: str, language: str = "en") -> str:
    """What CLDR calls a country in a language (en, fr, es, ar), its code where CLDR has no name."""
    return str(Locale(language).territories.get(code, code))


@cache
def _codes_by_name() -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for name, code in _names():
        found.setdefault(_folded(name), set()).add(code)
    table = {name: tuple(sorted(several)) for name, several in found.items()}
    # What we say ourselves wins: it is there because the sources do not know, or know it otherwise.
    aliases = {_folded(name): tuple(sorted(several)) for name, several in codes.country_aliases().items()}
    return table | aliases


def _names() -> Iterator[tuple[str, str]]:
    for country in pycountry.countries:
        for kind in _KINDS_OF_NAME:
            if name := getattr(country, kind, None):
                yield name, country.alpha_2
    for code in codes.country_codes() - _NO_COUNTRY:
        yield code, code
        for language in LANGUAGES:
            yield country_name(code, language), code


def _folded(name: str) -> str:
    """`name` in small letters without accents and punctuation: Côte d’Ivoire is `cote divoire`."""
    plain = unicodedata.normalize("NFKD", name.replace("&", " and "))
    letters = "".join(char for char in plain if not unicodedata.combining(char)).casefold()
    words = re.sub(r"[^\w\s]", " ", re.sub(r"['’ʼ‘`´]", "", letters)).split()
    return " ".join("saint" if word == "st" else word for word in words)
