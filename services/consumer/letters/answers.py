"""`tocsin answers`: how the answers to alerts stand, for who issued them and for whose firms answered."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from services.consumer.letters.alert_rows import alert_rows, broad_selectors, issued, why_not_counted
from services.consumer.letters.desk import SHOWN_DIGITS, Look, looking, print_rows
from services.consumer.letters.owed import COLUMNS as OWED_COLUMNS
from services.consumer.letters.owed import LATE, owed_rows
from tocsin.adapters.correspondence import Correspondence, newest
from tocsin.core.errors import RefusedByRuleError
from tocsin.runtime import console
from tocsin.runtime.exits import Exit
from tocsin.runtime.times import iso_time

COLUMNS = ("alert_id", "title", "answer_by", "sent", "answered", "late", "counts")
GIVEN_COLUMNS = ("alert_id", "code", "count", "time", "state")
MAX_SAID = 20
DETAIL_COLUMNS = ("by", "code", "count", "item_number", "ground", "too_broad", "time", "remark")


def print_answers(look: Look, *, overdue: bool) -> Exit:
    """Print each alert with its counts; INCOMPLETE where an answer is overdue."""
    now_s = int(time.time())
    with looking(look) as correspondence:
        if correspondence.me.is_firm:
            return _print_of_firm(correspondence, look, now_s, overdue=overdue)
        rows = list(alert_rows(correspondence, now_s))
        shown = [one for one in rows if one["late"] or not overdue]
        print_rows(shown, COLUMNS, as_json=look.as_json)
    return Exit.INCOMPLETE if any(one["late"] for one in rows) else Exit.WHOLE


def _print_of_firm(correspondence: Correspondence, look: Look, now_s: int, *, overdue: bool) -> Exit:
    """A firm sees what it answered and hears what it owes; `overdue`: what waits beyond its day."""
    owed = list(owed_rows(correspondence, now_s))
    late = [one for one in owed if one["state"] == LATE]
    if overdue:
        print_rows(late, OWED_COLUMNS, as_json=look.as_json)
    else:
        print_rows(given_rows(correspondence), GIVEN_COLUMNS, as_json=look.as_json)
        for one in owed[:MAX_SAID]:
            name, by = one["alert_id"][:SHOWN_DIGITS], one["answer_by"]
            console.say(f"alert {name} waits for an answer by {by}: {one['state']}")
        if len(owed) > MAX_SAID:
            console.say(f"and {len(owed) - MAX_SAID} more alerts wait for an answer")
    return Exit.INCOMPLETE if late else Exit.WHOLE


def given_rows(correspondence: Correspondence) -> Iterator[dict[str, Any]]:
    """What we, a firm, answered, each in its newest version."""
    newest_of = {one.report_id: one for one in correspondence.sent("answer")}
    for one in newest_of.values():
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
        if correspondence.me.is_firm:
            given = given_rows(correspondence)
            about = (one for one in given if one["alert_id"].startswith(wanted.lower()))
            print_rows(about, GIVEN_COLUMNS, as_json=look.as_json)
            return Exit.WHOLE
        ours = [one for one in issued(correspondence) if one.startswith(wanted.lower())]
        if len(ours) > 1:
            raise RefusedByRuleError(f"{len(ours)} alerts begin with {wanted}: give more of its id")
        alert_id = ours[0] if ours else correspondence.whole_id("answer", wanted, "answer to alert")
        rows = list(answer_rows(correspondence, alert_id))
        print_rows(rows, DETAIL_COLUMNS, as_json=look.as_json)
        for standing in alert_rows(correspondence, int(time.time())):
            if standing["alert_id"] == alert_id:
                _say_who_is_missing(standing)
    return Exit.WHOLE


def _say_who_is_missing(standing: dict[str, Any]) -> None:
    for name in ("silent", "only_acknowledged", "late"):
        if who := standing.get(name):
            console.say(f"{name.replace('_', ' ')}: {', '.join(who)}")
    for who, selectors in (standing.get("too_broad") or {}).items():
        console.say(f"too broad, says {who}: {'; '.join(selectors)}: narrow it with tocsin alert update")


def answer_rows(correspondence: Correspondence, alert_id: str) -> Iterator[dict[str, Any]]:
    """A row for each answer to an alert, in its newest version; `remark` where it does not count."""
    me = correspondence.me.id
    alert = issued(correspondence).get(alert_id)
    answers = correspondence.about("answer", alert_id)
    for one in newest(answers, lambda one: (one.originator, one.report_id)):
        ours = one.body["issuer"] == me.hex()
        yield {
            "by": correspondence.name(one.originator),
            "by_id": one.originator.hex(),
            "code": one.body["code"],
            "count": one.body["count"],
            "firms": one.body["firms"],
            "item_number": one.body["item_number"],
            "ground": one.body["ground"],
            "too_broad": broad_selectors(one.body),
            "alert_version": one.body["alert_version"],
            "version": one.version,
            "time": iso_time(one.time_s),
            "remark": why_not_counted(correspondence, alert, one) if ours else None,
        }
