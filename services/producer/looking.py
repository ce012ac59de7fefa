"""`tocsin status`: what became of what was accepted; also beside a service that runs."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from services.producer.own_logs import own_alarms
from services.producer.participant import Participant, open_participant
from services.producer.receipts import COLUMNS, shown
from services.producer.waiting import Obstacle, find_obstacle, waits
from tocsin.adapters.outbox.status import ItemStatus, State
from tocsin.adapters.outbox.store import FILE_NAME, Outbox
from tocsin.adapters.outbox.withdrawals import FAMILY
from tocsin.core.directory import Directory
from tocsin.core.errors import RefusedByRuleError
from tocsin.core.ids import audience_id
from tocsin.core.spans import span
from tocsin.runtime import console
from tocsin.runtime.exits import Exit
from tocsin.runtime.times import clock_time, iso_time


def print_status(
    home: Path, passphrase_file: Path | None, name: str | None, bootstrap: str | None, *, as_json: bool
) -> Exit:
    """Print the versions of the report with this id or national reference, or counts of all; of what waits
    also since when, why and what to do.

    Raises RefusedByRuleError for one that the outbox does not hold, StorageError.
    """
    participant = open_participant(home, passphrase_file)
    if name is None and not (participant.home.outbox / FILE_NAME).exists():
        console.say("nothing was accepted here yet")
        return Exit.WHOLE
    with participant.outbox_to_read() as outbox:
        now_s = int(time.time())
        if name is None:
            _print_counts(participant, outbox, bootstrap, now_s, as_json=as_json)
            return Exit.WHOLE
        found = outbox.status.named(name)
        if not found:
            raise RefusedByRuleError(f"the outbox holds nothing under {name}")
        late = [one for one in found if waits(one, now_s)]
        audiences = {place.audience for one in late for place in one.destinations}
        obstacle = find_obstacle(participant, bootstrap, audiences, now_s) if late else None
        records = [(shown(one, as_json=as_json), one in late) for one in found]
        extra = {"waits": obstacle.record()} if obstacle else {}
        console.rows(
            (record | (extra if is_late else {}) for record, is_late in records),
            COLUMNS[1:],
            as_json=as_json,
        )
        if obstacle:
            _say_waits(obstacle, len(late), min(one.accepted_at_s for one in late), now_s)
        if found[0].family == FAMILY:
            _say_confirmed(outbox, participant.directory_client().load(), found[0])
    if found[0].state is State.REFUSED:
        return Exit.REFUSED
    return Exit.WHOLE if found[0].state is State.PUBLISHED else Exit.INCOMPLETE


def _print_counts(
    participant: Participant, outbox: Outbox, bootstrap: str | None, now_s: int, *, as_json: bool
) -> None:
    """A row for each state; the alarms about our own logs."""
    counts, since_s = outbox.status.counts(), outbox.status.waiting_since_s(now_s)
    audiences = outbox.status.waiting_audiences(now_s)
    obstacle = find_obstacle(participant, bootstrap, audiences, now_s) if since_s else None
    rows: list[dict[str, Any]] = []
    for state, count in counts.items():
        row: dict[str, Any] = {"state": state.value, "count": count}
        if obstacle and state in since_s:
            row |= {"waits_since": iso_time(since_s[state]), "waits": obstacle.record()}
        rows.append(row)
    columns = ["state", "count", *(["waits_since"] if since_s else [])]
    console.rows(rows, columns, as_json=as_json)
    if obstacle:
        _say_waits(obstacle, sum(counts[one] for one in since_s), min(since_s.values()), now_s)
    for kind, topic, partition, offset, _at_s in outbox.logs.alarms():
        console.warn(f"alarm: {kind}: {topic}, partition {partition}, offset {offset}")
    for sentence in own_alarms(outbox):
        console.warn(sentence)


def _say_waits(obstacle: Obstacle, count: int, since_s: int, now_s: int) -> None:
    waited = f"{span(now_s - since_s)}, since {clock_time(since_s)}"
    console.warn(f"{count} {'waits' if count == 1 else 'wait'} ({waited}): {obstacle.said}")
    console.say(f"what to do: {obstacle.do}")


def _say_confirmed(outbox: Outbox, directory: Directory | None, withdrawal: ItemStatus) -> None:
    """Which readers took a withdrawn report out of their views, of those that are members today."""
    confirmed = outbox.withdrawals.confirmations(withdrawal.report_id)
    if directory is None:
        console.say(f"withdrawn; {len(confirmed)} readers confirmed")
        return
    members = {
        one
        for name in {place.audience for place in withdrawal.destinations}
        for one in directory.members(audience_id(name), outbox.originator, int(time.time()))
    }
    missing = sorted(directory.participants[one].name for one in members - confirmed.keys())
    waiting = f"; not yet: {', '.join(missing)}" if missing else ""
    console.say(f"withdrawn; receipts {len(members & confirmed.keys())} of {len(members)}{waiting}")
