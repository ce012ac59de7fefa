"""One row of UNODC's seizures becomes one report, with the words of the source beside our codes."""

import json
from typing import Any

import pytest

import schemas
from tests.support.reports import NOW_S, problems_of
from tocsin.core import codes
from tocsin.core.report import check_incident
from tocsin.core.report_values import countries, values
from tocsin.core.unodc_ids import COLUMNS, column_of, map_row, reference, row_digest

PROFILE = json.loads(schemas.load("codes/unodc_ids.json"))


def row(**changes: str) -> dict[str, str]:
    """A row with little in it."""
    cells = dict.fromkeys(COLUMNS, "")
    few = {
        "COUNTRY": "Spain",
        "SEIZURE_DATE": "2011-01-02",
        "DRUG_NAME": "Cocaine",
        "AMOUNT": "1.5",
        "DRUG_UNIT": "Kilogram",
    }
    return {**cells, **few, **changes}


def body(**changes: str) -> Any:
    return check_incident(map_row(row(**changes), "UNODC-IDS-0-1"), now_s=NOW_S).body


def quantity(**changes: str) -> tuple[Any, ...]:
    held = body(**changes)["substances"][0]["quantity"]
    names = ("value", "unit", "unit_as_declared", "normalised_value", "normalised_unit")
    return tuple(held[name] for name in names)


def test_a_full_row_becomes_a_full_report() -> None:
    full = body(
        COUNTRY="Bulgaria",
        ADMINISTRATIVE_DIVISION="Haskovo ",
        PLACE="Kapitan Andreevo\nBCP  ",
        DRUG_NAME="Heroin",
        HIDING_PLACE="Car Parts",
        INSTALLATION="Frontier",
        TRANSPORT="Private road",
        PRODUCING_COUNTRY="Afghanistan",
        DEPARTURE_COUNTRY="Turkey",
        DESTINATION_COUNTRY="Netherlands Antilles",
        ROUTING="Border - inbound",
    )
    place = full["place"]
    assert ("BG", "Haskovo", "Kapitan Andreevo BCP", "land-border", "Frontier", "inbound") == (
        place["country"],
        place["admin1"],
        place["locality"],
        place["site_type"],
        place["site_as_declared"],
        place["border"],
    )
    assert {"value": "2011-01-02", "precision": "day", "zone": None} == full["event_date"]
    assert ("vehicle-part", "Car Parts") == (full["concealment"]["code"], full["concealment"]["text"])
    assert ("3", "Private road") == (full["transport"]["mode"], full["transport"]["mode_as_declared"])
    assert [
        ("AF", None, "origin", 0),
        ("TR", None, "departure", 1),
        ("ZZ", "Netherlands Antilles", "destination", 2),
    ] == [(leg["country"], leg["country_as_declared"], leg["role"], leg["order"]) for leg in full["route"]]
    assert "AMBER" == full["handling"]["tlp"]
    assert full["exercise"] is False


@pytest.mark.parametrize(
    ("amount", "unit", "expected"),
    [
        (
            "0.006999999999999999",
            "Kilogram",
            ("0.006999999999999999", "KGM", "Kilogram", "0.006999999999999999", "KGM"),
        ),
        ("6122.0", "Gram", ("6122.0", "GRM", "Gram", "6.122", "KGM")),
        (
            "1.4000000000000001e-05",
            "Gram",
            ("0.000014000000000000001", "GRM", "Gram", "0.000000014000000000000001", "KGM"),
        ),
        ("480.0", "Microgram", ("480.0", "MC", "Microgram", "0.00000048", "KGM")),
        ("3.0", "Ton", ("3.0", "TNE", "Ton", "3000", "KGM")),
        ("5.0", "Viss", ("5.0", None, "Viss", "8.16466266", "KGM")),
        ("30.0", "Cc", ("30.0", "CMQ", "Cc", "0.03", "LTR")),
        (
            "100.0",
            "Gallons (US, liquid)",
            ("100.0", "GLL", "Gallons (US, liquid)", "378.5411784", "LTR"),
        ),
        ("80.0", "Gallons (UK)", ("80.0", "GLI", "Gallons (UK)", "363.6872", "LTR")),
        ("12.0", "Tablet", ("12.0", "H87", "Tablet", "12", "H87")),
        ("440.0", "Thousand of tablets", ("440.0", None, "Thousand of tablets", "440000", "H87")),
        ("15.0", "Acres", ("15.0", None, "Acres", None, None)),
        (
            "1.0499999999999998",
            "Block (350gr)",
            ("1.0499999999999998", None, "Block (350gr)", None, None),
        ),
        ("1.1", "100 gram", ("1.1", None, "100 gram", None, None)),
        ("7.5", "other", ("7.5", None, "other", None, None)),
        ("7.5", "", ("7.5", None, "not stated", None, None)),
        ("7.5", "Barrels", ("7.5", None, "Barrels", None, None)),
        ("", "Gram", (None, None, "Gram", None, None)),
    ],
)
def test_a_unit_is_kept_and_converted_only_where_its_size_is_fixed(
    amount: str, unit: str, expected: tuple[Any, ...]
) -> None:
    assert expected == quantity(AMOUNT=amount, DRUG_UNIT=unit)


@pytest.mark.parametrize("amount", ["0", "0.0", "-1.5", "-0"])
def test_zero_and_less_make_no_incident(amount: str) -> None:
    assert {"AMOUNT": "is zero or negative; nothing was seized"} == problems_of(map_row, row(AMOUNT=amount))


@pytest.mark.parametrize("amount", ["1,5", "1.5kg", "NaN", "inf", "1e999", "1.", "9" * 41, "١"])
def test_what_is_no_number_is_refused_not_guessed(amount: str) -> None:
    assert {"AMOUNT": "is no number with a decimal point"} == problems_of(map_row, row(AMOUNT=amount))


@pytest.mark.parametrize(
    "column", ["COUNTRY", "PRODUCING_COUNTRY", "DEPARTURE_COUNTRY", "DESTINATION_COUNTRY"]
)
def test_a_country_that_nobody_knows_is_refused_by_its_column(column: str) -> None:
    assert [column] == list(problems_of(map_row, row(**{column: "Ruritania"})))


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Congo", "CG"),
        ("Congo, the Democratic Republic of the", "CD"),
        ("Korea, Republic of", "KR"),
        ("Korea, Democratic People's Republic of", "KP"),
        ("Kosovo under UNSCR 1244", "XK"),
        ("Swaziland", "SZ"),
        ("Iraq (Kurdistan Region)", "IQ"),
        ("Namibia", "NA"),
        ("Niger", "NE"),
        ("Unknown", "ZZ"),
    ],
)
def test_names_that_are_easily_confused_are_not(name: str, code: str) -> None:
    assert code == body(COUNTRY=name)["place"]["country"]


def test_unknown_is_asked_but_unknown_and_other_keeps_its_word() -> None:
    route = body(DEPARTURE_COUNTRY="Unknown", DESTINATION_COUNTRY="Multiple Countries")["route"]
    assert [("ZZ", None), ("ZZ", "Multiple Countries")] == [
        (leg["country"], leg["country_as_declared"]) for leg in route
    ]


def test_empty_cells_are_left_out() -> None:
    few = body()
    assert [None, None, []] == [few["transport"], few["concealment"], few["route"]]
    assert [None] * 4 == [few["place"][name] for name in ("admin1", "locality", "site_type", "border")]


def test_words_without_a_code_are_kept() -> None:
    few = body(TRANSPORT="Other", HIDING_PLACE="Piano", INSTALLATION="Lighthouse", DRUG_NAME="")
    assert (None, "Other") == (few["transport"]["mode"], few["transport"]["mode_as_declared"])
    assert (None, "Piano") == (few["concealment"]["code"], few["concealment"]["text"])
    assert ("other", "Lighthouse") == (few["place"]["site_type"], few["place"]["site_as_declared"])
    assert "unidentified" == few["substances"][0]["name_as_declared"]


def test_precursors_go_to_pics_and_the_rest_to_ion() -> None:
    assert ["pics", "ion"] == [body(DRUG_NAME=drug)["system"] for drug in ("Acetic Anhydride", "JWH-018")]


def test_a_reference_is_made_of_the_content_and_of_equal_rows_before() -> None:
    digest = row_digest(row())
    assert row_digest(dict(reversed(row().items()))) == digest
    assert 2 == len({digest, row_digest(row(PLACE="x"))})
    assert "UNODC-IDS-00000000000000ff-2" == reference(255, 2)


def test_cells_that_only_join_alike_differ() -> None:
    assert row_digest(row(PLACE="a", ADMINISTRATIVE_DIVISION="")) != row_digest(
        row(PLACE="", ADMINISTRATIVE_DIVISION="a")
    )


@pytest.mark.parametrize(
    ("place", "column"),
    [
        ("event_date.value", "SEIZURE_DATE"),
        ("place.locality", "PLACE"),
        ("substances[0].name_as_declared", "DRUG_NAME"),
        ("substances[0].quantity.value", "AMOUNT"),
        ("AMOUNT", "AMOUNT"),
        ("route[0]", "row"),
    ],
)
def test_problems_are_led_back_to_their_column(place: str, column: str) -> None:
    assert column == column_of(place)


def test_every_code_of_the_profile_is_one_of_the_contract() -> None:
    assert set(PROFILE["countries"].values()) <= countries()
    assert set(PROFILE["units"].values()) <= set(codes.units())
    assert set(PROFILE["transports"].values()) <= set(codes.labels("transport_modes"))
    assert set(PROFILE["installations"].values()) <= values("site_types")
    assert set(PROFILE["hiding_places"].values()) <= values("concealments")
    assert set(PROFILE["forms"].values()) <= values("forms")
    assert set(PROFILE["routings"].values()) <= values("borders")
