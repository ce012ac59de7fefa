"""Tells originators that their withdrawn reports are out of every view here.

A receipt is signed, goes to the originator's inbox, and names the withdrawal by a hash that only the two
can tell. Source: wire format, "Receipt".
"""

from __future__ import annotations

from services.consumer.key_requests import MAX_AT_ONCE, Asker, asker
from services.consumer.reading import Reading
from tocsin.adapters.inbox.withdrawals import Withdrawn
from tocsin.adapters.kafka.records import OutgoingRecord
from tocsin.adapters.own_keys import KeyRing
from tocsin.core import wire
from tocsin.core.primitives import CompositePrivate
from tocsin.core.signatures import sign_statement
from tocsin.core.streams import inbox_topic


class WithdrawalReceipts:
    """Says which receipts are due, and remembers those that were sent."""

    what = "receipts of withdrawals"

    def __init__(self, reading: Reading, statements: KeyRing[CompositePrivate]) -> None:
        self._reading, self._statements = reading, statements

    def due(self, now_s: int) -> dict[Withdrawn, OutgoingRecord]:
        """At most 50 receipts to send now."""
        identity, directory = self._reading.identity, self._reading.reader.directory
        ours = asker(directory.participants.get(identity.me), self._statements, identity.kem_keys, now_s)
        if ours is None:
            return {}
        waiting = self._reading.inbox.withdrawals.unconfirmed(MAX_AT_ONCE)
        known = (one for one in waiting if one.originator in directory.participants)
        return {one: self._receipt(one, ours, now_s) for one in known}

    def sent(self, confirmed: list[Withdrawn], now_s: int) -> None:
        """Remember that the broker has these."""
        with self._reading.inbox.transaction():
            for one in confirmed:
                self._reading.inbox.withdrawals.confirmed(one, now_s)

    def _receipt(self, one: Withdrawn, ours: Asker, now_s: int) -> OutgoingRecord:
        originator = self._reading.reader.directory.participants[one.originator]
        body = wire.Receipt(
            self._reading.identity.me, ours.signing_key, originator.id, one.reference, now_s
        )
        topic = inbox_topic(originator.id, originator.is_firm)
        return OutgoingRecord(topic, 0, None, sign_statement(ours.statement, body))
