"""Names of countries as data write them."""

import json
import unicodedata

import pytest

import schemas
from tocsin.adapters.country_names import MAX_NAME_CHARACTERS, country_name, find_countries
from tocsin.core import codes


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Congo", "CG"),
        ("Congo, Rep.", "CG"),
        ("D.R. Congo", "CD"),
        ("Congo, Dem. Rep.", "CD"),
        ("Congo, the Democratic Republic of the", "CD"),
        ("Korea, Republic of", "KR"),
        ("Korea DPR", "KP"),
        ("Korea, Democratic People's Republic of", "KP"),
        ("Bolivia, Plurinational State of", "BO"),
        ("Lao Peoples Democratic Republic", "LA"),
        ("Macedonia, the former Yugoslav Republic of", "MK"),
        ("Kosovo under UNSCR 1244", "XK"),
        ("XK", "XK"),
        ("XKX", "XK"),
        ("NA", "NA"),
        ("Swaziland", "SZ"),
        ("International waters", "XZ"),
        ("St. Lucia", "LC"),
        ("Trinidad & Tobago", "TT"),
        ("Allemagne", "DE"),
        ("Alemania", "DE"),
        ("مصر", "EG"),
        ("  germany ", "DE"),
        ("GERMANY", "DE"),
    ],
)
def test_a_name_means_one_country(name: str, code: str) -> None:
    assert (code,) == find_countries(name)


@pytest.mark.parametrize(
    "name",
    [
        "Côte d'Ivoire",
        "Côte d’Ivoire",
        "cote d'ivoire",
        "COTE DIVOIRE",
        unicodedata.normalize("NFD", "Côte d'Ivoire"),
        "Ivory Coast",
    ],
)
def test_case_accents_and_apostrophes_do_not_decide_on_cote_divoire(name: str) -> None:
    assert ("CI",) == find_countries(name)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Korea", ("KP", "KR")),
        ("Netherlands Antilles", ("BQ", "CW", "SX")),
        ("Serbia and Montenegro", ("ME", "RS")),
    ],
)
def test_an_ambiguous_name_means_all_of_them(name: str, found: tuple[str, ...]) -> None:
    assert found == find_countries(name)


@pytest.mark.parametrize(
    "name",
    ["", " ", "Unknown", "Other", "Multiple Countries", "N/A", "ZZ", "Unknown Region", "no", "de", "Kore"],
)
def test_what_is_no_country_means_none(name: str) -> None:
    assert () == find_countries(name)


def test_a_text_too_long_for_a_name_is_not_searched() -> None:
    assert () == find_countries(" Germany" + "." * MAX_NAME_CHARACTERS)


def test_every_name_that_unodc_writes_is_found_as_the_profile_has_it() -> None:
    names = json.loads(schemas.load("codes/unodc_ids.json"))["countries"]
    differing = {name for name, code in names.items() if (code,) != find_countries(name)}
    assert {"Multiple Countries", "Netherlands Antilles", "Other", "Unknown"} == differing


def test_every_country_is_found_by_its_own_name_in_each_language() -> None:
    wanted = codes.country_codes() - {"ZZ", "XZ"}
    names = {
        (code, country_name(code, language)) for code in wanted for language in ("en", "fr", "es", "ar")
    }
    # CLDR's English name of MF is also what the other half of the island is called.
    assert {("MF", ("MF", "SX"))} >= {
        (code, found) for code, name in names if (found := find_countries(name)) != (code,)
    }


@pytest.mark.parametrize(
    ("code", "language", "name"),
    [("DE", "en", "Germany"), ("DE", "fr", "Allemagne"), ("XZ", "en", "XZ")],
)
def test_a_code_has_a_name_or_is_shown_itself(code: str, language: str, name: str) -> None:
    assert name == country_name(code, language)
