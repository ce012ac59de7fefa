"""`tocsin status`: what became of what was accepted; also beside a service that runs."""

from __future__ import annotations

import time
from pathlib import Path

from services.producer.own_logs import own_alarms
from services.producer.participant import open_participant
from services.producer.publishing import print_counts
from services.producer.receipts import COLUMNS, shown
from tocsin.adapters.outbox.status import ItemStatus, State
from tocsin.adapters.outbox.store import FILE_NAME, Outbox
from tocsin.adapters.outbox.withdrawals import FAMILY
from tocsin.core.directory import Directory
from tocsin.core.errors import RefusedByRuleError
from tocsin.core.ids import audience_id
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
            for sentence in own_alarms(outbox):
                console.warn(sentence)
            return Exit.WHOLE
        found = outbox.status.named(name)
        if not found:
            raise RefusedByRuleError(f"the outbox holds nothing under {name}")
        console.rows((shown(one, as_json=as_json) for one in found), COLUMNS[1:], as_json=as_json)
        if found[0].family == FAMILY:
            _say_confirmed(outbox, participant.directory_client().load(), found[0])
    if found[0].state is State.REFUSED:
        return Exit.REFUSED
    return Exit.WHOLE if found[0].state is State.PUBLISHED else Exit.INCOMPLETE


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
