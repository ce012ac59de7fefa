"""Does each fault of a plan to a world, holds it, and takes it away again.

What ends a service while its disk, its database or its clock fails is excused where its exit code says
why; where memory fails, in any way. Nothing else excuses an end.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from services.workshop import processes
from tests.chaos.plan import DAY_S, Step
from tests.chaos.processes import ServiceProcess
from tests.chaos.world import World
from tests.support.leaders import fullest_place, leaders
from tocsin.core.errors import TocsinError

WAL_WRITE_LOCK = 120
"""Where SQLite keeps the lock of a write-ahead log's writer, in the file beside it (SQLite, "WAL-mode
File Format", 2.2)."""
LOST_AND_FOUND = "lost+found"
AFTERMATH_S = 8.0
TRIES = 3


def commit(world: World, step: Step) -> None:
    """Do it and undo it."""
    name = step.fault
    if name.startswith(("full-", "read-only")) and not world.disks:
        return
    _FAULTS[name.partition("-")[0]](world, step)


def _kill(world: World, step: Step) -> None:
    what = step.fault.removeprefix("kill-")
    if what == "broker":
        _kill_brokers(world, step, [int(step.target)])
    elif what == "cluster":
        _kill_brokers(world, step, [1, 2, 3])
    elif what == "publish":
        world.members.publish_killed(int(step.by), by_service=step.target == "service")
    elif what == "starting":
        world.killed(step.target)
        _again(world, world.services[step.target], step)
    else:
        world.killed(what)
        service = world.services[what]
        service.kill()
        time.sleep(step.hold_s)
        _again(world, service, step)


def _again(world: World, service: ServiceProcess, step: Step) -> None:
    """Start it, and kill it once more in the middle of its start-up or its first work."""
    service.kill()
    service.start()
    if step.again_s is not None:
        world.hold(step.again_s)
        world.killed(service.service)
        service.kill()
        service.start()


def _kill_brokers(world: World, step: Step, nodes: list[int]) -> None:
    for node in nodes[: len(world.links.each)]:
        world.killed(f"broker {node}")
        world.kafka.kill(node)
    world.hold(step.hold_s)
    start_brokers(world)


def start_brokers(world: World) -> None:
    """Start what is down. A cluster that comes back from the dead may want to be asked again."""
    for _ in range(TRIES):
        try:
            world.kafka.start()
        except TocsinError:
            world.hold(1)
        else:
            return
    world.kafka.start()


def _cut(world: World, step: Step) -> None:
    for link in world.links.each if not step.target else [world.links.each[int(step.target) - 1]]:
        link.cut()
    world.hold(step.hold_s)
    world.links.heal()


def _reset(world: World, _step: Step) -> None:
    for link in world.links.each:
        link.reset()


def _slow(world: World, step: Step) -> None:
    for link in world.links.each:
        link.delay_s = step.by
    world.hold(step.hold_s)
    world.links.heal()


def _full(world: World, step: Step) -> None:
    disk = world.disks[step.fault.removeprefix("full-")]
    with _excused(world):
        disk.fill()
        world.hold(step.hold_s)
        disk.empty()
        if step.fault == "full-kafka":
            start_brokers(world)


def _read_only(world: World, step: Step) -> None:
    service = world.services[step.target]
    disk = world.disks["outbox" if step.target == "producer" else "inbox"]
    with _excused(world):
        world.killed(step.target)
        service.kill()
        disk.make("ro")
        service.start()
        world.hold(step.hold_s)
        service.kill()
        disk.make("rw")
        service.start()


def _clock(world: World, step: Step) -> None:
    service = world.services[step.target]
    with _excused(world):
        service.clock.wrong(step.by)
        world.hold(step.hold_s)
        service.clock.wrong(0)
    world.members.new_secret_s.append(time.monotonic())
    if step.fault == "clock-hours":
        world.clock_due_s = max(world.clock_due_s, step.by)


def _busy(world: World, step: Step) -> None:
    """A second process holds the write lock of the database."""
    name = "producer" if step.fault == "busy-outbox" else "consumer"
    with _excused(world):
        for path in world.services[name].folder.glob("*.db-shm"):
            descriptor = os.open(path, os.O_RDWR)
            try:
                fcntl.lockf(descriptor, fcntl.LOCK_EX, 1, WAL_WRITE_LOCK)
                world.hold(step.hold_s)
            finally:
                os.close(descriptor)


def _memory(world: World, step: Step) -> None:
    service = world.services[step.target]
    service.starved = True
    service.limit_memory(int(step.by))
    world.hold(step.hold_s)
    service.limit_memory(None)
    world.hold(1)
    service.keep_up()
    service.starved = False


def _pause(world: World, step: Step) -> None:
    if step.fault == "pause-broker":
        _freeze(world, step, [min(int(step.target), len(world.links.each))])
        return
    service = world.services[step.target]
    with _excused(world):
        service.pause()
        world.hold(step.hold_s)
        # For this one a day has passed.
        service.clock.wrong(DAY_S)
        service.go_on()
        world.hold(4)
        service.clock.wrong(0)


def _freeze(world: World, step: Step, nodes: list[int]) -> None:
    pids = [one.pid for one in world.kafka.status() if one.node in nodes and one.pid is not None]
    processes.send(pids, signal.SIGSTOP)
    world.hold(step.hold_s)
    processes.send(pids, signal.SIGCONT)


def _leader(world: World, step: Step) -> None:
    """Of the fullest partition: killed, or frozen, while the others go on."""
    led_by = asyncio.run(_leader_of_the_fullest(world.kafka.bootstrap))
    kill = {"leader-killed": _kill_brokers, "leader-frozen": _freeze}[step.fault]
    kill(world, step, [led_by])


async def _leader_of_the_fullest(bootstrap: str) -> int:
    place = await fullest_place(bootstrap, "tocsin.ion.v1")
    return (await leaders(bootstrap, place.topic))[place.partition]


def _retention(world: World, step: Step) -> None:
    """What the reader has not read yet is deleted."""
    consumer = world.services["consumer"]
    world.killed("consumer")
    consumer.kill()
    # Supervised but for the reader.
    end_s = time.monotonic() + 1 + step.hold_s
    while time.monotonic() < end_s:
        time.sleep(0.1)
        world.services["producer"].keep_up()
    asyncio.run(_delete_all(world.kafka.bootstrap))
    world.members.deleted_s = time.monotonic()
    consumer.start()


async def _delete_all(bootstrap: str) -> None:
    """Delete all records of ion and pics that there are."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap)
    await admin.start()
    await consumer.start()
    try:
        found = await admin.describe_topics(["tocsin.ion.v1", "tocsin.pics.v1"])
        places = [
            TopicPartition(topic["topic"], one["partition"])
            for topic in found
            for one in topic["partitions"]
        ]
        ends = await consumer.end_offsets(places)
        filled = {place: RecordsToDelete(before_offset=end) for place, end in ends.items() if end}
        await admin.delete_records(filled)
    finally:
        await consumer.stop()
        await admin.close()


def _restore(world: World, step: Step) -> None:
    """All brokers are lost, and come back from a backup that was made a while before."""
    world.kafka.stop()
    copies = [_copied(one) for one in world.kafka.log_dirs]
    start_brokers(world)
    world.hold(step.hold_s)
    for node in range(1, len(copies) + 1):
        world.killed(f"broker {node}")
        world.kafka.kill(node)
    for folder, copy in zip(world.kafka.log_dirs, copies, strict=True):
        _empty(folder)
        shutil.copytree(copy, folder, dirs_exist_ok=True)
        shutil.rmtree(copy)
    start_brokers(world)


def _copied(folder: Path) -> Path:
    copy = folder.with_name(f"{folder.name}-backup")
    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns(LOST_AND_FOUND))
    return copy


def _empty(folder: Path) -> None:
    """Of all but what a file system of its own keeps there."""
    for child in folder.iterdir():
        if child.is_dir():
            if child.name != LOST_AND_FOUND:
                shutil.rmtree(child)
        else:
            child.unlink()


def _power(world: World, step: Step) -> None:
    name = step.fault.removeprefix("power-")
    world.killed(name)
    world.services[name].cut_power()
    time.sleep(step.hold_s / 5)
    world.services[name].start()


@contextmanager
def _excused(world: World) -> Iterator[None]:
    """Services may end meanwhile, and shortly after, with an exit code that says why."""
    for service in world.everyone:
        service.excused = True
    try:
        yield
        end_s = time.monotonic() + AFTERMATH_S
        while time.monotonic() < end_s and not all(one.answers() for one in world.everyone):
            world.hold(0.2)
    finally:
        for service in world.everyone:
            service.excused = False


_FAULTS: dict[str, Callable[[World, Step], object]] = {
    "kill": _kill,
    "cut": _cut,
    "reset": _reset,
    "slow": _slow,
    "full": _full,
    "read": _read_only,
    "clock": _clock,
    "busy": _busy,
    "memory": _memory,
    "pause": _pause,
    "leader": _leader,
    "retention": _retention,
    "restore": _restore,
    "power": _power,
    "admit": lambda world, _step: world.members.admit(),
    "suspend": lambda world, _step: world.members.suspend(),
    "rotate": lambda world, step: world.members.rotate(world.services[step.target]),
}
