"""Workbooks: dates of both epochs, merged cells, formulas, spoiled numbers, several sheets."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from services.producer.importing.tables import Format, open_table
from services.producer.importing_file import Source
from tests.support.tables import HEADER, imported, seizure, with_part, workbook
from tocsin.core.errors import MalformedError, SettingsError


def reasons(outcome: Any) -> dict[str, str]:
    return dict(list(outcome.reasons))


def test_a_row_names_its_sheet_and_cell(tmp_path: Path) -> None:
    path = workbook(tmp_path / "t.xlsx", [HEADER, seizure(identifier=340434188888888888)])
    refused = tmp_path / "refused.csv"
    _, outcome = imported(path, refused=refused)
    assert 1 == outcome.count.refused
    assert "is a number of more than 15 digits" in reasons(outcome)["identifier"]
    assert "sheet 'Data', row 2\",\"H2 (identifier): is a number" in refused.read_text()


def test_dates_are_read_in_the_epoch_of_the_workbook(tmp_path: Path) -> None:
    def old(book: Any) -> None:
        book.epoch = CALENDAR_MAC_1904
        book.active["C2"].number_format = "yyyy-mm-dd"

    extension = (
        b'<workbookPr date1904="1"/><extLst><ext uri="{140A7094-0E35-4892-8432-C4D2E57EDEB5}"'
        b' xmlns:x15="http://schemas.microsoft.com/office/spreadsheetml/2010/11/main">'
        b'<x15:workbookPr chartTrackingRefBase="1"/></ext></extLst>'
    )
    path = workbook(tmp_path / "t.xlsx", [HEADER, seizure(event_date=100)], change=old)
    bodies, _ = imported(path)
    assert "1904-04-10" == bodies[0]["event_date"]["value"]

    def extended(data: bytes) -> bytes:
        start = data.index(b"<workbookPr")
        end = data.index(b"/>", start) + 2
        whole = data[:start] + extension.split(b"<extLst>")[0] + data[end:]
        return whole.replace(b"</workbook>", b"<extLst>" + extension.split(b"<extLst>")[1] + b"</workbook>")

    bodies, _ = imported(with_part(path, "xl/workbook.xml", extended))
    assert "1904-04-10" == bodies[0]["event_date"]["value"]


def test_real_dates_and_times_keep_their_day(tmp_path: Path) -> None:
    rows = [
        HEADER,
        seizure(event_date=dt.date(2026, 4, 3)),
        seizure(event_date=dt.datetime.fromisoformat("2026-04-04")),
    ]
    bodies, _ = imported(workbook(tmp_path / "t.xlsx", rows))
    assert ["2026-04-03", "2026-04-04"] == [one["event_date"]["value"] for one in bodies]


def test_a_number_in_a_column_of_dates_is_refused(tmp_path: Path) -> None:
    _, outcome = imported(workbook(tmp_path / "t.xlsx", [HEADER, seizure(event_date=45000)]))
    assert "is no date" in reasons(outcome)["event_date"]


def test_cells_merged_downwards_give_their_value_to_every_row(tmp_path: Path) -> None:
    rows = [HEADER, seizure(country="Namibia"), *[seizure(country=None)] * 3, seizure()]
    bodies, outcome = imported(workbook(tmp_path / "t.xlsx", rows, ["D2:D5"]))
    assert ["NA", "NA", "NA", "NA", "PE"] == [one["place"]["country"] for one in bodies]
    assert {("country", "is part of merged cells; their value was taken"): 3} == dict(outcome.remarks)


def test_a_row_with_cells_merged_across_is_refused_by_cell(tmp_path: Path) -> None:
    _, outcome = imported(workbook(tmp_path / "t.xlsx", [HEADER, seizure(), seizure()], ["D2:E2"]))
    assert (1, 1) == (outcome.count.accepted, outcome.count.refused)
    assert "is merged across" == reasons(outcome)["country"]


def test_a_merged_header_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "t.xlsx", [HEADER, seizure()], ["A1:B1"])
    with pytest.raises(MalformedError, match="the header is merged at A1"):
        imported(path)


def test_a_formula_without_a_stored_result_is_refused_by_cell(tmp_path: Path) -> None:
    path = workbook(tmp_path / "t.xlsx", [HEADER, seizure(amount="=B2*1000"), seizure()])
    _, outcome = imported(path)
    assert 1 == outcome.count.accepted
    assert "is a formula without a stored result" in reasons(outcome)["amount"]


def test_a_formula_with_a_stored_result_counts_as_its_result(tmp_path: Path) -> None:
    path = workbook(tmp_path / "t.xlsx", [HEADER, seizure(amount="=B2*1000")])
    part = "xl/worksheets/sheet1.xml"
    stored = with_part(
        path, part, lambda data: data.replace(b"<v />", b"<v>2500</v>").replace(b"<v/>", b"<v>2500</v>")
    )
    bodies, _ = imported(stored)
    assert "2500" == bodies[0]["substances"][0]["quantity"]["value"]


def test_numbers_come_as_the_spreadsheet_shows_them(tmp_path: Path) -> None:
    amounts = [0.1 + 0.2, 1234.5, 7, 0.0000015]
    rows = [HEADER, *[seizure(amount=one) for one in amounts]]
    bodies, _ = imported(workbook(tmp_path / "t.xlsx", rows))
    values = [one["substances"][0]["quantity"]["value"] for one in bodies]
    assert ["0.3", "1234.5", "7", "0.0000015"] == values


def test_text_keeps_its_zeros_and_a_number_in_its_place_is_remarked(tmp_path: Path) -> None:
    rows = [HEADER, seizure(substance="00340"), seizure(substance=340)]
    bodies, outcome = imported(workbook(tmp_path / "t.xlsx", rows))
    assert ["00340", "340"] == [one["substances"][0]["name_as_declared"] for one in bodies]
    assert {("substance", "was stored as a number: zeros in front would be lost"): 1} == dict(
        outcome.remarks
    )


def test_of_several_sheets_one_is_asked_for(tmp_path: Path) -> None:
    def second(book: Any) -> None:
        sheet = book.create_sheet("2026")
        sheet.append(HEADER)
        sheet.append(seizure())

    path = workbook(tmp_path / "t.xlsx", [["nothing"]], change=second)
    with pytest.raises(MalformedError, match=r"several sheets.*'Data', '2026'"):
        imported(path)
    with pytest.raises(SettingsError, match="no sheet of that name"):
        imported(path, Source(format=Format(sheet="2025")))
    assert 1 == imported(path, Source(format=Format(sheet="2026")))[1].count.accepted


def test_macros_and_links_are_left_alone_and_said(tmp_path: Path) -> None:
    path = workbook(tmp_path / "t.xlsx", [HEADER, seizure()])
    with_part(path, "xl/vbaProject.bin", lambda _: b"\xd0\xcf\x11\xe0")
    with_part(path, "xl/externalLinks/externalLink1.xml", lambda _: b"<externalLink/>")
    with open_table(path) as table:
        assert ["macros", "links"] == [
            word for word in ("macros", "links") if word in " ".join(table.warned)
        ]
        assert 1 == len(list(table.rows))


def test_a_cell_without_a_column_above_it_is_refused(tmp_path: Path) -> None:
    _, outcome = imported(workbook(tmp_path / "t.xlsx", [HEADER, [*seizure(), "lost"]]))
    assert "J2 has no column name above it" == reasons(outcome)["row"]
