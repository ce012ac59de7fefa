"""`tocsin status`: what became of what was accepted; also beside a service that runs."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from services.producer.own_logs import FOREIGN
from services.producer.participant import open_participant
from services.producer.publishing import print_counts
from services.producer.receipts import COLUMNS, shown
from tocsin.adapters.outbox.status import ItemStatus, OutboxStatus, State
from tocsin.adapters.outbox.store import FILE_NAME
from tocsin.core.errors import RefusedByRuleError
from tocsin.runtime import console
from tocsin.runtime.exits import Exit


def print_status(home: Path, passphrase_file: Path | None, name: str | None, *, as_json: bool) -> Exit:
    """Print the versions of the report with this id or national reference, or counts of all.

    Raises RefusedByRuleError for one that the outbox does not hold, StorageError.
    """
    participant = open_participant(home, passphrase_file)
    if name is None and not (participant.home.outbox / FILE_NAME).exists():
        console.say("nothing was accepted here yet")
        return Exit.WHOLE
    with participant.outbox_to_read() as outbox:
        if name is None:
            print_counts(outbox.status, as_json=as_json)
            for kind, topic, partition, offset, _at_s in outbox.logs.alarms():
                console.warn(f"alarm: {kind}: {topic}, partition {partition}, offset {offset}")
            if count := len(outbox.logs.alarms()):
                console.warn(FOREIGN.format(count=count))
            return Exit.WHOLE
        found = find(outbox.status, name)
        if not found:
            raise RefusedByRuleError(f"the outbox holds nothing under {name}")
        console.rows((shown(one, as_json=as_json) for one in found), COLUMNS[1:], as_json=as_json)
    if found[0].state is State.REFUSED:
        return Exit.REFUSED
    return Exit.WHOLE if found[0].state is State.PUBLISHED else Exit.INCOMPLETE


def find(status: OutboxStatus, name: str) -> list[ItemStatus]:
    """The versions of a report by its national reference or else its id, newest first."""
    found = status.of_reference(name)
    if found:
        return found
    try:
        return status.of_report(UUID(name).bytes)
    except ValueError:
        return []
