"""One round: reports flow while faults come and go as planned; then the judge is asked."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.chaos.checker import Verdict, judge
from tests.chaos.client import Client
from tests.chaos.faults import commit
from tests.chaos.feeder import Flow, Lane, Ledger
from tests.chaos.guests import judge_guests
from tests.chaos.history import Alarm, Copy, Gap, History, Receipt, Shown, copies_of
from tests.chaos.plan import Step
from tests.chaos.watcher import Watcher, read_page
from tests.chaos.world import World
from tests.support.stage import COLOMBIA, NETHERLANDS

LANES = 8
LANE_PAUSE_S = 0.05
WAIT_S = 180.0
POLL_S = 0.1
REFERENCES_A_ROUND = 100_000
MAX_MISSING_ASKED = 2_000
_GAP = re.compile(r"gap: offsets (\d+) to (\d+) of (\S+), partition (\d+), were gone")
LOSING = "retention"
"""The fault that loses what was published: whoever reads must say so."""
RESTORING = "restore"
"""The fault after which records are missing and their items come again, behind what was in flight: alarms
are due, and no order is promised.
"""


@dataclass
class Outcome:
    """What a round came to."""

    seed: int
    steps: int
    kills: dict[str, int]
    verdict: Verdict
    retries: int
    refused: int
    seconds: float
    guests: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


class Scene:
    """A world for all rounds; each round adds its own reports."""

    def __init__(
        self, world: World, say: Callable[[str], None] = lambda _text: None, wait_s: float = WAIT_S
    ) -> None:
        self._world, self._say, self._wait_s = world, say, wait_s
        stage = world.stage
        self._tokens = {
            "producer": stage.tocsin(COLOMBIA, "producer", "token", "chaos").out.strip(),
            "consumer": stage.tocsin(NETHERLANDS, "consumer", "token", "chaos").out.strip(),
        }
        self._known_alarms: set[str] = set()
        self._known_gaps: set[Gap] = set()
        self._receipts: list[Receipt] = []

    def play(self, number: int, seed: int, plan: Sequence[Step]) -> Outcome:
        """Round `number` (from 0). Everything is stopped at its end, also on failure."""
        began_s, ledger, world = time.monotonic(), Ledger(), self._world
        world.kills = {}
        losing = any(step.fault == LOSING for step in plan)
        restoring = any(step.fault == RESTORING for step in plan)
        with self._running():
            begin = self._last_cursor()
            watcher = Watcher(self._client("consumer"), begin)
            watcher.start()
            troubles = self._flow(number, plan, ledger)
            world.let_hours_pass()
            wanted = {one.report_id for one in ledger.receipts}
            troubles += self._settle(watcher, wanted, losing=losing)
            watcher.finish()
            self._receipts += ledger.receipts
            of_guests, guests = judge_guests(world, self._receipts, watcher.shown_at_s, self._wait_s)
            listed = list(self._listed(begin))
            copies = self._copies(wanted - {one.report_id for one in watcher.shown})
            gaps, alarms, strange = self._announced(alarming=losing or restoring)
        history = History(ledger.receipts, ledger.refusals, watcher.shown, copies, gaps, alarms)
        verdict = judge(history, order_is_promised=not restoring)
        faults = [*ledger.faults[:5], *troubles, *verdict.faults, *strange, *of_guests, *world.troubles]
        history.shown = listed
        again = judge(history, order_is_promised=not restoring)
        faults += [f"in the list: {one}" for one in again.faults]
        seconds = time.monotonic() - began_s
        counts = (dict(world.kills), verdict, ledger.retries, len(ledger.refusals), seconds)
        return Outcome(seed, len(plan), *counts, guests, faults)

    @contextmanager
    def _running(self) -> Iterator[None]:
        services = self._world.services.values()
        for service in services:
            service.troubles.clear()
        try:
            for service in services:
                service.start()
            self._world.members.begin()
            yield
        finally:
            self._world.links.heal()
            self._world.members.finish()
            for service in services:
                service.stop()

    def _flow(self, number: int, plan: Sequence[Step], ledger: Ledger) -> list[str]:
        """Hand in reports while the faults of the plan come; returns when all are answered.

        What the sender never came to know is told.
        """
        flow, first = Flow(LANE_PAUSE_S), number * REFERENCES_A_ROUND
        last = first + REFERENCES_A_ROUND
        lanes = [
            Lane(lane, range(first + lane, last, LANES), self._client("producer"), ledger, flow)
            for lane in range(LANES)
        ]
        for lane in lanes:
            lane.start()
        try:
            for step in plan:
                self._world.hold(step.after_s)
                self._say(str(step))
                commit(self._world, step)
            troubles = self._world.members.settle()
            # What comes after a loss shows that there was one; after a suspension, that nothing leaks.
            self._world.hold(1)
            flow.ends.set()
            deadline_s = time.monotonic() + WAIT_S
            while any(lane.is_alive() for lane in lanes) and time.monotonic() < deadline_s:
                self._world.hold(POLL_S)
        finally:
            flow.ends.set()
            flow.given_up.set()
            for lane in lanes:
                lane.join()
        return troubles

    def _settle(self, watcher: Watcher, wanted: set[str], *, losing: bool) -> list[str]:
        """Wait until nothing waits to be sent and the watcher was shown all that was acknowledged.

        Where something was lost on purpose: until nothing more comes.
        """
        deadline_s = time.monotonic() + self._wait_s
        while waiting := self._waiting():
            if time.monotonic() > deadline_s:
                return [
                    f"the outbox still says {waiting}: {self._client('producer').ask('GET', '/readyz')}"
                ]
            self._world.hold(POLL_S)
        quiet_since_s, seen = time.monotonic(), 0
        while missing := len(wanted - {one.report_id for one in watcher.shown}):
            if len(watcher.shown) > seen:
                quiet_since_s, seen = time.monotonic(), len(watcher.shown)
            if losing and time.monotonic() > quiet_since_s + 10:
                return []
            if time.monotonic() > deadline_s:
                said = self._client("consumer").ask("GET", "/readyz")
                return [f"{missing} reports were not shown within {self._wait_s:.0f} s: {said}"]
            self._world.hold(POLL_S)
        return []

    def _waiting(self) -> dict[str, int]:
        counts = self._world.stage.tocsin(COLOMBIA, "status", "--json", expect=None).lines()
        return {
            one["state"]: one["count"] for one in counts if one["count"] and one["state"] != "published"
        }

    def _client(self, service: str) -> Client:
        return Client(self._world.services[service].port, self._tokens[service])

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
            self._world.hold(POLL_S)
        while page := read_page(client, cursor):
            yield from page
            cursor = page[-1].cursor
        client.close()

    def _copies(self, missing: set[str]) -> list[Copy]:
        """What the publisher says of the reports that were not shown."""
        client = self._client("producer")
        found: list[Copy] = []
        for report_id in sorted(missing)[:MAX_MISSING_ASKED]:
            status, answer = client.ask("GET", f"/v1/reports/{report_id}")
            found += copies_of(answer["versions"][0]) if status == 200 else []
        client.close()
        return found

    def _announced(self, *, alarming: bool) -> tuple[list[Gap], list[Alarm], list[str]]:
        """(gaps, alarms of gaps, what is strange): nobody attacked, so all else is a fault."""
        said = self._world.stage.tocsin(NETHERLANDS, "alarms", "--json")
        rows = {one["first_at"] + str(one): one for one in said.lines()}
        new = [one for key, one in rows.items() if key not in self._known_alarms]
        self._known_alarms |= rows.keys()
        gaps = {Gap(topic, int(part), int(a), int(b) + 1) for a, b, topic, part in _GAP.findall(said.err)}
        new_gaps = gaps - self._known_gaps
        self._known_gaps = gaps
        refused = self._world.stage.tocsin(NETHERLANDS, "quarantine", "list", "--json").lines()
        strange = [f"quarantined: {one}" for one in refused[:5]]
        if not alarming:
            strange += [f"alarm: {one}" for one in new[:5]] + [
                f"gap: {one}" for one in sorted(new_gaps)[:5]
            ]
        return sorted(new_gaps), [Alarm(one["stream"], one["scope"]) for one in new], strange
