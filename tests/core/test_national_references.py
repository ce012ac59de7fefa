"""A reference that nobody gave: country, agency, year, number; exercises by themselves."""

import pytest

from tests.support.reports import NOW_S, smallest_report
from tocsin.core.national_references import Issuer, Series, is_agency, referenced, series_of
from tocsin.core.report import check_incident

NEW_YEAR_S = 1_798_761_600  # 2027-01-01T00:00:00Z


def test_a_reference_has_country_agency_year_and_five_digits():
    assert "XX-CUS-2026-00001" == Issuer("XX", "CUS").reference(Series(2026, False), 1)


def test_the_agency_is_the_national_focal_point_unless_one_is_named():
    assert "XX-NFP-2026-00042" == Issuer("XX").reference(Series(2026, False), 42)


def test_a_sixth_digit_comes_when_five_do_not_suffice():
    assert "XX-CUS-2026-100000" == Issuer("XX", "CUS").reference(Series(2026, False), 100_000)


def test_an_exercise_is_never_taken_for_an_incident():
    assert "XX-EXERCISE-2026-00001" == Issuer("XX", "CUS").reference(Series(2026, True), 1)


@pytest.mark.parametrize(("second", "year"), [(NEW_YEAR_S - 1, 2026), (NEW_YEAR_S, 2027)])
def test_the_year_is_that_of_acceptance_in_utc(second, year):
    report = check_incident(smallest_report(), now_s=NOW_S)
    assert Series(year, False) == series_of(report, second)


def test_an_exercise_is_counted_by_itself():
    report = check_incident(smallest_report(exercise=True), now_s=NOW_S)
    assert series_of(report, NEW_YEAR_S).exercise


def test_a_report_gets_its_reference_outside_and_inside_and_the_one_before_stays():
    report = check_incident(smallest_report(national_reference=None), now_s=NOW_S)
    found = referenced(report, "XX-CUS-2026-00001")
    assert ("XX-CUS-2026-00001",) * 2 == (found.reference, found.body["national_reference"])
    assert (None, None) == (report.reference, report.body["national_reference"])


@pytest.mark.parametrize("text", ["CUS", "NFP", "DEA2", "AB", "A" * 12])
def test_two_to_twelve_capitals_and_digits_stand_for_an_agency(text):
    assert is_agency(text)


@pytest.mark.parametrize("text", ["", "A", "cus", "CU S", "CU-S", "A" * 13, "EXERCISE", "ÄMT", "CUS\n"])
def test_nothing_else_stands_for_an_agency(text):
    assert not is_agency(text)
