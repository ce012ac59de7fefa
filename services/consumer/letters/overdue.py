"""What is overdue, seen by the running service: alerts that owe answers, requests past their day.

Looked up every ten minutes from inbox and outbox, read only, off the event loop. What cannot be looked up
(a schema that is gone) leaves what was found before, and is said once. `/readyz` warns, it does not fail.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric

from services.consumer.letters.alert_rows import alert_rows
from services.consumer.letters.owed import LATE, owed_rows
from services.consumer.participant import Participant
from services.consumer.threads import in_thread
from tocsin.adapters.correspondence import Correspondence, open_correspondence
from tocsin.adapters.threads import others_threads, own_threads
from tocsin.core.errors import DirectoryStaleError, TocsinError
from tocsin.core.requests import ThreadState

PAUSE_S = 600


@dataclass(frozen=True, slots=True)
class Overdue:
    """How many alerts have an answer overdue (a firm: its own); how many requests, ours and to us, are."""

    answers: int = 0
    requests: int = 0

    def sentences(self) -> list[str]:
        """For people, with what shows more."""
        found = []
        if self.answers:
            found.append(f"{_some(self.answers, 'alert has', 'alerts have')} overdue answers: {_ANSWERS}")
        if self.requests:
            found.append(f"{_some(self.requests, 'request is', 'requests are')} overdue: {_REQUESTS}")
        return found


_ANSWERS, _REQUESTS = "tocsin answers --overdue", "tocsin request list --overdue"


def overdue(correspondence: Correspondence, now_s: int) -> Overdue:
    """What is overdue at `now_s`. Raises RefusedByRuleError."""
    if correspondence.me.is_firm:
        return Overdue(sum(1 for row in owed_rows(correspondence, now_s) if row["state"] == LATE))
    late = sum(1 for row in alert_rows(correspondence, now_s) if row["late"])
    threads = [one for side in (own_threads, others_threads) for _, one in side(correspondence)]
    return Overdue(late, sum(1 for one in threads if one.state(now_s) is ThreadState.OVERDUE))


class OverdueWatch:
    """Looks now and then; `found` is what the last good look found."""

    def __init__(self, participant: Participant, tell: Callable[[str], None]) -> None:
        self._participant, self._tell = participant, tell
        self._trouble: str | None = None
        self.found = Overdue()

    async def run_until(self, stop: asyncio.Event) -> None:
        """Look every PAUSE_S until `stop`."""
        while not stop.is_set():
            await in_thread(self.look)
            with suppress(TimeoutError):
                async with asyncio.timeout(PAUSE_S):
                    await stop.wait()

    def look(self) -> None:
        """Look once."""
        one = self._participant
        try:
            with open_correspondence(one.home, one.storage_key) as correspondence:
                self.found = overdue(correspondence, int(one.clock()))
        except DirectoryStaleError:
            return  # nothing was read yet: the loop says so
        except TocsinError as error:
            if str(error) != self._trouble:
                self._tell(f"what is overdue could not be looked up: {error}")
            self._trouble = str(error)
        else:
            self._trouble = None


class OverdueMetrics:
    """Collects when asked, from the last look. The label comes from a closed list."""

    def __init__(self, registry: CollectorRegistry, watch: OverdueWatch) -> None:
        self._watch = watch
        registry.register(self)

    def collect(self) -> Iterator[Metric]:
        """The metric with its values now."""
        overdue_now = GaugeMetricFamily(
            "tocsin_consumer_overdue", "Alerts with overdue answers, and requests.", labels=["what"]
        )
        overdue_now.add_metric(["answers"], self._watch.found.answers)
        overdue_now.add_metric(["requests"], self._watch.found.requests)
        yield overdue_now


def _some(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
