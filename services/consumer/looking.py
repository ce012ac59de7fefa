"""The commands that only look into the inbox: they read beside a service that runs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.consumer.http import PURPOSE
from services.consumer.participant import open_participant, tokens_of
from services.consumer.subscribe import parse_begin
from services.consumer.views import COLUMNS, Views, row_of
from services.consumer.waiting import gone_sentences, waiting_sentences
from tocsin.adapters.desk.store import note
from tocsin.adapters.inbox.quarantine import Refused
from tocsin.adapters.inbox.reports import MAX_PAGE_REPORTS, Filter
from tocsin.adapters.inbox.store import Inbox
from tocsin.core.audit_chain import BY_THE_HOME, Deed
from tocsin.core.errors import RefusedByRuleError, SettingsError
from tocsin.runtime import console
from tocsin.runtime.times import iso_time

ALARM_COLUMNS = ("first_at", "kind", "originator_name", "stream", "scope", "missing", "times")
REFUSED_COLUMNS = ("id", "at", "topic", "partition", "offset", "step", "reason", "originator_name")


@dataclass(frozen=True)
class Looked:
    """Which reports somebody looks for; None and empty mean any."""

    streams: tuple[str, ...]
    regions: tuple[str, ...]
    originator: str | None
    kind: str | None
    since: str | None


def print_reports(
    home: Path, passphrase_file: Path | None, looked: Looked, page: tuple[int, int], *, as_json: bool
) -> None:
    """Print reports of the inbox. `page`: cursor and limit."""
    with inbox_of(home, passphrase_file) as inbox:
        rows = _reports(inbox, filter_of(inbox, looked), *page)
        console.rows(rows, COLUMNS, as_json=as_json)


def print_alarms(home: Path, passphrase_file: Path | None, since: str | None, *, as_json: bool) -> None:
    """Print alarms, oldest first; on stderr what was gone before it was read, and what records wait for."""
    since_s = parse_begin(since).since_s if since else None
    with inbox_of(home, passphrase_file) as inbox:
        rows = [
            {
                "first_at": iso_time(one.first_at_s),
                "kind": one.alarm.kind.value,
                "originator": one.alarm.originator.hex(),
                "originator_name": inbox.known.name(one.alarm.originator),
                "stream": one.alarm.stream,
                "scope": one.alarm.scope,
                "session": one.alarm.session,
                "counter": one.alarm.counter,
                "missing": one.alarm.missing,
                "times": one.times,
            }
            for one in inbox.alarms.since(since_s or 0)
        ]
        console.rows(rows, ALARM_COLUMNS, as_json=as_json)
        gone = gone_sentences(inbox, since_s or 0)
        for sentence in [*gone, *waiting_sentences(inbox, int(time.time()))]:
            console.warn(sentence)


def print_quarantine(home: Path, passphrase_file: Path | None, *, as_json: bool) -> None:
    """Print refused records, oldest first, and on stderr how many there were of each reason."""
    with inbox_of(home, passphrase_file) as inbox:
        rows = (_refused(inbox, one) for one in _all_refused(inbox))
        console.rows(rows, REFUSED_COLUMNS, as_json=as_json)
        for reason, count in sorted(inbox.quarantine.counts().items()):
            console.say(f"{count} refused: {reason}")


def print_refused(home: Path, passphrase_file: Path | None, id_: int) -> None:
    """Print one refused record as a JSON line."""
    with inbox_of(home, passphrase_file) as inbox:
        one = inbox.quarantine.find(id_)
        if one is None:
            raise RefusedByRuleError(f"there is no refused record {id_}: see `tocsin quarantine list`")
        console.json_line({**_refused(inbox, one), "first_bytes": one.excerpt.hex()})


def make_token(home: Path, name: str, *, remove: bool) -> None:
    """Print a new token on stdout, or take one away."""
    tokens = tokens_of(home)
    if not remove:
        console.data(tokens.create(name, PURPOSE))
        console.say("this is the only time that the token is shown")
    elif not tokens.remove(name):
        raise RefusedByRuleError(f"there is no token {name!r}; there are {', '.join(tokens.names())}")


@contextmanager
def inbox_of(home: Path, passphrase_file: Path | None) -> Iterator[Inbox]:
    """The inbox of the home, to look at."""
    with open_participant(home, passphrase_file).inbox(read_only=True) as inbox:
        yield inbox


@contextmanager
def inbox_to_export(home: Path, passphrase_file: Path | None, what: str) -> Iterator[Inbox]:
    """The same, for what leaves it in clear: where people act by name, the audit log says so first."""
    participant = open_participant(home, passphrase_file)
    note(participant.home, participant.storage_key, Deed(BY_THE_HOME, "exported", what))
    with participant.inbox(read_only=True) as inbox:
        yield inbox


def _reports(inbox: Inbox, wanted: Filter, cursor: int, limit: int) -> Iterator[dict[str, Any]]:
    views = Views(inbox)
    while limit > 0:
        page = inbox.reports.after(cursor, wanted, min(limit, MAX_PAGE_REPORTS))
        if not page:
            return
        yield from (row_of(views.render(one)) for one in page)
        cursor, limit = page[-1].seq, limit - len(page)


def filter_of(inbox: Inbox, looked: Looked) -> Filter:
    """What is looked for, as the inbox understands it. Raises SettingsError."""
    order = inbox.known.regions()
    if unknown := [one for one in looked.regions if one not in order]:
        raise SettingsError(f"no such region: {', '.join(unknown)}; there are {', '.join(order)}")
    mask = sum(1 << order.index(region) for region in set(looked.regions))
    since_s = parse_begin(looked.since).since_s if looked.since else None
    originator = _originator(inbox, looked.originator) if looked.originator else None
    return Filter(looked.streams, mask, originator, looked.kind, since_s)


def _originator(inbox: Inbox, text: str) -> bytes:
    found = inbox.known.participants_named(text)
    if len(found) == 1:
        return found[0]
    try:
        id_ = bytes.fromhex(text)
    except ValueError:
        id_ = b""
    if len(id_) == 16:
        return id_
    raise SettingsError(f"no participant, or more than one, is called {text!r}: give the id")


def _all_refused(inbox: Inbox) -> Iterator[Refused]:
    after = 0
    while page := inbox.quarantine.rows(after):
        yield from page
        after = page[-1].id


def _refused(inbox: Inbox, one: Refused) -> dict[str, Any]:
    return {
        "id": one.id,
        "at": iso_time(one.at_s),
        "topic": one.place.topic,
        "partition": one.place.partition,
        "offset": one.place.offset,
        "step": int(one.step),
        "step_name": one.step.name.lower(),
        "reason": one.reason.value,
        "originator": one.originator.hex() if one.originator else None,
        "originator_name": inbox.known.name(one.originator) if one.originator else None,
        "sha256": one.sha256.hex(),
        "size_bytes": one.size_bytes,
    }
