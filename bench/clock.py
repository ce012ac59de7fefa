"""How the bench measures: repeat for a while, keep the best of a few rounds, report what was seen."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SECONDS = 1.0
ROUNDS = 3


@dataclass
class Took:
    """Seconds of the clock, and of the processor in this process, which counts no waiting."""

    wall_s: float = 0.0
    cpu_s: float = 0.0


@contextmanager
def taking() -> Iterator[Took]:
    """What the block takes, known once it has ended."""
    found, wall_s, cpu_s = Took(), time.perf_counter(), time.process_time()
    yield found
    found.wall_s, found.cpu_s = time.perf_counter() - wall_s, time.process_time() - cpu_s


def rate_per_s(work: Callable[[Any], object], items: Sequence[Any], seconds: float = SECONDS) -> float:
    """Calls of `work` per second over `items`, cycled for at least `seconds`."""
    done, started = 0, time.perf_counter()
    while (spent_s := time.perf_counter() - started) < seconds:
        for item in items:
            work(item)
        done += len(items)
    return done / spent_s


def best_rate_per_s(work: Callable[[Any], object], items: Sequence[Any]) -> float:
    """The best of a few rounds: the machine is shared, and noise only slows."""
    return max(rate_per_s(work, items) for _ in range(ROUNDS))


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def scratch() -> Path:
    """A folder for files of a bench, on the disk of the checkout."""
    path = Path("var/bench")
    path.mkdir(parents=True, exist_ok=True)
    return path
