"""A reader that hears everything through a lying broker, and originators that hear the truth.

All tests share one broker and one directory; each has an originator, a reader and so a log of its own.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from services.consumer.assignment import Wanted
from services.consumer.consume import Consumption
from services.consumer.participant import Participant
from services.consumer.reading import Identity
from services.producer.producing import build
from tests.malice.frames import Shown
from tests.malice.lies import Instead, Place, numbered
from tests.malice.proxy import LyingBroker, shown
from tests.support.homes import LivingDirectory, publish
from tests.support.parties import DAY_S, Party
from tests.support.publishing import HeldDirectory, Writer
from tests.support.reading import STORAGE_KEY
from tests.support.world import ANALYST, NEIGHBOUR
from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.kafka.publisher import Publisher
from tocsin.adapters.kafka.reading import read_to_end
from tocsin.adapters.kafka.records import OutgoingRecord, Placed
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.adapters.own_keys import KeyRing
from tocsin.core import wire
from tocsin.core.errors import MalformedError
from tocsin.core.ids import leaf_of
from tocsin.core.outcomes import Alarm, AlarmKind, LogId
from tocsin.core.streams import DIRECTORY_TOPIC, Layout, stream_topic

ION = Wanted(("ion",))
STREAM, REGION, OTHER_REGION = "ion", "south-america", "western-and-central-europe"
ORIGINATORS = 32


class Originator:
    """A real producer over an outbox of its own; it speaks to the broker itself."""

    def __init__(self, scene: Scene, party: Party, folder: Path, access: KafkaAccess | None = None) -> None:
        self.party, self._scene = party, scene
        folder.mkdir()
        self.writer = Writer(folder, scene.living.directory, party)
        self.writer.clock.wall_s = time.time()
        access = access or KafkaAccess(scene.bootstrap)
        clocks = self.writer.clock.clocks
        source = HeldDirectory(self.writer)
        self.producing = build(self.writer.outbox, self.writer.originator, source, access, clocks)
        self._count = 0

    @property
    def log(self) -> LogId:
        return LogId(self.party.id, STREAM, REGION)

    @property
    def place(self) -> Place:
        return self._scene.place(self.party, REGION)

    async def publish(self, records: int = 1) -> None:
        """So many records in each region of the report, one report each."""
        for _ in range(records):
            self._count += 1
            self.writer.accept(f"{self.party.name}-{self._count}")
            await self.producing.round()

    async def state(self) -> None:
        """A checkpoint of all that was published."""
        checkpoints = self.producing._parts.checkpoints
        assert await checkpoints.publish(self.writer.directory, self.writer.now_s)

    async def log_shown(self, region: str = REGION) -> list[Shown]:
        """The records of this originator's log, as the broker has them."""
        return [
            one for one in await self._scene.truth(self._scene.place(self.party, region)) if self.owns(one)
        ]

    async def instead(self, mine: Iterable[Shown], region: str = REGION) -> Instead:
        """The lie that `mine` is all of this originator's log; the logs of others are as they are."""
        place = self._scene.place(self.party, region)
        others = [one for one in await self._scene.truth(place) if not self.owns(one)]
        return Instead(place, numbered([*others, *mine]))

    async def only(self, *numbers: int) -> Instead:
        """The lie that these are all of this originator's log, in this order; the first one is 0."""
        log = await self.log_shown()
        return await self.instead([log[number] for number in numbers])

    def owns(self, one: Shown) -> bool:
        header = header_of(one)
        return header is not None and header.originator == self.party.id

    async def close(self) -> None:
        await self.producing.stop()
        self.writer.close()


class ReaderBehind:
    """A reader whose only way is the lying broker. Its clock stands until it is moved."""

    def __init__(self, scene: Scene, liar: LyingBroker, folder: Path, party: Party) -> None:
        self.scene, self.liar, self.folder, self.party = scene, liar, folder, party
        self.ahead_s = 0
        self.told: list[str] = []
        pinned = folder / "directory" / "1.root.json"
        if not pinned.exists():
            pinned.parent.mkdir(parents=True)
            folder.chmod(0o700)
            pinned.write_bytes(scene.living.repository.pinned_root())
            entry = {"id": party.id.hex(), "name": party.name}
            (folder / "participant.json").write_text(json.dumps(entry))
        self.participant = Participant(
            ParticipantHome(folder),
            STORAGE_KEY,
            Identity(party.id, KeyRing({party.key("kem").id: party.kem})),
            KeyRing({party.key("statement").id: party.statement}),
            self.now,
        )

    def now(self) -> float:
        return time.time() + self.ahead_s

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Consumption]:
        """The service's own loop, stopped at the end."""
        access = KafkaAccess(self.liar.bootstrap)
        follower = self.participant.follower(access)
        await follower.refresh(int(self.now()), forced=True)
        with self.participant.inbox() as self.inbox:
            consumption = self.participant.consumption(self.inbox, ION, follower, access, self.told.append)
            try:
                yield consumption
            finally:
                await consumption.stop()

    def alarms(self, log: LogId) -> list[Alarm]:
        """What was raised about one log."""
        raised = [one.alarm for one in self.inbox.alarms.since(0)]
        return [one for one in raised if (one.originator, one.stream, one.scope) == _named(log)]

    def times(self, log: LogId) -> int:
        """How often something was raised about one log."""
        raised = self.inbox.alarms.since(0)
        return sum(one.times for one in raised if one.alarm in self.alarms(log))

    def kinds(self, log: LogId) -> set[AlarmKind]:
        return {one.kind for one in self.alarms(log)}

    def counter(self, log: LogId) -> int:
        """How far the log was read; 0 where nothing came."""
        head = self.inbox.logs.head(log)
        return head.counter if head else 0

    def stored(self, party: Party) -> int:
        """How many reports of `party` the inbox shows."""
        page = self.inbox.reports.after(0, limit=1_000)
        return sum(one.originator == party.id for one in page)


class Scene:
    """One broker, its directory, and parties that no two tests share."""

    def __init__(self, folder: Path, bootstrap: str) -> None:
        self.bootstrap, self._folder = bootstrap, folder
        now_s = int(time.time())
        valid = {"not_before_s": now_s - DAY_S, "not_after_s": now_s + 300 * DAY_S}
        purposes = dict.fromkeys(("record", "release", "statement", "kem"), valid)
        self._free = [Party(f"Originator {number}") for number in range(ORIGINATORS)]
        more = dict(party.target(**purposes) for party in self._free)
        self.living = LivingDirectory(folder / "repository", more)
        asyncio.run(self.living.publish(bootstrap))

    @property
    def layout(self) -> Layout:
        return self.living.directory.layout

    def place(self, party: Party, region: str = REGION, stream: str = STREAM) -> Place:
        return (stream_topic(stream), self.layout.partition(stream, region, party.id))

    def party(self) -> Party:
        """One that nobody had before."""
        return self._free.pop()

    def originator(self, access: KafkaAccess | None = None) -> Originator:
        """A new one, by the honest way or by `access`."""
        party = self.party()
        return Originator(self, party, self._folder / party.name, access)

    async def publish_directory(self) -> None:
        """Put the repository as it is now on its topic."""
        await publish(self.bootstrap, DIRECTORY_TOPIC, self.living.repository.files())

    def reader(self, liar: LyingBroker, folder: Path, *, other: bool = False) -> ReaderBehind:
        """A member of the audience; `other` is another member."""
        return ReaderBehind(self, liar, folder, ANALYST if other else NEIGHBOUR)

    async def truth(self, place: Place) -> list[Shown]:
        """All that the broker has in a partition."""
        return shown(await read_to_end(self.bootstrap, *place))

    async def put(self, place: Place, *values: bytes) -> list[Placed]:
        """Values that a dishonest originator had stored."""
        async with Publisher(self.bootstrap) as publisher:
            return await publisher.publish([OutgoingRecord(*place, None, value) for value in values])


async def catch_up(consumption: Consumption) -> None:
    """Take all that is there, as every reading begins."""
    await consumption.start()
    await consumption.until_end()


async def minutes_until(
    consumption: Consumption, reader: ReaderBehind, holds: Callable[[], object], pace: int = 1
) -> int:
    """Let the reader's clock go on, `pace` minutes a step, until something holds; how many minutes."""
    for minutes in range(0, 24 * 60, pace):
        reader.ahead_s = 60 * minutes
        await consumption.step(0)
        if holds():
            return minutes
    raise AssertionError("it did not come about in a day")


async def until(consumption: Consumption, holds: Callable[[], object], steps: int = 200) -> int:
    """Step until something holds; how many steps it took."""
    for step in range(steps):
        if holds():
            return step
        await consumption.step(50)
    raise AssertionError(f"it did not come about in {steps} steps")


def header_of(one: Shown) -> wire.Header | None:
    """The header of a record; None for anything else."""
    try:
        return wire.decode_header(wire.decode_envelope(one.value or b"").header)
    except MalformedError:
        return None


def leaf(one: Shown) -> bytes:
    envelope = wire.decode_envelope(one.value or b"")
    return leaf_of(envelope.header, envelope.ciphertext)


def _named(log: LogId) -> tuple[bytes, str, str]:
    return (log.originator, log.stream, log.scope)
