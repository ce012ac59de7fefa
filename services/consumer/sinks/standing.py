"""How each sink stands: what it delivered, what waits, what ails it. No content, no secret of a URL."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from tocsin.adapters.inbox.sink_items import ItemState
from tocsin.adapters.inbox.sinks import SinkState
from tocsin.adapters.inbox.store import Inbox
from tocsin.runtime.times import clock_time, iso_time


@dataclass(frozen=True, slots=True)
class SinkStanding:
    """A sink's state, how many wait and were given up, and when the next try is due (Unix seconds)."""

    state: SinkState
    waiting: int
    dead: int
    next_due_s: int | None
    ails: str | None = None

    @property
    def name(self) -> str:
        """The sink's name."""
        return self.state.name

    @property
    def next_try_s(self) -> int | None:
        """When something is tried next; None where nothing waits, or it is disabled."""
        if self.next_due_s is None or self.state.disabled is not None:
            return None
        return max(self.next_due_s, self.state.paused_until_s)

    def seen(self, ails: str | None) -> SinkStanding:
        """The same, with what ails its process."""
        return replace(self, ails=ails)

    def trouble(self, now_s: int) -> str | None:
        """What somebody should know; None while all is well."""
        state, parts = self.state, []
        if state.disabled is not None:
            parts.append(f"is disabled ({state.disabled}): tocsin sinks enable {state.name}")
        elif state.failures:
            again = "" if self.next_try_s is None else f", next try {clock_time(self.next_try_s)}"
            times = "once" if state.failures == 1 else f"{state.failures} times in a row"
            parts.append(f"failed {times} ({state.error}){again}")
        if self.waiting and (state.failures or state.disabled or (self.next_due_s or 0) > now_s):
            parts.append("1 waits" if self.waiting == 1 else f"{self.waiting} wait")
        if self.dead:
            parts.append(f"given up: {self.dead}, see tocsin sinks dead list")
        if self.ails is not None:
            parts.append(self.ails)
        return f"sink {state.name}: {'; '.join(parts)}" if parts else None

    def row(self) -> dict[str, Any]:
        """For people and programs."""
        state = self.state
        return {
            "name": state.name,
            "kind": state.kind,
            "state": _word(self),
            "delivered": state.delivered,
            "delivered_at": _time(state.delivered_at_s),
            "waiting": self.waiting,
            "dead": self.dead,
            "next_try": _time(self.next_try_s),
            "failures": state.failures,
            "last_error": state.error,
            "last_error_at": _time(state.error_at_s),
            "disabled": state.disabled,
            "begun_at": iso_time(state.begun_at_s),
        }


def standing_of(inbox: Inbox) -> list[SinkStanding]:
    """Every sink that ever began, by name."""
    found = []
    for state in inbox.sinks.all():
        counts = inbox.sink_items.counts(state.name)
        due_s = inbox.sink_items.next_due_s(state.name)
        found.append(SinkStanding(state, counts[ItemState.WAITING], counts[ItemState.DEAD], due_s))
    return found


def _word(one: SinkStanding) -> str:
    if one.state.disabled is not None:
        return "disabled"
    if one.state.failures:
        return "failing"
    return "has given up some" if one.dead else "well"


def _time(time_s: int | None) -> str | None:
    return None if time_s is None else iso_time(time_s)
