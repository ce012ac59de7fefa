"""Law: the ten rows that an officer is asked at night, and the report that the answers make.

The rows are columns of `flat_columns`, so that a form, a template and an export name things alike. It
guarantees that an answer is judged as soon as it is given (`refusal`), by the same rules as an imported
cell, that a problem of the whole report names the answer to blame, and that nothing is assumed: what is
not answered is not in the report. Asking, drafts and sending are left to the shell.
Source: docs/reporting.md, "Ten rows".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tocsin.core import codes, flat_columns, flat_rows, report_demands
from tocsin.core.errors import InvalidReportError
from tocsin.core.identifiers import detected

Answers = Mapping[str, str]  # by code of column

_OBJECT = ("substance", "status", "system")
# What the form asks beside the substance where a kind is about something else: by family of kinds.
_OBJECTS = {
    "equipment": ("equipment", "make", "serial", *_OBJECT),
    "order": (*_OBJECT, "supplied", "end_use"),
    "laboratory": (*_OBJECT, "lab_stage", "lab_type"),
    "listing": ("platform", "listing", "handle", *_OBJECT),
    "payment": ("instrument", "account_type", "account", *_OBJECT),
}
_ROWS = (
    ("kind",),
    ("event_date",),
    ("country", "locality"),
    _OBJECT,
    ("amount", "unit"),
    ("origin", "destination"),
    ("transport_mode", "identifier"),
    ("declared_text", "concealment"),
    ("narrative", "language"),
    ("tlp", "pap"),
)
_MANDATORY = frozenset({"kind", "event_date", "country", "system", "tlp"})
_PRECURSOR_GROUPS = frozenset({"table-1", "table-2", "watched"})


def rows(answers: Answers) -> tuple[tuple[str, ...], ...]:
    """The ten rows, each the codes of its columns; the object's row is the one of the kind's family."""
    own = _OBJECTS.get(_family(answers), _OBJECT)
    return tuple(own if row is _OBJECT else row for row in _ROWS)


def mandatory(answers: Answers) -> frozenset[str]:
    """The columns without which a report of this kind cannot be sent; "unknown" is an answer to most."""
    asked = report_demands.place_asked_of(_family(answers))
    return _MANDATORY | ({flat_rows.column_of(asked)} if asked else set())


def _family(answers: Answers) -> str:
    kind = flat_columns.code_meant("kinds", answers.get("kind", ""))
    return "" if kind is None else codes.kinds()[kind]


def refusal(code: str, answer: str, find_countries: Callable[[str], tuple[str, ...]]) -> str | None:
    """Why `answer` cannot stand in column `code`, in a sentence; None if it can."""
    try:
        flat_rows.to_report({code: answer}, _reading(find_countries))
    except InvalidReportError as error:
        return "; ".join(sentence for _, sentence in error.problems)
    return None


def report_of(answers: Answers, find_countries: Callable[[str], tuple[str, ...]]) -> dict[str, Any]:
    """The report for `check_incident`. Raises InvalidReportError whose places are codes of columns."""
    cells = dict(answers)
    kind = detected(cells.get("identifier", ""))
    if kind is not None and not cells.get("identifier_type"):
        cells["identifier_type"] = kind
    return flat_rows.to_report(cells, _reading(find_countries))[0]


def usual_system(substance_group: str | None) -> str | None:
    """The system that a substance of this group belongs to; None where nobody can tell."""
    if substance_group is None:
        return None
    return "pics" if substance_group in _PRECURSOR_GROUPS else "ion"


def _reading(find_countries: Callable[[str], tuple[str, ...]]) -> flat_rows.Reading:
    return flat_rows.Reading(find_countries, of_file=False)
