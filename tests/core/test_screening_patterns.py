"""Which parcels a selector hits, and which selectors never may."""

import re
from typing import Any

import pytest

from tests.support.screens import clue, parcel, selector, view
from tocsin.core.alert_selectors import SECTORS_OF_TEST
from tocsin.core.parcels import Content, Parcel
from tocsin.core.screening_patterns import (
    FIELDS,
    NOT_OF_PARCELS,
    ONLY_TABLE_II,
    TOO_FEW_CLUES,
    pattern,
    weakness,
)

FULL = Parcel(
    mail_class="ux",
    mode="4",
    origin_office="CNPEKA",
    destination_office="AUSYDA",
    gross_g="900",
    sender=parcel().sender,
    addressee=parcel().addressee,
    contents=[
        Content(description="Cotton shirt", hs="610910", net_g="100", value="5"),
        Content(description="Ceramic TILE-glue", hs="3506.10.00", net_g="700", value="40"),
    ],
)


def hits(
    one: Parcel, *tests: dict[str, Any], editions: frozenset[int] = frozenset(), **reading: Any
) -> bool:
    return pattern(1, 0, selector(*tests), editions).hits(view(one, **reading))


@pytest.mark.parametrize(
    "test",
    [
        clue("origin_country", "equals", "cn"),
        clue("origin_country", "prefix", "C"),
        clue("destination_country", "in", "NZ", "AU"),
        clue("origin_office", "prefix", "CNPE"),
        clue("destination_office", "equals", "AUSYDA"),
        clue("mail_class", "equals", "UX"),
        clue("mode", "equals", "4"),
        clue("gross_weight_g", "between", "900", "900"),
        clue("net_weight_g", "between", "500", "800"),
        clue("declared_value", "between", "30", "50.5"),
        clue("declared_text", "phrase", "tile glue"),
        clue("declared_text", "in", "powder", "ceramic tile"),
        clue("hs", "prefix", "3506"),
        clue("hs", "equals", "350610"),
        clue("hs", "in", "2933.37", "3506.10"),
    ],
)
def test_a_test_holds(test: dict[str, Any]) -> None:
    assert hits(FULL, test)


@pytest.mark.parametrize(
    "test",
    [
        clue("origin_country", "equals", "AU"),
        clue("origin_country", "prefix", "A"),
        clue("origin_office", "in", "CNPEK", "HKHKGA"),
        clue("gross_weight_g", "between", "900.5", "1000"),
        clue("net_weight_g", "between", "750", "850"),
        clue("declared_value", "between", "6", "39"),
        clue("declared_text", "phrase", "shirt ceramic"),
        clue("declared_text", "phrase", "tile glu"),
        clue("declared_text", "phrase", "…"),
        clue("hs", "equals", "3506"),
        clue("hs", "prefix", "2933"),
        clue("order_text", "phrase", "glue"),
    ],
)
def test_a_test_does_not_hold(test: dict[str, Any]) -> None:
    assert not hits(FULL, test)


def test_a_field_that_is_not_declared_holds_nothing() -> None:
    tests = [
        clue("mode", "equals", "4"),
        clue("gross_weight_g", "between", "0", "9"),
        clue("hs", "prefix", "3506"),
    ]
    assert [False] * 3 == [hits(Parcel(), one) for one in tests]


def test_all_tests_must_hold() -> None:
    assert not hits(FULL, clue("origin_country", "equals", "CN"), clue("hs", "prefix", "2933"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Acetic ANHYDRIDE", True),
        ("anhidrido-acético, 2 l", True),
        ("acetyl oxide", True),
        ("CAS 108-24-7", True),
        ("acetic acid", False),
    ],
)
def test_a_substance_is_found_by_its_names(text: str, expected: bool) -> None:
    test = clue("substance", "phrase", "acetic anhydride")
    assert expected is hits(parcel(content={"description": text}), test)


def test_a_substance_that_no_list_knows_is_looked_for_as_it_is_written() -> None:
    assert hits(parcel(content={"description": "new stuff-77"}), clue("substance", "phrase", "stuff 77"))


def test_a_code_without_digits_is_no_beginning_of_every_code() -> None:
    assert not hits(FULL, clue("hs", "prefix", "glue"))


def test_hs_codes_of_another_edition_are_not_compared() -> None:
    test, edition = clue("hs", "equals", "350610"), frozenset({2022})
    assert [True, False, True] == [
        hits(FULL, test, editions=edition, hs_edition=2022),
        hits(FULL, test, editions=edition, hs_edition=2017),
        hits(FULL, test, hs_edition=2017),
    ]


ROUTE = clue("origin_country", "equals", "CN")
HS, WORDS = clue("hs", "prefix", "3506"), clue("declared_text", "phrase", "tile glue")
WEIGHT = clue("gross_weight_g", "between", "1", "2")


@pytest.mark.parametrize(
    "tests",
    [
        [ROUTE],
        [HS],
        [WORDS],
        [WEIGHT],
        [ROUTE, clue("destination_country", "equals", "AU"), clue("mail_class", "equals", "UX")],
        [WORDS, clue("substance", "phrase", "fentanyl")],
    ],
)
def test_one_kind_of_clue_alone_never_hits(tests: list[dict[str, Any]]) -> None:
    assert TOO_FEW_CLUES == weakness(pattern(1, 0, selector(*tests), frozenset()))


@pytest.mark.parametrize("tests", [[ROUTE, HS], [ROUTE, WORDS], [HS, WORDS], [ROUTE, WEIGHT]])
def test_two_kinds_of_clue_may_hit(tests: list[dict[str, Any]]) -> None:
    assert weakness(pattern(1, 0, selector(*tests), frozenset())) is None


@pytest.mark.parametrize(
    "tests",
    [
        [ROUTE, clue("substance", "phrase", "toluene")],
        [ROUTE, clue("declared_text", "in", "acetone", "Ethyl ether")],
        [ROUTE, clue("hs", "equals", "2902.30")],
        [clue("hs", "equals", "290230"), clue("substance", "phrase", "toluene")],
    ],
)
def test_bare_table_ii_chemicals_never_hit(tests: list[dict[str, Any]]) -> None:
    assert ONLY_TABLE_II == weakness(pattern(1, 0, selector(*tests), frozenset()))


@pytest.mark.parametrize(
    "tests",
    [
        [ROUTE, WEIGHT, clue("substance", "phrase", "toluene")],
        [ROUTE, clue("substance", "in", "toluene", "fentanyl")],
        [ROUTE, clue("hs", "prefix", "2902")],
        [ROUTE, clue("hs", "in", "290230", "293339")],
    ],
)
def test_a_solvent_beside_other_clues_may_hit(tests: list[dict[str, Any]]) -> None:
    assert weakness(pattern(1, 0, selector(*tests), frozenset())) is None


def test_a_test_of_an_order_or_payment_is_none_of_a_parcel() -> None:
    tests = [ROUTE, WORDS, clue("payment_text", "phrase", "x")]
    assert NOT_OF_PARCELS == weakness(pattern(1, 0, selector(*tests), frozenset()))


def test_every_field_of_a_selector_is_a_parcels_or_said_to_be_none() -> None:
    others = {name for name in SECTORS_OF_TEST if re.match("order|listing|payment", name)}
    assert set(SECTORS_OF_TEST) == FIELDS | others
    assert set() == FIELDS & others


def test_a_pattern_tells_by_what_it_can_be_chosen() -> None:
    one = pattern(1, 0, selector(ROUTE, clue("destination_country", "prefix", "A"), WORDS), frozenset())
    assert (frozenset({"CN"}), None) == (one.allowed("origin_country"), one.allowed("destination_country"))
    assert frozenset({" tile glue "}) == one.phrases
    assert frozenset() == pattern(1, 0, selector(ROUTE, HS), frozenset()).phrases
