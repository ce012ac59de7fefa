"""Which faults come when: drawn from a seed, printed, and so repeatable as far as a machine allows.

A step is a fault with all its numbers. Nothing is drawn later, so that the same seed and the same list of
faults give the same plan.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

HOUR_S, DAY_S, YEAR_S = 3_600, 86_400, 365 * 86_400
SERVICES = ("producer", "consumer")
MAX_PAUSE_S = 2.0
MAX_AWAY_S = 60.0
MAX_START_S = 1.5
MAX_RECORDS_OF_A_LIST = 3
LEADER_AWAY_S = 20.0

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
    "backup": ("restore",),
    "power": ("power-producer", "power-consumer"),
    "leader": ("leader-killed", "leader-frozen"),
    "directory": ("admit", "suspend", "rotate", "kill-publish"),
}
EVERYTHING = tuple(GROUPS)


@dataclass(frozen=True)
class Step:
    """One fault. `after_s`: reports flow for so long before it; `hold_s`: how long it lasts.

    `target`: a service, the number of a broker, or what publishes the directory; `by`: seconds of a clock,
    bytes of memory, seconds of delay, records after which it is killed; `again_s`: killed once more so long
    after its start, None for once.
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
    """All numbers are drawn for each step, whichever it needs: a fault more changes no other."""
    drawn = _Drawn(
        after_s=rng.uniform(0, MAX_PAUSE_S),
        share=rng.random(),
        away_s=min(MAX_AWAY_S, rng.expovariate(1 / 8)),
        service=rng.choice(SERVICES),
        broker=str(rng.randint(1, 3)),
        sign=rng.choice((-1, 1)),
        twice=rng.random() < 0.5,
    )
    return _STEPS.get(fault, _plain)(fault, drawn)


@dataclass(frozen=True)
class _Drawn:
    """`share`: from 0 to 1."""

    after_s: float
    share: float
    away_s: float
    service: str
    broker: str
    sign: int
    twice: bool

    def seconds(self, least: float, most: float) -> float:
        return least + self.share * (most - least)


def _plain(fault: str, drawn: _Drawn) -> Step:
    return Step(fault, drawn.after_s, drawn.seconds(1, 5))


def _kill(fault: str, drawn: _Drawn) -> Step:
    again_s = drawn.seconds(0, MAX_START_S) if drawn.twice else None
    return Step(fault, drawn.after_s, drawn.seconds(0, 2), again_s=again_s)


def _kill_starting(fault: str, drawn: _Drawn) -> Step:
    return Step(fault, drawn.after_s, 0, drawn.service, again_s=drawn.seconds(0, MAX_START_S))


def _one_broker(fault: str, drawn: _Drawn) -> Step:
    return Step(fault, drawn.after_s, drawn.seconds(0, 8), drawn.broker)


def _clock(most: int, unit_s: int, least: int = 1) -> Callable[[str, _Drawn], Step]:
    def step(fault: str, drawn: _Drawn) -> Step:
        by_s = drawn.sign * round(drawn.seconds(least, most)) * unit_s
        return Step(fault, drawn.after_s, drawn.seconds(2, 5), drawn.service, by_s)

    return step


_STEPS: dict[str, Callable[[str, _Drawn], Step]] = {
    "kill-producer": _kill,
    "kill-consumer": _kill,
    "kill-authority": _kill,
    "kill-starting": _kill_starting,
    "kill-broker": _one_broker,
    "cut-broker": _one_broker,
    "pause-broker": _one_broker,
    "kill-cluster": lambda fault, drawn: Step(fault, drawn.after_s, drawn.away_s),
    "cut-all": lambda fault, drawn: Step(fault, drawn.after_s, drawn.seconds(0, 15)),
    "slow": lambda fault, drawn: Step(
        fault, drawn.after_s, drawn.seconds(2, 8), by=round(drawn.seconds(0.02, 0.2), 3)
    ),
    "restore": lambda fault, drawn: Step(fault, drawn.after_s, drawn.seconds(2, 8)),
    "clock-seconds": _clock(250, 1, least=2),
    "clock-hours": _clock(6, HOUR_S),
    "clock-years": _clock(30, YEAR_S),
    "busy-outbox": lambda fault, drawn: Step(fault, drawn.after_s, drawn.seconds(1, 9)),
    "busy-inbox": lambda fault, drawn: Step(fault, drawn.after_s, drawn.seconds(1, 9)),
    "memory": lambda fault, drawn: Step(
        fault, drawn.after_s, drawn.seconds(1, 4), drawn.service, round(drawn.seconds(0, 32)) * 2**20
    ),
    "pause-day": lambda fault, drawn: Step(fault, drawn.after_s, drawn.seconds(2, 8), "consumer", DAY_S),
    "leader-killed": lambda fault, drawn: Step(fault, drawn.after_s, LEADER_AWAY_S),
    "leader-frozen": lambda fault, drawn: Step(fault, drawn.after_s, LEADER_AWAY_S),
    "rotate": lambda fault, drawn: Step(fault, drawn.after_s, 0, drawn.service),
    "kill-publish": lambda fault, drawn: Step(
        fault,
        drawn.after_s,
        0,
        "service" if drawn.twice else "command",
        1 + int(drawn.share * MAX_RECORDS_OF_A_LIST),
    ),
    "read-only": lambda fault, drawn: Step(fault, drawn.after_s, drawn.seconds(2, 4), drawn.service),
}
