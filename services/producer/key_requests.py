"""Looks into our inbox: members that miss a secret get a new wrap, receipts of withdrawals are kept.

Requests come to our own inbox, signed. A member is served by its directory entry and the manifest, not
by what the request claims; at most once an hour for a key and generation. Source: wire format, "Keys".
"""

from __future__ import annotations

from collections.abc import Sequence

from services.producer.clocks import Clocks
from services.producer.originator import Originator
from services.producer.producing import DirectorySource
from services.producer.reading_on import read_on
from services.producer.withdrawing import take_receipt
from tocsin.adapters.kafka.records import IncomingRecord, Place, Start
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.adapters.kafka.subscriber import Subscriber
from tocsin.adapters.outbox.store import Outbox
from tocsin.core import wire
from tocsin.core.directory import Directory
from tocsin.core.errors import BrokerRefusedError, TheirFault
from tocsin.core.generations import wraps_for
from tocsin.core.key_schedule import GenerationId
from tocsin.core.manifests import verified_statement
from tocsin.core.pauses import has_passed
from tocsin.core.streams import inbox_topic
from tocsin.runtime.logs import get_log

LOOK_EVERY_S = 60
MAX_AGE_S = 3_600
MAX_AHEAD_S = 300
MAX_ANSWERS_PER_LOOK = 1_000
_log = get_log("producer")


class KeyRequests:
    """Looks into our inbox once a minute."""

    def __init__(
        self,
        outbox: Outbox,
        originator: Originator,
        source: DirectorySource,
        access: KafkaAccess,
        clocks: Clocks,
    ) -> None:
        self._outbox, self._originator = outbox, originator
        self._source, self._access, self._clocks = source, access, clocks
        self._looked_at_s: int | None = None

    async def answer(self) -> None:
        """Queue wraps for the requests that came; the next round sends them.

        Raises BrokerUnavailableError. An inbox that cannot be read is logged and tried again.
        """
        now_s, looked = self._clocks.now_s(), self._looked_at_s
        directory = self._source.directory
        if directory is None or (looked is not None and not has_passed(looked, LOOK_EVERY_S, now_s)):
            return
        if not directory.is_near(now_s):
            return  # who is a member, and how old a request is, would be judged wrongly, and for good
        self._looked_at_s = now_s
        me = directory.participants.get(self._originator.id)
        if me is None:
            return
        place = (inbox_topic(me.id, me.is_firm), 0)
        try:
            await self._look(place, directory, now_s)
        except BrokerRefusedError as error:
            _log.warning("inbox.refused", topic=place[0], reason=str(error))

    async def _look(self, place: Place, directory: Directory, now_s: int) -> None:
        start = self._outbox.records.positions().get(place, Start.END)
        answered = 0

        def take(records: Sequence[IncomingRecord]) -> None:
            nonlocal answered
            with self._outbox.transaction():
                for record in records:
                    if answered < MAX_ANSWERS_PER_LOOK:
                        answered += self.take(record.value or b"", directory, now_s)

        async with Subscriber(self._access, {place: start}) as subscriber:
            ends = await subscriber.end_offsets()
            await read_on(subscriber, ends, take)
        with self._outbox.transaction():
            self._outbox.records.advance(*place, ends[place])

    def take(self, value: bytes, directory: Directory, now_s: int) -> bool:
        """Whether a wrap was queued for the request in `value`. Call inside a transaction."""
        if wire.kind_of(value) != "statement":
            return False
        try:
            request = verified_statement(value, directory).body
        except TheirFault:
            return False
        if isinstance(request, wire.Receipt):
            take_receipt(self._outbox, self._originator.id, request, now_s)
            return False
        if not isinstance(request, wire.KeyRequest) or request.to != self._originator.id:
            return False
        if not now_s - MAX_AGE_S <= request.time <= now_s + MAX_AHEAD_S:
            return False
        return self._wrap(request, directory, now_s)

    def _wrap(self, request: wire.KeyRequest, directory: Directory, now_s: int) -> bool:
        me, asker = self._originator.id, request.originator
        if not directory.is_member(asker, request.audience, me, now_s):
            return False
        generation = self._outbox.keys.generation(GenerationId(me, request.audience, request.generation))
        member = directory.participants[asker]
        keys = [one for one in member.keys_for("kem", now_s) if one.id == request.recipient_key]
        if generation is None or asker not in generation.members or not keys:
            return False
        if not self._outbox.keys.may_answer(generation.id, request.recipient_key, now_s):
            return False
        made, _failed = wraps_for(generation, keys)
        for wrap in made:
            topic = inbox_topic(member.id, member.is_firm)
            self._outbox.keys.queue(topic, wire.encode_wrap(wrap), required=False)
        return bool(made)
