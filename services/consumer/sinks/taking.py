"""From the inbox to a sink's queue: what passes its filters, in order, with the time from which it may go.

Cursor and queue move in one transaction: after a crash nothing is taken twice and nothing is passed over.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.consumer.sinks.events import ALERT, WITHDRAWN, notice, stem_of
from services.consumer.sinks.plans import SinkPlan
from services.consumer.views import Views
from tocsin.adapters.inbox.reports import Filter, StoredReport
from tocsin.adapters.inbox.sink_items import MAX_ITEMS, ItemState, NewItem
from tocsin.adapters.inbox.sinks import Reached
from tocsin.adapters.inbox.store import Inbox
from tocsin.core.streams import INBOX

PAGE_REPORTS = 200
ALERTS = "alerts"
AT_WHAT_COMES = -1  # the cursor of a new sink that begins at the end of history


class Taking:
    """Fills one sink's queue. Not for two threads at once."""

    def __init__(self, inbox: Inbox, plan: SinkPlan, regions: Sequence[str] = ()) -> None:
        self._inbox, self._plan, self._regions = inbox, plan, regions
        self._views = Views(inbox)
        self.full = False

    def take(self, now_s: int) -> int:
        """Queue all that is new, until the queue is full; how many were queued."""
        taken = self._withdrawals(now_s)
        while (found := self._page(now_s)) is not None:
            taken += found
        return taken

    def _page(self, now_s: int) -> int | None:
        """One page in one transaction; None where nothing is left to look at."""
        name = self._plan.name
        state = self._inbox.sinks.find(name)
        assert state is not None
        last = self._inbox.reports.last_seq()
        counts = self._inbox.sink_items.counts(name)
        self.full = counts[ItemState.WAITING] + counts[ItemState.DEAD] >= MAX_ITEMS
        if state.cursor == AT_WHAT_COMES:
            with self._inbox.transaction():
                self._inbox.sinks.took(name, last)
            return 0
        if state.cursor >= last or self.full:
            return None
        page = self._inbox.reports.between(state.cursor, last, self._filter(), PAGE_REPORTS)
        taken = 0
        with self._inbox.transaction():
            for report in page:
                taken += self._one(report, now_s)
            whole = len(page) < PAGE_REPORTS
            self._inbox.sinks.took(name, last if whole else page[-1].seq)
        return taken

    def _one(self, report: StoredReport, now_s: int) -> int:
        plan, sinks = self._plan, self._inbox.sinks
        if report.stream == INBOX and not self._views.schema_name(report).endswith(ALERT):
            return 0
        body = self._views.body(report)
        # Who was given an alert is given its updates and its clearance, whatever the filter says.
        if not sinks.reached(plan.name, report.originator, report.report_id) and not plan.filters.passes(
            body
        ):
            return 0
        urgent = plan.urgent is not None and plan.urgent.passes(body)
        due_s = now_s if urgent else plan.pace.due_s(now_s)
        self._inbox.sink_items.add(plan.name, NewItem(f"report-{report.seq}", due_s, report.seq), now_s)
        reached = Reached(report.originator, report.report_id, stem_of(report, body))
        sinks.reach(plan.name, reached, now_s)
        return 1

    def _withdrawals(self, now_s: int) -> int:
        """Tell of what reached the sink and was taken back since; at once, also in quiet hours."""
        taken = 0
        while found := self._inbox.sinks.withdrawn(self._plan.name):
            with self._inbox.transaction():
                for one in found:
                    key = f"withdrawn-{one.originator.hex()}-{one.report_id.hex()}"
                    data = {"originator": one.originator.hex(), "report_id": one.report_id.hex()}
                    text = "Its sender took this report back. Delete every copy of it.\n"
                    new = notice(key, WITHDRAWN, f"{one.stem}-withdrawn", data, text, now_s)
                    self._inbox.sink_items.add(self._plan.name, new, now_s)
                    self._inbox.sinks.told_withdrawn(self._plan.name, one)
                    taken += 1
        return taken

    def _filter(self) -> Filter:
        order = self._inbox.known.regions()
        mask = sum(1 << bit for bit, region in enumerate(order) if region in self._regions)
        streams = self._plan.streams
        return Filter((*streams, INBOX) if ALERTS in streams else streams, mask)
