"""`python -m tests.chaos.soak --minutes N`: three brokers, 20 participants, a fault each minute.

What processes take of the machine is sampled and must stay flat; at the end each reader must show all that
the others were acknowledged, once and in order. The report is printed and kept under var/.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.chaos.checker import judge
from tests.chaos.client import Client
from tests.chaos.faults import commit
from tests.chaos.feeder import Flow, Lane, Ledger
from tests.chaos.history import History, Shown
from tests.chaos.plan import Step, draw, faults_named
from tests.chaos.processes import ServiceProcess
from tests.chaos.sampling import Sample, not_flat, sample
from tests.chaos.soak_report import figures, table
from tests.chaos.watcher import read_page
from tests.chaos.world import World, build_world
from tests.support import run
from tests.support.stage import COLOMBIA, NETHERLANDS

CODES = (
    *("de", "fr", "it", "es", "pt", "at", "be", "pl", "se", "fi"),
    *("au", "nz", "jp", "th", "in", "za", "br", "mx", "ca", "gb"),
)
PUBLISHERS = 4
PAUSE_S = 1.0
SAMPLE_EVERY_S = 10.0
SETTLE_S = 240.0
POLL_S = 0.2
FAULTS = ("kills", "network", "busy", "memory", "pause-broker", "clock-seconds", "power")
RESULTS = Path("var/soak.json")
TABLE = Path("var/soak.txt")
REFERENCES_A_LANE = 100_000


class Soak:
    """A world of `participants` focal points, all reading, four of them publishing."""

    def __init__(self, world: World, names: tuple[str, ...], seed: int) -> None:
        self._world, self._rng = world, random.Random(seed)
        self._seed = seed
        services = world.services
        more = [("producer", one) for one in names[2 : 1 + PUBLISHERS]]
        more += [("consumer", one) for one in names if one != NETHERLANDS]
        built = [ServiceProcess(world.stage, kind, one, world.build) for kind, one in more]
        self.producers = [services["producer"], *(one for one in built if one.service == "producer")]
        self.readers = [services["consumer"], *(one for one in built if one.service == "consumer")]
        self.samples: defaultdict[str, list[Sample]] = defaultdict(list)
        self.steps: list[str] = []
        self.ledger, self.faults = Ledger(), list[str]()
        self._sampled_at_s = 0.0

    def run(self, minutes: float) -> dict[str, Any]:
        """The report."""
        began_s = time.monotonic()
        with self._running():
            flow, lanes = self._lanes()
            for step in draw(self._seed, faults_named(FAULTS), max(1, int(minutes))):
                until_s = time.monotonic() + 60 * minutes / max(1, int(minutes))
                self._watch(min(until_s, time.monotonic() + 20))
                self._do(step)
                self._watch(until_s)
            flow.ends.set()
            for lane in lanes:
                lane.join()
            readers = self._judged()
        return self._report(time.monotonic() - began_s, readers)

    def _do(self, step: Step) -> None:
        """To somebody else each time."""
        self._choose("producer", self._rng.choice(self.producers))
        self._choose("consumer", self._rng.choice(self.readers))
        services = self._world.services
        who = services[step.target].home if step.target in services else ""
        self.steps.append(f"{step} {who}".strip())
        print(self.steps[-1], file=sys.stderr, flush=True)
        commit(self._world, step)

    def _choose(self, kind: str, service: ServiceProcess) -> None:
        self._world.services[kind] = service
        known = {*self._world.services.values()}
        self._world.others = [one for one in (*self.producers, *self.readers) if one not in known]

    @contextmanager
    def _running(self) -> Iterator[None]:
        self._choose("producer", self.producers[0])
        try:
            for service in self._world.everyone:
                service.start()
                time.sleep(POLL_S)
            yield
        finally:
            self._world.links.heal()
            for service in self._world.everyone:
                service.stop()

    def _lanes(self) -> tuple[Flow, list[Lane]]:
        flow, lanes = Flow(PAUSE_S), []
        for at, producer in enumerate(self.producers):
            client = Client(producer.port, self._token(producer))
            numbers = range(at * REFERENCES_A_LANE, (at + 1) * REFERENCES_A_LANE)
            country = "CO" if producer.home == COLOMBIA else producer.home.upper()
            lanes.append(Lane(at, numbers, client, self.ledger, flow, country))
            lanes[-1].start()
        return flow, lanes

    def _token(self, service: ServiceProcess) -> str:
        said = self._world.stage.tocsin(service.home, service.service, "token", f"soak-{service.service}")
        return said.out.strip()

    def _watch(self, until_s: float) -> None:
        while time.monotonic() < until_s:
            self._world.hold(POLL_S)
            if time.monotonic() >= self._sampled_at_s + SAMPLE_EVERY_S:
                self._sampled_at_s = time.monotonic()
                self._sample(self._sampled_at_s)

    def _sample(self, now_s: float) -> None:
        for service in self._world.everyone:
            if service.pid and (found := sample(now_s, service.pid, service.folder)):
                self.samples[f"{service.home} {service.service}"].append(found)
        folders = self._world.kafka.log_dirs
        for status, folder in zip(self._world.kafka.status(), folders, strict=True):
            if status.pid and (found := sample(now_s, status.pid, folder)):
                self.samples[f"broker {status.node}"].append(found)

    def _judged(self) -> list[dict[str, int]]:
        """For each reader what it shows against what the others were acknowledged."""
        found = []
        for reader in self.readers:
            country = "CO" if reader.home == COLOMBIA else reader.home.upper()
            wanted = [one for one in self.ledger.receipts if one.originator != country]
            shown = self._shown(reader, {one.report_id for one in wanted})
            verdict = judge(History(wanted, (), shown))
            self.faults += [f"{reader.home}: {one}" for one in verdict.faults]
            counts = {"lost": len(verdict.lost), "doubled": len(verdict.doubled)}
            found.append({"shown": len(shown), **counts})
        return found

    def _shown(self, reader: ServiceProcess, wanted: set[str]) -> list[Shown]:
        client, deadline_s = Client(reader.port, self._token(reader)), time.monotonic() + SETTLE_S
        shown: list[Shown] = []
        while wanted - {one.report_id for one in shown} and time.monotonic() < deadline_s:
            page = read_page(client, shown[-1].cursor if shown else 0)
            shown += page
            if not page:
                self._world.hold(POLL_S)
        client.close()
        return shown

    def _report(self, seconds: float, readers: list[dict[str, int]]) -> dict[str, Any]:
        grown = [one for name, taken in self.samples.items() for one in not_flat(name, taken)]
        receipts = {one.report_id for one in self.ledger.receipts}
        return {
            "when": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
            "minutes": round(seconds / 60, 1),
            "participants": len(self.readers),
            "publishers": len(self.producers),
            "steps": self.steps,
            "kills": dict(sorted(self._world.kills.items())),
            "acknowledged": len(receipts),
            "shown": sum(one["shown"] for one in readers),
            "lost": sum(one["lost"] for one in readers),
            "doubled": sum(one["doubled"] for one in readers),
            "not_flat": grown,
            "faults": [*self.faults, *self.ledger.faults[:5], *self._world.troubles],
            "figures": {name: figures(taken) for name, taken in sorted(self.samples.items())},
        }


def main() -> int:
    """Soak; 1 if a promise was broken or something grew."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--participants", type=int, default=20, choices=range(6, 23), metavar="6 to 22")
    parser.add_argument("--seed", type=int, default=631)
    options = parser.parse_args()
    run.begin()
    names = (COLOMBIA, NETHERLANDS, *CODES)[: options.participants]
    with (
        run.folder() as folder,
        build_world(Path(folder), actors=names) as world,
    ):
        report = Soak(world, names, options.seed).run(options.minutes)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(report, indent=2))
    TABLE.write_text(table(report))
    print(table(report), end="")
    return 1 if report["faults"] or report["not_flat"] else 0


if __name__ == "__main__":
    sys.exit(main())
