"""Targets of which a worker dies, hangs, or eats too much, each at its input 17."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

from tests.fuzz.target import Target, Verdict

DEADLY_NUMBER = 17


def _deadly(name: str, happens: Callable[[], object]) -> Target:
    # A worker that starts anew behind its dead one judges other numbers: the dice tell which.
    numbers = {random.Random(f"1/{name}/{number}").random(): number for number in range(1_000)}

    def make(dice: random.Random) -> bytes:
        return f"{name} {numbers[dice.random()]}".encode()

    def judge(data: bytes) -> Verdict:
        if data == f"{name} {DEADLY_NUMBER}".encode():
            happens()
        return Verdict.REFUSED

    return Target(make, judge)


def open_killed(_folder: Path) -> Target:
    """The target `killed`."""
    return _deadly("killed", lambda: os.kill(os.getpid(), signal.SIGSEGV))


def open_hung(_folder: Path) -> Target:
    """The target `hung`."""
    return _deadly("hung", lambda: time.sleep(600))


def open_greedy(_folder: Path) -> Target:
    """The target `greedy`."""
    return _deadly("greedy", lambda: [bytearray(1 << 20) for _ in count()])
