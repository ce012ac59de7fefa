"""`tocsin request new | answer | remind | close`: what one focal point asks another and is told."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from services.producer.letters.letter import Outgoing
from tocsin.adapters.correspondence import Correspondence, Sent
from tocsin.adapters.threads import own_threads
from tocsin.core.errors import RefusedByRuleError
from tocsin.core.primitives import random_bytes
from tocsin.core.requests import OPEN, ThreadState, closed, reminded
from tocsin.core.standing import day_end_s
from tocsin.runtime.times import clock_time, read_time

USUALLY_DUE_S = 14 * 86_400
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked; `about`: (originator's id, reference) of a report."""

    kind: str
    title: str = field(repr=False)
    text: str | None = field(repr=False)
    due: str = ""
    about: tuple[str | None, str | None] = (None, None)
    language: str | None = None
    identifiers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    tlp: str | None = None
    exercise: bool = False


def pairs(given: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Identifiers from `TYPE=VALUE`. Raises RefusedByRuleError."""
    found = [one.partition("=") for one in given]
    if wrong := [kind for kind, sign, value in found if not sign or not value]:
        raise RefusedByRuleError(f"--identifier is TYPE=VALUE, e.g. lot=7A; {wrong[0]!r} is not")
    return tuple((kind, value) for kind, _, value in found)


def due_at_s(text: str, now_s: int) -> int:
    """The end of a day, or a time, in Unix seconds; 14 days from now where nothing is said.

    Raises RefusedByRuleError.
    """
    if not text:
        return now_s + USUALLY_DUE_S
    if DAY.fullmatch(text):
        return day_end_s(text) - 1
    try:
        return read_time(text)
    except ValueError:
        raise RefusedByRuleError(f"--due {text!r}: write 2026-12-20 or 2026-12-20T12:00Z") from None


def new_request(correspondence: Correspondence, to: str, question: Question, now_s: int) -> list[Outgoing]:
    """The first version of a request. Raises RefusedByRuleError."""
    thread_id = random_bytes(16).hex()
    body: dict[str, Any] = {
        "thread_id": thread_id,
        "kind": question.kind,
        "state": OPEN,
        "title": question.title,
        "text": question.text,
        "language": question.language,
        "about_originator": question.about[0],
        "about_reference": question.about[1],
        "identifiers": [{"type": one, "value": value} for one, value in question.identifiers],
        "asked_at": now_s,
        "due_at": due_at_s(question.due, now_s),
        "tlp": question.tlp,
        "exercise": question.exercise,
    }
    addressee = _participant(correspondence, to)
    news = f"thread {thread_id}, due {clock_time(body['due_at'])}"
    return [Outgoing("request", addressee, thread_id, body, news)]


def _participant(correspondence: Correspondence, wanted: str) -> bytes:
    """A government by its name, country or id."""
    everyone = [one for one in correspondence.directory.participants.values() if not one.is_firm]
    found = [one for one in everyone if wanted in {one.id.hex(), one.name}]
    if not found:
        found = [one for one in everyone if one.country == wanted and "focal-point" in one.roles]
    if len(found) != 1:
        names = ", ".join(sorted(one.name for one in found or everyone))
        raise RefusedByRuleError(f"{wanted!r} is no one focal point; there are: {names}")
    return found[0].id


def _own(correspondence: Correspondence, thread: str) -> Sent:
    """Our own request of that thread. Raises RefusedByRuleError; another's cannot be changed."""
    asked = thread.strip().lower()
    ours = {one.body["thread_id"]: one for one in correspondence.sent("request")}
    found = [one for thread_id, one in ours.items() if thread_id.startswith(asked)]
    if len(found) == 1:
        return found[0]
    if len(found) > 1:
        raise RefusedByRuleError(f"{len(found)} requests begin with {thread}: give more of the id")
    others = next(correspondence.about("request", asked), None) if asked else None
    if others is not None:
        owner = correspondence.name(others.originator)
        raise RefusedByRuleError(f"{owner} asked this: only {owner} can close it or remind of it")
    raise RefusedByRuleError(f"we asked nothing under {thread}: `tocsin request list` shows what we asked")


def reminder(correspondence: Correspondence, thread: str, now_s: int, *, escalate: bool) -> list[Outgoing]:
    """The next version of our request, which reminds of it. Raises RefusedByRuleError."""
    own = _own(correspondence, thread)
    return [_version(own, reminded(own.body, now_s, escalate=escalate))]


def reminders_of_overdue(correspondence: Correspondence, now_s: int, *, escalate: bool) -> list[Outgoing]:
    """A reminder of each of our requests that is overdue and unanswered."""
    return [
        _version(own, reminded(own.body, now_s, escalate=escalate))
        for own, thread in own_threads(correspondence)
        if thread.state(now_s) is ThreadState.OVERDUE
    ]


def ended(correspondence: Correspondence, thread: str, ending: str) -> list[Outgoing]:
    """The last version of our request. Raises RefusedByRuleError."""
    own = _own(correspondence, thread)
    return [_version(own, closed(own.body, ending))]


def _version(own: Sent, body: dict[str, Any]) -> Outgoing:
    return Outgoing("request", own.addressee, body["thread_id"], body)


@dataclass(frozen=True, slots=True)
class Reply:
    """What is said to a request."""

    code: str
    text: str | None = field(default=None, repr=False)
    related_reference: str | None = None
    language: str | None = None


def response_to(correspondence: Correspondence, thread: str, reply: Reply, now_s: int) -> list[Outgoing]:
    """A response to a request that came to us. Raises RefusedByRuleError."""
    request = correspondence.one("request", thread, "request")
    thread_id = request.body["thread_id"]
    if request.body["state"] != OPEN:
        raise RefusedByRuleError(
            f"{correspondence.name(request.originator)} has closed this request ({request.body['ending']})"
        )
    body = {
        "thread_id": thread_id,
        "code": reply.code,
        "text": reply.text,
        "related_reference": reply.related_reference,
        "language": reply.language,
        "answered_at": now_s,
        "tlp": request.body["tlp"],
        "exercise": request.exercise,
    }
    return [Outgoing("response", request.originator, f"{request.originator.hex()}-{thread_id}", body)]
