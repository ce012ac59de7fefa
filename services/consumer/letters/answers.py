"""`tocsin answers`: how the answers to alerts stand, for who issued them and for whose firms answered."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from services.consumer.letters.desk import Look, looking
from tocsin.adapters.correspondence import Correspondence, Got, Sent, given_of, newest
from tocsin.core.answers import Standing, standing
from tocsin.core.errors import RefusedByRuleError
from tocsin.core.ids import audience_id
from tocsin.runtime import console
from tocsin.runtime.exits import Exit
from tocsin.runtime.times import clock_time, iso_time

COLUMNS = ("alert_id", "title", "answer_by", "sent", "answered", "late", "counts")
DETAIL_COLUMNS = ("by", "code", "count", "item_number", "ground", "time", "remark")
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


def print_answers(look: Look, *, overdue: bool) -> Exit:
    """Print each alert with its counts; INCOMPLETE where an answer is overdue."""
    now_s = int(time.time())
    with looking(look) as correspondence:
        if correspondence.me.is_firm:
            console.rows(
                _given(correspondence), ("alert_id", "code", "count", "time", "state"), as_json=look.as_json
            )
            return Exit.WHOLE
        rows = [*_own_rows(correspondence, now_s), *_others_rows(correspondence)]
        shown = [one for one in rows if one["late"] or not overdue]
        console.rows(
            map(_cells if not console.wants_json(look.as_json) else dict, shown),
            COLUMNS,
            as_json=look.as_json,
        )
    return Exit.INCOMPLETE if any(one["late"] for one in rows) else Exit.WHOLE


def _own_rows(correspondence: Correspondence, now_s: int) -> Iterator[dict[str, Any]]:
    me = correspondence.me.id.hex()
    for alert_id, alert in issued(correspondence).items():
        answers = [one for one in correspondence.about("answer", alert_id) if one.body["issuer"] == me]
        found = stands(correspondence, alert, answers, now_s)
        answer_by = alert.body["answer_by"]
        yield {
            "alert_id": alert_id,
            "version": alert.body["version"],
            "status": alert.body["status"],
            "title": alert.body["title"],
            "issuer": correspondence.name(correspondence.me.id),
            "answer_by": None if answer_by is None else iso_time(answer_by),
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
            "never_sent_it": _names(correspondence, found.strangers),
            "exercise": alert.body["exercise"] is True,
        }


def _others_rows(correspondence: Correspondence) -> Iterator[dict[str, Any]]:
    """Alerts of others that our firms answered: to be passed on."""
    me = correspondence.me.id.hex()
    theirs: dict[tuple[str, str], list[Got]] = {}
    for one in correspondence.received("answer"):
        if one.body["issuer"] != me and one.body["firms"] is None:
            theirs.setdefault((one.body["alert_id"], one.body["issuer"]), []).append(one)
    for (alert_id, issuer), answers in theirs.items():
        firms = frozenset(one.originator for one in answers)
        found = standing(given_of(answers), firms, {}, overdue=False)
        yield {
            "alert_id": alert_id,
            "title": f"issued by {correspondence.name(bytes.fromhex(issuer))}: "
            f"tocsin answer {alert_id[:8]} --pass-on",
            "issuer": correspondence.name(bytes.fromhex(issuer)),
            "answer_by": None,
            "answered": len(found.answered),
            "counts": found.counts,
            "late": [],
            "exercise": any(one.exercise for one in answers),
        }


def _names(correspondence: Correspondence, some: frozenset[bytes]) -> list[str]:
    return sorted(map(correspondence.name, some))


def _cells(row: dict[str, Any]) -> dict[str, Any]:
    counts = [f"{count} {code}" for code, count in row["counts"].items() if count]
    return {**row, "alert_id": row["alert_id"][:8], "counts": counts}


def _given(correspondence: Correspondence) -> Iterator[dict[str, Any]]:
    """What we, a firm, answered, and what came of it."""
    for one in correspondence.sent("answer"):
        body = one.body
        yield {
            "alert_id": body["alert_id"],
            "code": body["code"],
            "count": body["count"],
            "item_number": body["item_number"],
            "version": one.version,
            "time": iso_time(one.accepted_at_s),
            "state": one.state,
        }


def print_answers_to(look: Look, wanted: str) -> Exit:
    """Print every answer to one alert, the newest of each. Raises RefusedByRuleError."""
    with looking(look) as correspondence:
        ours = [one for one in issued(correspondence) if one.startswith(wanted.lower())]
        if len(ours) > 1:
            raise RefusedByRuleError(f"{len(ours)} alerts begin with {wanted}: give more of its id")
        alert_id = (
            ours[0] if ours else correspondence.one("answer", wanted, "answer to alert").body["alert_id"]
        )
        rows = list(_details(correspondence, alert_id))
        console.rows(rows, DETAIL_COLUMNS, as_json=look.as_json)
        if not rows:
            console.say("no answer to it has come yet")
    return Exit.WHOLE


def _details(correspondence: Correspondence, alert_id: str) -> Iterator[dict[str, Any]]:
    me = correspondence.me.id
    alert = issued(correspondence).get(alert_id)
    answers = correspondence.about("answer", alert_id)
    for one in newest(answers, lambda one: (one.originator, one.report_id)):
        ours = alert is not None and one.body["issuer"] == me.hex()
        sent = alert is not None and one.originator in alert.reached
        passed = one.body["firms"] is not None
        yield {
            "by": correspondence.name(one.originator),
            "by_id": one.originator.hex(),
            "code": one.body["code"],
            "count": one.body["count"],
            "firms": one.body["firms"],
            "item_number": one.body["item_number"],
            "ground": one.body["ground"],
            "alert_version": one.body["alert_version"],
            "version": one.version,
            "time": clock_time(one.time_s),
            "remark": None if sent or passed or not ours else "was never sent this alert: not counted",
        }
