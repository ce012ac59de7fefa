"""Every part of an incident report holds its shape and its bound."""

from typing import Any

import pytest

from tests.support.reports import problems_of, smallest_report
from tocsin.core import report_fields, report_parts
from tocsin.core.report_fields import incident_check

STRICT = incident_check(strict=True)
LENIENT = incident_check(strict=False)
SUBSTANCE = {"name_as_declared": "x"}


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"place": {"locality": "x"}}, "place.country"),
        ({"place": {"country": "QQ"}}, "place.country"),
        ({"place": {"country": "lu"}}, "place.country"),
        ({"place": {"country": "LU", "unlocode": "LUL1X"}}, "place.unlocode"),
        ({"place": {"country": "LU", "site_type": "moon"}}, "place.site_type"),
        ({"substances": [{}]}, "substances[0].name_as_declared"),
        ({"substances": [{**SUBSTANCE, "cas": "108247"}]}, "substances[0].cas"),
        ({"substances": [{**SUBSTANCE, "inchikey": "X"}]}, "substances[0].inchikey"),
        ({"substances": [{**SUBSTANCE, "hs": "2933.36"}]}, "substances[0].hs"),
        ({"substances": [{**SUBSTANCE, "hs": "29333"}]}, "substances[0].hs"),
        ({"substances": [{**SUBSTANCE, "purity_percent": "101"}]}, "substances[0].purity_percent"),
        ({"substances": [{**SUBSTANCE, "quantity": {"value": "x"}}]}, "substances[0].quantity.value"),
        ({"equipment": [{"make": "x"}]}, "equipment[0].type"),
        ({"equipment": [{"type": "other", "count": -1}]}, "equipment[0].count"),
        ({"route": [{"role": "origin"}]}, "route[0].country"),
        ({"route": [{"country": "ZZ", "role": "pilot"}]}, "route[0].role"),
        ({"route": [{"country": "ZZ", "order": 50}]}, "route[0].order"),
        ({"transport": {"mode": "44"}}, "transport.mode"),
        ({"transport": {"identifiers": [{"type": "s10"}]}}, "transport.identifiers[0].value"),
        ({"declared": {"currency": "euro"}}, "declared.currency"),
        ({"declared": {"value": 1.5}}, "declared.value"),
        ({"concealment": {"code": "magic"}}, "concealment.code"),
        ({"parties": [{"role": "pilot"}]}, "parties[0].role"),
        ({"narrative": {"language": "english, please"}}, "narrative.language"),
        ({"outcome": {"arrests": "two"}}, "outcome.arrests"),
        ({"links": [{"type": "duplicate"}]}, "links[0].reference"),
        ({"links": [{"reference": "x", "originator": "ab"}]}, "links[0].originator"),
        ({"handling": {"pap": "AMBER"}}, "handling.tlp"),
        ({"handling": {"tlp": "AMBER", "permitted_actions": ["x"]}}, "handling.permitted_actions[0]"),
        ({"handling": {"tlp": "AMBER", "evaluation": {"scheme": "x"}}}, "handling.evaluation.scheme"),
        ({"reported_at": "yesterday"}, "reported_at"),
        ({"completeness": 101}, "completeness"),
        ({"exercise": "yes"}, "exercise"),
    ],
)
def test_each_part_names_what_is_wrong_with_it(changes: dict[str, Any], place: str) -> None:
    assert [place] == list(problems_of(STRICT, smallest_report(**changes)))


BOUNDS = [
    ("substances", SUBSTANCE, report_fields.MAX_SUBSTANCES),
    ("equipment", {"type": "other"}, report_fields.MAX_EQUIPMENT),
    ("route", {"country": "ZZ"}, report_parts.MAX_ROUTE_LEGS),
    ("parties", {"name": "x"}, report_fields.MAX_PARTIES),
    ("links", {"reference": "x"}, report_fields.MAX_LINKS),
]


@pytest.mark.parametrize("check", [STRICT, LENIENT])
@pytest.mark.parametrize(("field", "entry", "bound"), BOUNDS)
def test_every_list_is_bounded_on_both_sides(check: Any, field: str, entry: Any, bound: int) -> None:
    assert bound == len(check(smallest_report(**{field: [entry] * bound}))[field])
    assert [field] == list(problems_of(check, smallest_report(**{field: [entry] * (bound + 1)})))


def test_identifiers_are_bounded_and_kept_even_where_their_check_digit_fails() -> None:
    wrong = {"type": "s10", "value": "RA473124828CH"}
    full = {"identifiers": [wrong] * report_parts.MAX_IDENTIFIERS}
    assert wrong == STRICT(smallest_report(transport=full))["transport"]["identifiers"][0]
    over = {"identifiers": [wrong] * (report_parts.MAX_IDENTIFIERS + 1)}
    assert ["transport.identifiers"] == list(problems_of(STRICT, smallest_report(transport=over)))


def test_a_country_that_is_newer_than_the_reader_passes_the_reader() -> None:
    report = smallest_report(place={"country": "QQ"})
    assert "QQ" == LENIENT(report)["place"]["country"]


def test_a_country_is_two_capitals_even_for_a_lenient_reader() -> None:
    assert ["place.country"] == list(problems_of(LENIENT, smallest_report(place={"country": "Peru"})))
