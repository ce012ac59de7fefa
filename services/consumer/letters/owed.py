"""What a firm owes: alerts that came to it, ask for an answer by a day, and have none yet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tocsin.adapters.correspondence import Correspondence, newest
from tocsin.core.alert_rules import ENDED, MAX_VALIDITY_S
from tocsin.core.answers import ACKNOWLEDGED, TOO_BROAD
from tocsin.runtime.times import iso_time

COLUMNS = ("alert_id", "title", "issuer", "answer_by", "state")
OPEN, LATE = "open", "late"
_NO_ANSWERS = frozenset({ACKNOWLEDGED, TOO_BROAD})


def owed_rows(correspondence: Correspondence, now_s: int) -> Iterator[dict[str, Any]]:
    """A row for each, the first due first; `state` is `late` once its day has passed, else `open`."""
    answered = {
        one.body["alert_id"] for one in correspondence.sent("answer") if one.body["code"] not in _NO_ANSWERS
    }
    came = correspondence.alerts(now_s - MAX_VALIDITY_S)
    found = newest(came, lambda one: (one.originator, one.body["alert_id"]))
    waiting = [
        one
        for one in found
        if one.body["answer_by"] is not None
        and one.body["status"] not in ENDED
        and one.body["alert_id"] not in answered
    ]
    for one in sorted(waiting, key=lambda one: one.body["answer_by"]):
        yield {
            "alert_id": one.body["alert_id"],
            "title": one.body["title"],
            "issuer": correspondence.name(one.originator),
            "answer_by": iso_time(one.body["answer_by"]),
            "state": LATE if now_s > one.body["answer_by"] else OPEN,
            "exercise": one.exercise,
        }
