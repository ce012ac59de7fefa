"""`tocsin tips list | show | to-report | to-alert`: what firms noticed, and what may be made of it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from services.consumer.letters.desk import Look, looking, print_rows
from services.consumer.views import without_nulls
from tocsin.adapters.correspondence import Correspondence, Got, newest
from tocsin.adapters.whole_files import write_whole
from tocsin.core import codes
from tocsin.core.errors import RefusedByRuleError
from tocsin.core.primitives import random_bytes
from tocsin.core.tip_drafts import alert_draft, report_draft
from tocsin.runtime import console
from tocsin.runtime.times import iso_time

COLUMNS = ("tip_id", "time", "by", "kind", "title", "state", "answers")
DO_NOT_TELL = "do not tell the customer: that you gave a tip is not yours to say"


def print_tips(look: Look) -> None:
    """Tips that came, for an authority; tips that were given, for a firm."""
    with looking(look) as correspondence:
        if correspondence.me.is_firm:
            console.warn(DO_NOT_TELL)
        rows = given(correspondence) if correspondence.me.is_firm else came(correspondence)
        print_rows(rows, COLUMNS, as_json=look.as_json)


def came(correspondence: Correspondence) -> Iterator[dict[str, Any]]:
    """Tips of our firms, the newest version of each, with what we answered."""
    told = _codes(one.body for one in correspondence.sent("feedback"))
    tips = correspondence.received("tip")
    for one in newest(tips, lambda one: (one.originator, one.body["tip_id"])):
        by, answers = correspondence.name(one.originator), told.get(one.body["tip_id"])
        yield _row(one.body, iso_time(one.time_s), by, "received", answers)


def given(correspondence: Correspondence) -> Iterator[dict[str, Any]]:
    """Tips that we, a firm, gave, and what our authority answered."""
    told = _codes(one.body for one in correspondence.received("feedback"))
    tips = {one.body["tip_id"]: one for one in correspondence.sent("tip")}
    mine = correspondence.name(correspondence.me.id)
    for tip_id, one in tips.items():
        yield _row(one.body, iso_time(one.accepted_at_s), mine, one.state, told.get(tip_id))


def _codes(feedback: Iterable[dict[str, Any]]) -> dict[str, list[str]]:
    """What was said of each tip."""
    told: dict[str, list[str]] = {}
    for body in feedback:
        told.setdefault(body["subject"], []).append(body["code"])
    return told


def _row(body: dict[str, Any], at: str, by: str, state: str, answers: list[str] | None) -> dict[str, Any]:
    return {
        "tip_id": body["tip_id"],
        "time": at,
        "by": by,
        "kind": body["kind"],
        "title": body["title"],
        "state": state,
        "answers": answers or [],
        "exercise": body["exercise"] is True,
    }


def show_tip(look: Look, wanted: str) -> None:
    """One tip whole, as JSON, with the feedback to it. Raises RefusedByRuleError."""
    with looking(look) as correspondence:
        firm = correspondence.me.is_firm
        body, by = _given_tip(correspondence, wanted) if firm else _came_tip(correspondence, wanted)
        if firm:
            console.warn(DO_NOT_TELL)
        else:
            limits = ", ".join(body["limits"]) or "those of the agreement"
            console.say(f"given voluntarily under {body['agreement'] or 'no agreement'}; limits: {limits}")
        letters = correspondence.received("feedback") if firm else correspondence.sent("feedback")
        answers = [one.body for one in letters if one.body["subject"] == body["tip_id"]]
        console.json_line({"by": by, "tip": without_nulls(body), "answers": without_nulls(answers)})


def _came_tip(correspondence: Correspondence, wanted: str) -> tuple[dict[str, Any], str]:
    found = correspondence.one("tip", wanted, "tip")
    return found.body, correspondence.name(found.originator)


def _given_tip(correspondence: Correspondence, wanted: str) -> tuple[dict[str, Any], str]:
    ours = {one.body["tip_id"]: one.body for one in correspondence.sent("tip")}
    found = [body for tip_id, body in ours.items() if tip_id.startswith(wanted.lower())]
    if len(found) != 1:
        raise RefusedByRuleError(f"{len(found)} tips of ours begin with {wanted}: see `tocsin tips list`")
    return found[0], correspondence.name(correspondence.me.id)


def _authoritys(correspondence: Correspondence, wanted: str) -> Got:
    if correspondence.me.is_firm:
        raise RefusedByRuleError("reports and alerts are made by the authority that the tip went to")
    return correspondence.one("tip", wanted, "tip")


def tip_to_report(look: Look, wanted: str, out: Path) -> None:
    """Write the draft of a report, without the firm's name. Raises RefusedByRuleError."""
    with looking(look) as correspondence:
        tip = _authoritys(correspondence, wanted)
        draft = report_draft(tip.body, correspondence.name(tip.originator))
        _write(out, draft)
    _say_limits(tip)
    console.say(f"{out}: complete it, then tocsin report check {out} and tocsin publish {out}")


def tip_to_alert(look: Look, wanted: str, sectors: Iterable[str], out: Path) -> None:
    """Write the draft of an alert: codes only, no sentence of the tip. Raises RefusedByRuleError."""
    chosen = list(sectors)
    if unknown := [one for one in chosen if one not in codes.sectors()]:
        known = ", ".join(sorted(codes.sectors()))
        raise RefusedByRuleError(f"there is no sector {unknown[0]}; known are {known}")
    with looking(look) as correspondence:
        tip = _authoritys(correspondence, wanted)
        draft = alert_draft(tip.body, random_bytes(16).hex(), chosen, int(time.time()))
        _write(out, draft)
    _say_limits(tip)
    console.say(f"{out}: write title and advice yourself; until then it cannot be sent")


def _say_limits(tip: Got) -> None:
    if tip.body["limits"]:
        console.warn(f"the firm set limits: {', '.join(tip.body['limits'])}")


def _write(out: Path, draft: dict[str, Any]) -> None:
    write_whole(out, json.dumps(without_nulls(draft), indent=1, ensure_ascii=False).encode() + b"\n")
