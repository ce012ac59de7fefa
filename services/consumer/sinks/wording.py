"""An alert or report as a page of plain text: first what to do, then everything that it says."""

from __future__ import annotations

from typing import Any

from services.consumer.printing import fields_of, marking_of
from tocsin.adapters.country_names import country_name
from tocsin.core import codes
from tocsin.core.alert_images import in_words
from tocsin.core.alert_rules import ENDED
from tocsin.core.facts import ALERT_PLACES
from tocsin.runtime.console import harmless
from tocsin.runtime.times import clock_time

LANGUAGE = "en"
_STATUS = {
    "updated": "This replaces an earlier version of the alert.",
    "cleared": "CLEARED: the alert is over. Stop acting on it.",
    "recalled": "RECALLED: the alert was a mistake. Stop acting on it.",
}
_TIMES = frozenset({"issued", "valid_until", "answer_by"})
# They stand above already, or are for machines.
_SAID = frozenset({"status", "action", "title", "tlp", "pap", "tell_customer", "exercise"})


def text_of(rendered: dict[str, Any], authority: str | None = None) -> str:
    """A rendered report as text, made harmless. `authority`: whom a firm asks, and how it is reached."""
    report = rendered["report"]
    lines = [marking_of(rendered), "", report.get("title") or report.get("national_reference") or "Report"]
    lines += [*_to_do(report, authority), ""]
    lines.append(f"from: {rendered['originator_name'] or rendered['originator']}")
    lines.append(f"report: {rendered['report_id']}, version {rendered['version']}, {rendered['time']}")
    lines += [_line(name, value) for name, value in report.items() if name not in _SAID]
    return "\n".join(harmless(line) for line in lines) + "\n"


def _to_do(report: dict[str, Any], authority: str | None) -> list[str]:
    status, action = report.get("status"), report.get("action")
    actions = codes.labels("report_values", "alert_actions")
    said = [_STATUS[status]] if status in _STATUS else []
    if status in ENDED or "alert_id" not in report:
        return said
    said.append(actions.get(action or "", {}).get(LANGUAGE, f"Action: {action}"))
    if authority is not None:
        said.append(f"Your authority: {authority}.")
    if not report.get("tell_customer"):
        said.append("DO NOT TELL THE CUSTOMER.")
    return said


def _line(name: str, value: Any) -> str:
    label = name.replace("_", " ")
    if name in _TIMES and isinstance(value, int):
        return f"{label}: {clock_time(value)}"
    if name in ALERT_PLACES:
        return f"{label}: {', '.join(f'{country_name(code)} ({code})' for code in value)}"
    if name == "mode":
        return f"{label}: {codes.labels('transport_modes').get(value, {}).get(LANGUAGE, value)}"
    if name == "selectors":
        return "\n".join(f"look for, all together: {_tests(one['tests'])}" for one in value)
    if name == "images":
        told = enumerate(in_words(value), 1)
        return "\n".join(f"picture {number}, beside this file: {words}" for number, words in told)
    pairs = fields_of({name: value}, LANGUAGE)
    # A line that others wrote stays behind its label: it cannot look like one of ours.
    return "\n".join(f"{label}: {text}".replace("\n", "\n    ") for label, text in pairs)


def _tests(tests: list[dict[str, Any]]) -> str:
    """The tests of a selector as one sentence; all must hold."""
    said = []
    for one in tests:
        joined = " and " if one["operator"] == "between" else ", "
        wanted = joined.join(one["values"]).replace("\n", " ")
        said.append(f"{one['field'].replace('_', ' ')} {one['operator']} {wanted}")
    return "; ".join(said)
