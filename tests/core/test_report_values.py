"""The closed lists come from the contract."""

import pytest

from tocsin.core import codes
from tocsin.core.report_values import countries, places_of_countries, values


def test_a_list_is_the_one_of_the_contract() -> None:
    assert {"act", "do-not-act"} == values("report_actions")


def test_an_unknown_list_is_no_empty_list() -> None:
    with pytest.raises(KeyError):
        values("nothing")


def test_every_country_has_its_region_with_the_regions_index() -> None:
    assert countries() == set(places_of_countries())
    index, region = places_of_countries()["CO"]
    assert "south-america" == region == codes.regions()[index]
