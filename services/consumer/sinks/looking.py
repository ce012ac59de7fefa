"""What `tocsin sinks …` does: looks at sinks, their secrets and what was given up; beside a service too."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from services.consumer.looking import inbox_of
from services.consumer.participant import open_participant
from services.consumer.sinks.lines import secrets_of
from services.consumer.sinks.plans import Kind, name_of
from services.consumer.sinks.standing import standing_of
from tocsin.adapters.inbox.sink_items import SinkItem
from tocsin.adapters.inbox.store import Inbox
from tocsin.core.errors import RefusedByRuleError
from tocsin.core.webhook_signing import new_secret, secret_text
from tocsin.runtime import console
from tocsin.runtime.times import iso_time

COLUMNS = (
    "name",
    "kind",
    "state",
    "delivered",
    "delivered_at",
    "waiting",
    "dead",
    "next_try",
    "last_error",
)
DEAD_COLUMNS = ("id", "sink", "what", "came_at", "tries", "first_try_at", "error")


def print_sinks(home: Path, passphrase_file: Path | None, *, as_json: bool) -> None:
    """A row for each sink that ever began."""
    with inbox_of(home, passphrase_file) as inbox:
        console.rows([one.row() for one in standing_of(inbox)], COLUMNS, as_json=as_json)


def print_status(home: Path, passphrase_file: Path | None, sink: str) -> bool:
    """One sink, whole, and on stderr what ails it; whether it is well. Raises RefusedByRuleError."""
    with inbox_of(home, passphrase_file) as inbox:
        name = _known(inbox, sink)
        (one,) = (each for each in standing_of(inbox) if each.name == name)
        row = one.row()
        console.rows([row], list(row))
        trouble = one.trouble(_now_s())
        if trouble is not None:
            console.warn(trouble)
        return trouble is None


def enable(home: Path, passphrase_file: Path | None, sink: str) -> None:
    """Give a sink again what waits for it."""
    with _changing(home, passphrase_file) as inbox:
        name = _known(inbox, sink)
        with inbox.transaction():
            inbox.sinks.disable(name, None)
        console.say(f"sink {name} is given again what waits for it")


def forget(home: Path, passphrase_file: Path | None, sink: str) -> None:
    """Forget a sink that is used no more. One that is taken up again begins anew."""
    with _changing(home, passphrase_file) as inbox:
        name = _known(inbox, sink)
        with inbox.transaction():
            inbox.sinks.forget(name)
        console.say(f"sink {name} is forgotten, with its secrets; the reports stay in the inbox")


def show_secret(home: Path, passphrase_file: Path | None, sink: str) -> None:
    """The secret that a webhook's receiver verifies with; it is made where there is none."""
    name = _webhook(sink)
    with _changing(home, passphrase_file) as inbox:
        secrets = secrets_of(inbox, name, _now_s())
        console.data(secret_text(secrets[0]))
        if len(secrets) > 1:
            console.say("events are signed under the one before it, too, until its time ends")


def rotate_secret(home: Path, passphrase_file: Path | None, sink: str, overlap_hours: int) -> None:
    """A new secret; the one before it signs beside it for a while."""
    name, now_s = _webhook(sink), _now_s()
    with _changing(home, passphrase_file) as inbox:
        ends_s = now_s + overlap_hours * 3_600
        secret = new_secret()
        with inbox.transaction():
            inbox.sink_secrets.add(name, secret, now_s, ends_s)
        console.data(secret_text(secret))
        console.say(f"events are signed under both until {iso_time(ends_s)}: give it to the receiver")


def print_dead(home: Path, passphrase_file: Path | None, *, as_json: bool) -> None:
    """What was given up, of every sink."""
    with inbox_of(home, passphrase_file) as inbox:
        console.rows((_row(one) for one in _all_dead(inbox)), DEAD_COLUMNS, as_json=as_json)


def retry_dead(home: Path, passphrase_file: Path | None, id_: int | None) -> None:
    """Let what was given up begin anew."""
    with _changing(home, passphrase_file) as inbox:
        with inbox.transaction():
            count = inbox.sink_items.retry(id_, _now_s())
        _say_of(count, id_, "will be tried again by the service, or by the next subscribe")


def drop_dead(home: Path, passphrase_file: Path | None, id_: int | None) -> None:
    """Forget what was given up; the reports stay in the inbox."""
    with _changing(home, passphrase_file) as inbox:
        with inbox.transaction():
            count = inbox.sink_items.drop(id_)
        _say_of(count, id_, "dropped; the reports themselves stay in the inbox")


@contextmanager
def _changing(home: Path, passphrase_file: Path | None) -> Iterator[Inbox]:
    with open_participant(home, passphrase_file).inbox_beside() as inbox:
        yield inbox


def _say_of(count: int, id_: int | None, what: str) -> None:
    if id_ is not None and not count:
        raise RefusedByRuleError(f"nothing of number {id_} was given up: see `tocsin sinks dead list`")
    console.say(f"{count} {what}")


def _known(inbox: Inbox, sink: str) -> str:
    name = name_of(sink)
    there = [one.name for one in inbox.sinks.all()]
    if name not in there:
        known = f"there are {', '.join(there)}" if there else "none began yet"
        raise RefusedByRuleError(f"there is no sink {name}: {known}")
    return name


def _webhook(sink: str) -> str:
    """Its name, also before it began: the receiver is set up first."""
    if "=" in sink and not sink.startswith(f"{Kind.WEBHOOK}="):
        raise RefusedByRuleError("only webhooks have a secret")
    return name_of(sink)


def _all_dead(inbox: Inbox) -> Iterator[SinkItem]:
    after = 0
    while page := inbox.sink_items.dead(after):
        yield from page
        after = page[-1].id


def _row(one: SinkItem) -> dict[str, Any]:
    return {
        "id": one.id,
        "sink": one.sink,
        "what": "notice" if one.seq is None else f"report at cursor {one.seq}",
        "cursor": one.seq,
        "came_at": iso_time(one.came_at_s),
        "tries": one.failures,
        "first_try_at": None if one.first_try_s is None else iso_time(one.first_try_s),
        "error": one.error,
    }


def _now_s() -> int:
    return int(time.time())
