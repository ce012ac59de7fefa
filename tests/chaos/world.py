"""Three brokers behind links, an authority, a publisher and a reader: what faults are done to."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from services.workshop import ports
from services.workshop.local_kafka import LocalKafka
from services.workshop.node import Tuning
from tests.chaos.disks import SmallDisk, can_mount
from tests.chaos.links import Links
from tests.chaos.members import Members
from tests.chaos.processes import Build, ServiceProcess
from tests.support.stage import AUTHORITY, COLOMBIA, NETHERLANDS, Stage, build_stage

LINK_DISTANCE = 5
HOME_MIB, KAFKA_MIB, TMP_MIB = 96, 256, 8
SIGN_EVERY_S = 5
POLL_S = 0.05
COMMAND_TRIES = 20
TMP = "tmp"
FULL_BROKER = 3


@dataclass
class World:
    """All that runs. `services`: those that faults are done to, by their kind; `others`: beside them.

    `disks`: outbox, inbox, kafka, tmp; empty where nothing may be mounted.
    """

    stage: Stage
    kafka: LocalKafka
    links: Links
    services: dict[str, ServiceProcess]
    build: Build
    others: list[ServiceProcess] = field(default_factory=list)
    disks: dict[str, SmallDisk] = field(default_factory=dict)
    passed_s: float = 0.0
    clock_due_s: float = 0.0
    kills: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.members = Members(self)

    @property
    def everyone(self) -> list[ServiceProcess]:
        """Every service."""
        return [*self.services.values(), *self.others]

    def killed(self, what: str) -> None:
        """Count a kill."""
        self.kills[what] = self.kills.get(what, 0) + 1

    def keep_up(self) -> None:
        """The supervisor's round."""
        for service in self.everyone:
            service.keep_up()

    def hold(self, seconds: float) -> None:
        """Let time pass under supervision."""
        end_s = time.monotonic() + seconds
        while (left_s := end_s - time.monotonic()) > 0:
            time.sleep(min(POLL_S, left_s))
            self.keep_up()

    def let_hours_pass(self) -> None:
        """The world's time goes on to where wrong clocks have been: what they dated ahead comes due."""
        self.passed_s += self.clock_due_s
        self.clock_due_s = 0.0
        for service in self.everyone:
            service.clock.world(self.passed_s)

    @property
    def troubles(self) -> list[str]:
        """What services did that nothing excuses."""
        return [one for service in self.everyone for one in service.troubles]


@contextmanager
def build_world(
    folder: Path,
    *,
    brokers: int = 3,
    without: tuple[str, ...] = (),
    actors: tuple[str, ...] = (COLOMBIA, NETHERLANDS),
) -> Iterator[World]:
    """A founded network, brokers running, services not started. Everything is gone afterwards.

    The first of `actors` publishes, the second reads.
    """
    base = ports.find_free(brokers)
    told = [base + LINK_DISTANCE + number for number in range(brokers)]
    with ExitStack() as stack:
        disks = _mounted(stack, {"kafka": SmallDisk(folder / "kafka" / f"node-{brokers}", KAFKA_MIB)})
        links = stack.enter_context(Links([(link, base + at) for at, link in enumerate(told)]))
        tuning = Tuning(told_distance=LINK_DISTANCE)
        kafka = LocalKafka(folder / "kafka", brokers, base, tuning=tuning, say=lambda _text: None)
        stack.enter_context(kafka)
        stage = build_stage(folder / "homes", kafka, actors)
        small = {
            "outbox": SmallDisk(stage.home(COLOMBIA) / "outbox", HOME_MIB),
            "inbox": SmallDisk(stage.home(NETHERLANDS) / "inbox", HOME_MIB),
            TMP: SmallDisk(folder / TMP, TMP_MIB),
        }
        disks |= _mounted(stack, small)
        (folder / TMP).mkdir(exist_ok=True)
        bootstrap = ",".join(f"127.0.0.1:{port}" for port in told)
        build = Build(without, {"TOCSIN_BOOTSTRAP": bootstrap, "TMPDIR": str(folder / TMP)})
        services = _services(stage, build)
        # From now on commands go by the world's time, which may run ahead of this machine's.
        by_the_world = ("--clock", str(services["authority"].clock.path))
        stage.command = (sys.executable, "-m", "tests.chaos.service", *by_the_world, "--")
        stage.max_tries = COMMAND_TRIES
        yield World(stage, kafka, links, services, build, disks=disks)


def _mounted(stack: ExitStack, disks: dict[str, SmallDisk]) -> dict[str, SmallDisk]:
    if not can_mount():
        return {}
    for disk in disks.values():
        disk.mount()
        stack.callback(disk.unmount)
    return disks


def _services(stage: Stage, build: Build) -> dict[str, ServiceProcess]:
    signing = Build((), build.settings | {"TOCSIN_AUTHORITY_SIGN_EVERY_S": str(SIGN_EVERY_S)})
    return {
        "producer": ServiceProcess(stage, "producer", COLOMBIA, build),
        "consumer": ServiceProcess(stage, "consumer", NETHERLANDS, build),
        "authority": ServiceProcess(stage, "authority", AUTHORITY, signing),
    }
