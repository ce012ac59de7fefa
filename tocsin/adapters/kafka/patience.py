"""Polls that end with an error where a broker brings nothing for long, though there is more to come."""

from __future__ import annotations

from tocsin.adapters.kafka.records import IncomingRecord
from tocsin.adapters.kafka.subscriber import Subscriber
from tocsin.core.errors import BrokerUnavailableError

POLL_MS = 250
SILENT_POLLS = 60
MAX_POLL_RECORDS = 500


class PatientPolls:
    """The polls of one question to a broker. `said`: the sentence where it goes unanswered for 15 s."""

    def __init__(self, subscriber: Subscriber, said: str) -> None:
        self._subscriber, self._said = subscriber, said
        self._silent = 0

    async def poll(self, max_records: int = MAX_POLL_RECORDS) -> list[IncomingRecord]:
        """What came within 250 ms, perhaps nothing. Raises BrokerUnavailableError, BrokerRefusedError."""
        records = await self._subscriber.poll(max_records, POLL_MS)
        self._silent = 0 if records else self._silent + 1
        if self._silent > SILENT_POLLS:
            raise BrokerUnavailableError(self._said)
        return records
