"""Trouble that people met with identifiers, each by its source; what it must lead to here.

Row 23: jkeen/tracking_number_data#22, jkeen/tracking_number#39: a sound check digit without such an issuer;
a domestic number called invalid.
Row 24: IATA-Cargo/ONE-Record#213: a waybill lost its zero; house numbers have letters.
Row 25: arthurdejong/python-stdnum#30, validatorjs/validator.js#2773: a rest of 10; junk behind a number.
Row 27: resilient-tech/india-compliance#511, ebi-chebi/ChEBI#3829, #4844: chapters 1 to 9 lose their zero;
salt and base confused; a short InChIKey matches otherwise.
The check digits themselves: tests/core/test_identifiers.py.
"""

import pytest

from services.consumer.exporting import _WRITERS, FileFormat
from tests.support.reports import NOW_S, smallest_report
from tests.support.tables import HEADER, imported, seizure, workbook
from tocsin.core.errors import InvalidReportError
from tocsin.core.identifiers import doubt
from tocsin.core.report import check_incident
from tocsin.core.report_doubts import doubts
from tocsin.core.vocabulary import Nearness, search

NUMBERS = ("0012345678901234", "001-12345675", "020 7654 3213", "00340434188888888888")


def doubted(**changes) -> list[str]:
    report = check_incident(smallest_report(**changes), now_s=NOW_S)
    return [place for place, _ in doubts(report, lambda _: None)]


def identified(values: list[str], kind: str | None = None) -> dict:
    return {"identifiers": [{"type": kind, "value": one} if kind else {"value": one} for one in values]}


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_row23_row24_zeros_that_begin_a_number_are_kept_as_they_stand(tmp_path, suffix) -> None:
    rows = [HEADER, *(seizure(identifier=one) for one in NUMBERS)]
    path = tmp_path / f"a.{suffix}"
    if suffix == "csv":
        path.write_text("".join(",".join(map(str, row)) + "\n" for row in rows))
    else:
        workbook(path, rows)
    bodies, _ = imported(path)
    assert list(NUMBERS) == [one["transport"]["identifiers"][0]["value"] for one in bodies]


def test_row23_a_domestic_number_is_taken_without_a_doubt_and_without_a_type() -> None:
    assert [] == doubted(transport=identified(["0012345678901234"]))


def test_row23_the_issuer_and_the_check_digit_are_doubted_apart() -> None:
    words = [doubt("s10", one) or "" for one in ("RB123456785XX", "RB473124851CN", "RB473124850CN")]
    assert [(True, False), (False, True), (False, False)] == [
        ("no country" in one, "check digit" in one) for one in words
    ]


@pytest.mark.parametrize("value", ["HAWB-7Q/12", "001-12345676", "ABC"])
def test_row24_the_rest_by_seven_is_asked_of_a_master_waybill_alone(value) -> None:
    assert ([], ["transport.identifiers[0].value"]) == (
        doubted(transport=identified([value], "house-awb")),
        doubted(transport=identified([value], "awb")),
    )


@pytest.mark.parametrize(
    "value", ["TSCU4102030HELLO", "TSC,4102030", "TSCU4102031", "TSCU 410203", "TSCX4102030"]
)
def test_row25_a_container_number_with_anything_else_about_it_is_doubted(value) -> None:
    assert doubt("container", "TSCU4102030") is None
    assert doubt("container", value) is not None


@pytest.mark.parametrize("code", ["29391", "2939100", "101", "293.91", "29 39"])
def test_row27_an_hs_code_that_may_have_lost_its_zero_is_asked_about(code) -> None:
    substance = {"name_as_declared": "x", "hs": code, "hs_edition": 2022}
    with pytest.raises(InvalidReportError) as refused:
        check_incident(smallest_report(substances=[substance]), now_s=NOW_S)
    assert [("substances[0].hs", True)] == [
        (place, "chapters 1 to 9 begin with 0" in why) for place, why in refused.value.problems
    ]


@pytest.mark.parametrize("suffix", [FileFormat.CSV, FileFormat.XLSX])
def test_row27_an_hs_code_of_chapter_1_comes_back_with_its_zero(tmp_path, suffix) -> None:
    substance = {"name_as_declared": "x", "hs": "010121", "hs_edition": 2022}
    body = check_incident(
        smallest_report(national_reference="A-1", substances=[substance]), now_s=NOW_S
    ).body
    out = tmp_path / f"out.{suffix}"
    own = dict.fromkeys(
        ("originator", "originator_name", "stream", "region", "report_id", "version", "time")
    )
    _WRITERS[suffix](out, iter([{**own, "schema": "tocsin.report.v1.IncidentReport", "report": body}]))
    bodies, outcome = imported(out)
    assert ({}, "010121") == (dict(outcome.reasons), bodies[0]["substances"][0]["hs"])


def test_row27_a_base_with_the_key_of_its_salt_is_linked_and_stays_as_it_was_written() -> None:
    salt = {"name_as_declared": "fentanyl", "cas": "1443-54-5"}  # the number of the hydrochloride
    report = check_incident(smallest_report(substances=[salt]), now_s=NOW_S)
    assert ((), ("fentanyl", "1443-54-5")) == (
        doubts(report, lambda _: None),
        tuple(report.body["substances"][0][name] for name in ("name_as_declared", "cas")),
    )


def test_row27_part_of_a_key_is_shown_as_related_with_its_reason_and_never_as_the_substance() -> None:
    whole, part = (search(key)[0] for key in ("PJMPHNIQZUBGLI-UHFFFAOYSA-N", "PJMPHNIQZUBGLI-UHFFFAOYSA-"))
    assert (Nearness.EXACT, Nearness.RELATED) == (whole.nearness, part.nearness)
    assert part.why != whole.why
