"""A publisher's inner half for tests: a real outbox, sealing and delivery, and topics in memory."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

from services.producer.accept import Acceptance, Submission
from services.producer.clocks import Clocks
from services.producer.deliver import Deliver
from services.producer.originator import Originator
from services.producer.receipts import Accepted
from services.producer.seal_next import SealNext
from services.producer.sealing_pass import SealedPass
from services.producer.sessions import Sessions
from tests.support.incidents import SEIZURE, incident_directory
from tests.support.parties import NOW_S, Party
from tests.support.reading import STORAGE_KEY, Reading
from tests.support.world import ORIGINATOR
from tocsin.adapters.kafka.errors import DeliveryFailedError, DeliveryRefusedError
from tocsin.adapters.kafka.records import IncomingRecord, OutgoingRecord, Placed
from tocsin.adapters.outbox.items import Bounds
from tocsin.adapters.outbox.store import open_outbox
from tocsin.adapters.own_keys import KeyRing
from tocsin.core.directory import Directory
from tocsin.core.national_references import Issuer
from tocsin.core.streams import MANIFESTS_TOPIC


class Clock:
    """A clock that stands until it is moved: wall and monotonic together, or the wall alone."""

    def __init__(self, now_s: float = NOW_S) -> None:
        self.wall_s, self.monotonic_s = now_s, 1_000.0
        self.clocks = Clocks(lambda: self.wall_s, lambda: self.monotonic_s)

    def pass_by(self, seconds: float) -> None:
        self.wall_s += seconds
        self.monotonic_s += seconds


class MemoryTopics:
    """What Kafka keeps, and its faults: topics that refuse, a break after n records."""

    def __init__(self) -> None:
        self.values: dict[tuple[str, int], list[bytes]] = {}
        self.calls: list[list[OutgoingRecord]] = []
        self.refusing: set[str] = set()
        self.says_which = False
        self.breaks_after: int | None = None

    async def start(self) -> None:
        """Always there."""

    async def stop(self) -> None:
        """Nothing to leave."""

    async def publish(self, records: Sequence[OutgoingRecord]) -> list[Placed]:
        self.calls.append(list(records))
        placed: dict[int, Placed] = {}
        which = frozenset(record.topic for record in records) & self.refusing
        if which and self.says_which:  # as for a topic that is missing: before anything is sent
            raise DeliveryRefusedError("topics are missing", placed, which)
        for index, record in enumerate(records):
            if record.topic in self.refusing:
                continue
            if self.breaks_after is not None and len(placed) == self.breaks_after:
                raise DeliveryFailedError("the connection broke", placed)
            log = self.values.setdefault((record.topic, record.partition), [])
            log.append(record.value or b"")
            placed[index] = Placed(record.topic, record.partition, len(log) - 1)
        if len(placed) < len(records):
            which = frozenset(record.topic for record in records) & self.refusing
            raise DeliveryRefusedError(
                "a topic is missing", placed, which if self.says_which else frozenset()
            )
        return [placed[index] for index in range(len(records))]

    def on(self, topic: str) -> list[bytes]:
        """All values of a topic, by partition."""
        return [value for place in sorted(self.values) if place[0] == topic for value in self.values[place]]


class Writer:
    """A publisher of `party` whose outbox lies in `folder`; open it twice to restart it."""

    def __init__(
        self,
        folder: Path,
        directory: Directory | None = None,
        party: Party = ORIGINATOR,
        bounds: Bounds | None = None,
        topics: MemoryTopics | None = None,
    ) -> None:
        self.clock = Clock()
        self.directory = directory or incident_directory()
        self.records = KeyRing({party.key("record").id: party.record})
        self.statements = KeyRing({party.key("statement").id: party.statement})
        self.originator = Originator(party.id, self.records, self.statements)
        self.originator.follow(self.directory, self.clock.clocks.now_s())
        self.outbox = open_outbox(folder, STORAGE_KEY, party.id, bounds)
        self.sessions = Sessions(self.outbox, self.clock.clocks)
        self.sealer = SealNext(self.outbox, self.originator, self.sessions)
        self.topics = topics or MemoryTopics()
        self.delivery = Deliver(self.outbox, self.topics)  # type: ignore[arg-type]
        issuer = Issuer(party.country, "CUS")
        self.acceptance = Acceptance(
            self.outbox, party.id, self.clock.clocks, lambda: self.directory, issuer
        )

    @property
    def now_s(self) -> int:
        return self.clock.clocks.now_s()

    def submission(self, reference: str | None = None, **changes: Any) -> Submission:
        """A seizure; `audience`, `update`, `approvers`, `files` are not its fields."""
        names = ("audience", "update", "approvers", "files")
        fields = {one: changes.pop(one) for one in names if one in changes}
        data = deepcopy(SEIZURE) | changes | {"national_reference": reference}
        return Submission("incident", self.acceptance.check("incident", data), **fields)

    def accept(self, *references: str | None, **changes: Any) -> list[Accepted]:
        return self.acceptance.accept([self.submission(one, **changes) for one in references])

    def seal(self) -> SealedPass:
        return self.sealer.run(self.directory, self.now_s)

    async def deliver(self) -> int:
        """Keys, then all sealed records; how many records were acknowledged."""
        count = 0
        if await self.delivery.keys(self.now_s):
            while some := await self.delivery.records():
                count += some
        return count

    def close(self) -> None:
        self.outbox.close()


def read_all(reading: Reading, topics: MemoryTopics, now_s: int = NOW_S) -> list[bytes]:
    """Let `reading` take all that is on the topics, keys first; the ids of the reports it stores."""
    first = (MANIFESTS_TOPIC, reading.inbox_topic)
    places = sorted(topics.values, key=lambda place: place[0] not in first)
    for topic, partition in places:
        if topic == reading.inbox_topic or not topic.startswith("tocsin.inbox"):
            records = [
                IncomingRecord(topic, partition, offset, None, value, 0)
                for offset, value in enumerate(topics.values[topic, partition])
            ]
            reading.take(*records, now_s=now_s)
    return reading.stored()


class HeldDirectory:
    """A directory source that always holds what its writer believes."""

    trouble = None

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    @property
    def directory(self) -> Directory:
        return self._writer.directory

    async def refresh(self, _now_s: int, *, forced: bool = False) -> Directory:
        return self._writer.directory
