"""What a field of a parcel means, and what is counted instead of guessed."""

import pytest

from tests.support.screens import parcel, view
from tocsin.core.parcel_views import Doubts
from tocsin.core.parcels import Content, Parcel, Party


def doubts_of(one: Parcel, name: str, **reading: object) -> list[str]:
    """The fields that are doubted once `name` was asked for."""
    doubts = Doubts()
    getattr(view(one, doubts, **reading), name)
    return [field for field, _ in doubts]


def test_a_route_is_of_the_parties_else_of_the_offices() -> None:
    seen = view(parcel("cn", "", origin_office="HKHKGA", destination_office="ausyda"))
    assert ("CN", "AU") == (seen.origin, seen.destination)
    assert ("", "") == (view(Parcel()).origin, view(Parcel()).destination)


def test_contents_do_not_run_into_each_other() -> None:
    one = Parcel(contents=[Content(description="tile"), Content(), Content(description="glue")])
    assert " tile glue " not in view(one).words
    assert " tile " in view(one).words


def test_bytes_that_are_no_text_are_counted() -> None:
    assert ["description"] == doubts_of(parcel(content={"description": "caf\udce9"}), "words")
    assert [] == doubts_of(parcel(content={"description": "café"}), "words")


@pytest.mark.parametrize(
    ("hs", "expected", "doubted"),
    [
        ("3506.10", ("350610",), []),
        (350610, ("350610",), []),
        ("35061000", ("350610",), []),
        ("3506", ("3506",), []),
        ("", (), []),
        ("35061", (), ["hs"]),
        (3506.1, (), ["hs"]),
        ("350", (), ["hs"]),
        ("glue", (), ["hs"]),
    ],
)
def test_hs_codes_are_compared_by_six_digits_and_never_mended(
    hs: object, expected: tuple[str, ...], doubted: list[str]
) -> None:
    one = parcel(content={"hs": hs})
    assert expected == view(one).hs
    assert doubted == doubts_of(one, "hs")


@pytest.mark.parametrize(
    ("value", "comma", "expected"),
    [
        ("1.5", False, (1.5,)),
        ("1,5", False, ()),
        ("1,5", True, (1.5,)),
        ("1.234,5", True, (1234.5,)),
        ("1\u202f234,5", True, (1234.5,)),
        ("1.5", True, ()),
        (7, False, (7.0,)),
        (1.5, True, (1.5,)),
        ("", False, ()),
        (None, False, ()),
        ("-1", False, ()),
        ("nan", False, ()),
    ],
)
def test_a_number_has_the_decimal_mark_that_was_said(
    value: object, comma: bool, expected: tuple[float, ...]
) -> None:
    one = parcel(gross_g=value)
    assert expected == view(one, comma=comma).gross_g
    wanted = ["gross_g"] if not expected and value not in (None, "") else []
    assert wanted == doubts_of(one, "gross_g", comma=comma)


def test_weights_are_grams_whatever_the_firm_writes() -> None:
    one = parcel(gross_g="1.5", content={"net_g": "0.5", "value": "3"})
    seen = view(one, grams=1_000)
    assert ((1_500.0,), (500.0,), (3.0,)) == (seen.gross_g, seen.net_g, seen.values)


@pytest.mark.parametrize("value", ["1.23E+11", " 1,23e+11 ", 1.23e11])
def test_a_number_that_a_spreadsheet_shortened_is_counted_and_left_out(value: object) -> None:
    one = parcel(item_id=value)
    assert "" == view(one).item
    assert ["item_id"] == doubts_of(one, "item")


def test_an_air_waybill_that_lost_its_zeros_is_counted_and_not_mended() -> None:
    one = parcel(awb_master="2081140743")
    assert ("2081140743",) == view(one).waybills
    assert ["awb_master"] == doubts_of(one, "waybills")
    assert [] == doubts_of(parcel(awb_house="4711"), "waybills")


def test_a_country_that_is_no_code_is_counted() -> None:
    assert ["sender_country"] == doubts_of(parcel("China"), "origin")
    assert ["addressee_country"] == doubts_of(parcel("CN", "AUS"), "destination")


def test_both_waybills_are_looked_at() -> None:
    one = parcel(awb_master="020-8114 0743", awb_house=17612345675)
    assert ("02081140743", "17612345675") == view(one).waybills
    assert () == view(parcel()).waybills
    assert ("02081140743",) == view(parcel(awb_master="020-81140743", awb_house="1.2E+3")).waybills


def test_the_edition_is_the_firms() -> None:
    assert 2022 == view(Parcel(sender=Party()), hs_edition=2022).edition
