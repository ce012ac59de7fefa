"""Law: how a national reference looks that nobody gave: `CC-AGENCY-YYYY-NNNNN`.

It guarantees one spelling for each country, agency, year and number, and that exercises stand in a series
of their own, `CC-EXERCISE-YYYY-NNNNN`. Which number comes next, and that none comes twice, is left to the
outbox; that a reference is unique is left to each originator. Source: architecture, "Report model".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from tocsin.core.report import CheckedReport

USUAL_AGENCY = "NFP"  # national focal point
EXERCISE = "EXERCISE"
AGENCY = re.compile(r"[A-Z0-9]{2,12}")
_MIN_DIGITS = 5


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who gives references: ISO 3166-1 alpha-2 code of the country, and the agency's letters and digits."""

    country: str
    agency: str = USUAL_AGENCY

    def reference(self, series: Series, number: int) -> str:
        """The reference of that number, from 1: at least five digits, more where they do not suffice."""
        agency = EXERCISE if series.exercise else self.agency
        return f"{self.country}-{agency}-{series.year}-{number:0{_MIN_DIGITS}}"


@dataclass(frozen=True, slots=True)
class Series:
    """What is counted by itself: the reports of a year (UTC), and its exercises."""

    year: int
    exercise: bool


def series_of(report: CheckedReport, accepted_at_s: int) -> Series:
    """The series in which a report that is accepted at that time (Unix seconds) gets its number."""
    return Series(datetime.fromtimestamp(accepted_at_s, UTC).year, report.exercise)


def referenced(report: CheckedReport, reference: str) -> CheckedReport:
    """An incident report under a reference; `report` is not changed."""
    return replace(report, reference=reference, body={**report.body, "national_reference": reference})


def is_agency(text: str) -> bool:
    """Whether `text` can stand for an agency: 2 to 12 capital letters and digits, but not `EXERCISE`."""
    return AGENCY.fullmatch(text) is not None and text != EXERCISE
