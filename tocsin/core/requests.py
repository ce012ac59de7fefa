"""Law: what focal points ask each other: a request, what is said to it, and how the thread stands.

A request is one item of who asked; each reminder, escalation and the end is a newer version of it. So
only its owner can close it: what another writes under the same thread is another thread. It guarantees
that what counts as a response came from who was asked. Sending is left to the producer.
Source: wire format, "Letters".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any

from tocsin.core import codes
from tocsin.core.errors import InvalidReportError, RefusedByRuleError
from tocsin.core.field_checks import Check, Fields, array, code, flag, record, shaped, text, whole
from tocsin.core.report_parts import MAX_REFERENCE_CHARACTERS, language, name, needs, time_s
from tocsin.core.report_values import values

MAX_TITLE_CHARACTERS = 120
MAX_TEXT_CHARACTERS = 10_000
MAX_SUBSTANCES = 10
MAX_IDENTIFIERS = 20
MAX_REMINDERS = 1_000
MAX_DUE_S = 180 * 86_400
OPEN, CLOSED = "open", "closed"
DEFAULT_TLP = "AMBER"

_ID = shaped(r"[0-9a-f]{32}", "must be 32 lower-case hex digits")
_ASKED = ("thread_id", "kind", "state", "title", "text", "asked_at", "due_at")
_SAID = ("thread_id", "code", "answered_at")
_SILENT = frozenset({"nothing-found", "not-lawful-here", "declined"})


@cache
def request_check(*, strict: bool) -> Check:
    """The check of one version of a request: JSON or decoded Avro to canonical body."""
    identifier = {
        "type": code(values("request_identifier_types"), strict=strict),
        "value": name,
    }
    substance = {"name": name, "cas": _CAS, "quantity": name}
    fields = {
        "thread_id": _ID,
        "kind": code(values("request_kinds"), strict=strict),
        "state": code(values("request_states"), strict=True),
        "title": text(MAX_TITLE_CHARACTERS),
        "text": text(MAX_TEXT_CHARACTERS, lines=True),
        "language": language,
        "about_originator": _ID,
        "about_reference": text(MAX_REFERENCE_CHARACTERS),
        "substances": array(record(substance, then=needs("name"), strict=strict), MAX_SUBSTANCES),
        "identifiers": array(record(identifier, then=needs("value"), strict=strict), MAX_IDENTIFIERS),
        "asked_at": time_s,
        "due_at": time_s,
        "reminders": whole(0, MAX_REMINDERS),
        "escalated": flag,
        "ending": code(values("request_endings"), strict=strict),
        **_marking(),
    }
    return record(fields, arrays=("substances", "identifiers"), then=_whole_request, strict=strict)


_CAS = shaped(r"[0-9]{2,7}-[0-9]{2}-[0-9]", "must look like 108-24-7")


def _marking() -> dict[str, Check]:
    return {
        "tlp": code(codes.tlp_markings(), strict=True),
        "pap": code(codes.pap_markings(), strict=True),
        "exercise": flag,
    }


def _whole_request(out: Fields) -> None:
    problems = [(field, "is missing") for field in _ASKED if out[field] is None]
    out["tlp"] = out["tlp"] or DEFAULT_TLP
    out["reminders"] = out["reminders"] or 0
    out["escalated"] = bool(out["escalated"])
    if not problems and not out["asked_at"] < out["due_at"] <= out["asked_at"] + MAX_DUE_S:
        problems.append(("due_at", "must be after asked_at and at most 180 days on"))
    if (out["state"] == CLOSED) is (out["ending"] is None):
        problems.append(("ending", "stands where the request is closed, and only there"))
    if problems:
        raise InvalidReportError(problems)


@cache
def response_check(*, strict: bool) -> Check:
    """The check of a response: JSON or decoded Avro to canonical body."""
    fields = {
        "thread_id": _ID,
        "code": code(values("response_codes"), strict=strict),
        "text": text(MAX_TEXT_CHARACTERS, lines=True),
        "language": language,
        "related_reference": text(MAX_REFERENCE_CHARACTERS),
        "answered_at": time_s,
        **_marking(),
    }
    return record(fields, then=_whole_response, strict=strict)


def _whole_response(out: Fields) -> None:
    problems = [(field, "is missing") for field in _SAID if out[field] is None]
    out["tlp"] = out["tlp"] or DEFAULT_TLP
    if out["text"] is None and out["related_reference"] is None and out["code"] not in _SILENT:
        problems.append(("text", "is missing: say it, or name the report that says it"))
    if problems:
        raise InvalidReportError(problems)


class ThreadState(StrEnum):
    """How a thread stands, for people."""

    OPEN = "open"
    INTERIM = "interim answer"
    ANSWERED = "answered"
    OVERDUE = "overdue"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Said:
    """One response. `by`: who wrote it, as the ladder found."""

    by: bytes
    time_s: int
    body: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Thread:
    """A request in its newest version with what was said to it, oldest first.

    `strangers` counts responses by others than who was asked: they count for nothing.
    """

    owner: bytes
    addressee: bytes
    body: Mapping[str, Any] = field(repr=False)
    responses: tuple[Said, ...] = ()
    strangers: int = 0

    def state(self, now_s: int) -> ThreadState:
        """How it stands at `now_s`; an interim answer does not end what is overdue."""
        if self.body["state"] == CLOSED:
            return ThreadState.CLOSED
        said = {one.body["code"] for one in self.responses}
        if said - {"interim"}:
            return ThreadState.ANSWERED
        if now_s > self.body["due_at"]:
            return ThreadState.OVERDUE
        return ThreadState.INTERIM if said else ThreadState.OPEN


def thread_of(owner: bytes, addressee: bytes, body: Mapping[str, Any], responses: Iterable[Said]) -> Thread:
    """The thread of a request; only what its addressee said is a response."""
    given = list(responses)
    counted = sorted((one for one in given if one.by == addressee), key=lambda one: one.time_s)
    return Thread(owner, addressee, body, tuple(counted), len(given) - len(counted))


def reminded(body: Mapping[str, Any], now_s: int, *, escalate: bool) -> dict[str, Any]:
    """The next version of an open request that reminds of it. Raises RefusedByRuleError.

    It is escalated where it is asked for, and once it was: only what is overdue can be.
    """
    _refuse_closed(body)
    if escalate and now_s <= body["due_at"]:
        raise RefusedByRuleError("it is not overdue yet: remind without --escalate")
    if body["reminders"] >= MAX_REMINDERS:
        raise RefusedByRuleError(f"it was reminded of {MAX_REMINDERS} times: close it")
    return {
        **body,
        "reminders": body["reminders"] + 1,
        "escalated": bool(body["escalated"]) or escalate,
    }


def closed(body: Mapping[str, Any], ending: str) -> dict[str, Any]:
    """The last version of a request. Raises RefusedByRuleError where it is closed already."""
    _refuse_closed(body)
    return {**body, "state": CLOSED, "ending": ending}


def _refuse_closed(body: Mapping[str, Any]) -> None:
    if body["state"] == CLOSED:
        raise RefusedByRuleError("this request is closed already")
