"""One round: reports flow while producer, consumer and broker are killed; then the checker judges.

The moments are seeded: a kill comes when so many reports were acknowledged, and a little later.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.chaos.checker import Shown, Verdict, judge
from tests.chaos.client import Client
from tests.chaos.feeder import Lane, Ledger
from tests.chaos.killer import Killer
from tests.chaos.processes import ServiceProcess
from tests.chaos.watcher import Watcher, read_page
from tests.support.stage import COLOMBIA, NETHERLANDS, Stage

LANES = 8
LATE_KILLS = 2  # when all is acknowledged but not all shown
WAIT_S = 240.0
POLL_S = 0.1
REFERENCES_A_ROUND = 100_000


@dataclass(frozen=True)
class Plan:
    """How much flows in a round and how often something is killed."""

    reports: int = 5_000
    kills: int = 12


@dataclass
class Outcome:
    """What a round came to."""

    seed: int
    kills: dict[str, int]
    verdict: Verdict
    retries: int
    refused: int
    seconds: float
    faults: list[str] = field(default_factory=list)


class Scene:
    """The stage of all rounds with its two services; each round adds its own reports."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._producer = ServiceProcess(stage, "producer", COLOMBIA)
        self._consumer = ServiceProcess(stage, "consumer", NETHERLANDS)
        self._services = {"producer": self._producer, "consumer": self._consumer}
        self._tokens = {
            "producer": stage.tocsin(COLOMBIA, "producer", "token", "chaos").out.strip(),
            "consumer": stage.tocsin(NETHERLANDS, "consumer", "token", "chaos").out.strip(),
        }

    def play(self, number: int, seed: int, plan: Plan) -> Outcome:
        """Round `number` (from 0). Everything is stopped at its end, also on failure."""
        began, rng, ledger = time.monotonic(), random.Random(seed), Ledger()
        with self._running():
            begin = self._last_cursor()
            watcher = Watcher(self._client("consumer"), begin)
            watcher.start()
            working = {"producer": lambda: len(ledger.receipts), "consumer": lambda: len(watcher.shown)}
            killer = Killer(rng, self._stage.kafka, self._services, working)
            self._flow(number, plan, ledger, killer.kill, rng)
            troubles = self._settle(watcher, {one.report_id for one in ledger.receipts})
            watcher.finish()
            listed = list(self._listed(begin))
        verdict = judge(ledger.receipts, ledger.refusals, watcher.shown)
        listed_verdict = judge(ledger.receipts, ledger.refusals, listed)
        faults = [*ledger.faults[:5], *troubles, *verdict.faults, *self._found_in_homes()]
        faults += [f"in the list: {one}" for one in listed_verdict.faults]
        faults += self._producer.troubles + self._consumer.troubles
        seconds = time.monotonic() - began
        return Outcome(seed, killer.kills, verdict, ledger.retries, len(ledger.refusals), seconds, faults)

    @contextmanager
    def _running(self) -> Iterator[None]:
        self._producer.troubles.clear()
        self._consumer.troubles.clear()
        try:
            self._producer.start()
            self._consumer.start()
            yield
        finally:
            self._producer.stop()
            self._consumer.stop()

    def _flow(
        self,
        number: int,
        plan: Plan,
        ledger: Ledger,
        kill: Callable[[], None],
        rng: random.Random,
    ) -> None:
        """Hand in all reports of the round while killing; returns when all are answered."""
        given_up = threading.Event()
        first = number * REFERENCES_A_ROUND
        lanes = [
            Lane(
                lane,
                range(first + lane, first + plan.reports, LANES),
                self._client("producer"),
                ledger,
                given_up,
            )
            for lane in range(LANES)
        ]
        moments = sorted(rng.sample(range(plan.reports), plan.kills))
        deadline_s = time.monotonic() + WAIT_S
        for lane in lanes:
            lane.start()
        try:
            while any(lane.is_alive() for lane in lanes) and time.monotonic() < deadline_s:
                self._keep_up()
                if moments and len(ledger.receipts) >= moments[0]:
                    moments.pop(0)
                    time.sleep(rng.random() / 2)
                    kill()
                time.sleep(POLL_S / 4)
            for _ in range(LATE_KILLS + len(moments)):
                time.sleep(rng.random())
                kill()
        finally:
            given_up.set()
            for lane in lanes:
                lane.join()

    def _settle(self, watcher: Watcher, wanted: set[str]) -> list[str]:
        """Wait until the watcher was shown all that was acknowledged, and nothing waits to be sent."""
        deadline_s = time.monotonic() + WAIT_S
        while missing := len(wanted - {one.report_id for one in watcher.shown}):
            self._keep_up()
            if time.monotonic() > deadline_s:
                return [f"{missing} reports were not shown within {WAIT_S:.0f} s"]
            time.sleep(POLL_S)
        while waiting := self._waiting():
            if time.monotonic() > deadline_s:
                return [f"the outbox still says {waiting}"]
            time.sleep(POLL_S)
        return []

    def _waiting(self) -> dict[str, int]:
        counts = self._stage.tocsin(COLOMBIA, "status", "--json").lines()
        return {
            one["state"]: one["count"] for one in counts if one["count"] and one["state"] != "published"
        }

    def _keep_up(self) -> None:
        self._producer.keep_up()
        self._consumer.keep_up()

    def _client(self, service: str) -> Client:
        return Client(self._services[service].port, self._tokens[service])

    def _last_cursor(self) -> int:
        cursor = 0
        for one in self._listed(0):
            cursor = one.cursor
        return cursor

    def _listed(self, cursor: int) -> Iterator[Shown]:
        """All that the reader lists behind `cursor`, asked anew."""
        client = self._client("consumer")
        deadline_s = time.monotonic() + WAIT_S
        while client.ask("GET", "/v1/reports?limit=1")[0] != 200:
            if time.monotonic() > deadline_s:
                raise TimeoutError("the consumer does not answer")
            time.sleep(POLL_S)
        while page := read_page(client, cursor):
            yield from page
            cursor = page[-1].cursor
        client.close()

    def _found_in_homes(self) -> list[str]:
        """Nobody attacked: there is nothing to refuse and nothing to be alarmed about."""
        refused = self._stage.tocsin(NETHERLANDS, "quarantine", "list", "--json").lines()
        alarms = self._stage.tocsin(NETHERLANDS, "alarms", "--json").lines()
        return [f"quarantined: {one}" for one in refused[:5]] + [f"alarm: {one}" for one in alarms[:5]]
