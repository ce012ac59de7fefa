"""Follows the reader's feed by cursor while everything around it is killed, as a dashboard would."""

from __future__ import annotations

import threading
import time

from tests.chaos.client import Client
from tests.chaos.history import Shown, shown_of

PAGE_REPORTS = 500
PAUSE_S = 0.03


class Watcher(threading.Thread):
    """Keeps the last cursor and asks again from there; `shown` is all that it was ever shown."""

    def __init__(self, client: Client, begin: int) -> None:
        super().__init__(daemon=True)
        self._client, self._cursor = client, begin
        self._stop_asked = threading.Event()
        self.shown: list[Shown] = []
        self.shown_at_s: dict[str, float] = {}
        """When each report was first shown, monotonic."""

    def run(self) -> None:
        """Until `finish`."""
        while not self._stop_asked.is_set():
            if not self._page():
                self._stop_asked.wait(PAUSE_S)

    def finish(self) -> None:
        """Stop following."""
        self._stop_asked.set()
        self.join()
        self._client.close()

    def _page(self) -> int:
        page = read_page(self._client, self._cursor)
        self.shown += page
        now_s = time.monotonic()
        for one in page:
            self.shown_at_s.setdefault(one.report_id, now_s)
        if page:
            self._cursor = page[-1].cursor
        return len(page)


def read_page(client: Client, cursor: int) -> list[Shown]:
    """What the reader holds behind `cursor`, at most 500; empty also where it does not answer."""
    status, answer = client.ask("GET", f"/v1/reports?after={cursor}&limit={PAGE_REPORTS}")
    return [shown_of(one) for one in answer["reports"]] if status == 200 else []
