"""A place is called as the program that shows the table calls it."""

import pytest

from tocsin.adapters.tables.rows import Grid, checked_header, plain
from tocsin.core.errors import MalformedError

SHEET = Grid(("Kind", "Country"), ("A", "B"), "Data")
TEXT = Grid(("Kind", "Country"), ("1", "2"))
JSON = Grid(("Kind", "Country"))


@pytest.mark.parametrize(
    ("grid", "row", "within", "cell"),
    [
        (SHEET, "sheet 'Data', row 17", "B17 (Country)", "B17"),
        (TEXT, "line 17", "column 2 (Country)", "line 17, column 2"),
        (JSON, "line 17", "Country", "line 17"),
    ],
)
def test_a_cell_is_found_in_a_sheet_by_letter_in_a_text_by_number_in_json_by_name(
    grid, row, within, cell
) -> None:
    assert (row, within, cell) == (grid.row(17), grid.within(17, "Country"), grid.cell(17, "Country"))


@pytest.mark.parametrize(("grid", "cell"), [(SHEET, "row 17"), (TEXT, "line 17"), (JSON, "line 17")])
def test_what_has_no_column_is_at_its_row(grid, cell) -> None:
    assert ("tlp", cell) == (grid.within(17, "tlp"), grid.cell(17, "tlp"))


@pytest.mark.parametrize(("grid", "columns"), [(SHEET, "A, B"), (TEXT, "1, 2"), (JSON, "1, 2")])
def test_columns_are_listed_by_what_stands_above_them(grid, columns) -> None:
    assert columns == grid.columns([0, 1])


def test_a_list_of_columns_ends() -> None:
    assert 20 == len(TEXT.columns([0] * 30).split(", "))


@pytest.mark.parametrize(
    "name", ["Net Qty", "Net\u00a0Qty", "\ufeffNet\u202f Qty\u200f", "N\u200det\tQty "]
)
def test_names_are_compared_without_what_nobody_sees(name) -> None:
    assert "Net Qty" == plain(name)


def test_a_repeated_name_is_refused_by_what_stands_above_it() -> None:
    with pytest.raises(MalformedError, match=r"\(column C\)"):
        checked_header(["a", "b", "a\u200f"], "x", "ABC")
    assert ("a", "", "") == checked_header(["\ufeffa", "", ""], "x")
