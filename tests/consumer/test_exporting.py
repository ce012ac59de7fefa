"""What was exported comes back the same, runs nowhere, and is there whole or not at all."""

import csv
import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from services.consumer.exporting import _WRITERS, HEADER, FileFormat
from services.consumer.views import without_nulls
from tests.support.reports import NOW_S, smallest_report
from tests.support.tables import imported
from tocsin.core.errors import StorageError
from tocsin.core.report import INCIDENT_SCHEMA, check_incident

TABLES = [FileFormat.CSV, FileFormat.XLSX]
FORMULAS = ["=1+1", "\t=1", "@x", "+44 20 7946 0000", "-x", "'=1", "-1.5", "00340", "1.23"]


def rendered(**changes: Any) -> dict[str, Any]:
    """A report as the inbox's views give it."""
    report = smallest_report(national_reference="A-1", **changes)
    body = check_incident(report, now_s=NOW_S).body
    return {
        "originator": "00" * 16, "originator_name": "=Colombia", "stream": "ion", "region": "global",
        "regions": ["global"], "report_id": "0190", "version": 1, "schema": INCIDENT_SCHEMA,
        "kind": "seizure", "exercise": False, "time": "2026-11-25T09:12:00Z",
        "received_at": "2026-11-25T09:12:01Z", "cursor": 1, "report": without_nulls(body),
    }  # fmt: skip


def exported(folder: Path, file_format: FileFormat, *reports: dict[str, Any]) -> Path:
    out = folder / f"out.{file_format}"
    _WRITERS[file_format](out, iter(reports))
    return out


def cells(path: Path) -> list[list[Any]]:
    """What a spreadsheet would find in the file: for CSV its text, for XLSX (value, type)."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.reader(file))
    sheet = load_workbook(path).active
    return [[(cell.value, cell.data_type) for cell in row] for row in sheet.iter_rows()]


@pytest.mark.parametrize("file_format", TABLES)
@pytest.mark.parametrize("text", FORMULAS)
def test_text_that_begins_like_a_formula_comes_back_unchanged(tmp_path: Path, file_format, text) -> None:
    one = rendered(
        substances=[{"name_as_declared": text.strip()}], place={"country": "PE", "locality": text}
    )
    bodies, outcome = imported(exported(tmp_path, file_format, one))
    assert {} == dict(outcome.reasons)
    assert without_nulls(bodies[0]) == one["report"]


def test_no_cell_of_a_csv_begins_like_a_formula_unless_it_is_a_number(tmp_path: Path) -> None:
    places = [rendered(place={"country": "PE", "locality": text}) for text in FORMULAS]
    found = {cell for row in cells(exported(tmp_path, FileFormat.CSV, *places)) for cell in row if cell}
    assert {"-1.5"} == {cell for cell in found if cell[0] in "=+-@\t\r"}


def test_no_cell_of_a_workbook_is_a_formula_and_amounts_are_numbers(tmp_path: Path) -> None:
    amount = {"value": "1.5", "unit": "KGM"}
    one = rendered(substances=[{"name_as_declared": "=1+1", "quantity": amount}])
    header, row = cells(exported(tmp_path, FileFormat.XLSX, one))
    assert "f" not in {kind for _, kind in row}
    named = dict(zip([name for name, _ in header], row, strict=True))
    assert ((1.5, "n"), ("=1+1", "s")) == (named["amount"], named["substance"])


@pytest.mark.parametrize(
    "value", ["123456789012345.123456789", "0.000000000000000000000001", "1.50", "007"]
)
@pytest.mark.parametrize("file_format", TABLES)
def test_no_digit_of_an_amount_is_lost(tmp_path: Path, file_format: FileFormat, value: str) -> None:
    value = value.lstrip("0") if value == "007" else value
    quantity = {"value": value, "unit": "KGM"}
    one = rendered(substances=[{"name_as_declared": "x", "quantity": quantity}])
    bodies, _ = imported(exported(tmp_path, file_format, one))
    assert value == bodies[0]["substances"][0]["quantity"]["value"]


@pytest.mark.parametrize("file_format", TABLES)
def test_namibia_and_arabic_come_back(tmp_path: Path, file_format: FileFormat) -> None:
    one = rendered(place={"country": "NA", "locality": "الدوحة"})
    bodies, _ = imported(exported(tmp_path, file_format, one))
    assert without_nulls(bodies[0]) == one["report"]


def test_substances_take_a_row_each_and_say_so(tmp_path: Path) -> None:
    one = rendered(substances=[{"name_as_declared": "a"}, {"name_as_declared": "b"}])
    _, first, second = cells(exported(tmp_path, FileFormat.CSV, one))
    assert ["1 of 2", "2 of 2"] == [first[-1], second[-1]]
    assert len(HEADER) == len(first)


def test_alerts_go_into_json_lines_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    alert = {**rendered(), "schema": "tocsin.report.v1.Alert"}
    assert 1 == len(cells(exported(tmp_path, FileFormat.CSV, alert)))
    assert "1 alerts and letters have no columns here" in capsys.readouterr().err
    whole = exported(tmp_path, FileFormat.JSONL, alert, rendered())
    assert [alert, rendered()] == [json.loads(line) for line in whole.read_text().splitlines()]


@pytest.mark.parametrize("file_format", [*TABLES, FileFormat.JSONL])
def test_a_file_is_private_and_nothing_else_is_left(tmp_path: Path, file_format: FileFormat) -> None:
    out = exported(tmp_path, file_format, rendered())
    assert (0o600, [out]) == (out.stat().st_mode & 0o777, list(tmp_path.iterdir()))


@pytest.mark.parametrize("file_format", [*TABLES, FileFormat.JSONL])
def test_an_export_that_breaks_off_leaves_what_was_there(tmp_path: Path, file_format: FileFormat) -> None:
    out = tmp_path / f"out.{file_format}"
    out.write_text("older")

    def breaks() -> Any:
        yield deepcopy(rendered())
        raise StorageError("gone")

    with pytest.raises(StorageError, match="gone"):
        _WRITERS[file_format](out, breaks())
    assert ("older", [out]) == (out.read_text(), list(tmp_path.iterdir()))


@pytest.mark.parametrize("file_format", [*TABLES, FileFormat.JSONL])
def test_only_a_file_is_replaced(tmp_path: Path, file_format: FileFormat) -> None:
    (tmp_path / f"out.{file_format}").mkdir()
    with pytest.raises(StorageError, match="is no file"):
        exported(tmp_path, file_format, rendered())
