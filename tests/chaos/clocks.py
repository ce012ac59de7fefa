"""The wall clocks of the services, which faults set wrong while they run. See `tests.chaos.service`."""

from __future__ import annotations

import struct
from pathlib import Path


class WallClock:
    """The clock of one service: the world's, and by how much it is wrong."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._world_s = self._wrong_s = 0.0
        self._write()

    def world(self, ahead_s: float) -> None:
        """So much time has passed for everybody beyond this machine's own."""
        self._world_s = ahead_s
        self._write()

    def wrong(self, by_s: float) -> None:
        """Somebody set it wrong; 0 sets it right."""
        self._wrong_s = by_s
        self._write()

    def _write(self) -> None:
        # In place: the service has the file mapped.
        with self.path.open("r+b" if self.path.exists() else "w+b") as file:
            file.write(struct.pack("d", self._world_s + self._wrong_s))
