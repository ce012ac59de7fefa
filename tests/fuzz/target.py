"""What a fuzz target is: it makes changed inputs from a dice, and judges one input of bytes."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Verdict(StrEnum):
    """What became of an input. Only `ACCEPTED` is a fault; so is every exception."""

    SAME = "same"
    """Nothing was changed after all: not counted."""
    REFUSED = "refused"
    ALLOWED = "allowed"
    """Taken, and rightly: another valid file, or a valid report of a member who wrote it so."""
    ACCEPTED = "accepted"
    """Believed though it was changed behind its author's back."""


@dataclass(frozen=True)
class Target:
    """`judge` raises nothing but bugs. `room_mib`: by how much the process may grow beside it.
    `examples`: unchanged inputs, each of which must be allowed: else a run would show nothing.
    """

    make: Callable[[random.Random], bytes]
    judge: Callable[[bytes], Verdict]
    room_mib: int = 64
    examples: tuple[bytes, ...] = ()


Open = Callable[[Path], Target]
"""Builds a target; what it must write, it writes into a folder of its own."""
