"""How the answers to each alert stand: our own alerts, and others' that our firms answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tocsin.adapters.correspondence import Correspondence, Got, Sent, given_of
from tocsin.core.answers import TOO_BROAD, Standing, standing
from tocsin.core.ids import audience_id
from tocsin.runtime.times import iso_time

NOT_ISSUED = "this home issued no such alert: not counted"
_ASKS = frozenset({"active", "updated"})


@dataclass(slots=True)
class IssuedAlert:
    """An alert of ours in its newest version, and whom its versions reached."""

    body: dict[str, Any] = field(repr=False)
    reached: set[bytes]


def issued(correspondence: Correspondence) -> dict[str, IssuedAlert]:
    """Our alerts by id, in the order in which they were first issued."""
    found: dict[str, IssuedAlert] = {}
    for one in correspondence.sent("alert"):
        known = found.setdefault(one.body["alert_id"], IssuedAlert(one.body, set()))
        if one.body["version"] >= known.body["version"]:
            known.body = one.body
        known.reached |= _reached(correspondence, one)
    return found


def _reached(correspondence: Correspondence, one: Sent) -> set[bytes]:
    outbox = correspondence.outbox
    return {
        member
        for to in one.to
        if outbox is not None and to.sealed_at_s is not None
        for member in outbox.sent.members_when(audience_id(to.audience), to.sealed_at_s)
    }


def stands(correspondence: Correspondence, alert: IssuedAlert, answers: list[Got], now_s: int) -> Standing:
    """How an alert of ours stands. Firms of other governments are theirs to count."""
    me, people = correspondence.me.id, correspondence.directory.participants
    firms = [people[one] for one in alert.reached if one in people and people[one].is_firm]
    own = frozenset(one.id for one in firms if one.sponsor == me)
    elsewhere = Counter(one.sponsor for one in firms if one.sponsor not in {None, me})
    answer_by = alert.body["answer_by"]
    over = answer_by is not None and now_s > answer_by and alert.body["status"] in _ASKS
    theirs = {who: count for who, count in elsewhere.items() if who is not None}
    return standing(given_of(answers), own, theirs, overdue=over)


def why_not_counted(correspondence: Correspondence, alert: IssuedAlert | None, answer: Got) -> str | None:
    """Why an answer to an alert that is said to be ours counts nothing; None where it counts."""
    if alert is None:
        return NOT_ISSUED
    people, me = correspondence.directory.participants, correspondence.me.id
    firms = [people[one] for one in alert.reached if one in people and people[one].is_firm]
    if answer.body["firms"] is None:
        counted = any(one.id == answer.originator and one.sponsor == me for one in firms)
    else:
        counted = any(one.sponsor == answer.originator != me for one in firms)
    return None if counted else "was never sent this alert: not counted"


def alert_rows(correspondence: Correspondence, now_s: int) -> Iterator[dict[str, Any]]:
    """A row for each alert of ours, then for each of others' that our firms answered, then for each
    that is said to be ours and that this home did not issue.
    """
    ours = issued(correspondence)
    yield from (_own_row(correspondence, alert, now_s) for alert in ours.values())
    theirs: dict[tuple[str, str], list[Got]] = {}
    for one in correspondence.received("answer"):
        if one.body["alert_id"] not in ours or one.body["issuer"] != correspondence.me.id.hex():
            theirs.setdefault((one.body["issuer"], one.body["alert_id"]), []).append(one)
    for (issuer, _), answers in theirs.items():
        yield _others_row(correspondence, bytes.fromhex(issuer), answers)


def _own_row(correspondence: Correspondence, alert: IssuedAlert, now_s: int) -> dict[str, Any]:
    body, me = alert.body, correspondence.me.id
    answers = [
        one for one in correspondence.about("answer", body["alert_id"]) if one.body["issuer"] == me.hex()
    ]
    found = stands(correspondence, alert, answers, now_s)
    return {
        "alert_id": body["alert_id"],
        "version": body["version"],
        "status": body["status"],
        "title": body["title"],
        "issuer": correspondence.name(me),
        "answer_by": None if body["answer_by"] is None else iso_time(body["answer_by"]),
        "sent": len(found.sent) + sum(sent for sent, _ in found.elsewhere.values()),
        "answered": len(found.answered) + sum(told for _, told in found.elsewhere.values()),
        "counts": found.counts,
        "silent": _names(correspondence, found.silent - found.acknowledged),
        "only_acknowledged": _names(correspondence, found.acknowledged),
        "elsewhere": {
            correspondence.name(who): {"sent": sent, "answered": told}
            for who, (sent, told) in found.elsewhere.items()
        },
        "late": _names(correspondence, found.late),
        "too_broad": _too_broad(correspondence, answers, found.strangers),
        "never_sent_it": _names(correspondence, found.strangers),
        "exercise": body["exercise"] is True,
    }


def _others_row(correspondence: Correspondence, issuer: bytes, answers: list[Got]) -> dict[str, Any]:
    """Of an alert that another issued, only our own firms' answers count, and those are passed on."""
    alert_id = answers[0].body["alert_id"]
    title = f"issued by {correspondence.name(issuer)}: tocsin answer {alert_id[:8]} --pass-on"
    firms = frozenset(one.originator for one in answers if correspondence.is_own_firm(one.originator))
    if issuer == correspondence.me.id:
        title, firms = NOT_ISSUED, frozenset()
    found = standing(given_of(answers), firms, {}, overdue=False)
    return {
        "alert_id": alert_id,
        "title": title,
        "issuer": correspondence.name(issuer),
        "answer_by": None,
        "answered": len(found.answered),
        "counts": found.counts,
        "late": [],
        "too_broad": _too_broad(correspondence, answers, found.strangers),
        "never_sent_it": _names(correspondence, found.strangers),
        "exercise": any(one.exercise for one in answers),
    }


def broad_selectors(body: dict[str, Any]) -> list[str]:
    """Which selectors an answer calls too broad, for people; old versions of an answer name none."""
    return [
        f"selector {one['selector']}, {one['per_thousand']} of 1,000 parcels"
        for one in body.get("too_broad") or ()
    ]


def _too_broad(
    correspondence: Correspondence, answers: list[Got], strangers: frozenset[bytes]
) -> dict[str, list[str]]:
    """Who says that selectors of the alert are too broad, each once, and which."""
    told = [one for one in answers if one.body["code"] == TOO_BROAD and one.originator not in strangers]
    latest = {one.originator: one for one in sorted(told, key=lambda one: one.version)}
    return {correspondence.name(who): broad_selectors(one.body) for who, one in latest.items()}


def _names(correspondence: Correspondence, some: frozenset[bytes]) -> list[str]:
    return sorted(map(correspondence.name, some))
