"""The directory's topic: what it holds now, and a participant's way to follow it.

Nothing on the topic is believed here; `tuf_client` verifies. Keys are TUF file names.
Source: wire format, "Topics", "Directory".
"""

from __future__ import annotations

import asyncio

from tocsin.adapters.kafka.reading import read_to_end
from tocsin.adapters.kafka.records import IncomingRecord
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.adapters.signed_times import times_of_others
from tocsin.adapters.tuf_client import DirectoryClient
from tocsin.core.clock_skew import LATE_S, Clock, Finding, judge_clock
from tocsin.core.directory import Directory
from tocsin.core.errors import DirectoryStaleError, OutsideFault, TheirFault, TocsinError
from tocsin.core.streams import DIRECTORY_TOPIC

MAX_NAME_BYTES = 512
REFRESH_AT_MOST_EVERY_S = 60
OTHERS_AT_MOST_EVERY_S = 600
# The timestamp is signed hourly. None for so long may be a topic made anew, below our offset.
READ_ANEW_BEFORE_END_S = 21 * 3_600


class DirectoryTopic:
    """The topic's files by name, as far as read. `files` is replaced, never changed, by a read."""

    def __init__(self, access: KafkaAccess | str, topic: str = DIRECTORY_TOPIC) -> None:
        self._access = access
        self._topic = topic
        self._next_offset = 0
        self.files: dict[str, bytes] = {}
        self.stored_at_ms: dict[str, int] = {}

    async def read(self, *, anew: bool = False) -> None:
        """Read on to the end, or all from the beginning.

        Raises BrokerUnavailableError, BrokerRefusedError; then nothing has changed.
        """
        offset = 0 if anew else self._next_offset
        records = await read_to_end(self._access, self._topic, from_offset=offset)
        files = {} if anew else dict(self.files)
        for record in records:
            self._apply(record, files)
        self.files = files
        self._next_offset = records[-1].offset + 1 if records else offset

    def keep_only(self, endings: tuple[str, ...]) -> None:
        """Free the memory of the files whose names have none of `endings`."""
        self.files = {name: data for name, data in self.files.items() if name.endswith(endings)}

    def _apply(self, record: IncomingRecord, files: dict[str, bytes]) -> None:
        name = _name(record.key)
        if name is None:
            return
        self.stored_at_ms[name] = record.broker_time_ms
        if record.value is None:
            files.pop(name, None)
            self.stored_at_ms.pop(name, None)
        else:
            files[name] = record.value


class DirectoryFollower:
    """What both services ask: the newest good directory, at most one look at the topic a minute.

    `directory` is None until one was loaded or read. `trouble` is why the last look brought
    nothing new, None after a good one. `clock` is what that look says of our clock, None where it
    says nothing. `me`: whose statements say nothing of it, since they bear it.
    """

    def __init__(self, access: KafkaAccess | str, client: DirectoryClient, me: bytes) -> None:
        self._access, self._me = access, me
        self._topic = DirectoryTopic(access)
        self._client = client
        self._looked_at_s: int | None = None
        self._others: list[int] = []
        self._others_asked_at_s: int | None = None
        self.clock: Finding | None = None
        self._one_at_a_time = asyncio.Lock()
        self.trouble: TocsinError | None = None

    @property
    def directory(self) -> Directory | None:
        """The last good one."""
        return self._client.directory

    @property
    def clock_trouble(self) -> str | None:
        """What is wrong with our clock, unless `trouble` says it already."""
        if self.clock is None or not self.clock.is_wrong or isinstance(self.trouble, DirectoryStaleError):
            return None
        return self.clock.words()

    @property
    def late(self) -> str | None:
        """That nothing newer of the authority came for hours, unless something worse is said already."""
        if self.clock is None or self.clock.is_wrong or self.clock.clock is Clock.FITS or self.trouble:
            return None
        return self.clock.words()

    async def refresh(self, now_s: int, *, forced: bool = False) -> Directory:
        """The newest good directory at `now_s`; unless `forced`, a look less than a minute old counts.

        A broker that is away, or a topic that is refused, leaves the directory that was held and
        says so in `trouble`. Raises DirectoryStaleError only where none was ever held.
        """
        async with self._one_at_a_time:
            if self.directory is None:
                await asyncio.to_thread(self._client.load)
            if forced or self._is_due(now_s):
                await self._look(now_s)
        if self.directory is None:
            raise DirectoryStaleError(f"there is no directory yet: {self.trouble}") from self.trouble
        return self.directory

    def _is_due(self, now_s: int) -> bool:
        looked = self._looked_at_s
        return looked is None or abs(now_s - looked) >= REFRESH_AT_MOST_EVERY_S

    async def _look(self, now_s: int) -> None:
        self._looked_at_s = now_s
        self.trouble = await self._try(now_s, anew=self._is_silent(now_s))
        if isinstance(self.trouble, TheirFault):
            # Something may have come between what was read before and after, and be forgotten here.
            self.trouble = await self._try(now_s, anew=True)
        self.clock = await self._judge_clock(now_s)
        if isinstance(self.trouble, DirectoryStaleError) and self.clock is not None:
            self.trouble = DirectoryStaleError(f"{self.trouble}: {self.clock.words()}")

    async def _judge_clock(self, now_s: int) -> Finding | None:
        """From what the broker gave now: without a broker, or a timestamp that verified, nothing."""
        signed_at_s = self._client.signed_at_s
        if signed_at_s is None or not isinstance(self.trouble, DirectoryStaleError | None):
            return None
        if now_s - signed_at_s <= LATE_S:
            self._others = []
        elif self.directory is not None and self._may_ask_others(now_s):
            self._others_asked_at_s = now_s
            self._others = await times_of_others(self._access, self.directory, self._me)
        return judge_clock(now_s, signed_at_s, self._others)

    def _may_ask_others(self, now_s: int) -> bool:
        asked = self._others_asked_at_s
        return asked is None or abs(now_s - asked) >= OTHERS_AT_MOST_EVERY_S

    def _is_silent(self, now_s: int) -> bool:
        held = self.directory
        return held is None or held.expires_at_s - now_s < READ_ANEW_BEFORE_END_S

    async def _try(self, now_s: int, *, anew: bool) -> TocsinError | None:
        try:
            await self._topic.read(anew=anew)
            await asyncio.to_thread(self._client.refresh, self._topic.files, now_s)
        except (TheirFault, OutsideFault) as error:
            return error
        # What was taken is on disk under its hash.
        self._topic.keep_only((".root.json", "timestamp.json"))
        return None


def _name(key: bytes | None) -> str | None:
    if key is None or len(key) > MAX_NAME_BYTES:
        return None
    try:
        return key.decode()
    except UnicodeDecodeError:
        return None
