"""Law: what came of an answer, a tip or a report, told to who gave it.

It guarantees that what goes back to a firm holds nothing that looks like a number or an address of
somebody: a firm learns that something came of it, not of whom. Whom it is sent to is left to `letters`.
"""

from __future__ import annotations

from functools import cache

from tocsin.core.alert_fields import anonymous
from tocsin.core.errors import InvalidReportError
from tocsin.core.field_checks import Check, Fields, code, flag, record, shaped, text
from tocsin.core.report_parts import language, time_s
from tocsin.core.report_values import values

MAX_TEXT_CHARACTERS = 2_000
REPORT = "report"
_MANDATORY = ("about", "subject", "code", "given_at")
_to_a_firm = anonymous(MAX_TEXT_CHARACTERS, lines=True)


@cache
def feedback_check(*, strict: bool) -> Check:
    """The check of feedback: JSON or decoded Avro to canonical body."""
    fields = {
        "about": code(values("feedback_subjects"), strict=True),
        "subject": shaped(r"[0-9a-f]{32}", "must be 32 lower-case hex digits"),
        "code": code(values("feedback_codes"), strict=strict),
        "text": text(MAX_TEXT_CHARACTERS, lines=True),
        "language": language,
        "given_at": time_s,
        "exercise": flag,
    }
    return record(fields, then=_whole_feedback, strict=strict)


def _whole_feedback(out: Fields) -> None:
    problems = [(field, "is missing") for field in _MANDATORY if out[field] is None]
    if out["text"] is not None and out["about"] != REPORT:
        try:
            _to_a_firm(out["text"])
        except InvalidReportError as error:
            problems += [("text", sentence) for _, sentence in error.problems]
    if problems:
        raise InvalidReportError(problems)
