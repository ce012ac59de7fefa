"""Law: what one participant writes to another alone: answers, tips, feedback, requests, responses.

It guarantees that publisher and reader ask one table who may write what to whom: a firm writes answers
and tips to its own national authority and nothing else to anybody; a government writes no report and no
request to a firm. A schema without a line here fails a test. What a letter says is left to `answers`,
`tips`, `feedback` and `requests`; audiences of many, to their own lists of schemas.
Source: wire format, "Letters".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from tocsin.core.answers import answer_check
from tocsin.core.audiences import Audience
from tocsin.core.directory import Directory
from tocsin.core.feedback import feedback_check
from tocsin.core.field_checks import Check
from tocsin.core.participants import Participant
from tocsin.core.requests import request_check, response_check
from tocsin.core.tips import tip_check

NAMESPACE = "tocsin.report.v1"


class Way(StrEnum):
    """From whom to whom."""

    FIRM_TO_SPONSOR = "firm to its sponsor"
    SPONSOR_TO_FIRM = "sponsor to its firm"
    GOVERNMENT_TO_FIRM = "government to firm"
    BETWEEN_GOVERNMENTS = "government to government"


_G2G = Way.BETWEEN_GOVERNMENTS
WAYS: dict[str, frozenset[Way]] = {
    f"{NAMESPACE}.IncidentReport": frozenset({_G2G}),
    f"{NAMESPACE}.AttachmentPart": frozenset({_G2G}),
    f"{NAMESPACE}.Withdrawal": frozenset({_G2G, Way.GOVERNMENT_TO_FIRM, Way.FIRM_TO_SPONSOR}),
    f"{NAMESPACE}.Alert": frozenset({_G2G, Way.GOVERNMENT_TO_FIRM}),
    f"{NAMESPACE}.Answer": frozenset({_G2G, Way.FIRM_TO_SPONSOR}),
    f"{NAMESPACE}.Tip": frozenset({Way.FIRM_TO_SPONSOR}),
    f"{NAMESPACE}.Feedback": frozenset({_G2G, Way.SPONSOR_TO_FIRM}),
    f"{NAMESPACE}.Request": frozenset({_G2G}),
    f"{NAMESPACE}.Response": frozenset({_G2G}),
}
# What has no rules is refused at rung 19; until then only governments may send it.
_UNKNOWN = frozenset({_G2G, Way.GOVERNMENT_TO_FIRM})


@dataclass(frozen=True, slots=True)
class Letter:
    """A kind of letter: its schema's full name, the name of its file in `schemas/reports`, and
    `check(strict=...)` of its fields.
    """

    schema_name: str
    file: str
    check: Callable[..., Check]


LETTERS: dict[str, Letter] = {
    "answer": Letter(f"{NAMESPACE}.Answer", "answer", answer_check),
    "tip": Letter(f"{NAMESPACE}.Tip", "tip", tip_check),
    "feedback": Letter(f"{NAMESPACE}.Feedback", "feedback", feedback_check),
    "request": Letter(f"{NAMESPACE}.Request", "request", request_check),
    "response": Letter(f"{NAMESPACE}.Response", "response", response_check),
}
LETTER_CHECKS = {one.schema_name: one.check for one in LETTERS.values()}


def ways(sender: Participant, addressee: Participant) -> frozenset[Way]:
    """Which ways lead from `sender` to `addressee`; none between firms."""
    if sender.is_firm:
        return frozenset({Way.FIRM_TO_SPONSOR}) if sender.sponsor == addressee.id else frozenset()
    if not addressee.is_firm:
        return frozenset({Way.BETWEEN_GOVERNMENTS})
    own = frozenset({Way.SPONSOR_TO_FIRM}) if addressee.sponsor == sender.id else frozenset()
    return own | {Way.GOVERNMENT_TO_FIRM}


def why_not(schema_name: str, originator: bytes, audience: Audience, directory: Directory) -> str | None:
    """Why `originator` may not send an item of a schema to `audience`, in a sentence; None if it may.

    Of an audience of many only letters are judged here: they never go to one.
    """
    addressee = directory.own_audiences.get(audience.id)
    if addressee is None:
        if schema_name in LETTER_CHECKS:
            return "a letter goes to one participant's own inbox, never to an audience of many"
        return None
    sender = directory.participants.get(originator)
    if sender is None:
        return "the directory does not name its sender"
    allowed = WAYS.get(schema_name, _UNKNOWN)
    if allowed & ways(sender, addressee):
        return None
    if sender.is_firm:
        return "a firm writes answers and tips to its own national authority, and to nobody else"
    if addressee.is_firm:
        return "a firm is sent alerts, and feedback by its own national authority, and nothing else"
    return "this is written by firms to their own national authority alone"
