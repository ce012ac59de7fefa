"""Kills producer, consumer and broker, as seeded, and brings them back.

A service that just came back has most to do: about every other one is killed a second time the moment
it is seen to work, for that is when something half done is likeliest.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping

from services.workshop.local_kafka import LocalKafka
from tests.chaos.processes import ServiceProcess

BROKER = "broker"
TARGETS = ("producer", "consumer", BROKER)
MAX_AWAY_S = 2.0
MAX_INTO_WORK_S = 0.05
SEEN_WITHIN_S = 15.0
POLL_S = 0.005


class Killer:
    """`working`: service -> a number that grows while it works."""

    def __init__(
        self,
        rng: random.Random,
        kafka: LocalKafka,
        services: Mapping[str, ServiceProcess],
        working: Mapping[str, Callable[[], int]],
    ) -> None:
        self._rng, self._kafka = rng, kafka
        self._services, self._working = services, working
        self.kills = dict.fromkeys(TARGETS, 0)

    def kill(self) -> None:
        """`kill -9` of one of the three; it stays away for a while, then comes back."""
        target, away_s = self._rng.choice(TARGETS), self._rng.random() * MAX_AWAY_S
        twice, into_work_s = self._rng.random() < 0.5, self._rng.random() * MAX_INTO_WORK_S
        self.kills[target] += 1
        if target == BROKER:
            self._kafka.kill()
            time.sleep(away_s)
            self._kafka.start()
            return
        self._once(target, away_s)
        if twice and self._seen_to_work(target):
            time.sleep(into_work_s)
            self.kills[target] += 1
            self._once(target, 0)

    def _once(self, target: str, away_s: float) -> None:
        self._services[target].kill()
        time.sleep(away_s)
        self._services[target].start()

    def _seen_to_work(self, target: str) -> bool:
        before, deadline_s = self._working[target](), time.monotonic() + SEEN_WITHIN_S
        while self._working[target]() == before:
            if time.monotonic() > deadline_s:
                return False
            time.sleep(POLL_S)
        return True
