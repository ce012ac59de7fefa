"""`tocsin request list | show`: threads between focal points, ours and others'."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from services.consumer.letters.desk import Look, looking, print_rows
from services.consumer.views import without_nulls
from tocsin.adapters.correspondence import Correspondence
from tocsin.adapters.threads import others_threads, own_threads
from tocsin.core.errors import RefusedByRuleError
from tocsin.core.requests import Thread, ThreadState
from tocsin.runtime import console
from tocsin.runtime.exits import Exit
from tocsin.runtime.times import iso_time

COLUMNS = ("thread_id", "owner", "addressee", "title", "due", "state", "reminders")


def print_requests(look: Look, *, overdue: bool) -> Exit:
    """Print every thread, the first due first; INCOMPLETE where one is overdue."""
    now_s = int(time.time())
    with looking(look) as correspondence:
        found = sorted(_threads(correspondence), key=lambda one: one.body["due_at"])
        late = [one for one in found if one.state(now_s) is ThreadState.OVERDUE]
        rows = (_row(correspondence, one, now_s) for one in (late if overdue else found))
        print_rows(rows, COLUMNS, as_json=look.as_json)
    return Exit.INCOMPLETE if late else Exit.WHOLE


def _threads(correspondence: Correspondence) -> Iterator[Thread]:
    yield from (thread for _, thread in own_threads(correspondence))
    yield from (thread for _, thread in others_threads(correspondence))


def show_request(look: Look, wanted: str) -> None:
    """Print one thread whole, as JSON. Raises RefusedByRuleError."""
    asked = wanted.strip().lower()
    with looking(look) as correspondence:
        found = [one for one in _threads(correspondence) if one.body["thread_id"].startswith(asked)]
        if len(found) != 1:
            raise RefusedByRuleError(
                f"{len(found)} threads begin with {wanted}: `tocsin request list` shows them"
            )
        (thread,) = found
        said = [
            {"by": correspondence.name(one.by), "time": iso_time(one.time_s), **one.body}
            for one in thread.responses
        ]
        if thread.strangers:
            console.warn(f"{thread.strangers} responses are by others than who was asked: not shown")
        row = _row(correspondence, thread, int(time.time()))
        console.json_line({**row, **without_nulls({"request": thread.body, "responses": said})})


def _row(correspondence: Correspondence, thread: Thread, now_s: int) -> dict[str, Any]:
    body = thread.body
    return {
        "thread_id": body["thread_id"],
        "owner": correspondence.name(thread.owner),
        "addressee": correspondence.name(thread.addressee),
        "kind": body["kind"],
        "title": body["title"],
        "due": iso_time(body["due_at"]),
        "state": thread.state(now_s).value,
        "ending": body["ending"],
        "reminders": body["reminders"],
        "escalated": body["escalated"],
        "responses": len(thread.responses),
        "exercise": body["exercise"] is True,
    }
