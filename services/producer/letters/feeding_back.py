"""`tocsin feedback give` and `tocsin tips answer`: what came of it, to who gave it."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from services.producer.letters.letter import Outgoing
from tocsin.adapters.correspondence import Correspondence, Got
from tocsin.core.errors import InvalidReportError, RefusedByRuleError
from tocsin.core.tips import named_firms


@dataclass(frozen=True, slots=True)
class Words:
    """What is said of it."""

    code: str
    text: str | None = field(default=None, repr=False)
    language: str | None = None


def tip_answer(correspondence: Correspondence, tip: str, words: Words, now_s: int) -> list[Outgoing]:
    """To the firm that gave the tip. Raises RefusedByRuleError, InvalidReportError."""
    found = correspondence.one("tip", tip, "tip")
    _check_unnamed(correspondence, words)
    return [_letter("tip", found, found.body["tip_id"], words, now_s)]


def feedback_to(
    correspondence: Correspondence, id_: str, words: Words, firm: str | None, now_s: int
) -> list[Outgoing]:
    """To who answered the alert of this id, gave the tip or sent the report. Raises RefusedByRuleError.

    `firm`: of those who answered, only this one (name or id). InvalidReportError for a text to a
    firm that names a firm.
    """
    if reports := _reports(correspondence, id_):
        return [_letter("report", reports[-1], reports[-1].report_id.hex(), words, now_s)]
    if tips := list(correspondence.about("tip", id_)) if len(id_) == 32 else []:
        _check_unnamed(correspondence, words)
        return [_letter("tip", tips[-1], tips[-1].body["tip_id"], words, now_s)]
    answers = correspondence.about(
        "answer", correspondence.whole_id("answer", id_, "answer, tip or report")
    )
    answered = {one.originator: one for one in answers if one.body["firms"] is None}
    wanted = [one for one in answered.values() if _is(correspondence, one.originator, firm)]
    if not wanted:
        raise RefusedByRuleError(f"{firm or 'no firm of ours'} has not answered it")
    _check_unnamed(correspondence, words)
    return [_letter("answer", one, one.body["alert_id"], words, now_s) for one in wanted]


def _reports(correspondence: Correspondence, id_: str) -> list[Got]:
    try:
        return correspondence.report(UUID(id_).bytes)
    except ValueError:
        return []


def _check_unnamed(correspondence: Correspondence, words: Words) -> None:
    """What is told to a firm names no firm: the same words go to all that answered."""
    firms = (one.name for one in correspondence.directory.participants.values() if one.is_firm)
    if problems := named_firms({"text": words.text}, firms):
        raise InvalidReportError(problems)


def _is(correspondence: Correspondence, participant: bytes, wanted: str | None) -> bool:
    return wanted is None or wanted in {participant.hex(), correspondence.name(participant)}


def _letter(about: str, got: Got, subject: str, words: Words, now_s: int) -> Outgoing:
    body = {
        "about": about,
        "subject": subject,
        "code": words.code,
        "text": words.text,
        "language": words.language,
        "given_at": now_s,
        "exercise": got.exercise,
    }
    return Outgoing("feedback", got.originator, f"{subject}-{got.originator.hex()}-{words.code}", body)
