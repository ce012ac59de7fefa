"""Delivery: manifests and wraps first, then sealed records, byte-identical until acknowledged.

What Kafka acknowledged is marked, whatever became of the rest of a call. A topic that refuses stands
alone: the others go on. Order within a partition is the order of sealing. Source: wire format,
"Sealing happens last", "Keys".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tocsin.adapters.kafka.errors import DeliveryFailedError, DeliveryRefusedError
from tocsin.adapters.kafka.publisher import Publisher
from tocsin.adapters.kafka.records import OutgoingRecord, Place, Placed
from tocsin.adapters.outbox.store import Outbox

MAX_CALL_RECORDS = 200


class Deliver:
    """Sends what the outbox holds. `refused`: topic -> what the broker said, since the last call.

    `went_back`: a record was acknowledged before one that had been acknowledged earlier.
    """

    def __init__(self, outbox: Outbox, publisher: Publisher) -> None:
        self._outbox, self._publisher = outbox, publisher
        self.refused: dict[str, str] = {}
        self.went_back = False

    async def keys(self, now_s: int) -> bool:
        """Send manifests and wraps; whether records may follow.

        A wrap that is refused (its inbox is not there yet) is put off for a minute and holds up
        nobody else; a manifest holds up every record. Raises BrokerUnavailableError.
        """
        while queued := self._outbox.keys.queued(now_s):
            ids = {index: one.id for index, one in enumerate(queued)}
            outgoing = [OutgoingRecord(one.topic, 0, None, one.value) for one in queued]
            placed: dict[int, Placed] = {}
            try:
                await self._publish(outgoing, placed)
            finally:
                self._settle_keys(ids, placed, now_s)
            if any(one.required for index, one in enumerate(queued) if index not in placed):
                return False
        return True

    async def records(self) -> int:
        """Send one call's worth of sealed records; how many were acknowledged, 0 if none waits.

        Raises BrokerUnavailableError after marking what was acknowledged.
        """
        unsent = self._outbox.records.unsent(MAX_CALL_RECORDS, self.refused)
        if not unsent:
            return 0
        outgoing = [OutgoingRecord(one.topic, one.partition, None, one.value) for one in unsent]
        placed: dict[int, Placed] = {}
        try:
            await self._publish(outgoing, placed)
        finally:
            self._compare(placed.values())
            with self._outbox.transaction():
                self._outbox.records.sent(
                    (unsent[index].id, place.offset) for index, place in placed.items()
                )
        return len(placed)

    def _compare(self, placed: Iterable[Placed]) -> None:
        """With what is known: only a broker that was restored or made anew gives an offset again."""
        first: dict[Place, int] = {}
        for one in placed:
            place = (one.topic, one.partition)
            first[place] = min(one.offset, first.get(place, one.offset))
        newest = self._outbox.lost.newest(first)
        self.went_back |= any(first[place] <= known.offset for place, known in newest.items())

    def _settle_keys(self, ids: dict[int, int], placed: dict[int, Placed], now_s: int) -> None:
        refused = [id_ for index, id_ in ids.items() if index not in placed]
        with self._outbox.transaction():
            self._outbox.keys.sent([ids[index] for index in placed])
            if self.refused:
                self._outbox.keys.put_off(refused, now_s)

    async def _publish(self, outgoing: Sequence[OutgoingRecord], placed: dict[int, Placed]) -> None:
        """Fill `placed`. Topics that are refused by name are left out of the next try, however many
        they are; after a refusal without names each topic is tried alone.
        """
        refused: set[str] = set()
        while left := [
            index
            for index, record in enumerate(outgoing)
            if index not in placed and record.topic not in refused
        ]:
            try:
                await self._call(outgoing, left, placed)
            except DeliveryRefusedError as error:
                if not error.topics:
                    await self._one_by_one(outgoing, left, placed)
                    return
                refused |= error.topics
                self.refused |= dict.fromkeys(error.topics, str(error))

    async def _one_by_one(
        self, outgoing: Sequence[OutgoingRecord], left: Sequence[int], placed: dict[int, Placed]
    ) -> None:
        topics: dict[str, list[int]] = {}
        for index in left:
            if index not in placed:
                topics.setdefault(outgoing[index].topic, []).append(index)
        for topic, indexes in topics.items():
            try:
                await self._call(outgoing, indexes, placed)
            except DeliveryRefusedError as error:
                self.refused[topic] = str(error)

    async def _call(
        self, outgoing: Sequence[OutgoingRecord], indexes: Sequence[int], placed: dict[int, Placed]
    ) -> None:
        """Publish those of `indexes`; what was acknowledged is in `placed` also if it raises."""
        try:
            found = await self._publisher.publish([outgoing[index] for index in indexes])
            placed |= dict(zip(indexes, found, strict=True))
        except (DeliveryFailedError, DeliveryRefusedError) as error:
            placed |= {indexes[at]: place for at, place in error.placed.items()}
            raise
