"""One pass over what waits: which items leave, in which records, in what order.

Order within a log is the order of acceptance; a record never waits to be filled.
Source: wire format, "Record", "Sealing happens last".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby, islice
from operator import attrgetter

from services.producer.gate import Gate
from services.producer.generations_in_use import CannotServeError, GenerationsInUse
from services.producer.originator import Originator
from services.producer.sessions import Sessions
from tocsin.adapters.outbox.records import NewRecord
from tocsin.adapters.outbox.sealing_queue import Waiting
from tocsin.adapters.outbox.store import Outbox
from tocsin.core import wire
from tocsin.core.audiences import Audience
from tocsin.core.clock_skew import LATE_S
from tocsin.core.directory import Directory
from tocsin.core.key_schedule import record_key
from tocsin.core.log_heads import previous_of
from tocsin.core.outcomes import LogHead
from tocsin.core.sealing import Sealed, expires_at_s, pack, seal
from tocsin.core.streams import BLOBS, INBOX, inbox_topic, stream_topic

MAX_PASS_ITEMS = 1_024
MAX_PASS_BYTES = 4_194_304
_REFUSED_TOPIC = "the broker refuses its topic"


@dataclass(slots=True)
class SealedPass:
    """What one pass did. `waits`: audience, stream or `all` -> why nothing leaves for it now."""

    items: int = 0
    records: int = 0
    refused: int = 0
    waits: dict[str, str] = field(default_factory=dict)

    @property
    def did_nothing(self) -> bool:
        """Whether all that waits must wait on."""
        return not self.items and not self.refused


class SealingPass:
    """One directory, one moment, inside the caller's transaction."""

    def __init__(
        self,
        outbox: Outbox,
        originator: Originator,
        sessions: Sessions,
        directory: Directory,
        now_s: int,
    ) -> None:
        self._outbox, self._originator, self._sessions = outbox, originator, sessions
        self._directory, self._now_s = directory, now_s
        self._gate = Gate(originator, directory, now_s)
        self._generations = GenerationsInUse(outbox.keys, originator, directory, now_s)
        self._blocked_audiences: set[str] = set()
        self._blocked_streams: set[str] = set()
        self._closed_topics: Collection[str] = ()

    def run(self, done: SealedPass, closed_topics: Collection[str]) -> None:
        """Page until something was sealed or refused, or all that waits is blocked."""
        self._closed_topics = closed_topics
        while done.did_nothing:
            # Files leave when no report waits that could: a photograph holds up no warning.
            page = self._page({BLOBS}) or self._page(frozenset())
            if not page:
                return
            for run in _runs(page):
                self._take(run, done)

    def _page(self, without: Collection[str]) -> list[Waiting]:
        streams = {*self._blocked_streams, *without}
        blocked = (self._blocked_audiences, streams)
        # What is held until a time is not told early by our clock alone: the authority signs hourly.
        told_s = min(self._now_s, self._directory.signed_at_s + LATE_S)
        return self._outbox.queue.page(MAX_PASS_ITEMS, MAX_PASS_BYTES, *blocked, now_s=told_s)

    def _take(self, run: list[Waiting], done: SealedPass) -> None:
        """Seal a run: items of one audience that follow each other in one log."""
        first = run[0]
        if reason := self._stream_waits(first.stream):
            self._blocked_streams.add(first.stream)
            done.waits[first.stream] = reason
            return
        try:
            audience = self._audience(first)
            allowed = list(self._allowed(run, audience, done))
            if allowed:
                self._generations.serve(audience)
        except CannotServeError as error:
            self._blocked_audiences.add(first.audience)
            done.waits[first.audience] = str(error)
            return
        for batch in _packed(allowed):
            self._seal(audience, batch)
            done.records += 1
        done.items += len(allowed)

    def _stream_waits(self, stream: str) -> str | None:
        if stream_topic(stream) in self._closed_topics:
            return _REFUSED_TOPIC
        return self._gate.stream_closed(stream)

    def _audience(self, first: Waiting) -> Audience:
        """Where the item is to go. Raises CannotServeError."""
        audience = self._gate.audience(first.audience)
        if audience is None:
            raise CannotServeError("the directory has no such audience")
        if self._topic(audience, first.stream) in self._closed_topics:
            raise CannotServeError(_REFUSED_TOPIC)
        return audience

    def _allowed(self, run: Iterable[Waiting], audience: Audience, done: SealedPass) -> Iterator[Waiting]:
        for waiting in run:
            reason = self._gate.refusal(waiting, audience)
            if reason is None:
                yield waiting
            else:
                self._outbox.queue.refuse(waiting, reason)
                done.refused += 1

    def _seal(self, audience: Audience, batch: list[Waiting]) -> None:
        topic = self._topic(audience, batch[0].stream)
        partition, scope = self._lane(audience, batch[0])
        generation = self._generations.serve(audience)
        head = self._outbox.logs.head(batch[0].stream, scope)
        header = self._header(audience, batch[0], generation.id.generation, head)
        key = record_key(generation.secret, generation.id)
        sealed = seal(header, key, self._originator.record, tuple(one.item for one in batch))
        record = self._outbox.records.add(_row(sealed, topic, partition, scope))
        self._outbox.queue.sealed(batch, record)
        new_head = LogHead(header.session, header.counter, sealed.leaf)
        self._outbox.logs.move(topic, header.stream, scope, new_head, header.signing_key)
        self._outbox.keys.count_records(generation.id, 1)

    def _header(
        self, audience: Audience, first: Waiting, generation: int, head: LogHead | None
    ) -> wire.Header:
        session = self._sessions.current(self._now_s)
        goes_on = head is not None and head.session == session
        return wire.Header(
            suite=wire.SUITE,
            stream=first.stream,
            region=first.region,
            originator=self._originator.id,
            signing_key=self._originator.record_id,
            audience=audience.id,
            generation=generation,
            session=session,
            counter=head.counter + 1 if goes_on and head is not None else 1,
            previous=previous_of(head),
            time=self._now_s,
            expires_at=expires_at_s(self._now_s, audience.max_age_s),
        )

    def _topic(self, audience: Audience, stream: str) -> str:
        if stream != INBOX:
            return stream_topic(stream)
        owner = self._directory.own_audiences[audience.id]
        return inbox_topic(owner.id, owner.is_firm)

    def _lane(self, audience: Audience, first: Waiting) -> tuple[int, str]:
        """(partition, scope of the log)."""
        if first.stream == INBOX:
            return 0, audience.id.hex()
        me = self._originator.id
        return self._directory.layout.partition(first.stream, first.region, me), first.region


def _runs(page: list[Waiting]) -> Iterator[list[Waiting]]:
    """The items of each log, cut where the audience changes: so the order of acceptance is kept."""
    logs: dict[tuple[str, str], list[Waiting]] = {}
    for waiting in page:
        scope = waiting.audience if waiting.stream == INBOX else waiting.region
        logs.setdefault((waiting.stream, scope), []).append(waiting)
    for log in logs.values():
        for _, run in groupby(log, key=attrgetter("audience")):
            yield list(run)


def _packed(run: list[Waiting]) -> Iterator[list[Waiting]]:
    rest = iter(run)
    for items in pack(one.item for one in run):
        yield list(islice(rest, len(items)))


def _row(sealed: Sealed, topic: str, partition: int, scope: str) -> NewRecord:
    header = sealed.header
    return NewRecord(
        topic,
        partition,
        header.stream,
        scope,
        header.session,
        header.counter,
        sealed.leaf,
        header.time,
        header.expires_at,
        sealed.value,
        header.generation,
    )
