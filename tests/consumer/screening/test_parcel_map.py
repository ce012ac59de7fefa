"""A map names a firm's own columns; whatever is wrong with it is said at once."""

import pytest

from services.consumer.screening.parcel_map import ParcelMap, read_parcel_map
from tocsin.core.errors import MalformedError, SettingsError

MAP = """
[columns]
item_id = "Barcode"
gross_g = "Weight (kg)"
[constants]
mail_class = "UX"
[formats]
numbers = "comma"
weights = "kg"
hs_edition = "2022"
[numbers]
own = '1Z[0-9A-Z]{16}'
"""


def read(tmp_path, text: str) -> ParcelMap:
    path = tmp_path / "map.toml"
    path.write_text(text)
    return read_parcel_map(path)


def test_a_map_says_which_columns_are_read_and_how(tmp_path):
    found = read(tmp_path, MAP)
    flat, said = found.parcels(("Consignee", "Weight (kg)", "Barcode"), "day.csv, line 1")
    made = flat.parcel(["Canary", "1,5", "RA473124829CH"])
    assert ("RA473124829CH", "1,5", "UX") == (made.item_id, made.gross_g, made.mail_class)
    assert "Canary" not in repr(made)
    assert "1 others are not read" in said[0]
    reading = found.reading
    assert (True, 1_000.0, 2022, "1Z[0-9A-Z]{16}") == (
        reading.comma,
        reading.grams,
        reading.hs_edition,
        reading.own_numbers.pattern,
    )


def test_without_a_map_our_own_names_are_known_however_they_are_written():
    flat, _ = ParcelMap().parcels(("Item ID", "sender-country", "Name"), "line 1")
    assert ("RA1", "CN") == ((made := flat.parcel(["RA1", "CN", "x"])).item_id, made.sender.country)


def test_a_header_without_any_known_name_is_refused_with_the_names():
    with pytest.raises(MalformedError, match=r"item_id.*--map"):
        ParcelMap().parcels(("RA473124829CH", "CN", "AU"), "day.csv, line 1")


def test_a_column_that_the_file_lacks_is_named(tmp_path):
    with pytest.raises(MalformedError, match="'Barcode'"):
        read(tmp_path, MAP).parcels(("Weight (kg)", "Consignee"), "day.csv, line 1")


def test_a_table_without_numbers_is_said(tmp_path):
    _, said = ParcelMap().parcels(("description",), "line 1")
    assert "no number can be found" in said[-1]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "[columns] is missing"),
        ("[columns", "is no TOML"),
        ("[columns]\nbarcode = 'x'", "barcode: is no column; known are item_id"),
        ("[columns]\nitem_id = 'x'\nhs = 'x'", "'x': a column stands for two"),
        ("[columns]\nitem_id = 1", "[columns] must be a table of texts"),
        ("[columns]\nitem_id = 'x'\n[constants]\nitem_id = 'y'", "item_id: has a column, too"),
        ("[columns]\nitem_id = 'x'\n[formats]\nnumbers = 'dot'", "numbers: is none of point, comma"),
        ("[columns]\nitem_id = 'x'\n[formats]\nweights = 'lb'", "weights: is none of g, kg"),
        ("[columns]\nitem_id = 'x'\n[formats]\ndates = 'iso'", "dates: is no format"),
        ("[columns]\nitem_id = 'x'\n[formats]\nhs_edition = 'new'", "is no year"),
        ("[columns]\nitem_id = 'x'\n[numbers]\nown = '1Z['", "is no regular expression"),
        ("[columns]\nitem_id = 'x'\n[numbers]\nour = '1Z'", "[numbers] our: is unknown"),
        ("[columns]\nitem_id = 'x'\n[names]\na = 'b'", "[names] is no table of a map"),
    ],
)
def test_what_is_wrong_with_a_map_is_said(tmp_path, text, words):
    with pytest.raises(SettingsError) as caught:
        read(tmp_path, text)
    assert words in str(caught.value)


def test_everything_that_is_wrong_is_said_at_once(tmp_path):
    with pytest.raises(SettingsError) as caught:
        read(tmp_path, "[columns]\nbarcode = 'x'\n[formats]\nnumbers = 'dot'\n[a]\n")
    assert all(one in str(caught.value) for one in ("barcode", "numbers", "[a]"))


def test_a_map_that_is_not_there_is_said(tmp_path):
    with pytest.raises(SettingsError, match="is not there"):
        read_parcel_map(tmp_path / "map.toml")


def test_maps_that_say_the_same_are_the_same(tmp_path):
    assert read(tmp_path, MAP).digest == read(tmp_path, MAP + "\n# remark").digest
    assert read(tmp_path, MAP).digest != read(tmp_path, MAP.replace("2022", "2017")).digest
