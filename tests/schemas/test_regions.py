"""Regions and countries against sources that are not ours."""

import csv
import gzip
import json

import pycountry
import pytest

import schemas
from tests.support.seizures import seizures_path
from tocsin.core import codes

LANGUAGES = {"en", "fr", "es", "ar"}
LISTS = [("regions", None), ("kinds", None), ("units", None), ("roles", None), ("sectors", None)]
LISTS += [("transport_modes", None), ("markings", "tlp"), ("markings", "pap")]
# UNODC's own words for its sub-regions in the seizures, which are not those of its later reports.
SUBREGIONS = {
    "Caribbean": "caribbean",
    "Central America": "central-america",
    "Central Asia and Transcaucasian countries": "central-asia-and-transcaucasia",
    "East Africa": "east-africa",
    "East and South-East Asia": "east-and-south-east-asia",
    "East Europe": "eastern-europe",
    "Near and Middle East /South-West Asia": "near-and-middle-east-south-west-asia",
    "North Africa": "north-africa",
    "North America": "north-america",
    "Oceania": "oceania",
    "South America": "south-america",
    "South Asia": "south-asia",
    "Southeast Europe": "south-eastern-europe",
    "Southern Africa": "southern-africa",
    "West & Central Europe": "western-and-central-europe",
    "West and Central Africa": "west-and-central-africa",
}


def test_there_are_17_regions_and_global_is_the_last() -> None:
    assert (17, "global") == (len(codes.regions()), codes.regions()[-1])


def test_every_country_of_iso_3166_1_has_a_region_and_nothing_else_but_three_codes() -> None:
    iso = {country.alpha_2 for country in pycountry.countries}
    assert iso | {"ZZ", "XZ", "XK"} == codes.country_codes()


def test_only_what_has_no_country_is_global() -> None:
    """Antarctica is nobody's."""
    assert {"AQ", "XZ", "ZZ"} == {
        code for code in codes.country_codes() if codes.region_of(code) == "global"
    }


def test_unodcs_own_table_agrees_for_each_of_its_countries() -> None:
    known = json.loads(schemas.load("codes/unodc_ids.json"))["countries"]
    with gzip.open(seizures_path(), "rt", encoding="utf-8-sig", newline="") as file:
        pairs = {(row["COUNTRY"], row["SUBREGION"]) for row in csv.DictReader(file)}
    differing = {
        (country, subregion)
        for country, subregion in pairs
        if codes.region_of(known[country]) != SUBREGIONS[subregion]
    }
    assert (95, set()) == (len(pairs), differing)


def test_every_alias_means_countries_that_there_are() -> None:
    for name, found in codes.country_aliases().items():
        assert found, name
        assert set(found) <= codes.country_codes(), name


@pytest.mark.parametrize(("name", "key"), LISTS)
def test_every_code_has_a_label_in_four_languages(name: str, key: str | None) -> None:
    for code, label in codes.labels(name, key).items():
        assert LANGUAGES == set(label), code
        assert all(text.strip() for text in label.values()), code


def test_released_files_are_part_of_the_package() -> None:
    released = schemas.load("released/reports/incident_report/1.0.avsc")
    assert "IncidentReport" == json.loads(released)["name"]


@pytest.mark.parametrize("name", ["wire/nothing.avsc", "codes/planets.json"])
def test_a_file_that_is_not_there_is_said_so(name: str) -> None:
    with pytest.raises(FileNotFoundError):
        schemas.load(name)
