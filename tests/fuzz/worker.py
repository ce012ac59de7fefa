"""A process that judges inputs and may die of it: `python -m tests.fuzz.worker` is started by `running`.

Its plan is one line of JSON on standard input; it prints what it counted as one line of JSON. Each input is
known by (seed, target, number): the dice are thrown anew for each.
"""

from __future__ import annotations

import json
import random
import resource
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

from tests.fuzz.board import Board
from tests.fuzz.target import Target, Verdict
from tests.fuzz.targets import opener
from tests.fuzz.weakened import weaken
from tests.support.starved import used_bytes

MAX_FAULTS = 20


@dataclass(frozen=True)
class Plan:
    """`batches`: (target, first number, count). `folder`: where targets may write."""

    seed: int
    batches: tuple[tuple[str, int, int], ...]
    folder: str
    weakened: str | None = None


@dataclass
class Tally:
    """What became of a target's inputs. `slowest`: (seconds, number)."""

    done: int = 0
    verdicts: dict[str, int] = field(default_factory=dict)
    faults: list[dict[str, Any]] = field(default_factory=list)
    faults_count: int = 0
    slowest: tuple[float, int] = (0.0, 0)
    took_s: float = 0.0
    peak_mib: float = 0.0

    def add(self, number: int, verdict: str, took_s: float) -> None:
        """Count an input."""
        self.done += 1
        self.verdicts[verdict] = self.verdicts.get(verdict, 0) + 1
        self.slowest = max(self.slowest, (took_s, number))

    def fault(self, number: int, what: str, data: bytes) -> None:
        """An input that was believed, or of which something died."""
        self.faults_count += 1
        if len(self.faults) < MAX_FAULTS:
            self.faults.append({"number": number, "what": what, "input": data.hex()})


def work(plan: Plan, board: Board) -> Iterator[tuple[str, Tally]]:
    """Judge each batch, under the limit of memory that its target has."""
    weaken(plan.weakened)
    for name, first, count in plan.batches:
        target = opener(name)(Path(plan.folder) / f"{name}-{first}")
        with Room(target.room_mib):
            tally = _batch(target, name, plan.seed, range(first, first + count), board)
        board.note("", 0, b"")  # busy with no input: opening the next target may take its time
        yield name, tally


class Room:
    """While it lasts, this process may take no more than that much more memory."""

    def __init__(self, room_mib: int) -> None:
        self._room_bytes = room_mib << 20
        self._before = resource.getrlimit(resource.RLIMIT_AS)

    def __enter__(self) -> None:
        resource.setrlimit(resource.RLIMIT_AS, (used_bytes() + self._room_bytes, self._before[1]))

    def __exit__(self, *_: object) -> None:
        resource.setrlimit(resource.RLIMIT_AS, self._before)


def _batch(target: Target, name: str, seed: int, numbers: range, board: Board) -> Tally:
    tally = Tally()
    began_s = time.perf_counter()
    for number in numbers:
        data = target.make(random.Random(f"{seed}/{name}/{number}"))
        board.note(name, number, data)
        at_s = time.perf_counter()
        verdict, fault = judged(target, data)
        tally.add(number, verdict, time.perf_counter() - at_s)
        if fault is not None:
            tally.fault(number, fault, data)
    tally.took_s = time.perf_counter() - began_s
    tally.peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024
    return tally


def judged(target: Target, data: bytes) -> tuple[str, str | None]:
    """(verdict or `crash`, what is amiss or None). A library that prints what it finds is a fault too."""
    said = StringIO()
    try:
        with redirect_stdout(said):
            verdict = target.judge(data)
    except Exception as error:
        return "crash", told(error)
    if said.getvalue():
        return "crash", f"printed {len(said.getvalue())} characters"
    return verdict, "accepted" if verdict is Verdict.ACCEPTED else None


def told(error: BaseException) -> str:
    """Which error, and where: the innermost place in our code and the innermost of all."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{Path(one.filename).name}:{one.lineno}" for one in frames]
    return f"{type(error).__name__}: {str(error)[:200]} at {' < '.join(reversed(places[-4:]))}"


def main() -> None:
    """Work off the plan on standard input; the board's path is the only argument."""
    given = json.loads(sys.stdin.readline())
    given["batches"] = tuple(map(tuple, given["batches"]))
    for name, tally in work(Plan(**given), Board(Path(sys.argv[1]))):
        print(json.dumps([name, asdict(tally)]), flush=True)


if __name__ == "__main__":
    main()
