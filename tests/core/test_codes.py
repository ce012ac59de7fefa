"""The codes of the contract, as code asks for them."""

from decimal import Decimal

import pytest

from tocsin.core import codes


def test_the_order_of_regions_is_the_wire_formats() -> None:
    wanted = (
        *("east-africa", "north-africa", "southern-africa", "west-and-central-africa", "caribbean"),
        *("central-america", "north-america", "south-america", "central-asia-and-transcaucasia"),
        *("east-and-south-east-asia", "near-and-middle-east-south-west-asia", "south-asia"),
        *("eastern-europe", "south-eastern-europe", "western-and-central-europe", "oceania", "global"),
    )
    assert wanted == codes.regions()


@pytest.mark.parametrize(
    ("country", "region"),
    [
        ("CO", "south-america"),
        ("CD", "west-and-central-africa"),
        ("IR", "near-and-middle-east-south-west-asia"),
        ("XK", "south-eastern-europe"),
        ("ZZ", "global"),
        ("XZ", "global"),
    ],
)
def test_a_country_is_in_one_region(country: str, region: str) -> None:
    assert region == codes.region_of(country)


@pytest.mark.parametrize("code", ["", "co", "COL", "QQ", "Unknown", "Other"])
def test_what_is_no_code_is_in_no_region(code: str) -> None:
    with pytest.raises(KeyError):
        codes.region_of(code)


def test_every_code_has_a_region_that_is_one() -> None:
    assert set(codes.regions()) == {codes.region_of(code) for code in codes.country_codes()}


def test_namibia_is_a_country_and_no_missing_value() -> None:
    assert "NA" in codes.country_codes()


def test_a_name_that_fits_several_countries_of_today_names_them_all() -> None:
    aliases = codes.country_aliases()
    assert (("BQ", "CW", "SX"), ("ME", "RS")) == (
        aliases["Netherlands Antilles"],
        aliases["Serbia and Montenegro"],
    )


def test_the_two_congos_and_the_two_koreas_are_never_confused() -> None:
    aliases = codes.country_aliases()
    names = ("Congo, Rep.", "Congo, Dem. Rep.", "D.R. Congo", "Korea, Rep.", "Korea DPR")
    assert ["CG", "CD", "CD", "KR", "KP"] == [code for name in names for code in aliases[name]]


@pytest.mark.parametrize("name", ["Unknown", "Other", ""])
def test_unknown_is_no_alias_of_a_country(name: str) -> None:
    assert name not in codes.country_aliases()


def test_a_kind_belongs_to_a_family() -> None:
    assert ("seizure", "shipment", "laboratory") == tuple(
        codes.kinds()[kind] for kind in ("seizure", "stopped-shipment", "dump-site")
    )


@pytest.mark.parametrize(
    ("code", "dimension", "factor"),
    [
        ("KGM", "mass", "1"),
        ("GRM", "mass", "0.001"),
        ("LBR", "mass", "0.45359237"),
        ("MLT", "volume", "0.001"),
        ("H87", "count", "1"),
        ("DZN", "count", "12"),
        ("MTK", "area", "1"),
    ],
)
def test_a_unit_has_its_exact_size(code: str, dimension: str, factor: str) -> None:
    unit = codes.units()[code]
    assert (code, dimension, Decimal(factor)) == (unit.code, unit.dimension, Decimal(unit.factor))


def test_a_mode_of_transport_is_one_digit() -> None:
    assert set(codes.labels("transport_modes")) <= set("0123456789")
    assert set("1234") < set(codes.labels("transport_modes"))


def test_a_role_has_its_side() -> None:
    assert ("government", "firm") == (codes.roles()["focal-point"], codes.roles()["postal"])


def test_firms_have_sectors() -> None:
    assert "courier" in codes.sectors()


def test_markings_are_those_of_tlp_2_and_pap() -> None:
    assert {"RED", "AMBER+STRICT", "AMBER", "GREEN", "CLEAR"} == codes.tlp_markings()
    assert {"RED", "AMBER", "GREEN", "CLEAR"} == codes.pap_markings()


def test_labels_come_in_four_languages_and_the_lists_order() -> None:
    labels = codes.labels("regions")
    assert codes.regions() == tuple(labels)
    assert ("East Africa", "Afrique de l’Est") == (
        labels["east-africa"]["en"],
        labels["east-africa"]["fr"],
    )


def test_labels_of_one_of_two_lists_in_a_file() -> None:
    assert codes.tlp_markings() == set(codes.labels("markings", "tlp"))


@pytest.mark.parametrize("name", codes.LABELLED)
def test_no_two_codes_of_a_list_share_a_label(name: str) -> None:
    for language in ("en", "fr", "es", "ar"):
        labels = [one[language].casefold() for one in codes.labels(*codes.LABELLED[name]).values()]
        assert len(set(labels)) == len(labels)


def test_a_new_psychoactive_substance_has_a_group_by_effect_and_one_by_chemistry() -> None:
    ketamine, acetone = codes.substances()["ketamine"], codes.substances()["acetone"]
    assert ("dissociatives", "phencyclidine-type") == (ketamine.effect, ketamine.chemistry)
    assert (None, None) == (acetone.effect, acetone.chemistry)


def test_a_list_that_is_not_there_has_no_labels() -> None:
    with pytest.raises(FileNotFoundError):
        codes.labels("planets")
    with pytest.raises(KeyError):
        codes.labels("markings", "planets")


@pytest.mark.parametrize(
    "table", [codes.country_aliases(), codes.kinds(), codes.units(), codes.roles(), codes.labels("kinds")]
)
def test_nobody_can_change_what_was_handed_out(table) -> None:
    with pytest.raises(TypeError):
        table["new"] = "x"


def test_no_substance_has_a_name_so_short_that_it_stands_in_any_text() -> None:
    for one in codes.substances().values():
        names = [*one.labels.values(), *one.names, *(name for form in one.forms for name in form.names)]
        assert not [name for name in names if len(name) < 3], one
