"""Starts the real `tocsin` with its clock, its disk and its checks in the hands of a test.

`python -m tests.chaos.service [--clock FILE] [--synced FOLDER] [--die-after N] [--without CHECK] -- …`

--clock    eight bytes, a double: by how many seconds the wall clock is wrong now (mapped, so that it can
           jump while the service runs).
--synced   keeps beside each database what of it was synced, as a disk would that lost its power: see
           `tests.chaos.power`.
--die-after  SIGKILL to itself once so many records were acknowledged by the broker.
--without  a test build that lacks one check: what `make chaos` must find.
"""

from __future__ import annotations

import argparse
import mmap
import os
import signal
import struct
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tocsin.adapters.kafka.records import OutgoingRecord, Placed

CLOCK_BYTES = 8


def main() -> int:
    """The exit code of the command."""
    split = sys.argv.index("--")
    options = _options(sys.argv[1:split])
    if options.clock:
        _use_clock(options.clock)
    # Whoever takes the clock as a default at import must find this one.
    from tests.chaos import broken, power
    from tocsin.main import main as tocsin

    if options.die_after:
        _die_after(options.die_after)
    if options.synced:
        power.record_syncs(options.synced)
    for check in options.without:
        broken.CHECKS[check]()
    return tocsin(sys.argv[split + 1 :])


def _options(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.service")
    parser.add_argument("--clock", type=Path)
    parser.add_argument("--synced", type=Path)
    parser.add_argument("--die-after", type=int)
    parser.add_argument("--without", action="append", default=[])
    return parser.parse_args(words)


def _use_clock(path: Path) -> None:
    with path.open("rb") as file:
        offset = mmap.mmap(file.fileno(), CLOCK_BYTES, access=mmap.ACCESS_READ)
    real = time.time
    time.time = lambda: real() + struct.unpack_from("d", offset)[0]


def _die_after(records: int) -> None:
    from tocsin.adapters.kafka.publisher import Publisher

    whole, left = Publisher.publish, records

    async def publish(self: Publisher, some: Sequence[OutgoingRecord]) -> list[Placed]:
        nonlocal left
        placed: list[Placed] = []
        for one in some:
            placed += await whole(self, [one])
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)
        return placed

    Publisher.publish = publish  # type: ignore[method-assign]


if __name__ == "__main__":
    sys.exit(main())
