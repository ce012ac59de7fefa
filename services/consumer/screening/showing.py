"""What people see of hits: what was compared, what the alert asks, what became of it, what was answered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from services.consumer.screening.desk import Desk, open_desk
from tocsin.adapters.screening.hits import StoredHit, one_beginning
from tocsin.core.errors import RefusedByRuleError
from tocsin.core.screening_hits import MIN_ID_CHARACTERS
from tocsin.runtime import console
from tocsin.runtime.times import clock_time, iso_time

COLUMNS = ("hit", "matched", "parcel", "title", "do", "status", "answer")
DO_NOT_TELL = "do not tell the customer"
_NO_VALUES = "its values were forgotten: the lifetime of a hit ended"


def print_new(desk: Desk, cursor: int, *, as_json: bool) -> None:
    """Every hit stored behind `cursor`."""
    found = desk.screening.hits.last_seq() > cursor
    if found or console.wants_json(as_json):
        console.rows(map(rendered, _hits(desk, cursor, only_open=False)), COLUMNS, as_json=as_json)


def print_hits(home: Path, passphrase_file: Path | None, *, only_open: bool, as_json: bool) -> None:
    """Every hit that is kept, or only those without an answer. Raises TocsinError."""
    with open_desk(home, passphrase_file) as desk:
        desk.take_up_alerts()
        console.rows(map(rendered, _hits(desk, 0, only_open=only_open)), COLUMNS, as_json=as_json)


def explain_hit(home: Path, passphrase_file: Path | None, id_: str, *, as_json: bool) -> None:
    """Print one hit: the parcel's values beside the alert's. Raises RefusedByRuleError."""
    with open_desk(home, passphrase_file) as desk:
        desk.take_up_alerts()
        hit = found_hit(desk, id_)
        answers = desk.screening.answers.notes(hit.id)
    record = rendered(hit) | {
        "answers": [
            {"at": iso_time(at_s), "code": code, "note": note, "sent_at": sent and iso_time(sent)}
            for at_s, code, note, sent in answers
        ]
    }
    if console.wants_json(as_json):
        console.json_line(record)
        return
    for line in _lines(hit, record):
        console.data(console.harmless(line))


def found_hit(desk: Desk, id_: str) -> StoredHit:
    """The hit whose id begins so. Raises RefusedByRuleError for none or several."""
    wanted = id_.strip().lower()
    if len(wanted) < MIN_ID_CHARACTERS or not all(char in "0123456789abcdef" for char in wanted):
        raise RefusedByRuleError(
            f"{id_} is no hit: give at least {MIN_ID_CHARACTERS} digits of an id of `tocsin screen hits`"
        )
    return one_beginning(desk.screening.hits.beginning(wanted), wanted)


def rendered(hit: StoredHit) -> dict[str, Any]:
    """The documented JSON shape of a hit, with the columns of the table."""
    shown = hit.shown or {}
    tests = shown.get("tests", [])
    how = "exact" if hit.selector is None else f"pattern, {len(tests)} of {len(tests)} tests"
    return {
        "hit": hit.id,
        "matched": how,
        "parcel": hit.parcel,
        "alert_id": hit.alert[1],
        "version": hit.alert[2],
        "selector": None if hit.selector is None else hit.selector + 1,
        "originator": shown.get("originator"),
        "title": shown.get("title"),
        "advice": shown.get("advice"),
        "action": shown.get("action"),
        "do": _to_do(shown),
        "answer_by": _time(shown.get("answer_by")),
        "valid_until": _time(shown.get("valid_until")),
        "tell_customer": shown.get("tell_customer"),
        "tlp": shown.get("tlp"),
        "pap": shown.get("pap"),
        "exercise": hit.exercise,
        "tests": tests,
        "file": shown.get("file"),
        "found_at": iso_time(hit.found_at_s),
        "status": hit.status,
        "status_at": iso_time(hit.status_at_s),
        "answer": hit.answer,
        "answered_at": _time(hit.answered_at_s),
    }


def _to_do(shown: dict[str, Any]) -> str:
    """Action, deadline and what the customer may hear, for one cell of a table."""
    by = shown.get("answer_by")
    said = [
        shown.get("action"),
        by and f"by {clock_time(by)}",
        None if shown.get("tell_customer") else DO_NOT_TELL,
    ]
    return "; ".join(one for one in said if one)


def _time(time_s: int | None) -> str | None:
    return None if time_s is None else iso_time(time_s)


def _hits(desk: Desk, cursor: int, *, only_open: bool) -> Iterator[StoredHit]:
    while page := desk.screening.hits.after(cursor, only_open=only_open):
        yield from page
        cursor = page[-1].seq


def _lines(hit: StoredHit, record: dict[str, Any]) -> Iterator[str]:
    yield f"hit {hit.id}: {record['matched']}"
    if hit.muted:
        yield "muted: its pattern was too broad"
    if hit.shown is None:
        yield _NO_VALUES
        return
    if hit.exercise:
        yield "EXERCISE: training, no real parcel is meant"
    yield f"{record['originator'] or hit.alert[0].hex()}: {record['title']}"
    yield f"alert {hit.alert[1]}, version {hit.alert[2]}: {hit.status} since {clock_time(hit.status_at_s)}"
    yield f"do: {record['do']}"
    yield f"marking: TLP:{record['tlp']}" + (f", PAP:{record['pap']}" if record["pap"] else "")
    yield f"parcel: {hit.parcel or 'without a number'}, in {record['file']}"
    for one in record["tests"]:
        yield f"  {one['field']:<20} alert: {one['wanted']}"
        yield f"  {'':<20} parcel: {one['has']}"
    if record["advice"]:
        yield f"advice: {record['advice']}"
    for one in record["answers"]:
        sent = f"sent {one['sent_at']}" if one["sent_at"] else "to be sent"
        note = f", note: {one['note']}" if one["note"] else ""
        yield f"answered {one['at']}: {one['code']} ({sent}{note})"
