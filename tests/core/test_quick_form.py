"""Ten rows: each answer judged at once, nothing assumed."""

import pytest

from tests.support.reports import NOW_S
from tocsin.core import codes, flat_columns, quick_form
from tocsin.core.quick_form import refusal, report_of, rows, usual_system
from tocsin.core.report import check_incident

ANSWERS = {
    "kind": "Saisie",
    "event_date": "2026-11",
    "country": "DE",
    "locality": "Leipzig",
    "substance": "metonitazene",
    "status": "presumptive",
    "system": "ion",
    "amount": "120",
    "unit": "g",
    "origin": "CN",
    "transport_mode": "5",
    "identifier": "RA473124829CH",
    "declared_text": "paint",
    "tlp": "AMBER",
}


def find(name: str) -> tuple[str, ...]:
    return (name,) if name in codes.country_codes() else ()


@pytest.mark.parametrize("kind", ["", "seizure", "Saisie", "equipment-seizure", "nonsense"])
def test_there_are_ten_rows_of_known_columns_whatever_the_kind(kind) -> None:
    found = rows({"kind": kind})
    assert 10 == len(found)
    assert set().union(*found) <= {one.code for one in flat_columns.columns()}
    assert set().union(*found) >= quick_form.mandatory({"kind": kind})


@pytest.mark.parametrize("kind", sorted(codes.kinds()))
def test_the_mandatory_answers_of_each_kind_make_a_report_that_can_be_sent(kind) -> None:
    usual = {
        "event_date": "unknown", "country": "ZZ", "system": "ion", "tlp": "RED",
        "equipment": "unidentified", "substance": "unidentified",
    }  # fmt: skip
    needed = quick_form.mandatory({"kind": kind})
    answers = {"kind": kind, **{code: usual.get(code, "unknown") for code in needed - {"kind"}}}
    body = check_incident(report_of(answers | {"substance": "unidentified"}, find), now_s=NOW_S).body
    assert kind == body["kind"]


def test_machines_come_first_where_the_kind_is_about_them() -> None:
    assert "equipment" == rows({"kind": "equipment-seizure"})[3][0]
    assert "substance" == rows({"kind": "seizure"})[3][0]


def test_the_answers_make_a_report_that_can_be_sent() -> None:
    body = check_incident(report_of(ANSWERS, find), now_s=NOW_S).body
    assert ("seizure", "0.12", "month") == (
        body["kind"],
        body["substances"][0]["quantity"]["normalised_value"],
        body["event_date"]["precision"],
    )


def test_the_type_of_a_transport_number_is_detected_unless_it_was_said() -> None:
    typed = {**ANSWERS, "identifier_type": "courier"}
    for answers, kind in ((ANSWERS, "s10"), (typed, "courier")):
        assert kind == report_of(answers, find)["transport"]["identifiers"][0]["type"]


def test_what_is_not_answered_is_not_in_the_report() -> None:
    assert {"kind": "seizure"} == report_of({"kind": "seizure", "amount": ""}, find)


@pytest.mark.parametrize(
    ("code", "answer", "word"),
    [
        ("kind", "war", "known codes"),
        ("event_date", "03/04/2026", "day or month"),
        ("country", "QQ", "country"),
    ],
)
def test_an_answer_that_cannot_stand_is_refused_at_once_with_the_reason(code, answer, word) -> None:
    assert word in (refusal(code, answer, find) or "")
    assert not {"--", " map"} & {
        one for one in ("--", " map") if one in (refusal(code, answer, find) or "")
    }
    assert refusal(code, "", find) is None


@pytest.mark.parametrize(
    ("group", "system"),
    [
        ("table-1", "pics"),
        ("table-2", "pics"),
        ("watched", "pics"),
        ("opioid", "ion"),
        ("nps", "ion"),
        (None, None),
    ],
)
def test_a_substance_usually_belongs_to_one_system(group, system) -> None:
    assert system == usual_system(group)
