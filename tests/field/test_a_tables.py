"""Trouble that people met with CSV and XLSX, each by its source; what it must lead to here.

Row 1: SheetJS/sheetjs#2239, harung1993/dollardollar#55: decimal commas beat the semicolon; 173,900 misread.
Row 3: pandas-dev/pandas#4793, danny-avila/rag_api#291: a byte order mark sticks to a quoted header; the
encoding is guessed from the first bytes.
Row 4: submersion-app/submersion#1828, tafia/calamine#706: days and months swapped or dropped.
Row 5: box/spout#159, duckdb/duckdb#25824: long numbers become floats; zeros lost after sampled rows.
Row 7: python/cpython#61739, NHSDigital/manage-vaccinations-in-schools#3410: of repeated names the last
wins; a name with a space that does not break is not found.
Row 8: jexp/batch-import#50, pmgraham/datagrunt#87: an unclosed quote swallows rows.
Row 9: HXLStandard/libhxl-python#90, infiniflow/ragflow#19737: merged cells give blanks, a formula drops
its row.
Row 10: justin38-1530873/drugs-visualization, GitVaishu/Drug-Seizure-Intelligence-Dashboard: totals
beside rows, units in names of columns.
"""

from pathlib import Path

import pytest
from pyarrow import parquet

from services.producer.importing.explaining import explain
from services.producer.importing.tables import AS_FOUND, open_table
from services.producer.importing_file import Source
from tests.support.tables import HEADER, imported, seizure, workbook
from tocsin.adapters.parquet import write_reports
from tocsin.core.errors import MalformedError

OWN_COLUMNS = """[columns]
reference = "case"
substance = "drug"
amount = "kg"
[constants]
kind = "seizure"
system = "ion"
event_date = "2026-04-03"
country = "PE"
unit = "KGM"
tlp = "AMBER"
"""


def written(folder: Path, content: str | bytes, name: str = "table.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def mapped(folder: Path, extra: str = "") -> Source:
    return Source(map=written(folder, OWN_COLUMNS + extra, "map.toml"))


def rows_of(*rows: list, separator: str = ",") -> str:
    return "".join(separator.join(map(str, row)) + "\n" for row in (HEADER, *rows))


def amounts(bodies: list) -> list[str]:
    return [one["substances"][0]["quantity"]["value"] for one in bodies]


def reasons(outcome) -> list[tuple[str, str]]:
    return [(outcome.reasons.first[one], one[1].split(",")[0]) for one in outcome.reasons]


CASES = "case;drug;kg\nS1;heroin;1,5\n"


def test_row1_a_decimal_comma_does_not_divide_the_row_and_is_asked_about(tmp_path) -> None:
    path = written(tmp_path, CASES)
    with open_table(path) as table:
        assert ("case", "drug", "kg") == table.header
    bodies, outcome = imported(path, mapped(tmp_path))
    assert ([], [("line 2, column 3", "holds a comma")]) == (bodies, reasons(outcome))


def test_row1_said_to_be_decimal_it_is_one_and_a_half_and_never_a_thousandfold(tmp_path) -> None:
    path = written(tmp_path, CASES + "S2;heroin;173,900\nS3;heroin;1.234,5\nS4;heroin;1.234\n")
    bodies, outcome = imported(path, mapped(tmp_path, '[formats]\nnumbers = "comma"\n'))
    assert ["1.5", "173.900", "1234.5"] == amounts(bodies)
    assert [("line 5, column 3", "holds a point where the comma is decimal; write it without")] == reasons(
        outcome
    )


@pytest.mark.parametrize("other", ["1.234", "1,234.5", "0.25"])
def test_row1_a_column_with_both_marks_gives_no_row_until_one_is_said(tmp_path, other) -> None:
    path = written(tmp_path, f"{CASES}S2;heroin;{other}\n")
    with pytest.raises(
        MalformedError, match=r"'kg' have a comma last \(line 2, column 3\).*--numbers comma"
    ):
        imported(path, mapped(tmp_path))


def test_row1_thousands_that_a_spreadsheet_spaced_are_read_and_hide_no_decimal_comma(tmp_path) -> None:
    header = CASES.partition("\n")[0]
    path = written(tmp_path, f"{header}\nS1;heroin;1\u202f234,5\nS2;heroin;1\u00a0234\n")
    bodies, _ = imported(path, mapped(tmp_path, '[formats]\nnumbers = "comma"\n'))
    assert ["1234.5", "1234"] == amounts(bodies)
    mixed = written(tmp_path, f"{header}\nS1;heroin;1\u202f234,5\nS2;heroin;1.234\n")
    with pytest.raises(MalformedError, match="comma last"):
        imported(mixed, mapped(tmp_path))


def test_row1_in_a_workbook_the_texts_alone_are_doubtful(tmp_path) -> None:
    rows = [HEADER, seizure(amount="1,5"), seizure(amount=1.234)]
    bodies, outcome = imported(workbook(tmp_path / "a.xlsx", rows))
    assert (["1.234"], [("F2", "holds a comma")]) == (amounts(bodies), reasons(outcome))
    with pytest.raises(MalformedError, match=r"comma last \(F2\), others a point \(F3\)"):
        imported(workbook(tmp_path / "b.xlsx", [*rows[:2], seizure(amount="1.234")]))


def test_row3_a_mark_before_a_quoted_header_is_no_part_of_it(tmp_path) -> None:
    quoted = ",".join(f'"{name}"' for name in HEADER)
    path = written(tmp_path, "\ufeff" + quoted + "\n" + ",".join(seizure()) + "\n")
    assert 1 == imported(path)[1].count.accepted


def test_row3_cyrillic_behind_five_kilobytes_is_asked_about_and_read_as_said(tmp_path) -> None:
    plain = rows_of(*[seizure()] * 110)
    assert len(plain) > 5_000
    path = written(tmp_path, (plain + ",".join(seizure(substance="кокаин")) + "\n").encode("cp1251"))
    with pytest.raises(MalformedError, match=r"--encoding cp1251 .*кокаин"):
        imported(path)
    bodies, _ = imported(path, Source(format=type(AS_FOUND)(encoding="cp1251")))
    assert "кокаин" == bodies[-1]["substances"][0]["name_as_declared"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_row3_utf_16_with_tabs_is_a_table(tmp_path, encoding) -> None:
    text = rows_of(seizure(substance="кокаин"), separator="\t")
    bodies, _ = imported(written(tmp_path, text.encode(encoding), "a.txt"))
    assert "кокаин" == bodies[0]["substances"][0]["name_as_declared"]


DAYS = ("03/04/2024", "15/04/2024")


@pytest.mark.parametrize("dates", [DAYS, ("03/04/2024", "05/06/2024")], ids=["one decides", "none decides"])
def test_row4_the_order_of_days_is_asked_for_and_no_row_is_dropped_in_silence(tmp_path, dates) -> None:
    path = written(tmp_path, rows_of(*(seizure(event_date=one) for one in dates)))
    bodies, outcome = imported(path)
    assert ([], 2, 2) == (bodies, outcome.count.read, outcome.count.refused)
    bodies, _ = imported(path, Source(dates="day-first"))
    assert ["2024-04-03", f"2024-{dates[1][3:5]}-{dates[1][:2]}"] == [
        one["event_date"]["value"] for one in bodies
    ]


def test_row4_a_day_that_the_order_does_not_have_is_refused_and_never_swapped(tmp_path) -> None:
    path = written(tmp_path, rows_of(*(seizure(event_date=one) for one in DAYS)))
    bodies, outcome = imported(path, Source(dates="month-first"))
    assert (["2024-03-04"], 1) == ([one["event_date"]["value"] for one in bodies], outcome.count.refused)
    assert "line 3, column 3" == reasons(outcome)[0][0]


def test_row4_the_proposed_map_takes_the_order_from_the_whole_column(tmp_path) -> None:
    path = written(tmp_path, rows_of(*(seizure(event_date=one) for one in DAYS)))
    assert 'dates = "day-first"' in explain(path, AS_FOUND)[1]


def test_row5_fifteen_digits_are_kept_and_eighteen_are_refused_by_cell(tmp_path) -> None:
    rows = [HEADER, seizure(identifier=340434188888888), seizure(identifier=340434188888888888)]
    bodies, outcome = imported(workbook(tmp_path / "a.xlsx", rows))
    assert ["340434188888888"] == [one["transport"]["identifiers"][0]["value"] for one in bodies]
    assert [("H3", "is a number of more than 15 digits")] == reasons(outcome)
    assert "H2" == next(place for (name, _), place in outcome.remarks.first.items() if name == "identifier")


def test_row5_zeros_that_begin_only_the_last_of_25000_rows_are_kept(tmp_path) -> None:
    lines = [*map(str, range(24_990)), *(f"00340{number:03}" for number in range(10))]
    path = written(tmp_path, "identifier\n" + "\n".join(lines) + "\n")
    with open_table(path) as table:
        assert lines == [row.cells["identifier"] for row in table.rows]


def test_row5_a_text_is_the_same_text_in_parquet_whatever_the_rows_before_look_like(tmp_path) -> None:
    texts = [*map(str, range(24_990)), *(f"00340{number:03}" for number in range(10))]
    write_reports(tmp_path / "a.parquet", [{"national_reference": one} for one in texts])
    assert texts == parquet.read_table(tmp_path / "a.parquet")["national_reference"].to_pylist()


@pytest.mark.parametrize("header", ["Quantity,Quantity", "Quantity,Quantity\u00a0", "Net Qty,Net\u00a0Qty"])
def test_row7_a_name_that_comes_twice_stops_the_import(tmp_path, header) -> None:
    with pytest.raises(MalformedError, match=r"repeated \(column 2\)"):
        imported(written(tmp_path, f"{header}\n1,2\n"))
    with pytest.raises(MalformedError, match=r"repeated \(column B\)"):
        imported(workbook(tmp_path / "a.xlsx", [header.split(","), ["1", "2"]]))


@pytest.mark.parametrize(
    "name", ["Tracking\u00a0No", "\u200fTracking No", "Tracking\u202fNo ", "Tracking\u200e  No"]
)
def test_row7_spaces_and_marks_do_not_hide_a_column_of_a_map(tmp_path, name) -> None:
    path = written(tmp_path, f"case,drug,kg,{name}\nS1,heroin,1,RA473124829CH\u200f\n")
    map_ = OWN_COLUMNS.replace("[constants]", 'identifier = "Tracking No"\n[constants]')
    refused = tmp_path / "refused.csv"
    bodies, _ = imported(path, Source(map=written(tmp_path, map_, "map.toml")), refused)
    assert "RA473124829CH\u200f" == bodies[0]["transport"]["identifiers"][0]["value"]
    assert name.strip(" \u200f") in refused.read_text()


def test_row7_marks_of_direction_are_no_part_of_a_date_a_number_or_a_country(tmp_path) -> None:
    marked = seizure(event_date="\u200f2026-04-03\u200f", amount="1.5\u200f", country="Peru\u200f")
    (body,), outcome = imported(written(tmp_path, rows_of(marked)))
    assert (0, "PE", "2026-04-03", "1.5") == (
        outcome.count.refused,
        body["place"]["country"],
        body["event_date"]["value"],
        amounts([body])[0],
    )


def test_row7_a_cell_with_marks_alone_is_empty(tmp_path) -> None:
    (body,), _ = imported(written(tmp_path, rows_of(seizure(identifier="\u200f\u200e"))))
    assert [] == (body.get("transport") or {"identifiers": []})["identifiers"]


def test_row8_of_ten_records_the_one_with_an_open_quote_is_named_and_all_are_counted(tmp_path) -> None:
    rows = [seizure(identifier=f"N{number}") for number in range(1, 11)]
    rows[3][4], rows[6][4] = '"cocaine', '"coca\nine"'
    bodies, outcome = imported(written(tmp_path, rows_of(*rows)))
    assert (10, 9, 1) == (outcome.count.read, len(bodies), outcome.count.refused)
    assert "line 5" == reasons(outcome)[0][0]  # the fourth record below the header


def test_row9_a_country_merged_over_four_seizures_is_that_of_each(tmp_path) -> None:
    rows = [HEADER, seizure(country="Namibia"), *[seizure(country=None)] * 3]
    bodies, outcome = imported(workbook(tmp_path / "a.xlsx", rows, ["D2:D5"]))
    assert (["NA"] * 4, ["D3"]) == (
        [one["place"]["country"] for one in bodies],
        list(outcome.remarks.first.values()),
    )


@pytest.mark.parametrize("merge", ["A1:A2", "A1:B1"])
def test_row9_a_header_of_two_rows_is_refused_by_cell(tmp_path, merge) -> None:
    path = workbook(tmp_path / "a.xlsx", [HEADER, ["", "code"], seizure()], [merge])
    with pytest.raises(MalformedError, match="the header is merged at A1"):
        imported(path)


def test_row9_a_formula_that_was_never_calculated_is_reported_by_cell(tmp_path) -> None:
    bodies, outcome = imported(
        workbook(tmp_path / "a.xlsx", [HEADER, seizure(amount="=B2*1000"), seizure()])
    )
    assert 1 == len(bodies)
    assert [("F2", "is a formula without a stored result; save it in a spreadsheet")] == reasons(outcome)


def test_row10_totals_of_a_month_beside_the_rows_never_become_incidents(tmp_path) -> None:
    text = "".join(
        f"{line},,,{31 if n else ''}\n" for n, line in enumerate(rows_of(seizure()).splitlines())
    )
    bodies, outcome = imported(written(tmp_path, text))
    assert (["1.5"], 1) == (amounts(bodies), outcome.count.read)


def test_row10_units_in_the_names_of_a_wide_sheet_are_asked_about_by_column(tmp_path) -> None:
    header = ["kind", "system", "country", "Heroin (kg)", "Codeine (litres)", "Tablets (nos)", "is_total"]
    rows = [["seizure", "ion", "IN", "1", "2", "3", "0"]]
    with pytest.raises(MalformedError, match="columns 4, 5, 6, 7 are not known"):
        imported(written(tmp_path, "\n".join(map(",".join, [header, *rows]))))
    with pytest.raises(MalformedError, match="columns D, E, F, G are not known"):
        imported(workbook(tmp_path / "a.xlsx", [header, *rows]))


@pytest.mark.parametrize("zero", ["0", "0.0", "0.00"])
def test_row10_a_quantity_of_zero_makes_no_incident(tmp_path, zero) -> None:
    bodies, outcome = imported(written(tmp_path, rows_of(seizure(amount=zero))))
    assert ([], [("line 2, column 6", "is zero or negative; nothing was found")]) == (
        bodies,
        reasons(outcome),
    )


def test_row10_a_row_of_totals_is_no_country_s(tmp_path) -> None:
    bodies, outcome = imported(written(tmp_path, rows_of(seizure(country="Total", amount="900"))))
    assert ([], "line 2, column 4") == (bodies, reasons(outcome)[0][0])
