"""Templates come back without a map; own columns need one; nothing unknown passes."""

import csv
from pathlib import Path

import pytest
from openpyxl import load_workbook

from services.producer.importing.explaining import explain
from services.producer.importing.tables import AS_FOUND
from services.producer.importing.templates import CODES, write_template
from services.producer.importing_file import Source
from tests.support.tables import HEADER, imported, seizure
from tocsin.core import codes, flat_columns
from tocsin.core.errors import MalformedError, SettingsError

EXAMPLE = Path(__file__).parents[3] / "docs/examples"
FILLED = {
    "kind": "seizure", "system": "ion", "event_date": "2026-11-03", "country": "PE", "substance": "cocaine",
    "amount": "1.5", "unit": "KGM", "tlp": "AMBER",
}  # fmt: skip


def table(path: Path, *rows: list[str]) -> Path:
    with path.open("w", newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)
    return path


@pytest.mark.parametrize("language", flat_columns.LANGUAGES)
@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_a_filled_template_is_imported_without_a_map(tmp_path: Path, language: str, suffix: str) -> None:
    path = tmp_path / f"template{suffix}"
    write_template("seizure", language, path)
    values = [FILLED.get(one.code, "") for one in flat_columns.columns_of("seizure")]
    if suffix == ".csv":
        with path.open("a", newline="") as file:
            csv.writer(file).writerow(values)
    else:
        book = load_workbook(path)
        book.worksheets[0].append(values)
        book.save(path)
    bodies, outcome = imported(path)
    assert (1, 0) == (outcome.count.accepted, outcome.count.refused)
    assert ("PE", "1.5") == (bodies[0]["place"]["country"], bodies[0]["substances"][0]["quantity"]["value"])


def test_there_is_a_template_for_every_kind_with_choices_and_explanations(tmp_path: Path) -> None:
    for kind in codes.kinds():
        path = tmp_path / f"{kind}.xlsx"
        write_template(kind, "en", path)
        book = load_workbook(path)
        first, explained, listed = book.worksheets
        assert CODES == listed.title
        chosen = {str(rule.sqref).split(":")[0][:-1] for rule in first.data_validations.dataValidation}
        assert len(
            [one for one in flat_columns.columns_of(kind) if one.type in {"code", "unit", "country"}]
        ) == len(chosen)
        assert kind in {cell.value for column in listed.columns for cell in column}
        assert explained.max_row > len(flat_columns.columns_of(kind))


@pytest.mark.parametrize(
    ("kind", "language", "name", "words"),
    [
        ("burglary", "en", "t.xlsx", "there is no kind"),
        ("seizure", "de", "t.xlsx", "--lang is one of"),
        ("seizure", "en", "t.ods", "must end with"),
    ],
)
def test_a_template_that_cannot_be_is_said(tmp_path: Path, kind, language, name, words) -> None:
    with pytest.raises(SettingsError, match=words):
        write_template(kind, language, tmp_path / name)
    assert [] == list(tmp_path.iterdir())


def test_equal_rows_are_distinct_and_the_order_of_columns_does_not_matter(tmp_path: Path) -> None:
    rows = [HEADER, seizure(), seizure(), seizure(country="CL")]
    first, _ = imported(table(tmp_path / "a.csv", *rows))
    second, _ = imported(table(tmp_path / "b.csv", *[row[::-1] for row in rows]))
    assert 3 == len({one["national_reference"] for one in first})
    assert first == second


def test_a_reference_of_ones_own_is_kept(tmp_path: Path) -> None:
    bodies, _ = imported(table(tmp_path / "a.csv", [*HEADER, "reference"], [*seizure(), "PE-1"]))
    assert "PE-1" == bodies[0]["national_reference"]


def test_a_header_that_is_not_known_is_refused_by_column(tmp_path: Path) -> None:
    with pytest.raises(MalformedError, match=r"columns 10 are not known.*--explain"):
        imported(table(tmp_path / "a.csv", [*HEADER, "colour"], [*seizure(), "red"]))
    with pytest.raises(MalformedError, match="columns 10"):
        imported(table(tmp_path / "b.csv", [*HEADER, "Pays"], [*seizure(), "PE"]))


def test_the_map_of_the_documents_reads_its_example() -> None:
    bodies, outcome = imported(EXAMPLE / "own-columns.csv", Source(map=EXAMPLE / "map.toml"))
    assert {} == dict(outcome.reasons)
    assert (3, 3) == (outcome.count.read, outcome.count.accepted)
    quantity = bodies[0]["substances"][0]["quantity"]
    assert ("2026-04-03", "1234.5", "KGM", "Kilos") == (
        bodies[0]["event_date"]["value"],
        quantity["value"],
        quantity["unit"],
        bodies[0]["substances"][0]["quantity"]["unit_as_declared"] or "Kilos",
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[columns]\n", "is missing or empty"),
        ('[columns]\ncolour = "x"\n', r"\[columns\] colour: is no column"),
        ('[columns]\ncountry = "x"\nkind = "x"\n', "a column stands for two"),
        ('[columns]\ncountry = "x"\n[formats]\nnumbers = "roman"\n', "none of point, comma"),
        ('[columns]\ncountry = "x"\n[formats]\ncolour = "x"\n', "colour: is no format"),
        ('[columns]\ncountry = "x"\n[extra]\n', r"\[extra\] is no table"),
        ("[columns]\ncountry = 1\n", "must be a table of texts"),
        ('[columns]\ncountry = "x"\n[codes.unit]\nx = 1\n', r"\[codes.unit\] must be a table"),
        ('codes = 1\n[columns]\ncountry = "x"\n', r"\[codes\] must hold tables"),
        ('ignore = 1\n[columns]\ncountry = "x"\n', r"\[ignore\] must have"),
        ('[columns]\ncountry = "x"\n[ignore]\ncolumns = [1]\n', r"\[ignore\] must have"),
        ("[columns", "is no TOML"),
    ],
)
def test_a_wrong_map_says_what_is_wrong(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "map.toml"
    path.write_text(text)
    with pytest.raises(SettingsError, match=words):
        imported(table(tmp_path / "a.csv", HEADER, seizure()), Source(map=path))


def test_a_map_that_does_not_fit_the_file_says_where(tmp_path: Path) -> None:
    path = tmp_path / "map.toml"
    path.write_text('[columns]\ncountry = "Land"\n')
    with pytest.raises(
        MalformedError, match=r"missing: the columns of country; not in the map: columns 1, 2"
    ):
        imported(table(tmp_path / "a.csv", ["a", "b"], ["1", "2"]), Source(map=path))
    with pytest.raises(SettingsError, match="is not there"):
        imported(table(tmp_path / "a.csv", ["a", "b"], ["1", "2"]), Source(map=tmp_path / "none.toml"))


def test_a_proposal_names_what_is_sure_near_and_open(tmp_path: Path) -> None:
    rows = [
        ["Countri", "Date of the incident", "Quantity", "Unit", "Colour"],
        ["PE", "15/04/2026", "1,5", "bricks", "red"],
    ]
    said, lines = explain(table(tmp_path / "a.csv", *rows), AS_FOUND)
    assert any("separator semicolon" in one for one in said)
    assert 'country = "Countri"  # a near name: check it' in lines
    assert {'event_date = "Date of the incident"', 'dates = "day-first"', 'numbers = "comma"'} <= set(lines)
    assert 'columns = ["Colour"]' in lines
    assert '# "bricks" = ""  # 1 rows' in lines
    assert '# tlp = ""' in lines


@pytest.mark.parametrize(
    ("dates", "line"),
    [
        (["03/04/2026", "05/06/2026"], '# dates = "day-first"  # every date here fits both orders'),
        (["04/15/2026"], 'dates = "month-first"'),
        (["04/15/2026", "15/04/2026"], '# dates = "day-first"  # some dates fit only day first'),
        (["2026-04-03"], 'dates = "iso"'),
    ],
)
def test_the_order_of_dates_is_proposed_from_the_whole_column(tmp_path: Path, dates, line) -> None:
    path = table(tmp_path / "a.csv", ["event_date", "country"], *[[one, "PE"] for one in dates])
    assert [line] == [one[: len(line)] for one in explain(path, AS_FOUND)[1] if "dates = " in one]


def test_a_proposal_can_be_used_as_it_is(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", HEADER, seizure())
    proposed = tmp_path / "map.toml"
    proposed.write_text("\n".join(explain(path, AS_FOUND)[1]))
    assert 1 == imported(path, Source(map=proposed))[1].count.accepted
