"""What a worker is busy with, in a file that its watcher maps too: the number of the input, and its bytes.

It is written before an input is judged, so that who dies or hangs of one leaves it behind.
"""

from __future__ import annotations

import mmap
import struct
from pathlib import Path

MAX_INPUT_BYTES = 1 << 20
_HEAD = struct.Struct(">16sQI")
_SIZE_BYTES = _HEAD.size + MAX_INPUT_BYTES


class Board:
    """One worker's board; both sides open the same path."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(bytes(_SIZE_BYTES))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), _SIZE_BYTES)

    def note(self, target: str, number: int, data: bytes) -> None:
        """The worker begins with an input."""
        kept = data[:MAX_INPUT_BYTES]
        self._map[_HEAD.size : _HEAD.size + len(kept)] = kept
        self._map[: _HEAD.size] = _HEAD.pack(target.encode(), number, len(kept))

    def read(self) -> tuple[str, int, bytes]:
        """(target, number, bytes) of the input that the worker is busy with; no target before the first."""
        name, number, length_bytes = _HEAD.unpack(self._map[: _HEAD.size])
        return name.rstrip(b"\0").decode(), number, self._map[_HEAD.size : _HEAD.size + length_bytes]
