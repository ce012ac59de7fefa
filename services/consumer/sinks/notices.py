"""What a sink is told of itself: a heartbeat when reading is up to date and daily, and agreements that end.

A mailbox gets no heartbeats: a mail a day that means nothing teaches people not to look.
"""

from __future__ import annotations

from typing import Any

from services.consumer.agreements import due_reminders, sentence
from services.consumer.sinks.events import HEARTBEAT, notice
from services.consumer.sinks.plans import Kind, SinkPlan
from tocsin.adapters.inbox.sink_items import ItemState
from tocsin.adapters.inbox.store import Inbox
from tocsin.core.agreements import Reminder
from tocsin.core.directory import Directory
from tocsin.core.pauses import has_passed
from tocsin.runtime.times import iso_time

HEARTBEAT_PAUSE_S = 86_400
NEVER_S = -HEARTBEAT_PAUSE_S
ENDING, ENDED = "agreement.ending", "agreement.ended"


class Notices:
    """Queues notices for one sink. Not for two threads at once."""

    def __init__(self, inbox: Inbox, plan: SinkPlan) -> None:
        self._inbox, self._plan = inbox, plan
        self._beat_at_s = NEVER_S

    def queue(self, directory: Directory | None, me: bytes, now_s: int, *, well: bool) -> None:
        """What is due at `now_s`; a notice is queued once, whatever restarts. `well`: Kafka is read, so
        that a heartbeat would be true.
        """
        with self._inbox.transaction():
            if well:
                self._heartbeat(now_s)
            for one in [] if directory is None else due_reminders(directory, me, now_s):
                self._reminder(one, me, now_s)

    def _heartbeat(self, now_s: int) -> None:
        if self._plan.kind is Kind.PING or not has_passed(self._beat_at_s, HEARTBEAT_PAUSE_S, now_s):
            return
        self._beat_at_s = now_s
        items = self._inbox.sink_items
        # One that did not get through says less than this one.
        items.drop_notices(self._plan.name, HEARTBEAT)
        counts = items.counts(self._plan.name)
        data: dict[str, Any] = {
            "sink": self._plan.name,
            "waiting": counts[ItemState.WAITING],
            "dead": counts[ItemState.DEAD],
            "next_within_s": HEARTBEAT_PAUSE_S,
        }
        text = f"Tocsin was here at {iso_time(now_s)}. The next sign comes within a day.\n"
        new = notice(f"{HEARTBEAT}-{now_s}", HEARTBEAT, HEARTBEAT, data, text, now_s)
        items.add(self._plan.name, new, now_s)

    def _reminder(self, one: Reminder, me: bytes, now_s: int) -> None:
        said = sentence(one, me, now_s)
        data = {
            "firm": one.firm.id.hex(),
            "firm_name": one.firm.name,
            "agreement": one.firm.agreement,
            "sponsor_name": one.sponsor.name if one.sponsor else None,
            "ends": iso_time(one.ends_s),
            "days": one.days,
            "text": said,
        }
        type_ = ENDING if one.days else ENDED
        due_s = self._plan.pace.due_s(now_s)
        self._inbox.sink_items.add(
            self._plan.name, notice(one.key, type_, one.key, data, f"{said}\n", due_s), now_s
        )
