"""Since when the sender of reports goes by which directory, as its metrics say."""

from __future__ import annotations

import re
import threading
import time

from tests.chaos.client import Client

PAUSE_S = 0.3
_EXPIRES = re.compile(r"^tocsin_(?:producer|consumer)_directory_expires_seconds (\S+)$", re.MULTILINE)


def directory_of(port: int) -> float:
    """When the timestamp of the directory expires that a service goes by; 0 where it does not answer."""
    client = Client(port, "")
    status, text = client.ask("GET", "/metrics")
    client.close()
    found = _EXPIRES.search(text) if status == 200 else None
    return float(found[1]) if found else 0.0


class Sender(threading.Thread):
    """Looks until `finish`. A directory is told by when its timestamp expires: a later one by a later."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self._port = port
        self._ends = threading.Event()
        self._seen: list[tuple[float, float]] = []

    def run(self) -> None:
        """Note each newer directory with the moment at which it was first seen."""
        while not self._ends.wait(PAUSE_S):
            expires_s = directory_of(self._port)
            if expires_s > (self._seen[-1][1] if self._seen else 0):
                self._seen.append((time.monotonic(), expires_s))

    def finish(self) -> None:
        """Stop looking."""
        self._ends.set()
        self.join()

    def since_s(self, expires_s: float) -> float | None:
        """The moment (monotonic) at which a directory of `expires_s` or later was first seen in force."""
        return next((at_s for at_s, seen_s in list(self._seen) if seen_s >= expires_s), None)
