"""A row becomes a report; what may be read in two ways is refused; what was laid out comes back."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.reports import NOW_S, problems_of, smallest_report
from tocsin.core.flat_rows import UNIT_UNKNOWN, Reading, column_of, laid_out, to_report
from tocsin.core.report import check_incident

COUNTRIES = {"Namibia": ("NA",), "NA": ("NA",), "AF": ("AF",), "DE": ("DE",), "FR": ("FR",)}
COUNTRIES["Congo"] = ("CD", "CG")
READING = Reading(lambda name: COUNTRIES.get(name, (name,) if len(name) == 2 else ()))
EXAMPLE = Path(__file__).parents[2] / "docs/examples/report.json"


def few(**cells: str) -> dict[str, str]:
    """A row with little in it."""
    return {
        "kind": "seizure", "system": "ion", "event_date": "2026-11-03", "country": "NA",
        "substance": "heroin", "amount": "unknown", "tlp": "AMBER", **cells,
    }  # fmt: skip


def body(reading: Reading = READING, **cells: str) -> Any:
    return check_incident(to_report(few(**cells), reading)[0], now_s=NOW_S).body


def why(reading: Reading = READING, **cells: str) -> str:
    """The one problem that the one given cell makes."""
    return problems_of(to_report, few(**cells), reading)[next(iter(cells))]


def test_a_row_becomes_a_report_with_words_beside_codes() -> None:
    report = body(
        kind="Saisie", unit="kilogramme", amount="001.50", origin="AF", transit="DE; FR", exercise="non",
        arrests="0", transport_mode="Air", identifier_type="awb", identifier="001-12345675",
        narrative="one\ntwo",
    )  # fmt: skip
    quantity = report["substances"][0]["quantity"]
    assert ("seizure", "1.50", "KGM", "kilogramme") == (
        report["kind"],
        quantity["value"],
        quantity["unit"],
        quantity["unit_as_declared"],
    )
    assert [("AF", "origin", 0), ("DE", "transit", 1), ("FR", "transit", 2)] == [
        (leg["country"], leg["role"], leg["order"]) for leg in report["route"]
    ]
    assert [{"type": "awb", "value": "001-12345675"}] == report["transport"]["identifiers"]
    assert ("4", False, 0) == (
        report["transport"]["mode"],
        report["exercise"],
        report["outcome"]["arrests"],
    )
    assert "one\ntwo" == report["narrative"]["government"]


def test_namibia_survives_beside_a_missing_quantity() -> None:
    report = body(country="NA", amount="NA", arrests="N/A")
    assert ("NA", None, None, ["quantity"]) == (
        report["place"]["country"],
        report["substances"][0]["quantity"],
        report["outcome"],
        report["asked_unknown"],
    )


def test_a_number_that_nobody_asks_for_may_be_missing() -> None:
    assert body(purity="N/A")["substances"][0]["purity_percent"] is None


@pytest.mark.parametrize(
    ("text", "value", "precision"),
    [
        ("2026-11-03", "2026-11-03", "day"),
        ("2026-11", "2026-11", "month"),
        ("2026", "2026", "year"),
        ("inconnu", None, "unknown"),
    ],
)
def test_dates_are_as_precise_as_they_are_written(text: str, value: str | None, precision: str) -> None:
    date = body(event_date=text)["event_date"]
    assert (value, precision) == (date["value"], date["precision"])


def test_the_order_of_a_date_is_asked_and_not_guessed() -> None:
    assert "say which (--dates" in why(event_date="03/04/2026")
    day, month = (Reading(READING.find_countries, dates=one) for one in ("day-first", "month-first"))
    assert "2026-04-03" == body(day, event_date="03/04/2026")["event_date"]["value"]
    assert "2026-03-04" == body(month, event_date="3.4.2026")["event_date"]["value"]
    assert "is no date" in why(event_date="yesterday")


@pytest.mark.parametrize(
    ("numbers", "text", "value"),
    [
        ("point", "1.5", "1.5"),
        ("comma", "1,5", "1.5"),
        ("comma", "1.234,5", "1234.5"),
        ("comma", "173,900", "173.900"),
        ("comma", "0,25", "0.25"),
        ("comma", "1\u202f234,5", "1234.5"),
        ("point", "1\u00a0234.5", "1234.5"),
    ],
)
def test_numbers_are_read_by_the_convention_that_was_said(numbers: str, text: str, value: str) -> None:
    report = body(Reading(READING.find_countries, numbers=numbers), amount=text, unit="KGM")
    assert value == report["substances"][0]["quantity"]["value"]


@pytest.mark.parametrize(
    ("numbers", "text", "words"),
    [
        ("point", "1,5", "may be decimal or for thousands"),
        ("point", "12 kg", "is no number"),
        ("comma", "2 500", "is no number"),
        ("point", "1\u202f234,5", "may be decimal or for thousands"),
        ("comma", "1.234", "holds a point"),
        ("comma", "twelve", "is no number with a decimal comma"),
        ("point", "0.0", "zero or negative"),
        ("point", "-1.5", "zero or negative"),
    ],
)
def test_a_doubtful_number_is_refused(numbers: str, text: str, words: str) -> None:
    assert words in why(Reading(READING.find_countries, numbers=numbers), amount=text)


def test_a_unit_that_nobody_knows_is_kept_and_not_converted() -> None:
    report, remarks = to_report(few(amount="3", unit="bricks"), READING)
    assert [("unit", UNIT_UNKNOWN)] == remarks
    quantity = check_incident(report, now_s=NOW_S).body["substances"][0]["quantity"]
    assert ("3", None, "bricks", None) == (
        quantity["value"],
        quantity["unit"],
        quantity["unit_as_declared"],
        quantity["normalised_value"],
    )


@pytest.mark.parametrize(
    ("column", "text", "words"),
    [
        ("country", "Congo", "may be several countries: CD, CG"),
        ("country", "Ruritania", "is no country"),
        ("transit", "DE;Congo", "several countries"),
        ("kind", "burglary", "none of the known codes"),
        ("exercise", "perhaps", "neither yes nor no"),
        ("arrests", "two", "no whole number"),
        ("identifier", "1.23E+11", "turned into a number by a spreadsheet"),
    ],
)
def test_a_wrong_cell_names_its_column_and_never_its_value(column: str, text: str, words: str) -> None:
    assert words in why(**{column: text})
    assert text not in why(**{column: text}) or column == "arrests"


def test_every_wrong_cell_of_a_row_is_named() -> None:
    assert {"country", "amount"} == set(problems_of(to_report, few(country="Ozz", amount="x"), READING))


def test_words_of_a_map_stand_for_codes() -> None:
    reading = Reading(READING.find_countries, words={"country": {"Deutschland": "DE"}})
    assert "DE" == body(reading, country="Deutschland")["place"]["country"]
    assert ("ZZ", "XZ", "ZZ") == tuple(
        body(country=text)["place"]["country"] for text in ("unknown", "XZ", "ZZ")
    )


@pytest.mark.parametrize(
    ("place", "column"),
    [
        ("event_date.value", "event_date"),
        ("substances[0].quantity.unit", "unit"),
        ("substances[0].cas", "cas"),
        ("substances", "substance"),
        ("substances[0].quantity", "amount"),
        ("transport.identifiers[0]", "identifier_type"),
        ("handling", "tlp"),
        ("place.country", "country"),
        ("route[0].country", "row"),
        ("links", "row"),
    ],
)
def test_a_problem_of_the_report_is_blamed_on_a_column(place: str, column: str) -> None:
    assert column == column_of(place)


def test_what_was_laid_out_comes_back() -> None:
    report = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    for unflat in ("links",):
        del report[unflat]
    first = check_incident(report, now_s=NOW_S)
    (row,) = laid_out(first.body)
    again = check_incident(to_report(row, READING)[0], now_s=NOW_S).body
    kept = (
        "kind",
        "system",
        "national_reference",
        "place",
        "route",
        "substances",
        "transport",
        "concealment",
    )
    assert [first.body[name] for name in kept] == [again[name] for name in kept]


def test_several_substances_and_machines_take_rows_of_their_own() -> None:
    report = smallest_report(
        substances=[{"name_as_declared": "a"}, {"name_as_declared": "b"}],
        equipment=[{"type": "mixer"}],
        route=[{"country": "DE", "role": "origin"}],
        exercise=True,
    )
    rows = laid_out(check_incident(report, now_s=NOW_S).body)
    assert [("a", "mixer"), ("b", "")] == [(row["substance"], row["equipment"]) for row in rows]
    assert [("DE", "unknown", "yes")] * 2 == [
        (row["origin"], row["event_date"], row["exercise"]) for row in rows
    ]


def test_what_nobody_knows_is_said_so_and_comes_back() -> None:
    report = body(amount="unknown", identifier="inconnu", document_type="desconocido")
    assert ["quantity", "identifiers", "documents"] == report["asked_unknown"]
    (row,) = laid_out(report)
    assert ("unknown", "unknown", "unknown", "") == (
        row["amount"], row["identifier"], row["document_type"], row["party_name"]
    )  # fmt: skip
    assert report["asked_unknown"] == body(**row)["asked_unknown"]


def test_each_list_takes_as_many_rows_as_it_has_entries() -> None:
    report = smallest_report(
        documents=[{"type": "invoice"}, {"type": "licence"}], parties=[{"name": "A firm"}]
    )
    rows = laid_out(check_incident(report, now_s=NOW_S).body)
    assert [("invoice", "A firm"), ("licence", "")] == [
        (row["document_type"], row["party_name"]) for row in rows
    ]


def test_a_report_without_its_empty_fields_is_laid_out_too() -> None:
    (row,) = laid_out({"kind": "seizure", "transport": {"identifiers": []}})
    assert ("seizure", "", "", "") == (row["kind"], row["event_date"], row["identifier"], row["unit"])


def test_marks_of_direction_are_no_part_of_what_is_read_and_stay_in_what_is_kept() -> None:
    report = body(
        event_date="\u200f2026-04-03",
        country="NA\u200f",
        amount="1.5\u200f",
        unit="KGM",
        locality="\u200fLima",
    )
    assert ("2026-04-03", "NA", "1.5", "\u200fLima") == (
        report["event_date"]["value"],
        report["place"]["country"],
        report["substances"][0]["quantity"]["value"],
        report["place"]["locality"],
    )


def test_a_cell_of_marks_alone_is_empty() -> None:
    assert body()["place"] == body(locality="\u200f")["place"]
