"""Which faults come when: drawn from a seed, printed, and so repeatable as far as a machine allows.

A step is a fault with all its numbers. Nothing is drawn later, so that the same seed and the same list of
faults give the same plan.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

HOUR_S, DAY_S, YEAR_S = 3_600, 86_400, 365 * 86_400
SERVICES = ("producer", "consumer")
MAX_PAUSE_S = 2.0
MAX_AWAY_S = 60.0

GROUPS: dict[str, tuple[str, ...]] = {
    "kills": (
        *("kill-producer", "kill-consumer", "kill-authority", "kill-broker", "kill-cluster"),
        "kill-starting",
    ),
    "network": ("cut-broker", "cut-all", "reset", "slow"),
    "disk": ("full-outbox", "full-inbox", "full-kafka", "full-tmp", "read-only"),
    "clock": ("clock-seconds", "clock-hours", "clock-years"),
    "busy": ("busy-outbox", "busy-inbox"),
    "memory": ("memory",),
    "pause": ("pause-day", "pause-broker"),
    "retention": ("retention",),
    "power": ("power-producer", "power-consumer"),
}
EVERYTHING = tuple(GROUPS)


@dataclass(frozen=True)
class Step:
    """One fault. `after_s`: reports flow for so long before it; `hold_s`: how long it lasts.

    `target`: a service, or the number of a broker; `by`: seconds of a clock, bytes of memory, seconds of
    delay; `again_s`: killed once more so long after its start, None for once.
    """

    fault: str
    after_s: float
    hold_s: float
    target: str = ""
    by: float = 0.0
    again_s: float | None = None

    def __str__(self) -> str:
        about = [self.fault, self.target] if self.target else [self.fault]
        about += [f"{self.by:+g}"] if self.by else []
        about += [f"again after {self.again_s:.2f} s"] if self.again_s is not None else []
        return f"{' '.join(about)} for {self.hold_s:.1f} s"


def faults_named(words: Sequence[str]) -> tuple[str, ...]:
    """The faults of groups and single names; all for none. Raises ValueError for an unknown name."""
    known = {name: (name,) for names in GROUPS.values() for name in names} | GROUPS
    if unknown := [word for word in words if word not in known]:
        raise ValueError(f"no such fault: {', '.join(unknown)}; there are {', '.join(known)}")
    return tuple(dict.fromkeys(name for word in words or EVERYTHING for name in known[word]))


def draw(seed: int, faults: Sequence[str], count: int) -> list[Step]:
    """`count` steps from `faults`; each fault comes before one comes twice as often."""
    rng = random.Random(seed)
    order: list[str] = []
    while len(order) < count:
        order += rng.sample(faults, len(faults))
    return [_step(rng, fault) for fault in order[:count]]


def _step(rng: random.Random, fault: str) -> Step:
    after_s, hold_s = rng.uniform(0, MAX_PAUSE_S), rng.uniform(0, 2)
    service, broker = rng.choice(SERVICES), str(rng.randint(1, 3))
    sign = rng.choice((-1, 1))
    again_s = rng.uniform(0, 1.5) if rng.random() < 0.5 else None
    match fault:
        case "kill-producer" | "kill-consumer" | "kill-authority":
            return Step(fault, after_s, hold_s, again_s=again_s)
        case "kill-starting":
            return Step(fault, after_s, 0, service, again_s=rng.uniform(0, 1.5))
        case "kill-broker" | "cut-broker" | "pause-broker":
            return Step(fault, after_s, rng.uniform(0, 8), broker)
        case "kill-cluster":
            return Step(fault, after_s, min(MAX_AWAY_S, rng.expovariate(1 / 8)))
        case "cut-all":
            return Step(fault, after_s, rng.uniform(0, 15))
        case "slow":
            return Step(fault, after_s, rng.uniform(2, 8), by=rng.uniform(0.02, 0.2))
        case "clock-seconds":
            return Step(fault, after_s, rng.uniform(1, 5), service, sign * rng.randint(2, 250))
        case "clock-hours":
            return Step(fault, after_s, rng.uniform(2, 5), service, sign * rng.randint(1, 6) * HOUR_S)
        case "clock-years":
            return Step(fault, after_s, rng.uniform(2, 5), service, sign * rng.randint(1, 30) * YEAR_S)
        case "busy-outbox" | "busy-inbox":
            return Step(fault, after_s, rng.uniform(1, 9))
        case "memory":
            return Step(fault, after_s, rng.uniform(1, 4), service, rng.randint(0, 32) * 2**20)
        case "pause-day":
            return Step(fault, after_s, rng.uniform(2, 8), "consumer", DAY_S)
        case "read-only":
            return Step(fault, after_s, rng.uniform(2, 4), service)
        case _:
            return Step(fault, after_s, rng.uniform(1, 5))
