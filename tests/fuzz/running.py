"""Splits a run into plans for workers, and watches: who dies or hangs leaves its input behind."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.fuzz.board import Board
from tests.fuzz.results import Results
from tests.fuzz.targets import share
from tests.fuzz.worker import Plan, Tally
from tests.support.source import ROOT

ROUND_INPUTS = 40_000
_LOOK_EVERY_S = 0.2
_MEMORY = Path("/dev/shm")


@dataclass(frozen=True)
class Asked:
    """`mutations`: how many inputs in all, those of earlier runs of the seed among them; or `minutes`."""

    seed: int
    targets: tuple[str, ...]
    mutations: int | None = None
    minutes: float | None = None
    workers: int = 2
    max_input_s: float = 20.0
    weakened: str | None = None


def run(asked: Asked, results: Results) -> Iterator[None]:
    """Judge until all that was asked for is done; yields after each round. `results` grows."""
    ends_s = None if asked.minutes is None else time.monotonic() + asked.minutes * 60
    with ThreadPoolExecutor(asked.workers) as pool:
        while batches := _round(asked, results):
            if ends_s is not None and time.monotonic() >= ends_s:
                return
            began_s = time.monotonic()
            plans = [batches[at :: asked.workers] for at in range(asked.workers)]
            found = pool.map(lambda plan: work_off(asked, plan), plans)
            for tallies in found:
                for name, tally in tallies:
                    results.add(name, tally)
            results.took_s += time.monotonic() - began_s
            yield


def _round(asked: Asked, results: Results) -> list[tuple[str, int, int]]:
    """The next batches, each target's in as many parts as there are workers."""
    shares = {name: share(name) for name in asked.targets}
    all_shares, batches = sum(shares.values()), []
    for name, part_of in shares.items():
        done = results.tallies[name].done if name in results.tallies else 0
        count = ROUND_INPUTS * asked.workers * part_of // all_shares
        if asked.mutations is not None:
            wanted = -(-asked.mutations * part_of // all_shares)
            count = min(count, max(0, wanted - done))
        part = -(-count // asked.workers)
        batches += [
            (name, done + at, min(part, count - at)) for at in range(0, count, part or 1) if count - at
        ]
    return batches


def work_off(asked: Asked, batches: list[tuple[str, int, int]]) -> list[tuple[str, Tally]]:
    """Give the batches to a worker, and to the next one behind each input of which one died."""
    found: list[tuple[str, Tally]] = []
    while batches:
        with tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as folder:
            board = Board(Path(folder) / "board")
            plan = Plan(asked.seed, tuple(batches), folder, asked.weakened)
            why = _worker(plan, Path(folder), board, asked.max_input_s)
            done = _printed(Path(folder))
            found += done
            batches = batches[len(done) :]
            if why is None:
                assert not batches, "a worker ended before its plan did"
                break
            name, number, data = board.read()
            if not batches or name != batches[0][0]:
                raise RuntimeError(f"a worker does not start: {why}")
            died = Tally()
            died.add(number, "crash", asked.max_input_s if "hung" in why else 0.0)
            died.fault(number, why, data)
            found.append((name, died))
            _, first, count = batches[0]
            # What came before it was not told: it is judged once more.
            parts = [(name, first, number - first), (name, number + 1, first + count - number - 1)]
            batches = [one for one in parts if one[2]] + batches[1:]
    return found


def _worker(plan: Plan, folder: Path, board: Board, max_input_s: float) -> str | None:
    """Run a worker to its end; why it died, if it did."""
    command = [sys.executable, "-m", "tests.fuzz.worker", str(folder / "board")]
    with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=out, stderr=err)
        assert process.stdin is not None
        process.stdin.write(json.dumps(asdict(plan)).encode() + b"\n")
        process.stdin.close()
        hung = _watched(process, board, max_input_s)
    if hung:
        return f"hung for over {max_input_s:.0f} s"
    if process.returncode < 0:
        return f"died of {signal.Signals(-process.returncode).name}"
    last = (folder / "err").read_text(errors="replace").strip().rpartition("\n")[2]
    return f"ended with {process.returncode}: {last}" if process.returncode else None


def _watched(process: subprocess.Popen[bytes], board: Board, max_input_s: float) -> bool:
    """Wait for its end; whether it had to be ended because one input took too long."""
    busy, since_s = board.read()[:2], time.monotonic()
    try:
        while process.poll() is None:
            time.sleep(_LOOK_EVERY_S)
            now = board.read()[:2]
            if now != busy:
                busy, since_s = now, time.monotonic()
            elif now[0] and time.monotonic() - since_s > max_input_s and process.poll() is None:
                return True
        return False
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def _printed(folder: Path) -> list[tuple[str, Tally]]:
    lines = (folder / "out").read_text().splitlines()
    return [(name, Tally(**tally)) for name, tally in map(json.loads, lines)]
