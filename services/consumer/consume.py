"""The loop: poll, examine, store in one transaction, wake what waited, go on.

Order of the start: directory, then manifests and our own inbox to their end, then the streams, so that
a fresh reader opens at once. A later offset is never stored without what came before it. The broker,
the clock and the directory come in as arguments.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable

from services.consumer.assignment import (
    Partition,
    checkpoints_partition,
    key_partitions,
    starting_at,
    stream_partitions,
    whom_to_ask,
)
from services.consumer.gone_back import gone_back
from services.consumer.intake import MAX_POLL_RECORDS
from services.consumer.reading import Reading
from services.consumer.threads import in_thread
from services.consumer.upkeep import Upkeep
from tocsin.adapters.kafka.records import Start
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.adapters.kafka.subscriber import Subscriber
from tocsin.core.errors import BrokerForbidsError, BrokerUnavailableError, OutsideFault
from tocsin.core.pauses import has_passed
from tocsin.core.streams import Layout, Place

POLL_WAIT_MS = 500
SILENCE_S = 30
WATCH_PAUSE_S = 60
LOOK_BACK_PAUSE_S = 600
AWAY_MS = 5_000
"""A broker that gave no answer for so long may have been restored meanwhile."""
CHECKPOINTS_BACK_S = 3 * 3_600

Clock = Callable[[], float]


class Consumption:
    """One process's reading of Kafka into its inbox."""

    def __init__(self, reading: Reading, access: KafkaAccess, upkeep: Upkeep, clock: Clock) -> None:
        self.reading = reading
        self.access, self._upkeep, self._clock = access, upkeep, clock
        self._subscriber: Subscriber | None = None
        self._places: list[Partition] = []
        self._lagging: dict[Partition, int] = {}
        self._layout: Layout | None = None
        self._is_catching_up = False
        self._watched_at_s = self._looked_back_at_s = self.now_s()
        self._answered_at_ms: int | None = None

    def now_s(self) -> int:
        """Unix seconds by the clock that was handed in."""
        return int(self._clock())

    def time_to_judge_by(self) -> int:
        """The same. Raises DirectoryStaleError where the directory does not bear it out."""
        now_s = self.now_s()
        self._upkeep.check_clock(now_s)
        return now_s

    async def start(self) -> None:
        """Bring the keys up to the end of their topics, then take up the streams.

        Raises BrokerUnavailableError, BrokerRefusedError, DirectoryStaleError, StorageError.
        """
        self._upkeep.check_freshness(self.now_s())
        self._upkeep.remind(self.now_s())
        keys = key_partitions(self.reading.identity.me, self.reading.reader.directory)
        await self._subscribe(keys, {})
        await self.until_end()
        await self.stop()
        await in_thread(self.reading.waking.all, self.time_to_judge_by())
        await self._take_up_streams()

    async def stop(self) -> None:
        """Leave the broker, in bounded time. What was taken is stored already."""
        subscriber, self._subscriber = self._subscriber, None
        if subscriber is not None:
            await subscriber.stop()

    async def step(self, wait_ms: int = POLL_WAIT_MS) -> int:
        """One poll and all that follows from it; how many records it brought.

        Raises DirectoryStaleError where the clock jumped too far: then nothing of the poll is taken, and
        it comes again to a reader that starts anew.
        """
        records = await self._running().poll(MAX_POLL_RECORDS, wait_ms)
        now_s = self.time_to_judge_by()
        await self._note_gaps(now_s)
        if records:
            await self._go_back(await in_thread(self.reading.waking.take, records, now_s))
        await self._go_back(await self._upkeep.do(now_s))
        if not self._is_catching_up and has_passed(self._watched_at_s, WATCH_PAUSE_S, now_s):
            self._watched_at_s = now_s
            await in_thread(self.reading.note_withheld, now_s)
        if self._was_away() or has_passed(self._looked_back_at_s, LOOK_BACK_PAUSE_S, now_s):
            with contextlib.suppress(OutsideFault):  # a broker that is away is said elsewhere
                await self._look_back()
        if self._layout is not None and self._layout != self.reading.reader.directory.layout:
            await self.stop()
            await self._take_up_streams()
        return len(records)

    async def until_end(self, each: Callable[[int], None] = lambda _count: None) -> None:
        """Steps until everything that was there at the call is taken; `each` is told of every step.

        Where checkpoints then state more than came, the ends are asked once more: what was stated lay
        on the broker before, so what is behind still, `reading.checkpoints.behind`, it keeps from us.
        Raises BrokerUnavailableError when the broker is silent for 30 s before that.
        """
        self._is_catching_up = True
        try:
            await self._to_the_end(each)
            if self.reading.checkpoints.behind():
                await self._to_the_end(each)
        finally:
            self._is_catching_up = False
        if self._layout is not None:
            now_s = self.time_to_judge_by()
            await in_thread(self.reading.check_finals, now_s)
            await self._upkeep.write_letters(now_s)

    async def _to_the_end(self, each: Callable[[int], None]) -> None:
        self._lagging = await self._running().end_offsets()
        heard_at_s = self._clock()
        while await self._still_lagging():
            count = await self.step()
            each(count)
            now_s = self._clock()
            heard_at_s = now_s if count else min(heard_at_s, now_s)  # it may have been set back
            if now_s > heard_at_s + SILENCE_S:
                raise BrokerUnavailableError(
                    f"the broker at {self.access.bootstrap} went silent before the end; what came "
                    "is stored, run again to go on"
                )

    def last_answer_ms(self) -> int | None:
        """When the broker last answered about any partition (Unix ms); None before the first."""
        if self._subscriber is None:
            return None
        answers = [self._subscriber.last_poll_ms(place) for place in self._places]
        return max((one for one in answers if one is not None), default=None)

    async def _take_up_streams(self) -> None:
        """Subscribe to all that the directory's layout gives to what is wanted."""
        directory = self.reading.reader.directory
        self._layout = directory.layout
        keys = key_partitions(self.reading.identity.me, directory)
        streams = stream_partitions(self.reading.wanted, directory.layout)
        await self._subscribe([*keys, *streams], {checkpoints_partition(): Start.END})
        await self._begin_checkpoints()
        await self._look_back()

    async def _subscribe(self, partitions: list[Partition], more: dict[Partition, Start]) -> None:
        offsets = self.reading.inbox.offsets.all()
        places = starting_at(partitions, offsets)
        places |= {one: offsets.get(one, start) for one, start in more.items()}
        self._places = list(places)
        self._subscriber = Subscriber(self.access, places)
        try:
            await self._subscriber.start()
        except BrokerForbidsError as error:
            me, directory = self.reading.identity.me, self.reading.reader.directory
            raise BrokerForbidsError(f"{error}: {whom_to_ask(me, directory)}") from error
        await self._note_beginnings([one for one in partitions if one not in offsets])

    async def _note_beginnings(self, partitions: list[Partition]) -> None:
        """What retention takes from now on is a gap, also before the first record that we read there."""
        places = [Place(*one, await self._running().position(one)) for one in partitions]
        await in_thread(self.reading.note_beginnings, places)

    def _was_away(self) -> bool:
        """Whether no answer had come for a while before the last one; said once."""
        before_ms, self._answered_at_ms = self._answered_at_ms, self.last_answer_ms()
        if before_ms is None or self._answered_at_ms is None:
            return False
        return self._answered_at_ms - before_ms > AWAY_MS

    async def _look_back(self) -> None:
        """A partition that went back is read again from its beginning; what we know is a duplicate."""
        self._looked_back_at_s = self.now_s()
        inbox = self.reading.inbox
        offsets = {one: at for one, at in inbox.offsets.all().items() if one in self._places}
        back = await gone_back(self.access, offsets, inbox.offsets.marks())
        ends = await self._running().end_offsets() if back else {}
        for partition, found in back.items():
            place = Place(*partition, offsets[partition])
            await in_thread(self.reading.note_gap, place, found, self.now_s())
            self._running().seek(partition, found)
            self._lagging[partition] = ends[partition]

    async def _begin_checkpoints(self) -> None:
        """Of checkpoints only the last ones say something about the logs as they are now."""
        place = checkpoints_partition()
        if place in self.reading.inbox.offsets.all():
            return
        since_ms = (self.now_s() - CHECKPOINTS_BACK_S) * 1_000
        found = (await self._running().offsets_for_times({place: since_ms}))[place]
        if found is not None:
            self._running().seek(place, found)

    async def _note_gaps(self, now_s: int) -> None:
        gaps = self._running().gaps
        while gaps:
            gap = gaps.popleft()
            place = Place(gap.topic, gap.partition, gap.wanted)
            await in_thread(self.reading.note_gap, place, gap.found, now_s)

    async def _go_back(self, places: Iterable[Place]) -> None:
        """Read again from `places`, up to where we were; never forward."""
        for place in places:
            partition = (place.topic, place.partition)
            if partition not in self._places:
                continue
            position = await self._running().position(partition)
            if position > place.offset:
                self._running().seek(partition, place.offset)
                self._lagging[partition] = max(position, self._lagging.get(partition, 0))

    async def _still_lagging(self) -> bool:
        for partition, end in list(self._lagging.items()):
            if await self._running().position(partition) >= end:
                del self._lagging[partition]
        return bool(self._lagging)

    def _running(self) -> Subscriber:
        if self._subscriber is None:
            raise RuntimeError("Consumption.start() was not awaited")
        return self._subscriber
